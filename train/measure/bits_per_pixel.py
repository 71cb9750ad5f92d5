"""Bits per pixel of a whole picture: its codes, coded by the prior, and its 8-bit pixels, coded given the reconstruction.

The one figure that compares models with different codebooks: a larger codebook costs more code bits and saves pixel bits.

The pixels' coder is a small convolutional network that reads the reconstruction, 25x25 pixels around the one to be coded, and gives a
distribution over its 256 values. It is trained on the training pictures, alike for every model that is compared.

`python -m train.measure.bits_per_pixel --weights weights` adds the figure to metrics.json, which train/evaluate.py has written.
"""

import argparse
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

import vqdemo
from train.data import datasets
from train.evaluate import read_metrics
from train.measure.reconstruction import decode, encode
from train.runtime.device import autocast
from train.runtime.weights_folder import Folders, add_folder_arguments, add_metrics, dataset_of, folders_from

STEPS, BATCH, LEARNING_RATE = 3000, 32, 5e-3


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
        nn.Conv2d(1, 64, 5, padding=2), *[Convolution(64, dilation) for dilation in (1, 1, 2, 2, 4)],
        nn.GELU(), nn.Conv2d(64, 128, 1), nn.GELU(), nn.Conv2d(128, 256, 1),
    ).to(memory_format=torch.channels_last)  # fmt: skip


def cost(logits: Tensor, images: Tensor, reduction: str = "mean") -> Tensor:
    """Nats of the pixels of uint8 images (N,S,S): of logits (N,256,S,S), their mean or sum."""
    return F.cross_entropy(logits.movedim(1, -1).flatten(0, -2).float(), images.flatten().long(), reduction=reduction)


def bits_of_pixels(model, fit: Tensor, images: Tensor, steps: int = STEPS) -> float:
    """Mean bits of a pixel of uint8 images (N,S,S) given its reconstruction, by a coder trained for `steps` on the images of `fit`.

    model: anything with encode and decode, as vqdemo.vqvae.VQVAE has.
    """
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    coder = pixel_coder()
    optimizer = torch.optim.AdamW(coder.parameters(), betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.05)
    for _ in tqdm(range(steps), desc="pixel coder", mininterval=2):
        some = fit[torch.randint(len(fit), (BATCH,), generator=generator)]
        redrawn = decode(model, encode(model, some))
        with autocast("cpu"):
            logits = coder(redrawn)
        loss = cost(logits, some)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        nats = sum(float(cost(coder(decode(model, encode(model, some))), some, "sum")) for some in images.split(100))
    return nats / math.log(2) / images.numel()


def bits_of_codes(nats: float, pixels: int) -> float:
    """Nats of a whole grid -> bits per pixel of a picture of so many pixels."""
    return nats / math.log(2) / pixels


def bits_per_pixel(nats: float, pixels: float, size: int) -> dict[str, float]:
    """Of codes, of pixels, and in all. nats: of a whole grid, on average; pixels: from `bits_of_pixels`; size: pixels of a picture."""
    codes = bits_of_codes(nats, size)
    return {"codes": codes, "pixels": pixels, "total": codes + pixels}


def run(folders: Folders, number: int = 0, steps: int = STEPS) -> dict:
    """Measure on the split that metrics.json is of and add the figure there. number: use only so many pictures, 0 for all.

    The pixels' part is of the VQ-VAE alone: where evaluate.py has kept it, only the codes' is measured.
    """
    metrics, dataset, model = read_metrics(folders.out), dataset_of(folders.out), vqdemo.load(folders.out)
    images = datasets.load(dataset, folders.data, metrics["data"]["split"], number).images
    nats = -model.log_prob(encode(model.vqvae, images)).mean()  # without labels: a picture comes without
    kept = metrics.get("bits_per_pixel", {})
    if kept.keys() == {"pixels"}:
        pixels = kept["pixels"]
    else:
        pixels = bits_of_pixels(model.vqvae, datasets.load(dataset, folders.data, "train").images, images, steps)
    result = bits_per_pixel(float(nats), pixels, images[0].numel())
    add_metrics(folders.out, bits_per_pixel=result)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.measure.bits_per_pixel", description=__doc__.splitlines()[0])
    add_folder_arguments(parser, out="--weights")
    run(folders_from(parser.parse_args()))


if __name__ == "__main__":
    main()
