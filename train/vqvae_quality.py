"""What a VQ-VAE is worth: fidelity, use of the codebook, honesty under editing, and drawings unlike MNIST."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from train import drawings
from vqdemo.vqvae import BLANK, VQVAE, perplexity


def ssim(a: Tensor, b: Tensor) -> float:
    """Mean structural similarity of pictures (N,1,S,S) in [0,1] (Wang et al. 2004: Gaussian window 11x11, sigma 1.5)."""
    line = torch.exp(-0.5 * (torch.arange(11) - 5.0).square() / 1.5**2)
    window = (line[:, None] * line / line.sum() ** 2)[None, None]

    def blur(x: Tensor) -> Tensor:
        return F.conv2d(x, window)

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    covariance = blur(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    index = (2 * mean_a * mean_b + c1) * (2 * covariance + c2) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    return float(index.mean())


@torch.no_grad()
def encode(model: VQVAE, images: Tensor) -> Tensor:
    """uint8 (N,S,S) -> codes int64 (N,G,G), in batches."""
    return torch.cat([model.encode(some[:, None].float() / 255) for some in images.split(1000)])


@torch.no_grad()
def decode(model: VQVAE, codes: Tensor) -> Tensor:
    """codes (N,G,G) -> float (N,1,S,S) in [0,1], in batches."""
    return torch.cat([model.decode(some) for some in codes.split(1000)])


def fidelity(model: VQVAE, images: Tensor) -> dict:
    """MSE, PSNR and SSIM of reconstructions of uint8 images (N,S,S), and use of the codebook on them."""
    codes = encode(model, images)
    pictures, decoded = images[:, None].float() / 255, decode(model, codes)
    mse = float(F.mse_loss(decoded, pictures))
    counts = codes.flatten().bincount(minlength=model.config.num_codes)
    again = torch.cat([model.encode(some) for some in decoded.split(1000)])
    return {
        "mse": mse,
        "psnr_db": -10 * math.log10(mse),
        "ssim": ssim(decoded, pictures),
        "codes_in_use": int((counts > 0).sum()),
        "perplexity": perplexity(counts),
        "fixed_point_share": float((again == codes).float().mean()),
    }


def reach(grid: int, patch: int, row: int, column: int, margin: int) -> tuple[slice, slice]:
    """The pixels of a cell's patch, widened by a margin."""
    spans = [slice(max(0, i * patch - margin), min(grid * patch, (i + 1) * patch + margin)) for i in (row, column)]
    return spans[0], spans[1]


@torch.no_grad()
def editing(model: VQVAE, images: Tensor, number: int, seed: int = 0) -> dict:
    """Change one code at a time in the codes of uint8 images (N,S,S) and see where the picture changes.

    effect_within_Mpx: share of the absolute change that lies within M pixels of the cell's patch, over inked cells given a random
    other code. erase_leftover: ink left in a patch after its cell is set to the background code, as a share of the ink that
    was there, over all cells with ink.
    """
    config, generator = model.config, torch.Generator().manual_seed(seed)
    grid, patch = config.grid, config.patch
    codes = encode(model, images[:number])
    before = decode(model, codes)

    inside, total = {0: 0.0, 2: 0.0, 4: 0.0}, 0.0
    left = ink = 0.0
    for row in range(grid):
        for column in range(grid):
            changed = codes.clone()
            other = torch.randint(1, config.num_codes, (len(codes),), generator=generator)
            changed[:, row, column] = (changed[:, row, column] + other) % config.num_codes
            change = (decode(model, changed) - before).abs()[codes[:, row, column] != BLANK]
            total += float(change.sum())
            for margin in inside:
                rows, columns = reach(grid, patch, row, column, margin)
                inside[margin] += float(change[..., rows, columns].sum())
            erased = codes.clone()
            erased[:, row, column] = BLANK
            rows, columns = reach(grid, patch, row, column, 0)
            drawn = before[..., rows, columns].sum((1, 2, 3))
            has_ink = (codes[:, row, column] != BLANK) & (drawn > 0.5)
            left += float(decode(model, erased)[..., rows, columns].sum((1, 2, 3))[has_ink].sum())
            ink += float(drawn[has_ink].sum())
    shares = {f"effect_within_{margin}px": value / total for margin, value in inside.items()}
    return shares | {"erase_leftover": left / ink}


def robustness(model: VQVAE, images: Tensor, number: int) -> dict:
    """MSE on drawings unlike MNIST (train/drawings.py), by family and over all, and over all relative to MNIST's own."""
    own = F.mse_loss(decode(model, encode(model, images)), images[:, None].float() / 255)
    result = {}
    for family, pictures in drawings.foreign(images, number).items():
        result[family] = float(F.mse_loss(decode(model, encode(model, pictures)), pictures[:, None].float() / 255))
    result["all"] = sum(result.values()) / len(result)
    result["ratio_to_mnist"] = result["all"] / float(own)
    return result
