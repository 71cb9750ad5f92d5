"""Whether the probabilities of `conditionals` can be trusted.

A cell predicted with p = 0.8 should be right in 80 % of the cases.
"""

import numpy as np
from torch import Tensor

from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Measurement, Subject
from vqdemo.model import VQModel


def calibration(model: VQModel, codes: Tensor, number: int, bins: int = 15) -> dict:
    """Expected calibration error of `conditionals` without a label.

    Guo et al. 2017: equal-width bins of the top probability.
    """
    confidence, right, nats = [], [], []
    for grid in codes[:number]:
        p = model.conditionals(grid).reshape(-1, model.num_codes)
        truth = grid.flatten().numpy()
        confidence.append(p.max(1))
        right.append(p.argmax(1) == truth)
        nats.append(-np.log(p[np.arange(len(truth)), truth]))
    confidence, right = np.concatenate(confidence), np.concatenate(right)
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[bin_of == b].sum() - right[bin_of == b].sum()) for b in range(bins)]
    return {
        "grids": min(number, len(codes)),
        "expected_calibration_error": float(sum(gaps) / len(confidence)),
        "accuracy": float(right.mean()),
        "mean_nats_per_cell": float(np.concatenate(nats).mean()),
    }


def measure(subject: Subject) -> dict:
    return calibration(subject.model, subject.codes, subject.repeated)


MEASUREMENT = Measurement("calibration", (*PICTURES, VQVAE_FILE, PRIOR_FILE), measure)
