"""How often the label that the prior guesses from the known cells is the true one."""

from torch import Tensor

from train.data.masks import evaluation_masks
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Measurement, Subject
from vqdemo.model import VQModel


def label_accuracy(model: VQModel, codes: Tensor, labels: Tensor) -> dict:
    """Share of grids int64 (N,G,G) whose likeliest label is the true one (N,), by mask."""
    table = {}
    for name, known in evaluation_masks(model.grid_shape[0]).items():
        if bool(known.any()):
            guesses = model.label_log_probs(codes, known.expand_as(codes)).argmax(1)
            table[name] = float((guesses == labels).float().mean())
    return table


def measure(subject: Subject) -> dict:
    number = subject.repeated // 2
    return label_accuracy(subject.model, subject.codes[:number], subject.pictures.labels[:number])


MEASUREMENT = Measurement("label_accuracy", (*PICTURES, VQVAE_FILE, PRIOR_FILE), measure)
