"""Pictures to codes and back by a VQ-VAE."""

import torch
from torch import Tensor

from train.data.augment import warp
from train.runtime import distributed
from vqdemo.vqvae import VQVAE


@torch.no_grad()
def encode(model: VQVAE, images: Tensor) -> Tensor:
    """uint8 (N,S,S) -> codes int64 (N,G,G)."""
    return torch.cat([model.encode(batch[:, None].float() / 255) for batch in images.split(1000)])


@torch.no_grad()
def decode(model: VQVAE, codes: Tensor) -> Tensor:
    """Codes int64 (N,G,G) -> float (N,1,S,S) in [0,1]."""
    return torch.cat([model.decode(batch) for batch in codes.split(1000)])


@torch.no_grad()
def with_warped(
    model: VQVAE, codes: Tensor, images: Tensor, share: float, generator: torch.Generator
) -> Tensor:
    """This process's part (n,G,G) of a batch of codes int64 (N,G,G), about `share` of them of warped images.

    images: of the whole batch, uint8 (N,S,S). Each process encodes its own part alone.
    """
    images = images[:, None].float() / 255
    warped = torch.rand(len(codes), generator=generator) < share
    if warped.any():
        images[warped] = warp(images[warped], generator)
    codes, images, warped = (distributed.share(x) for x in (codes, images, warped))
    if warped.any():
        codes = codes.clone()
        codes[warped] = model.encode(images[warped])
    return codes
