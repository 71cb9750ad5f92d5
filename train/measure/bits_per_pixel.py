"""Bits per pixel of a whole picture: of its codes, and of its pixels given the reconstruction.

Codes are coded by the prior, 8-bit pixels by a small network. It is the one figure that compares models with
different codebooks: a larger codebook costs more code bits and saves pixel bits.

The pixels' coder is a small convolutional network that reads the reconstruction, 25x25 pixels around the one
to be coded, and gives a distribution over its 256 values. It is trained on the training pictures, alike for
every model that is compared.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from train.data.codes import decode, encode
from train.measure import records
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Measurement, Subject
from train.runtime.device import autocast

BATCH, LEARNING_RATE = 32, 5e-3  # of the pixels' coder; its steps are the subject's pixel_coder_steps


class Convolution(nn.Module):
    """One more look around, added to what is known of each pixel: (N,C,S,S) -> the same."""

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.convolution = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.convolution(F.gelu(x))


def pixel_coder() -> nn.Sequential:
    """Reconstruction (N,1,S,S) in [0,1] -> logits of the pixel's value (N,256,S,S)."""
    return nn.Sequential(
        nn.Conv2d(1, 64, 5, padding=2),
        *[Convolution(64, dilation) for dilation in (1, 1, 2, 2, 4)],
        nn.GELU(),
        nn.Conv2d(64, 128, 1),
        nn.GELU(),
        nn.Conv2d(128, 256, 1),
    ).to(memory_format=torch.channels_last)


def cost(logits: Tensor, images: Tensor, reduction: str = "mean") -> Tensor:
    """Nats of the pixels of uint8 images (N,S,S): of logits (N,256,S,S), their mean or sum."""
    return F.cross_entropy(
        logits.movedim(1, -1).flatten(0, -2).float(), images.flatten().long(), reduction=reduction
    )


def bits_of_pixels(model, fit: Tensor, images: Tensor, steps: int) -> float:
    """Mean bits of a pixel of uint8 images (N,S,S) given its reconstruction, by a coder trained on `fit`.

    model: anything with encode and decode, as vqdemo.vqvae.VQVAE has.
    fit: uint8 (M,S,S), what the coder is trained on, for so many steps.
    """
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    coder = pixel_coder()
    optimizer = torch.optim.AdamW(coder.parameters(), betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.05
    )
    for _ in tqdm(range(steps), desc="pixel coder", mininterval=2):
        batch = fit[torch.randint(len(fit), (BATCH,), generator=generator)]
        redrawn = decode(model, encode(model, batch))
        with autocast("cpu"):
            logits = coder(redrawn)
        loss = cost(logits, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        nats = sum(
            float(cost(coder(decode(model, encode(model, batch))), batch, "sum"))
            for batch in images.split(100)
        )
    return nats / math.log(2) / images.numel()


def bits_of_codes(nats: float, pixels: int) -> float:
    """Nats of a whole grid -> bits per pixel of a picture of so many pixels."""
    return nats / math.log(2) / pixels


def bits_per_pixel(nats: float, pixels: float, size: int) -> dict[str, float]:
    """Bits per pixel of codes, of pixels, and in all.

    nats: of a whole grid, on average. pixels: from `bits_of_pixels`. size: pixels of a picture.
    """
    codes = bits_of_codes(nats, size)
    return {"codes": codes, "pixels": pixels, "total": codes + pixels}


def measure_pixels(subject: Subject) -> dict:
    """Bits of a pixel given its reconstruction: of the VQ-VAE alone."""
    images, steps = subject.pictures.images, subject.pixel_coder_steps
    return {"per_pixel": bits_of_pixels(subject.model.vqvae, subject.training_images, images, steps)}


def measure(subject: Subject) -> dict:
    """Of codes, of pixels, and in all; without labels, since a picture comes without."""
    of = subject.of(*PIXELS.depends_on)
    pixels = records.measured(subject.folders, PIXELS.name, of, lambda: measure_pixels(subject))["per_pixel"]
    nats = -subject.model.log_prob(subject.codes).mean()
    return bits_per_pixel(float(nats), pixels, subject.pictures.images[0].numel())


PIXELS = Measurement("bits_of_pixels", (*PICTURES, VQVAE_FILE, "pixel_coder_steps"), measure_pixels)
MEASUREMENT = Measurement("bits_per_pixel", (*PICTURES, VQVAE_FILE, PRIOR_FILE, "pixel_coder_steps"), measure)
