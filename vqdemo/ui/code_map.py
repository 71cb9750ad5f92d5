"""Which codes look alike, by their tiles (what each usually draws): an order, neighbours and a map.

The palette uses the order, in which neighbours are alike; the codebook view the nearest codes and the map.
"""

import math

import numpy as np


def distances(tiles: np.ndarray) -> np.ndarray:
    """Tiles (K,T,T) -> Euclidean distances (K,K)."""
    flat = tiles.reshape(len(tiles), -1).astype(np.float64)
    products = flat @ flat.T
    squares = products.diagonal()
    # |a - b|^2 = |a|^2 - 2ab + |b|^2, which rounding may leave below 0.
    return np.sqrt(np.maximum(squares[:, None] + squares - 2 * products, 0))


def order(tiles: np.ndarray, first: int) -> list[int]:
    """A short path through all codes from `first`: on to the nearest each time, then improved by 2-opt."""
    far = distances(tiles)
    path, left = [first], set(range(len(tiles))) - {first}
    while left:
        path.append(min(left, key=lambda code: far[path[-1], code]))
        left.remove(path[-1])
    better = True
    while better:
        better = False
        for i in range(1, len(path) - 1):
            for j in range(i + 1, len(path)):
                beyond = path[j + 1] if j + 1 < len(path) else None
                now = far[path[i - 1], path[i]] + (far[path[j], beyond] if beyond is not None else 0)
                turned = far[path[i - 1], path[j]] + (far[path[i], beyond] if beyond is not None else 0)
                if turned < now - 1e-9:
                    path[i : j + 1] = path[i : j + 1][::-1]
                    better = True
    return path


def nearest(tiles: np.ndarray, n: int) -> list[list[int]]:
    """For each code the n codes that look most like it, the nearest first."""
    far = distances(tiles)
    np.fill_diagonal(far, -1)  # a code itself comes first, also among codes whose tiles are equal
    return np.argsort(far, axis=1, kind="stable")[:, 1 : n + 1].tolist()


def plane(tiles: np.ndarray, first: int) -> list[list[float]]:
    """A place (x, y) in the unit square for each code, on a lattice that the tiles fill: none hides another.

    `first` stands at the top left. The two principal components of the tiles place the others: the codes are
    sorted by one of them and cut into rows, and each row is sorted by the other.
    """
    flat = tiles.reshape(len(tiles), -1).astype(np.float64)
    left, sizes, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    across, down = (left[:, :2] * sizes[:2]).T
    across[first] = down[first] = -np.inf
    columns = math.ceil(math.sqrt(len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    places = np.zeros((len(tiles), 2))
    for y, row in enumerate(np.array_split(np.argsort(down, kind="stable"), rows)):
        for x, code in enumerate(row[np.argsort(across[row], kind="stable")]):
            places[code] = x / max(columns - 1, 1), y / max(rows - 1, 1)
    return places.round(4).tolist()
