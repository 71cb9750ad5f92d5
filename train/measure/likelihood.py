"""What the prior is worth: nats of unknown cells under each mask, and whether its probabilities can be trusted."""

import numpy as np
from torch import Tensor

from train.data.masks import judged
from vqdemo.model import VQModel


def log_probs(model: VQModel, codes: Tensor, labels: Tensor | None, known: Tensor) -> np.ndarray:
    """log p(unknown | known, label) of grids (N,G,G) with labels (N,), or without labels -> float32 (N,)."""
    if labels is None:
        return model.log_prob(codes, known)
    result = np.empty(len(codes), np.float32)
    for label in labels.unique().tolist():
        rows = labels == label
        result[rows.numpy()] = model.log_prob(codes[rows], known, label=label)
    return result


def likelihood(model: VQModel, codes: Tensor, labels: Tensor | None) -> dict:
    """Mean nats of the unknown cells, by mask, given the true labels or none."""
    table = {}
    for name, known in judged(model.grid_shape[0]).items():
        nats = -log_probs(model, codes, labels, known)
        table[name] = {
            "unknown_cells": int((~known).sum()),
            "mean": float(nats.mean()),
            "standard_error": float(nats.std() / len(nats) ** 0.5),
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
            guesses = model.label_log_probs(codes, known.expand_as(codes)).argmax(1)
            table[name] = float((guesses == labels).float().mean())
    return table
