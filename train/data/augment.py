"""Augmentation: what is done to training pictures so that the networks bear what visitors draw and edit.

For the VQ-VAE (train/vqvae.py): `make_batch` shifts digits, turns doodles and empties cells before
encoding; `edit` replaces cells after quantization. For the prior (train/prior.py): `warp`, other hands'
digits. For the classifier: `affine`.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from train.data import drawings
from train.data.masks import random_rectangles
from train.runtime import distributed


def random_cells(n: int, grid: int, generator: torch.Generator) -> Tensor:
    """Random sets of cells -> bool (n,grid,grid): half of them scattered cells, half rectangles."""
    scattered = torch.rand(n, grid, grid, generator=generator)
    scattered = scattered < 0.5 * torch.rand(n, 1, 1, generator=generator)
    rectangle = random_rectangles(n, grid, generator)
    return torch.where(torch.rand(n, 1, 1, generator=generator) < 0.5, scattered, rectangle)


def to_pixels(cells: Tensor, patch: int) -> Tensor:
    """Cells bool (N,G,G) -> the pixels of their patches (N,1,G*patch,G*patch)."""
    return cells.repeat_interleave(patch, 1).repeat_interleave(patch, 2)[:, None]


def chosen(n: int, share: float, generator: torch.Generator) -> Tensor:
    """A bool (n,1,1), true for about `share` of the rows."""
    return torch.rand(n, 1, 1, generator=generator) < share


def make_batch(
    digits: Tensor,
    doodles: Tensor,
    grid: int,
    shift_share: float,
    erase_share: float,
    generator: torch.Generator,
) -> Tensor:
    """Shift digits, turn doodles, erase cells: uint8 (n,28,28), (m,28,28) -> float (n+m,1,28,28) in [0,1]."""
    moves = torch.randint(-8, 9, (len(digits), 2), generator=generator)
    digits = drawings.shift(digits, moves * chosen(len(digits), shift_share, generator)[:, 0])
    if torch.rand((), generator=generator) < 0.5:
        doodles = doodles.mT
    flips = [axis for axis in (1, 2) if torch.rand((), generator=generator) < 0.5]
    images = torch.cat([digits, doodles.flip(flips)])[:, None].float() / 255
    erased = random_cells(len(images), grid, generator) & chosen(len(images), erase_share, generator)
    return images * ~to_pixels(erased, images.shape[-1] // grid)


GRAFT_SHARE = 0.3  # of the pictures whose cells are not swapped, those with cells of another picture
MOST_SWAPPED = 0.1  # of the cells of a picture


def edit(
    vectors: Tensor,
    blank: Tensor,
    images: Tensor,
    share: float,
    swap_share: float,
    alone_share: float,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor]:
    """Replace codes in a share of the pictures, and in the target the patches that go with them:

        swap    In `swap_share` of these pictures a few inked cells get the codes of inked cells anywhere in
                the batch, which fit nothing around them.
        graft   In some of the others random cells get the codes that another picture has there.
        blank   In the rest random cells are blanked or, in `alone_share`, all but the random ones.

    vectors (N,D,G,G), the blank cells bool (N,G,G) and the target pixels (N,1,S,S) -> the same, changed.
    """
    n, grid = len(vectors) * distributed.size(), vectors.shape[-1]
    patch = images.shape[-1] // grid
    everywhere_blank = distributed.gather(blank).cpu()
    way = torch.rand(n, 1, 1, generator=generator)
    swap, graft = way < swap_share, (way >= swap_share) & (way < swap_share + (1 - swap_share) * GRAFT_SHARE)
    alone = chosen(n, alone_share, generator) & ~swap & ~graft
    cells = random_cells(n, grid, generator) ^ alone
    few = torch.rand(n, grid, grid, generator=generator)
    few = few < MOST_SWAPPED * torch.rand(n, 1, 1, generator=generator)
    cells = torch.where(swap, few & ~everywhere_blank, cells) & chosen(n, share, generator)

    # For each cell the one, numbered through the batch, that it would get its code from.
    same_place = torch.arange(grid**2).view(grid, grid)
    donor = torch.randperm(n, generator=generator)[:, None, None] * grid**2 + same_place
    inked = (~everywhere_blank).flatten().nonzero().flatten()
    if len(inked):
        anywhere = inked[torch.randint(len(inked), (n, grid, grid), generator=generator)]
        donor = torch.where(swap, anywhere, donor)

    replaced, blanked = cells & (swap | graft), cells & ~(swap | graft)
    replaced, blanked, donor = (distributed.share(x).to(vectors.device) for x in (replaced, blanked, donor))

    def with_donors(values: Tensor) -> Tensor:
        """Values of each cell, (N,C,G,G), with those of the donors in the replaced cells."""
        cell_by_cell = distributed.gather(values).movedim(1, -1).flatten(0, 2)
        given = cell_by_cell.index_select(0, donor.flatten()).view(*donor.shape, -1).movedim(-1, 1)
        return torch.where(replaced[:, None], given, values)

    blank = with_donors(blank[:, None])[:, 0] | blanked
    target = F.pixel_shuffle(with_donors(F.pixel_unshuffle(images, patch)), patch)
    vectors = with_donors(vectors).masked_fill(blank[:, None], 0.0)
    return vectors, blank, target * ~to_pixels(blanked, patch)


def longer_side(places: Tensor, ink: Tensor) -> Tensor:
    """Of the upright box around the inked ones of some places: float (N,P,2) and bool (N,P) -> (N,)."""
    last = places.masked_fill(~ink[..., None], -torch.inf).amax(1)
    first = places.masked_fill(~ink[..., None], torch.inf).amin(1)
    return (last - first).amax(1)


def mapped(images: Tensor, source: Tensor) -> Tensor:
    """Pictures float (N,1,S,S) in [0,1], drawn anew -> the same.

    source: affine maps (N,2,3) from places in the result to the places that are read. Bicubic, since bilinear
    sampling would soften the strokes and so change their codes.
    """
    where = F.affine_grid(source, list(images.shape), align_corners=False)
    return F.grid_sample(images, where, mode="bicubic", align_corners=False).clamp(0, 1)


def warp(images: Tensor, generator: torch.Generator) -> Tensor:
    """Other hands' digits: turned by up to 8 degrees, slanted and stretched by up to 8 %, at random.

    The digit stays framed as MNIST frames it: the centre of its mass stays where it is, and the longer side
    of the box around it as long. float (N,1,S,S) in [0,1] -> the same.
    """
    n, size = len(images), images.shape[-1]
    angle, slant, stretch = (2 * torch.rand(3, n, generator=generator) - 1).unbind()
    angle, slant, stretch = angle * math.radians(8), 0.08 * slant, (0.08 * stretch).exp()
    turning = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], -1).view(n, 2, 2)
    slanting = torch.stack([stretch, slant, torch.zeros(n), 1 / stretch], -1).view(n, 2, 2)
    source = turning @ slanting  # takes a place (x,y), counted from the centre, to where it is read

    line = (torch.arange(size) + 0.5) / size * 2 - 1
    places = torch.stack(torch.meshgrid(line, line, indexing="xy"), -1).view(1, -1, 2).expand(n, -1, -1)
    ink = images.flatten(1) > 0.3
    ink = ink | ~ink.any(1, keepdim=True)  # an empty picture counts as full
    pixel = 2 / size
    longer = (longer_side(places @ source.inverse().mT, ink) + pixel) / (longer_side(places, ink) + pixel)
    return mapped(images, F.pad(source * longer[:, None, None], (0, 1)))  # moved by nothing


def affine(images: Tensor, generator: torch.Generator) -> Tensor:
    """Turns by up to 8 degrees, scales and shears by up to 8 % and moves by up to one pixel, at random.

    float (N,1,S,S) in [0,1] -> the same.
    """
    n, size = len(images), images.shape[-1]
    angle, scale, shear, dx, dy = (2 * torch.rand(5, n, generator=generator) - 1).unbind()
    angle, scale, shear = angle * math.radians(8), 1 + 0.08 * scale, 0.08 * shear
    cos, sin = angle.cos() * scale, angle.sin() * scale
    x_row = torch.stack([cos, shear - sin, 2 * dx / size], -1)
    y_row = torch.stack([sin, cos, 2 * dy / size], -1)
    return mapped(images, torch.stack([x_row, y_row], 1))
