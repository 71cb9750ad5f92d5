"""Bits per pixel of a whole picture: its codes, coded by the prior, and its 8-bit pixels, coded given the reconstruction.

The one figure that compares models with different codebooks: a larger codebook costs more code bits and saves pixel bits.

The pixels are coded by a table: p(pixel | level of the reconstruction there, mean level around it), counted on the training
pictures. Counts of a context are topped up by those of the wider context (its level alone), and these by those of all pixels, as in
prediction by partial matching (Cleary & Witten 1984), so that nothing seen only in a test picture has probability zero.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from train.vqvae_quality import decode, encode

LEVELS, AROUND = 64, 16  # of the reconstruction at the pixel, and of the mean of the 3x3 pixels around it


def contexts(decoded: Tensor) -> Tensor:
    """Reconstructions (N,1,S,S) in [0,1] -> context of each pixel, int64 (N,S,S) in 0..LEVELS*AROUND-1."""
    mean = F.avg_pool2d(decoded, 3, stride=1, padding=1)
    level, around = (decoded * LEVELS).long().clamp(max=LEVELS - 1), (mean * AROUND).long().clamp(max=AROUND - 1)
    return (level * AROUND + around)[:, 0]


def counts(images: Tensor, decoded: Tensor) -> Tensor:
    """How often each pixel value stands in each context: uint8 (N,S,S), (N,1,S,S) -> (LEVELS*AROUND,256)."""
    pairs = contexts(decoded) * 256 + images
    return pairs.flatten().bincount(minlength=LEVELS * AROUND * 256).view(-1, 256)


def topped_up(table: Tensor, wider: Tensor, weight: float) -> Tensor:
    """Probabilities of counts (M,256), each row as if `weight` further pixels had been seen that follow `wider` (M,256)."""
    return (table + weight * wider) / (table.sum(1, keepdim=True) + weight)


def bits_of_pixels(model, fit: Tensor, images: Tensor) -> float:
    """Mean bits of a pixel of uint8 images (N,S,S) given its reconstruction, by a table counted on the images of `fit`.

    model: anything with encode and decode, as vqdemo.vqvae.VQVAE has.
    """
    table = sum(counts(some, decode(model, encode(model, some))) for some in fit.split(5000)).double()
    anywhere = topped_up(table.sum(0, keepdim=True), torch.full((1, 256), 1 / 256, dtype=torch.float64), 10)
    by_level = topped_up(table.view(LEVELS, AROUND, 256).sum(1), anywhere, 10)
    bits = -topped_up(table, by_level.repeat_interleave(AROUND, 0), 50).log2().flatten()
    total = sum(
        float(bits[contexts(decode(model, encode(model, some))) * 256 + some].sum()) for some in images.split(1000)
    )  # fmt: skip
    return total / images.numel()


def bits_of_codes(nats: float, pixels: int) -> float:
    """Nats of a whole grid -> bits per pixel of a picture of so many pixels."""
    return nats / math.log(2) / pixels
