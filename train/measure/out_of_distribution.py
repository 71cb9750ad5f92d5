"""How well the VQ-VAE redraws out-of-distribution drawings: shifted digits, strokes and letters."""

import torch.nn.functional as F
from torch import Tensor

from train.data import drawings
from train.data.codes import decode, encode
from train.measure.subject import PICTURES, VQVAE_FILE, Measurement, Subject
from vqdemo.vqvae import VQVAE


def robustness(model: VQVAE, digits: Tensor, number: int) -> dict:
    """MSE by family of drawings and over all, and the latter relative to that of digits uint8 (N,28,28)."""
    own = F.mse_loss(decode(model, encode(model, digits)), digits[:, None].float() / 255)
    result = {}
    for family, pictures in drawings.out_of_distribution(digits, number).items():
        result[family] = float(
            F.mse_loss(decode(model, encode(model, pictures)), pictures[:, None].float() / 255)
        )
    result["all"] = sum(result.values()) / len(result)
    result["ratio_to_mnist"] = result["all"] / float(own)
    return result


def measure(subject: Subject) -> dict | None:
    """Of weights trained on MNIST only: for others these drawings mean something else."""
    if subject.dataset != "mnist":
        return None
    return robustness(subject.model.vqvae, subject.pictures.images, subject.repeated)


MEASUREMENT = Measurement("out_of_distribution", (*PICTURES, VQVAE_FILE), measure)
