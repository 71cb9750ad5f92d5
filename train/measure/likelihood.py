"""Nats of the cells that each mask leaves unknown, given all the others."""

import numpy as np
from torch import Tensor

from train.data.masks import evaluation_masks
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Measurement, Subject
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
    for name, known in evaluation_masks(model.grid_shape[0]).items():
        nats = -log_probs(model, codes, labels, known)
        table[name] = {
            "unknown_cells": int((~known).sum()),
            "mean": float(nats.mean()),
            "standard_error": float(nats.std() / len(nats) ** 0.5),
        }
    return table


def measure(subject: Subject) -> dict:
    """With the true labels on all pictures, without labels on some of them."""
    codes = subject.codes
    return {
        "with_label": likelihood(subject.model, codes, subject.pictures.labels),
        "without_label": likelihood(subject.model, codes[: subject.repeated // 2], None),
    }


MEASUREMENT = Measurement("likelihood", (*PICTURES, VQVAE_FILE, PRIOR_FILE), measure)
