"""How the codes lie to each other, judged by their tiles (what each usually draws): an order, neighbours and
a map.

The palette uses the order, in which neighbours are alike; the codebook view the nearest codes and the map.
"""

import numpy as np

MAP_ROUNDS = 200  # pushing apart ends long before, once no two tiles overlap


def distances(tiles: np.ndarray) -> np.ndarray:
    """Tiles (K,T,T) -> Euclidean distances (K,K)."""
    flat = tiles.reshape(len(tiles), -1).astype(np.float64)
    return np.sqrt(np.maximum(((flat[:, None] - flat[None]) ** 2).sum(-1), 0))


def order(tiles: np.ndarray, first: int) -> list[int]:
    """A short path through all codes from one of them: always on to the nearest, then 2-opt until no turn is
    left to gain.
    """
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
    return np.argsort(distances(tiles), axis=1, kind="stable")[:, 1 : n + 1].tolist()


def plane(tiles: np.ndarray, spacing: float) -> list[list[float]]:
    """A place (x, y) in the unit square for each code: the two principal components, then pushed apart, until
    squares of side `spacing` around them hardly overlap.
    """
    flat = tiles.reshape(len(tiles), -1).astype(np.float64)
    flat = flat - flat.mean(0)
    left, sizes, _ = np.linalg.svd(flat, full_matrices=False)
    places = left[:, :2] * sizes[:2]
    places = (places - places.min(0)) / np.maximum(np.ptp(places, axis=0), 1e-9)
    numbers = 1e-6 * np.arange(len(places))
    # Two at one place, a corner perhaps, would have no direction apart.
    by_number = (numbers[:, None] - numbers[None])[..., None]
    for _ in range(MAP_ROUNDS):
        apart = places[:, None] - places[None] + by_number
        far = np.abs(apart).max(-1, keepdims=True)
        shorter = np.abs(apart) == far  # the way that is less far to go
        push = np.where(shorter, np.sign(apart) * np.maximum(spacing - far, 0), 0)
        if np.abs(push).max() < spacing / 50:
            break
        places = np.clip(places + push.sum(1) / 2, 0, 1)
    return places.round(4).tolist()
