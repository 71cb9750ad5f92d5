"""Whether the probabilities of `conditionals` can be trusted.

A cell predicted with p = 0.8 should be right in 80 % of the cases.
"""

import numpy as np
from torch import Tensor

from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Measurement, Subject
from vqdemo.model import VQModel
from vqdemo.vqvae import BLANK


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error of predictions of probability float (N,), right or not: bool (N,).

    Guo et al. 2017: equal-width bins of the top probability.
    """
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[bin_of == b].sum() - right[bin_of == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(confidence))


def calibration(model: VQModel, codes: Tensor, number: int) -> dict:
    """Calibration of `conditionals` without a label: over all cells, and over those with ink.

    Of a cell with ink it is the distribution given that it has ink that counts: cells chosen by what came out
    could not be calibrated otherwise.
    """
    p = np.concatenate([model.conditionals(grid).reshape(-1, model.num_codes) for grid in codes[:number]])
    truth = codes[:number].flatten().numpy()
    right = p.argmax(1) == truth
    inked = truth != BLANK
    given_ink = np.delete(p[inked], BLANK, axis=1)
    given_ink /= given_ink.sum(1, keepdims=True)
    return {
        "grids": min(number, len(codes)),
        "expected_calibration_error": calibration_error(p.max(1), right),
        "expected_calibration_error_inked": calibration_error(
            given_ink.max(1), given_ink.argmax(1) + 1 == truth[inked]
        ),
        "accuracy": float(right.mean()),
        "mean_nats_per_cell": float(-np.log(p[np.arange(len(truth)), truth]).mean()),
    }


def measure(subject: Subject) -> dict:
    return calibration(subject.model, subject.codes, subject.repeated)


MEASUREMENT = Measurement("calibration", (*PICTURES, VQVAE_FILE, PRIOR_FILE), measure)
