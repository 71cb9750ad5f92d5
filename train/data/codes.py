"""Pictures to codes and back by a VQ-VAE."""

import torch
from torch import Tensor

from train.data.augment import warp
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
    """Codes int64 (N,G,G) of images uint8 (N,S,S) -> the same, but about `share` of them of warped images."""
    warped = torch.rand(len(codes), generator=generator) < share
    if not warped.any():
        return codes
    codes = codes.clone()
    codes[warped] = model.encode(warp(images[warped][:, None].float() / 255, generator))
    return codes
