"""Samples: are they digits, the ones asked for, as varied as real ones, and no copies."""

import numpy as np
import torch
from torch import Tensor

from train.measure.classifier import Classifier, classify
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Measurement, Subject
from vqdemo.model import VQModel


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
    """Share of points (N,D) that lie within the k-nearest-neighbour ball of some member of `by`, (M,D).

    Samples covered by real digits is precision; real digits covered by samples is recall (Kynkaanniemi et al.
    2019).
    """
    radius = torch.cdist(by, by).kthvalue(k + 1, dim=1).values
    return float((torch.cdist(points, by) <= radius).any(1).float().mean())


def nearest(pictures: Tensor, to: Tensor) -> float:
    """Median Euclidean distance in pixels of float (N,1,S,S) to the closest of uint8 (M,S,S)."""
    to = to.flatten(1).float() / 255
    return float(
        torch.cat([torch.cdist(batch, to).amin(1) for batch in pictures.flatten(1).split(250)]).median()
    )


class Reference:
    """Real pictures to compare samples with.

    floor: what as many training pictures score, in each figure.
    """

    def __init__(self, evaluator: Classifier, training: Tensor, real: Tensor, number: int):
        """training, real: uint8 (N,S,S); number: how many samples will be compared at a time."""
        self.evaluator, self.training, self.number = evaluator, training, number
        _, self.features = classify(evaluator, real[:, None].float() / 255)  # of all real pictures
        self.first_features = self.features[:number]
        order = torch.randperm(len(training), generator=torch.Generator().manual_seed(0))
        _, floor = classify(evaluator, training[order[:number]][:, None].float() / 255)
        self.floor = {
            "frechet_of_training_digits": frechet_distance(floor, self.features),
            "precision_of_training_digits": covered(floor, self.first_features),
            "recall_of_training_digits": covered(self.first_features, floor),
            "nearest_training_digit_of_test_digits": nearest(real[:number, None].float() / 255, training),
        }


def quality(pictures: Tensor, reference: Reference) -> tuple[dict, Tensor]:
    """Figures of sampled pictures float (N,1,S,S), as many as the reference is made for.

    Also the evaluator's probabilities (N,num_labels).
    """
    probabilities, features = classify(reference.evaluator, pictures)
    return {
        "number": reference.number,
        "confident": float((probabilities.amax(1) >= 0.9).float().mean()),
        "frechet": frechet_distance(features, reference.features),
        "precision": covered(features, reference.first_features),
        "recall": covered(reference.first_features, features),
        "nearest_training_digit": nearest(pictures, reference.training),
    } | reference.floor, probabilities


def samples(model: VQModel, reference: Reference, settings: dict, labelled: bool = True) -> dict:
    """The quality of new samples.

    settings: arguments of `model.sample`. labelled: ask for each class in turn, or for none.
    """
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


def measure(subject: Subject) -> dict:
    """With the defaults of the page's sliders."""
    reference = Reference(
        subject.evaluator, subject.training_images, subject.pictures.images, subject.repeated
    )
    return {
        "with_label": samples(subject.model, reference, subject.model.defaults),
        "without_label": samples(subject.model, reference, subject.model.defaults, labelled=False),
    }


MEASUREMENT = Measurement("samples", (*PICTURES, VQVAE_FILE, PRIOR_FILE, "defaults", "evaluator"), measure)
