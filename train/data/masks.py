"""Sets of cells: random ones, hidden or left known in training, and the fixed evaluation masks."""

import torch
from torch import Tensor


def random_rectangles(n: int, grid: int, generator: torch.Generator) -> Tensor:
    """A rectangle of cells each, of any place and size, also empty -> bool (n,grid,grid)."""
    # (n, axis, first and last+1).
    ends = torch.randint(grid + 1, (n, 2, 2), generator=generator).sort(-1).values
    line = torch.arange(grid)
    inside = (line >= ends[..., :1]) & (line < ends[..., 1:])  # (n, axis, grid)
    return inside[:, 0, :, None] & inside[:, 1, None, :]


def random_known(n: int, grid: int, generator: torch.Generator) -> Tensor:
    """Random sets of known cells -> bool (n,grid,grid).

    Of twelve: six are all but a rectangle, as when a hand has erased something, a quarter of these nothing;
    three are the last cells counted row by row, or the first or last counted column by column, any number of
    them; two are scattered cells of any density; one is a rectangle. The first cells counted row by row are
    not among them: what they teach is learned with nothing known after a cell (train/prior.py).
    """

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    scattered = uniform(n, grid, grid) < uniform(n, 1, 1)

    first = (torch.arange(grid * grid) < torch.randint(1, grid * grid, (n, 1), generator=generator)).view(
        n, grid, grid
    )
    by_column = first.mT
    direction = torch.randint(3, (n, 1, 1), generator=generator)
    part = torch.where(
        direction == 0, first.flip(1, 2), torch.where(direction == 1, by_column, by_column.flip(1, 2))
    )

    rectangle = random_rectangles(n, grid, generator)

    kinds = torch.stack([*[~rectangle] * 6, *[part] * 3, *[scattered] * 2, rectangle])
    kind = torch.randint(len(kinds), (n,), generator=generator)
    return kinds[kind, torch.arange(n)]


def evaluation_masks(grid: int, seed: int = 0) -> dict[str, Tensor]:
    """The known cells, bool (grid,grid), of each mask in the tables; named by what is unknown.

    A half is the larger one, 25 of 49 cells: counted row by row (top, bottom) or column by column (left,
    right), so that it ends in the middle of the middle line. The random half is the same 25 cells for every
    picture.
    """
    cells = grid * grid
    half = (cells + 1) // 2
    order = torch.randperm(cells, generator=torch.Generator().manual_seed(seed))
    first, scattered = torch.arange(cells) < half, torch.zeros(cells, dtype=torch.bool)
    scattered[order[:half]] = True
    centre = torch.zeros(grid, grid, dtype=torch.bool)
    start = (grid - 3) // 2
    centre[start : start + 3, start : start + 3] = True
    rows = (torch.arange(grid) < (grid + 1) // 2)[:, None].expand(grid, grid)
    unknown = {
        "everything": torch.ones(grid, grid, dtype=torch.bool),
        "top half": first.view(grid, grid),
        "bottom half": first.flip(0).view(grid, grid),
        "left half": first.view(grid, grid).T,
        "right half": first.flip(0).view(grid, grid).T,
        "centre": centre,
        "random half": scattered.view(grid, grid),
        "top rows": rows,  # 4 of 7
        "left columns": rows.T,
    }
    return {name: ~mask for name, mask in unknown.items()}
