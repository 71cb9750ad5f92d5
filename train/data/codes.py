"""Pictures to codes and back by a VQ-VAE, in batches."""

import torch
from torch import Tensor

from vqdemo.vqvae import VQVAE


@torch.no_grad()
def encode(model: VQVAE, images: Tensor) -> Tensor:
    """uint8 (N,S,S) -> codes int64 (N,G,G)."""
    return torch.cat([model.encode(batch[:, None].float() / 255) for batch in images.split(1000)])


@torch.no_grad()
def decode(model: VQVAE, codes: Tensor) -> Tensor:
    """Codes int64 (N,G,G) -> float (N,1,S,S) in [0,1]."""
    return torch.cat([model.decode(batch) for batch in codes.split(1000)])
