"""Whether a code acts where it stands: one code is changed at a time, and the pictures are compared."""

import torch
from torch import Tensor

from train.data.codes import decode, encode
from train.measure.subject import PICTURES, VQVAE_FILE, Measurement, Subject
from vqdemo.vqvae import BLANK, VQVAE


def reach(grid: int, patch: int, row: int, column: int, margin: int) -> tuple[slice, slice]:
    """The pixels of a cell's patch, widened by a margin: rows and columns."""
    spans = [
        slice(max(0, i * patch - margin), min(grid * patch, (i + 1) * patch + margin)) for i in (row, column)
    ]
    return spans[0], spans[1]


@torch.no_grad()
def editing(model: VQVAE, images: Tensor, number: int, seed: int = 0) -> dict:
    """Change one code at a time in the codes of uint8 images (N,S,S) and see where the picture changes.

    effect_within_Mpx: share of the absolute change that lies within M pixels of the cell's patch, over
    inked cells given a random other code. erase_leftover: ink left in a patch after its cell is set to the
    blank code, as a share of the ink that was there, over all cells with ink.
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
            inked = codes[:, row, column] != BLANK
            change = (decode(model, changed) - before).abs()[inked]
            total += float(change.sum())
            for margin in inside:
                rows, columns = reach(grid, patch, row, column, margin)
                inside[margin] += float(change[..., rows, columns].sum())
            erased = codes.clone()
            erased[:, row, column] = BLANK
            rows, columns = reach(grid, patch, row, column, 0)
            drawn = before[..., rows, columns].sum((1, 2, 3))
            has_ink = inked & (drawn > 0.5)
            left += float(decode(model, erased)[..., rows, columns].sum((1, 2, 3))[has_ink].sum())
            ink += float(drawn[has_ink].sum())
    shares = {f"effect_within_{margin}px": value / total for margin, value in inside.items()}
    return shares | {"erase_leftover": left / ink}


def measure(subject: Subject) -> dict:
    return editing(subject.model.vqvae, subject.pictures.images, subject.repeated // 2)


MEASUREMENT = Measurement("editing", (*PICTURES, VQVAE_FILE), measure)
