"""Whether a person can read the grid of codes: is blank blank, are all codes used, does each draw its tile.

Measured on a split of pictures with the network as it is stored. A cell is blank if no pixel of its patch is
above the VQ-VAE's `ink_threshold`, else inked.
"""

import torch
from torch import Tensor

from train.data.codes import decode, encode
from train.measure.subject import PICTURES, VQVAE_FILE, Measurement, Subject
from vqdemo.vqvae import BLANK, VQVAE, blank_cells, perplexity


def patches(images: Tensor, patch: int) -> Tensor:
    """Pictures (N,1,S,S) -> the patch of every cell (N,G,G,patch*patch)."""
    return torch.nn.functional.pixel_unshuffle(images, patch).movedim(1, -1)


@torch.no_grad()
def readability(model: VQVAE, images: Tensor) -> dict:
    """Measure on uint8 images (N,S,S).

    blank_with_code_0, codes_on_blank_cells: of the cells without ink, the share that carries code 0, and how
        many codes they carry.
    inked_perplexity, inked_codes: of the codes on inked cells.
    codes_a_digit: mean number of inked cells.
    alone: each code in the middle of a grid that is blank otherwise: ink and correlation of its patch with
        the mean patch of all cells that carry the code, and ink outside the patch as a share of all ink;
        means over codes 1 to K-1, and the extremes.
    """
    config, k = model.config, model.config.num_codes
    pictures = images[:, None].float() / 255
    codes, blank = encode(model, images), blank_cells(pictures, config)
    inked_counts = codes[~blank].bincount(minlength=k)
    patch = patches(pictures, config.patch)
    mean = torch.zeros(k, config.patch**2).index_add_(0, codes.flatten(), patch.flatten(0, 2))
    mean /= codes.flatten().bincount(minlength=k).clamp(min=1)[:, None]

    used = inked_counts.nonzero().flatten()
    used = used[used != BLANK]
    middle = config.grid // 2
    grids = torch.full((len(used), config.grid, config.grid), BLANK)
    grids[:, middle, middle] = used
    drawn = decode(model, grids)
    own, every = patches(drawn, config.patch)[:, middle, middle], drawn.flatten(1).sum(1)
    ink = own.sum(1) / mean[used].sum(1)
    centred, centred_mean = own - own.mean(1, keepdim=True), mean[used] - mean[used].mean(1, keepdim=True)
    correlation = torch.nn.functional.cosine_similarity(centred, centred_mean)
    return {
        "blank_with_code_0": float((codes[blank] == BLANK).float().mean()),
        "codes_on_blank_cells": int((codes[blank].bincount(minlength=k) > 0).sum()),
        "inked_perplexity": perplexity(inked_counts),
        "inked_codes": len(used),
        "codes_a_digit": float((~blank).float().sum((1, 2)).mean()),
        "alone": {
            "ink": float(ink.mean()), "least_ink": float(ink.min()), "most_ink": float(ink.max()),
            "correlation": float(correlation.mean()), "least_correlation": float(correlation.min()),
            "spill": float(1 - own.sum() / every.sum()),
        },
    }  # fmt: skip


def measure(subject: Subject) -> dict:
    return readability(subject.model.vqvae, subject.pictures.images)


MEASUREMENT = Measurement("readability", (*PICTURES, VQVAE_FILE), measure)
