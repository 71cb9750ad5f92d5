"""How well the VQ-VAE redraws pictures, and how it uses its codebook."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from train.data.codes import decode, encode
from train.measure.classifier import accuracy
from train.measure.samples import nearest
from train.measure.subject import PICTURES, VQVAE_FILE, Measurement, Subject
from vqdemo.vqvae import VQVAE, perplexity


def ssim(a: Tensor, b: Tensor) -> float:
    """Mean structural similarity of pictures (N,1,S,S) in [0,1].

    Wang et al. 2004: Gaussian window 11x11, sigma 1.5.
    """
    line = torch.exp(-0.5 * (torch.arange(11) - 5.0).square() / 1.5**2)
    window = (line[:, None] * line / line.sum() ** 2)[None, None]

    def blur(x: Tensor) -> Tensor:
        return F.conv2d(x, window)

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    covariance = blur(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    index = (
        (2 * mean_a * mean_b + c1)
        * (2 * covariance + c2)
        / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    )
    return float(index.mean())


def fidelity(model: VQVAE, images: Tensor) -> dict:
    """MSE, PSNR and SSIM of reconstructions of uint8 images (N,S,S), and use of the codebook on them."""
    codes = encode(model, images)
    pictures, decoded = images[:, None].float() / 255, decode(model, codes)
    mse = float(F.mse_loss(decoded, pictures))
    counts = codes.flatten().bincount(minlength=model.config.num_codes)
    again = torch.cat([model.encode(batch) for batch in decoded.split(1000)])
    return {
        "mse": mse,
        "psnr_db": -10 * math.log10(mse),
        "ssim": ssim(decoded, pictures),
        "codes_in_use": int((counts > 0).sum()),
        "perplexity": perplexity(counts),
        "fixed_point_share": float((again == codes).float().mean()),
    }


def measure(subject: Subject) -> dict:
    """Fidelity, what the evaluator reads in reconstructions, and their distance to training pictures."""
    reconstructions = subject.reconstructions
    return fidelity(subject.model.vqvae, subject.pictures.images) | {
        "read_as_true_digit": accuracy(subject.evaluator, reconstructions, subject.pictures.labels),
        "nearest_training_digit": nearest(reconstructions[: subject.repeated], subject.training_images),
    }


MEASUREMENT = Measurement("reconstruction", (*PICTURES, VQVAE_FILE, "evaluator"), measure)
