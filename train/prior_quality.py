"""What the prior is worth: nats of unknown cells under each mask, and whether its probabilities can be trusted."""

import numpy as np
import torch
from torch import Tensor

from train.masks import judged
from vqdemo.model import VQModel


def log_probs(model: VQModel, codes: Tensor, labels: Tensor, known: Tensor) -> np.ndarray:
    """log p(unknown | known, label) of grids (N,G,G) with labels (N,) -> float32 (N,)."""
    result = np.empty(len(codes), np.float32)
    for label in labels.unique().tolist():
        rows = (labels == label).numpy()
        result[rows] = model.log_prob(codes[torch.from_numpy(rows)], known, label=label)
    return result


def likelihood(model: VQModel, codes: Tensor, labels: Tensor) -> dict:
    """Mean nats of the unknown cells, by mask, with the true label and without any."""
    table = {}
    for name, known in judged(model.grid_shape[0]).items():
        with_label = -log_probs(model, codes, labels, known)
        table[name] = {
            "unknown_cells": int((~known).sum()),
            "nats": float(with_label.mean()),
            "standard_error": float(with_label.std() / len(with_label) ** 0.5),
            "nats_without_label": float(-model.log_prob(codes, known).mean()),
        }
    return table


def calibration(model: VQModel, codes: Tensor, number: int, bins: int = 15) -> dict:
    """Expected calibration error of `conditionals` without a label (Guo et al. 2017: equal-width bins of the top probability)."""
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
        "mean_nats_a_cell": float(np.concatenate(nats).mean()),
    }


def label_guess(model: VQModel, codes: Tensor, labels: Tensor) -> dict:
    """How often the label guessed from the known cells is the true one, by mask."""
    table = {}
    for name, known in judged(model.grid_shape[0]).items():
        if bool(known.any()):
            guesses = [
                model._label_log_probs(some, known.expand(len(some), -1, -1)).argmax(1) for some in codes.split(1000)
            ]  # fmt: skip
            table[name] = float((torch.cat(guesses) == labels).float().mean())
    return table
