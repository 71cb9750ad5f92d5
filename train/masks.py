"""Sets of cells: the random ones that training hides or leaves known, and the fixed ones that the prior is judged by."""

import torch
from torch import Tensor


def random_rectangles(n: int, grid: int, generator: torch.Generator) -> Tensor:
    """A rectangle of cells each, of any place and size, also empty -> bool (n,grid,grid)."""
    ends = torch.randint(grid + 1, (n, 2, 2), generator=generator).sort(-1).values  # (n, axis, first and last+1)
    line = torch.arange(grid)
    inside = (line >= ends[..., :1]) & (line < ends[..., 1:])  # (n, axis, grid)
    return inside[:, 0, :, None] & inside[:, 1, None, :]


def random_known(n: int, grid: int, generator: torch.Generator) -> Tensor:
    """Random sets of known cells -> bool (n,grid,grid).

    3 in 10 know nothing. Of the others a third are scattered cells of any density, and a sixth each: some first or last rows or
    columns; a rectangle; all but a rectangle; all but one cell.
    """

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    scattered = uniform(n, grid, grid) < uniform(n, 1, 1)

    edge = torch.arange(grid) < torch.randint(1, grid, (n, 1), generator=generator)
    edge = torch.where(uniform(n, 1) < 0.5, edge, edge.flip(1))
    band = torch.where(uniform(n, 1, 1) < 0.5, edge[:, :, None], edge[:, None, :]).expand(n, grid, grid)

    rectangle = random_rectangles(n, grid, generator)
    one = torch.randint(grid * grid, (n, 1), generator=generator)
    all_but_one = (torch.arange(grid * grid) != one).view(n, grid, grid)

    kinds = torch.stack([scattered, scattered, band, rectangle, ~rectangle, all_but_one])
    kind = torch.randint(len(kinds), (n,), generator=generator)
    known = kinds[kind, torch.arange(n)]
    return known & (uniform(n, 1, 1) >= 0.3)


def judged(grid: int, seed: int = 0) -> dict[str, Tensor]:
    """The known cells, bool (grid,grid), of each mask in the tables; named by what is unknown.

    A half is the larger one: 4 of 7 rows or columns. The random half is the same 25 of 49 cells for every picture.
    """
    half = (grid + 1) // 2
    nothing = torch.zeros(grid, grid, dtype=torch.bool)
    masks = {name: ~nothing for name in ("top half", "bottom half", "left half", "right half", "centre", "random half")}
    masks["top half"][:half] = False
    masks["bottom half"][-half:] = False
    masks["left half"][:, :half] = False
    masks["right half"][:, -half:] = False
    start = (grid - 3) // 2
    masks["centre"][start : start + 3, start : start + 3] = False
    order = torch.randperm(grid * grid, generator=torch.Generator().manual_seed(seed))
    masks["random half"].view(-1)[order[: (grid * grid + 1) // 2]] = False
    return {"everything": nothing} | masks
