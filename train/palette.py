"""Number the codes for human eyes: 0 is the blank code, and codes of close numbers look alike.

A trained codebook is numbered by chance. The network computes the same under any renumbering, so the codes
are renumbered once, before the prior is trained: tiles (the mean picture around the cells that carry a code)
are placed on a square, row by row, so that neighbours look alike: random pairs are swapped where that does
not make it worse.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from vqdemo.vqvae import BLANK, VQVAE


@torch.no_grad()
def mean_neighbourhoods(model: VQVAE, images: Tensor, batch: int = 1000) -> tuple[Tensor, Tensor]:
    """What each code stands for: mean pictures (K,T,T) in [0,1] and shares of cells (K,).

    images: uint8 (N,S,S). T is three patches wide: the cell's own and one more on each side.
    """
    config = model.config
    size = 3 * config.patch
    total, count = torch.zeros(config.num_codes, size * size), torch.zeros(config.num_codes)
    for chunk in images.split(batch):
        pictures = chunk[:, None].float() / 255
        codes = model.encode(pictures).flatten()
        around = F.unfold(pictures, size, padding=config.patch, stride=config.patch)  # (n, T*T, G*G)
        total.index_add_(0, codes, around.mT.flatten(0, 1))
        count += codes.bincount(minlength=config.num_codes)
    tiles = (total / count.clamp(min=1)[:, None]).view(-1, size, size)
    return tiles, count / count.sum()


def place(tiles: Tensor, first: int, swaps: int = 60_000, seed: int = 0) -> Tensor:
    """An order of the tiles (K,T,T), laid out row by row, that puts like beside like; `first` comes first."""
    number = len(tiles)
    columns = math.ceil(math.sqrt(number))
    distance = torch.cdist(tiles.flatten(1), tiles.flatten(1)).tolist()
    order = [first] + [code for code in range(number) if code != first]
    generator = torch.Generator().manual_seed(seed)
    pairs = torch.randint(1, number, (swaps, 2), generator=generator).tolist()

    def around(place: int) -> list[int]:
        row, column = divmod(place, columns)
        near = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
        places = [r * columns + c for r, c in near if r >= 0 and 0 <= c < columns]
        return [p for p in places if p < number]

    neighbours = [around(place) for place in range(number)]

    def cost(*places: int) -> float:
        return sum(distance[order[p]][order[q]] for p in places for q in neighbours[p])

    for a, b in pairs:
        before = cost(a, b)
        order[a], order[b] = order[b], order[a]
        if cost(a, b) > before:
            order[a], order[b] = order[b], order[a]
    return torch.tensor(order)


@torch.no_grad()
def arrange(model: VQVAE, images: Tensor) -> Tensor:
    """Renumbers the codes of a trained network in place, and stores tiles and usage with it.

    Returns which code each new one was, int64 (K,).
    """
    tiles, usage = mean_neighbourhoods(model, images)
    order = place(tiles, first=BLANK)
    quantizer = model.quantizer
    for buffer in (quantizer.codebook, quantizer.count, quantizer.total):
        buffer.copy_(buffer[order])
    model.tiles.copy_(tiles[order])
    model.usage.copy_(usage[order])
    return order
