"""Completions: do they read as the digit that was cut, and do strokes join at the border."""

import torch
from torch import Tensor

from train.data.masks import evaluation_masks
from train.measure.classifier import Classifier, accuracy
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Measurement, Subject
from vqdemo.model import VQModel
from vqdemo.sampling import SamplingParams


def seam(pictures: Tensor, known: Tensor, patch: int) -> float:
    """Mean absolute step between neighbouring pixels, one known and one not: (N,1,S,S), bool (G,G)."""
    pixels = known.repeat_interleave(patch, 0).repeat_interleave(patch, 1)
    down, right = pixels[1:] != pixels[:-1], pixels[:, 1:] != pixels[:, :-1]
    steps = torch.cat([pictures.diff(dim=2).abs()[:, 0, down], pictures.diff(dim=3).abs()[:, 0, right]], 1)
    return float(steps.mean())


def completions(
    model: VQModel, evaluator: Classifier, codes: Tensor, labels: Tensor, settings: dict, each: int = 2
) -> dict:
    """Complete grids int64 (N,G,G) without a label, by mask.

    The share that reads as the true digit, and the step at the border; `each`: completions of a grid.
    """
    patch = model.image_size // model.grid_shape[0]
    reconstructions = torch.from_numpy(model.decode(codes))[:, None]
    table = {}
    for name, known in evaluation_masks(model.grid_shape[0]).items():
        if not known.any():
            continue
        cut = torch.where(known, codes, -1).repeat_interleave(each, 0)
        filled = model.complete_each(cut, None, SamplingParams(**settings), seed=0)
        pictures = torch.from_numpy(model.decode(filled))[:, None]
        table[name] = {
            "reads_as_true_digit": accuracy(evaluator, pictures, labels.repeat_interleave(each)),
            "step_at_seam": seam(pictures, known, patch),
            "step_in_reconstructions": seam(reconstructions, known, patch),
        }
    return table


def measure(subject: Subject) -> dict:
    """With the defaults of the page's sliders."""
    number = subject.repeated
    return completions(
        subject.model,
        subject.evaluator,
        subject.codes[:number],
        subject.pictures.labels[:number],
        subject.model.defaults,
    )


MEASUREMENT = Measurement(
    "completions", (*PICTURES, VQVAE_FILE, PRIOR_FILE, "defaults", "evaluator"), measure
)
