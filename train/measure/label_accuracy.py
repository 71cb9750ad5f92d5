"""How well the prior knows the label from the known cells."""

import torch
from torch import Tensor

from train.data.masks import evaluation_masks
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Measurement, Subject
from vqdemo.model import VQModel


def knowledge(p: Tensor, labels: Tensor) -> dict:
    """How often the likeliest label is true, and the mean probability of the true one.

    p: probabilities (N,num_labels). labels: int64 (N,).
    """
    return {
        "accuracy": float((p.argmax(1) == labels).float().mean()),
        "probability_of_truth": float(p.gather(1, labels[:, None]).mean()),
    }


def label_accuracy(model: VQModel, codes: Tensor, labels: Tensor) -> dict:
    """`knowledge` of the label from the known cells, by what is unknown.

    codes: int64 (N,G,G). labels: int64 (N,).
    """
    nothing = {"nothing": torch.ones(model.grid_shape, dtype=torch.bool)}
    table = {}
    for name, known in (nothing | evaluation_masks(model.grid_shape[0])).items():
        if bool(known.any()):
            p = model.label_log_probs(codes, known.expand_as(codes)).exp()
            table[name] = knowledge(p, labels)
    return table


def number_of(subject: Subject) -> int:
    """On how many pictures the label is measured."""
    return subject.repeated // 2


def measure(subject: Subject) -> dict:
    number = number_of(subject)
    return label_accuracy(subject.model, subject.codes[:number], subject.pictures.labels[:number])


MEASUREMENT = Measurement("label_accuracy", (*PICTURES, VQVAE_FILE, PRIOR_FILE), measure)
