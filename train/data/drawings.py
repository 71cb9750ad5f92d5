"""Drawings that MNIST does not hold: doodles to train on, and a test set of others.

Visitors draw off-centre, with thin and thick pens, and not only digits. `doodles` makes random strokes for
training; `out_of_distribution` makes the test set of train/measure/out_of_distribution.py, whose letters
training never sees. Both draw anti-aliased lines the way the page's draw pad does: round caps, at a multiple
of the resolution, then averaged down to pixels.
"""

import math

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

SIZE = 28
SCALE = 6  # lines are drawn this many times larger and averaged down

# Capital letters as polylines in a unit square, y downwards; a curve is a polygon with enough corners, which
# the pen rounds.
LETTERS = {
    "A": ["0,1 .5,0 1,1", ".2,.62 .8,.62"],
    "B": ["0,0 0,1", "0,0 .6,0 .85,.12 .85,.36 .6,.48 0,.48", ".6,.48 .95,.62 .95,.86 .65,1 0,1"],
    "C": ["1,.2 .75,0 .3,0 0,.3 0,.7 .3,1 .75,1 1,.8"],
    "D": ["0,0 0,1 .55,1 .95,.7 .95,.3 .55,0 0,0"],
    "E": ["1,0 0,0 0,1 1,1", "0,.5 .7,.5"],
    "F": ["1,0 0,0 0,1", "0,.5 .7,.5"],
    "G": ["1,.2 .7,0 .3,0 0,.3 0,.7 .3,1 .75,1 1,.8 1,.55 .6,.55"],
    "H": ["0,0 0,1", "1,0 1,1", "0,.5 1,.5"],
    "I": [".5,0 .5,1", ".2,0 .8,0", ".2,1 .8,1"],
    "J": [".3,0 1,0", ".75,0 .75,.75 .55,1 .2,1 0,.75"],
    "K": ["0,0 0,1", "1,0 0,.55 1,1"],
    "L": ["0,0 0,1 1,1"],
    "M": ["0,1 0,0 .5,.6 1,0 1,1"],
    "N": ["0,1 0,0 1,1 1,0"],
    "O": [".5,0 .85,.15 1,.5 .85,.85 .5,1 .15,.85 0,.5 .15,.15 .5,0"],
    "P": ["0,1 0,0 .65,0 .95,.15 .95,.4 .65,.55 0,.55"],
    "Q": [".5,0 .85,.15 1,.5 .85,.85 .5,1 .15,.85 0,.5 .15,.15 .5,0", ".6,.65 1,1"],
    "R": ["0,1 0,0 .65,0 .95,.15 .95,.4 .65,.52 0,.52", ".45,.52 1,1"],
    "S": ["1,.15 .7,0 .25,0 .03,.2 .15,.42 .8,.58 1,.8 .7,1 .25,1 0,.85"],
    "T": ["0,0 1,0", ".5,0 .5,1"],
    "U": ["0,0 0,.7 .25,1 .75,1 1,.7 1,0"],
    "V": ["0,0 .5,1 1,0"],
    "W": ["0,0 .25,1 .5,.35 .75,1 1,0"],
    "X": ["0,0 1,1", "1,0 0,1"],
    "Y": ["0,0 .5,.5 1,0", ".5,.5 .5,1"],
    "Z": ["0,0 1,0 0,1 1,1"],
}


def render(strokes: list[np.ndarray], width: float) -> np.ndarray:
    """Draw polylines, each (P,2) of x, y in pixels, with a round pen `width` pixels wide -> uint8 (28,28)."""
    canvas = Image.new("L", (SIZE * SCALE, SIZE * SCALE))
    pen, radius = ImageDraw.Draw(canvas), width * SCALE / 2
    for points in strokes:
        points = [tuple(p) for p in np.asarray(points) * SCALE]
        pen.line(points, fill=255, width=max(1, round(width * SCALE)))
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(canvas.reduce(SCALE))


