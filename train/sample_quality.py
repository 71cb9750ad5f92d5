"""What the prior draws: are samples digits, the ones asked for, as varied as real ones, and not copies of training digits;
do completions read as the digit that was cut, and do strokes join at the seam.
"""

import numpy as np
import torch
from torch import Tensor

from train.classifier import Classifier, judge
from train.masks import judged
from vqdemo.model import VQModel
from vqdemo.sampling import SamplingParams


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Distance of two sets of features (N,D), (M,D) as Gaussians (Heusel et al. 2017)."""
    a, b = a.double(), b.double()
    difference = (a.mean(0) - b.mean(0)).square().sum()
    cov_a, cov_b = torch.cov(a.T), torch.cov(b.T)
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    return float(difference + cov_a.trace() + cov_b.trace() - 2 * cross)


def covered(points: Tensor, by: Tensor, k: int = 3) -> float:
    """Share of points (N,D) that lie within the k-nearest-neighbour ball of some member of `by` (Kynkaanniemi et al. 2019).

    Samples covered by real digits is precision; real digits covered by samples is recall.
    """
    radius = torch.cdist(by, by).kthvalue(k + 1, dim=1).values
    return float((torch.cdist(points, by) <= radius).any(1).float().mean())


def nearest(pictures: Tensor, to: Tensor) -> float:
    """Median Euclidean distance in pixels of float (N,1,S,S) to the closest of uint8 (M,S,S)."""
    to = to.flatten(1).float() / 255
    return float(torch.cat([torch.cdist(some, to).amin(1) for some in pictures.flatten(1).split(250)]).median())


class Reference:
    """Real digits that samples are compared with, and what as many training digits score: the floor of each figure."""

    def __init__(self, classifier: Classifier, train: Tensor, test: Tensor, number: int):
        """train, test: uint8 (N,28,28); number: how many samples will be judged at a time."""
        self.classifier, self.train, self.number = classifier, train, number
        _, self.real = judge(classifier, test[:, None].float() / 255)
        self.few = self.real[:number]
        some = train[torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[:number]]
        _, floor = judge(classifier, some[:, None].float() / 255)
        self.floor = {
            "frechet_of_training_digits": frechet_distance(floor, self.real),
            "precision_of_training_digits": covered(floor, self.few),
            "recall_of_training_digits": covered(self.few, floor),
            "nearest_training_digit_of_test_digits": nearest(test[:number, None].float() / 255, train),
        }


def quality(pictures: Tensor, reference: Reference) -> tuple[dict, Tensor]:
    """Judge sampled pictures, float (N,1,S,S), as many as the reference is made for; also the judge's probabilities (N,num_labels)."""
    probabilities, features = judge(reference.classifier, pictures)
    return {
        "number": reference.number,
        "confident": float((probabilities.amax(1) >= 0.9).float().mean()),
        "frechet": frechet_distance(features, reference.real),
        "precision": covered(features, reference.few),
        "recall": covered(reference.few, features),
        "nearest_training_digit": nearest(pictures, reference.train),
    } | reference.floor, probabilities


def samples(model: VQModel, reference: Reference, settings: dict, labelled: bool = True) -> dict:
    """Draw and judge. labelled: ask for each class in turn, or for none."""
    number = reference.number
    labels = torch.arange(number) % model.num_labels
    if labelled:
        drawn = np.empty((number, *model.grid_shape), np.int64)
        for label in range(model.num_labels):
            rows = (labels == label).numpy()
            drawn[rows] = model.sample(int(rows.sum()), label=label, seed=label, **settings)
    else:
        drawn = model.sample(number, seed=0, **settings)
    result, probabilities = quality(torch.from_numpy(model.decode(drawn))[:, None], reference)
    asked = {"asked_digit": float((probabilities.argmax(1) == labels).float().mean())} if labelled else {}
    return {"settings": settings} | asked | result


def seam(pictures: Tensor, known: Tensor, patch: int) -> float:
    """Mean absolute step between neighbouring pixels of which one is known and one is not: (N,1,S,S), bool (G,G)."""
    pixels = known.repeat_interleave(patch, 0).repeat_interleave(patch, 1)
    down, right = pixels[1:] != pixels[:-1], pixels[:, 1:] != pixels[:, :-1]
    steps = torch.cat([pictures.diff(dim=2).abs()[:, 0, down], pictures.diff(dim=3).abs()[:, 0, right]], 1)
    return float(steps.mean())


def completions(model: VQModel, classifier: Classifier, codes: Tensor, labels: Tensor, settings: dict, each: int = 2) -> dict:
    """Complete grids int64 (N,G,G) under every mask without a label; share that reads as the true digit, and steps at the seam."""
    patch = model.image_size // model.grid_shape[0]
    reconstructions = torch.from_numpy(model.decode(codes))[:, None]
    table = {}
    for name, known in judged(model.grid_shape[0]).items():
        if not known.any():
            continue
        cut = torch.where(known, codes, -1).repeat_interleave(each, 0)
        filled = model.complete_each(cut, None, SamplingParams(**settings), seed=0)
        pictures = torch.from_numpy(model.decode(filled))[:, None]
        table[name] = {
            "reads_as_true_digit": accuracy(classifier, pictures, labels.repeat_interleave(each)),
            "step_at_seam": seam(pictures, known, patch),
            "step_in_reconstructions": seam(reconstructions, known, patch),
        }
    return table


def accuracy(classifier: Classifier, pictures: Tensor, labels: Tensor) -> float:
    """Share of float pictures (N,1,S,S) that the judge reads as their labels (N,)."""
    return float((judge(classifier, pictures)[0].argmax(1) == labels).float().mean())