def random_stroke(rng: np.random.Generator) -> np.ndarray:
    """One stroke: a broken line, a Bezier curve, or part of an ellipse -> (P,2) in pixels."""
    kind = rng.integers(3)
    if kind == 0:
        return rng.uniform(2, SIZE - 2, (rng.integers(2, 5), 2))
    if kind == 1:
        control = rng.uniform(1, SIZE - 1, (4, 2))
        t = np.linspace(0, 1, 16)[:, None]
        weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
        return weights @ control
    centre, radii = rng.uniform(7, SIZE - 7, 2), rng.uniform(2.5, 9, 2)
    start, turn, tilt = rng.uniform(0, 2 * math.pi), rng.uniform(1.5, 2 * math.pi), rng.uniform(0, math.pi)
    angle = start + np.linspace(0, turn, 24)
    ellipse = np.stack([radii[0] * np.cos(angle), radii[1] * np.sin(angle)], axis=1)
    rotation = np.array([[math.cos(tilt), -math.sin(tilt)], [math.sin(tilt), math.cos(tilt)]])
    return centre + ellipse @ rotation.T


def doodles(number: int, seed: int) -> Tensor:
    """Random drawings of one to four strokes, pens 0.8 to 4.5 pixels wide -> uint8 (number,28,28)."""
    rng = np.random.default_rng(seed)
    pictures = np.empty((number, SIZE, SIZE), np.uint8)
    for picture in pictures:
        strokes = [random_stroke(rng) for _ in range(rng.integers(1, 5))]
        picture[:] = render(strokes, rng.uniform(0.8, 4.5))
    return torch.from_numpy(pictures)


def shift(images: Tensor, offsets: Tensor) -> Tensor:
    """Move each picture (N,H,W) by whole pixels; what leaves the frame is lost.

    offsets: int (N,2) as (down, right).
    """
    n, height, width = images.shape
    rows = torch.arange(height, device=images.device) - offsets[:, :1]
    columns = torch.arange(width, device=images.device) - offsets[:, 1:]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    moved = images[
        torch.arange(n, device=images.device)[:, None, None],
        rows.clamp(0, height - 1)[:, :, None],
        columns.clamp(0, width - 1)[:, None, :],
    ]
    return moved * inside


def letter(name: str, rng: np.random.Generator) -> list[np.ndarray]:
    """A capital letter, its size, place, slant and proportions drawn at random -> strokes in pixels."""
    height, width = rng.uniform(12, 21), rng.uniform(9, 18)
    corner = np.array([rng.uniform(3, SIZE - 3 - width), rng.uniform(3, SIZE - 3 - height)])
    slant = rng.uniform(-0.15, 0.15)
    strokes = []
    for line in LETTERS[name]:
        points = np.array([[float(value) for value in pair.split(",")] for pair in line.split()])
        points = points * [width, height] + corner
        points[:, 0] += slant * (SIZE / 2 - points[:, 1])
        strokes.append(points)
    return strokes


def out_of_distribution(digits: Tensor, number: int, seed: int = 0) -> dict[str, Tensor]:
    """Drawings that MNIST does not hold, `number` pictures of each family, uint8 (number,28,28).

    shifted: the given digits uint8 (N,28,28) moved by up to 6 pixels each way; strokes: random strokes 1 to 4
    pixels wide, from a seed that training does not use; letters: capitals with pens 1 to 4 pixels wide.
    """
    rng = np.random.default_rng([seed, 2_026])
    offsets = torch.from_numpy(rng.integers(-6, 7, (number, 2)))
    strokes = [
        render([random_stroke(rng) for _ in range(rng.integers(1, 4))], rng.uniform(1, 4))
        for _ in range(number)
    ]
    names = rng.choice(list(LETTERS), number)
    letters = [render(letter(name, rng), rng.uniform(1, 4)) for name in names]
    return {
        "shifted": shift(digits[:number], offsets),
        "strokes": torch.from_numpy(np.stack(strokes)),
        "letters": torch.from_numpy(np.stack(letters)),
    }
