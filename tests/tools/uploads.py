"""Pictures of digits as people upload them, made by the dozen: is each framed so that it is read as its
digit?

    .venv/bin/python tests/tools/uploads.py --data MNIST_FOLDER --classifier FILE [--each 20] [--seed 0]
        [--kinds hard_shadow,thumb] [--write FOLDER]

Half of the digits are MNIST's test digits, half are drawn with strokes. Each kind below is a function that
lays a digit onto a picture of that kind and encodes it as a file. A digit is only used if the classifier
(train/measure/classifier.py; FILE is made if it is not there) reads it when nothing disturbs it, so what is read
wrongly was framed wrongly. Prints the share that is read rightly, per kind; `--write` keeps the pictures.
They hold MNIST's digits: do not commit them.
"""

import argparse
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from vqdemo import strokes

MAX_BYTES, MAX_PIXELS = 10 * 2**20, 40_000_000

# Each digit as polylines in a unit square, x to the right and y down; curves are given by a few points and
# smoothed.
DRAWN = {
    0: [[(0.5, 0.02), (0.2, 0.2), (0.12, 0.55), (0.3, 0.92), (0.6, 0.95), (0.82, 0.6), (0.78, 0.2), (0.5, 0.02)]],
    1: [[(0.5, 0.0), (0.5, 1.0)]],
    2: [[(0.15, 0.25), (0.3, 0.05), (0.65, 0.05), (0.75, 0.3), (0.5, 0.62), (0.12, 0.97)], [(0.12, 0.97), (0.85, 0.95)]],
    3: [[(0.18, 0.15), (0.5, 0.0), (0.78, 0.2), (0.62, 0.42), (0.4, 0.47)],
        [(0.4, 0.47), (0.75, 0.58), (0.8, 0.82), (0.5, 1.0), (0.15, 0.87)]],
    4: [[(0.55, 0.0), (0.1, 0.65)], [(0.1, 0.65), (0.9, 0.63)], [(0.62, 0.35), (0.6, 1.0)]],
    5: [[(0.8, 0.03), (0.28, 0.05)], [(0.28, 0.05), (0.22, 0.45)],
        [(0.22, 0.45), (0.55, 0.38), (0.8, 0.6), (0.72, 0.9), (0.4, 1.0), (0.15, 0.9)]],
    6: [[(0.68, 0.0), (0.35, 0.3), (0.2, 0.7), (0.4, 1.0), (0.72, 0.9), (0.75, 0.65), (0.5, 0.52), (0.24, 0.7)]],
    7: [[(0.15, 0.05), (0.85, 0.03)], [(0.85, 0.03), (0.6, 0.45), (0.42, 1.0)]],
    8: [[(0.5, 0.48), (0.22, 0.28), (0.35, 0.04), (0.65, 0.04), (0.76, 0.26), (0.5, 0.48),
         (0.2, 0.75), (0.4, 1.0), (0.68, 0.96), (0.78, 0.74), (0.5, 0.48)]],
    9: [[(0.75, 0.3), (0.55, 0.48), (0.28, 0.36), (0.3, 0.1), (0.6, 0.02), (0.75, 0.28), (0.72, 0.6), (0.58, 1.0)]],
}  # fmt: skip


class Source:
    """Digits without end: from MNIST's test split (uint8 (N,28,28) and labels) and drawn, in turn."""

    def __init__(self, rng: np.random.Generator, images: np.ndarray, labels: np.ndarray):
        self.rng, self.images, self.labels, self.turn = rng, images, labels, 0

    def __call__(self, height: int, pen: float | None = None) -> tuple[np.ndarray, int]:
        """A digit `height` pixels high, its pen `pen` wide where it is drawn -> float (H, W) in [0, 1], and
        its label.
        """
        self.turn += 1
        if self.turn % 2:
            i = self.rng.integers(len(self.images))
            digit = Image.fromarray(self.images[i])
            digit = digit.crop(digit.point(lambda v: 255 * (v > 60)).getbbox())
            size = max(1, round(digit.width * height / digit.height)), height
            if size[0] > 1.6 * height:
                size = int(1.6 * height), round(1.6 * height * digit.height / digit.width)
            smooth = np.asarray(digit.resize(size, Image.Resampling.BICUBIC), float) / 255
            # As a pen draws it: the soft pixels of 28x28 become an edge of about two pixels.
            edge = max(height / 20 * 0.25, 1)
            return np.clip((smooth - 0.45) * height / 20 / edge + 0.5, 0, 1), int(self.labels[i])
        label = int(self.rng.integers(10))
        width = pen or height * self.rng.uniform(0.05, 0.14)
        return drawn(label, height, width, self.rng), label


def drawn(label: int, height: int, pen: float, rng: np.random.Generator) -> np.ndarray:
    """A digit drawn with strokes -> float (H, W) in [0, 1]."""
    slant, narrow = rng.uniform(-0.05, 0.25), rng.uniform(0.55, 0.85)
    border = pen / 2 + 1
    paths = []
    for path in DRAWN[label]:
        points = np.array(path) + rng.normal(0, 0.012, (len(path), 2))
        if len(points) > 2:  # corner cutting
            for _ in range(3):
                cut = np.stack(
                    [0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]], 1
                )
                points = np.concatenate([points[:1], cut.reshape(-1, 2), points[-1:]])
        points[:, 0] = points[:, 0] * narrow + slant * (0.5 - points[:, 1])
        paths.append(points * (height - 2 * border))
    low = np.min([path.min(axis=0) for path in paths], axis=0)
    high = np.max([path.max(axis=0) for path in paths], axis=0)
    size = np.ceil(high - low + 2 * border).astype(int)
    image = Image.new("L", tuple((size * 4).tolist()))
    pencil = ImageDraw.Draw(image)
    for path in paths:
        points = [tuple(point) for point in ((path - low + border) * 4).tolist()]
        pencil.line(points, fill=255, width=max(1, round(pen * 4)), joint="curve")
        for x, y in (points[0], points[-1]):
            pencil.ellipse([x - 2 * pen, y - 2 * pen, x + 2 * pen, y + 2 * pen], fill=255)
    return np.asarray(image.reduce(4), float) / 255


def laid(digit: np.ndarray, height: int, width: int, left: int, top: int) -> np.ndarray:
    """A digit -> float (height, width), 0 but for the digit."""
    ink = np.zeros((height, width), np.float32)
    ink[top : top + digit.shape[0], left : left + digit.shape[1]] = digit[: height - top, : width - left]
    return ink


def encoded(array: np.ndarray | Image.Image, kind: str = "PNG", **options) -> bytes:
    image = (
        array if isinstance(array, Image.Image) else Image.fromarray(np.clip(array, 0, 255).astype(np.uint8))
    )
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


# ---- photographs ----


class Photo:
    """A sheet of paper under a lamp, a digit written on it, as a camera sees it."""

    def __init__(self, rng: np.random.Generator, source: Source, share: float | None = None, pen: float | None = None,
                 size: tuple[int, int] | None = None, middle: bool = True):  # fmt: skip
        self.rng = rng
        self.height, self.width = size or [(600, 800), (800, 600), (700, 700)][rng.integers(3)]
        tall = int(min(self.height, self.width) * (share or rng.uniform(0.25, 0.6)))
        digit, self.label = source(tall, pen or tall * rng.uniform(0.02, 0.09))
        digit = digit[:, : int(self.width * 0.8)]
        room_y, room_x = self.height - digit.shape[0], self.width - digit.shape[1]
        low, high = (0.35, 0.65) if middle else (0.1, 0.9)
        self.top, self.left = int(room_y * rng.uniform(low, high)), int(room_x * rng.uniform(low, high))
        self.ink = laid(digit, self.height, self.width, self.left, self.top)
        self.digit = digit
        self.y, self.x = np.mgrid[: self.height, : self.width].astype(np.float32)
        self.paper = np.array([rng.uniform(225, 250)] * 3) + rng.uniform(-8, 8, 3)
        self.pen = np.array([rng.uniform(20, 60)] * 3) + rng.uniform(0, 25, 3)
        self.lines = np.zeros_like(self.x)  # printed on the paper, below the digit
        self.line_colour = np.array([rng.uniform(100, 170), rng.uniform(150, 190), rng.uniform(200, 230)])
        self.light = self.slope(rng.uniform(0.65, 0.95))
        self.over = []  # (mask, colour) of what lies on the paper
        self.blur, self.grain, self.quality = (
            rng.uniform(0.3, 1.2),
            rng.uniform(1, 5),
            int(rng.integers(70, 95)),
        )

    def slope(self, least: float) -> np.ndarray:
        """Light that falls off across the sheet, from 1 to `least`."""
        angle = self.rng.uniform(0, 2 * np.pi)
        along = np.cos(angle) * self.x / self.width + np.sin(angle) * self.y / self.height
        return 1 - (1 - least) * (along - along.min()) / np.ptp(along)

    def side(self, depth: float, tilt: float) -> np.ndarray:
        """How far each pixel is inside a strip along a random side, in pixels."""
        side = self.rng.integers(4)
        away = [self.y, self.height - self.y, self.x, self.width - self.x][side]
        along = [self.x, self.x, self.y, self.y][side]
        extent = [self.height, self.height, self.width, self.width][side]
        return depth * extent - away + tilt * (along - along.mean())

    def data(self, kind: str = "JPEG", **options) -> bytes:
        paper = self.paper + self.lines[..., None] * (self.line_colour - self.paper)
        sheet = paper + self.ink[..., None] * (np.minimum(self.pen, paper) - paper)
        if self.pen.mean() > self.paper.mean():
            sheet = paper + self.ink[..., None] * (self.pen - paper)
        sheet = sheet * self.light[..., None]
        for mask, colour in self.over:
            sheet += mask[..., None] * (colour - sheet)
        image = Image.fromarray(np.clip(sheet, 0, 255).astype(np.uint8)).filter(
            ImageFilter.GaussianBlur(self.blur)
        )
        noise = self.rng.standard_normal((self.height, self.width, 1), np.float32) * self.grain
        return encoded(
            np.asarray(image, float) + noise,
            kind,
            **({"quality": self.quality} | options if kind == "JPEG" else options),
        )


def smooth(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -30, 30)))


def plain_pen(rng, source):
    photo = Photo(rng, source)
    return photo.data(), photo.label


def off_centre(rng, source):
    photo = Photo(rng, source, rng.uniform(0.15, 0.3), middle=False)
    return photo.data(), photo.label


def dim_light(rng, source):
    photo = Photo(rng, source)
    photo.light *= rng.uniform(0.25, 0.65)
    return photo.data(), photo.label


def vignette(rng, source):
    photo = Photo(rng, source)
    away = ((photo.x / photo.width - 0.5) ** 2 + (photo.y / photo.height - 0.5) ** 2) * 2
    photo.light *= 1 - rng.uniform(0.4, 0.75) * away
    return photo.data(), photo.label


def hard_shadow(rng, source, softness=(1, 6)):
    photo = Photo(rng, source)
    angle = rng.uniform(0, 2 * np.pi)
    middle = rng.uniform(0.35, 0.65) * photo.width, rng.uniform(0.35, 0.65) * photo.height
    across = np.cos(angle) * (photo.x - middle[0]) + np.sin(angle) * (photo.y - middle[1])
    photo.light *= 1 - rng.uniform(0.25, 0.55) * smooth(across / rng.uniform(*softness))
    return photo.data(), photo.label


def soft_shadow(rng, source):
    return hard_shadow(rng, source, (15, 60))


def hand_shadow(rng, source):
    """The shadow of the hand or phone that holds the camera: a rounded shape that reaches in from a side."""
    photo = Photo(rng, source)
    x, y = rng.uniform(0.2, 0.8) * photo.width, photo.height * rng.choice([0.9, 1.1, 0.1, -0.1])
    round_ = ((photo.x - x) / (photo.width * rng.uniform(0.25, 0.45))) ** 2
    round_ = np.sqrt(round_ + ((photo.y - y) / (photo.height * rng.uniform(0.3, 0.6))) ** 2)
    photo.light *= 1 - rng.uniform(0.2, 0.5) * smooth((1 - round_) * rng.uniform(15, 80))
    return photo.data(), photo.label


def two_shadows(rng, source):
    photo = Photo(rng, source)
    for _ in range(2):
        angle = rng.uniform(0, 2 * np.pi)
        across = np.cos(angle) * (photo.x - photo.width * rng.uniform(0.3, 0.7))
        across += np.sin(angle) * (photo.y - photo.height * rng.uniform(0.3, 0.7))
        photo.light *= 1 - rng.uniform(0.15, 0.4) * smooth(across / rng.uniform(1, 20))
    return photo.data(), photo.label


def wood(photo):
    grain = 12 * np.sin(photo.y / photo.rng.uniform(8, 40) + 3 * np.sin(photo.x / photo.rng.uniform(60, 200)))
    base = np.array([photo.rng.uniform(35, 120)] * 3) * np.array(
        [1, photo.rng.uniform(0.7, 1), photo.rng.uniform(0.5, 1)]
    )
    return base + grain[..., None]


def table_strip(rng, source):
    photo = Photo(rng, source)
    inside = photo.side(rng.uniform(0.05, 0.18), rng.uniform(-0.05, 0.05))
    photo.over.append((smooth(inside), wood(photo)))
    return photo.data(), photo.label


def paper_on_table(rng, source):
    photo = Photo(rng, source, rng.uniform(0.25, 0.45))
    outside = np.zeros_like(photo.x)
    sides = (
        photo.x / photo.width,
        1 - photo.x / photo.width,
        photo.y / photo.height,
        1 - photo.y / photo.height,
    )
    for away, along in zip(sides, (sides[2], sides[2], sides[0], sides[0]), strict=True):
        edge = (rng.uniform(0.06, 0.16) - away + rng.uniform(-0.08, 0.08) * (along - 0.5)) * photo.width
        outside = np.maximum(outside, smooth(edge))
    photo.over.append((outside, wood(photo)))
    return photo.data(), photo.label


def thumb(rng, source):
    photo = Photo(rng, source, rng.uniform(0.25, 0.45))
    corner_x, corner_y = rng.choice([0.0, 1.0]), rng.choice([0.0, 0.5, 1.0])
    angle = np.arctan2(0.5 - corner_y, 0.5 - corner_x) + rng.uniform(-0.3, 0.3)
    x, y = photo.x - corner_x * photo.width, photo.y - corner_y * photo.height
    along, across = np.cos(angle) * x + np.sin(angle) * y, -np.sin(angle) * x + np.cos(angle) * y
    long, wide = photo.width * rng.uniform(0.12, 0.24), photo.width * rng.uniform(0.05, 0.09)
    tip = np.hypot(np.maximum(along - long + wide, 0), across)
    skin = np.array([rng.uniform(120, 225)] * 3) * np.array(
        [1, rng.uniform(0.68, 0.8), rng.uniform(0.5, 0.7)]
    )
    photo.light *= 1 - 0.25 * smooth((wide * 1.15 - tip) / 8)
    shade = skin * (1 - 0.35 * np.clip(np.abs(across) / wide, 0, 1) ** 2)[..., None]
    photo.over.append((smooth((wide - tip) / 1.5), shade))
    return photo.data(), photo.label


def specks(rng, source):
    photo = Photo(rng, source)
    for _ in range(rng.integers(3, 25)):
        x, y, r = rng.uniform(0, photo.width), rng.uniform(0, photo.height), rng.uniform(1, 7)
        photo.over.append(
            (smooth(r - np.hypot(photo.x - x, photo.y - y)), np.array([rng.uniform(20, 90)] * 3))
        )
    return photo.data(), photo.label


def ruled(rng, source, squared=False, share=None):
    photo = Photo(rng, source, share)
    tilt, every = rng.uniform(-0.05, 0.05), rng.uniform(0.035, 0.12) * photo.height
    width = rng.uniform(1, 2.2) if every < 60 else rng.uniform(1.5, 3.5)
    turned = [(photo.y + tilt * photo.x)] + ([photo.x - tilt * photo.y] if squared else [])
    for across in turned:
        phase = (across + rng.uniform(0, every)) % every
        photo.lines = np.maximum(photo.lines, smooth((width - np.abs(phase - every / 2)) * 2))
    photo.lines *= rng.uniform(0.5, 1)
    if not squared and rng.random() < 0.5:
        margin = smooth((2 - np.abs(photo.x - photo.width * rng.uniform(0.08, 0.2) - tilt * photo.y)) * 2)
        photo.over.append((margin * 0.6 * (1 - photo.ink), np.array([220.0, 120, 130])))
    photo.pen = np.array([[25.0, 30, 60], [30, 40, 130], [40, 40, 40], [180, 30, 40]][rng.integers(4)])
    return photo.data(), photo.label


def squared(rng, source):
    return ruled(rng, source, True)


def ruled_close(rng, source):
    return ruled(rng, source, False, rng.uniform(0.55, 0.75))


def dark_ruled(rng, source):
    """Lines almost as dark as the pen, as on a copied form."""
    photo = Photo(rng, source)
    every = rng.uniform(0.1, 0.25) * photo.height
    phase = (photo.y + rng.uniform(-0.02, 0.02) * photo.x + rng.uniform(0, every)) % every
    photo.lines = smooth((rng.uniform(1, 2) - np.abs(phase - every / 2)) * 2)
    photo.line_colour = np.array([90.0, 90, 90])
    return photo.data(), photo.label


def form_box_photo(rng, source):
    photo = Photo(rng, source, rng.uniform(0.25, 0.4))
    tall = photo.digit.shape[0] * rng.uniform(1.25, 1.6)
    wide = max(tall * rng.uniform(0.7, 1.1), photo.digit.shape[1] * 1.25)
    y = np.abs(photo.y - photo.top - photo.digit.shape[0] / 2) - tall / 2
    x = np.abs(photo.x - photo.left - photo.digit.shape[1] / 2) - wide / 2
    photo.lines = smooth((rng.uniform(1, 4) - np.abs(np.maximum(x, y))) * 2)
    photo.line_colour = np.array([rng.uniform(20, 160)] * 3)
    return photo.data(), photo.label


def form_box(rng, source):
    digit, label = source(int(rng.integers(160, 250)))
    height, width = 400, 400
    digit = digit[:, :320]
    image = np.full((height, width), rng.uniform(230, 255))
    edge, pen = int(rng.integers(15, 60)), int(rng.integers(2, 8))
    image[edge : height - edge, edge : width - edge] = rng.uniform(0, 150)
    image[edge + pen : height - edge - pen, edge + pen : width - edge - pen] = 250
    ink = laid(digit, height, width, (width - digit.shape[1]) // 2, (height - digit.shape[0]) // 2)
    return encoded(image + ink * (30 - image)), label


def circled(rng, source):
    photo = Photo(rng, source, rng.uniform(0.25, 0.35))
    middle = photo.top + photo.digit.shape[0] / 2, photo.left + photo.digit.shape[1] / 2
    radius = np.hypot(photo.y - middle[0], (photo.x - middle[1]) * rng.uniform(0.8, 1.1))
    wide = max(photo.digit.shape) * rng.uniform(0.75, 0.95)
    photo.lines = smooth((rng.uniform(2, 5) - np.abs(radius - wide)) * 2)
    photo.line_colour = photo.pen
    return photo.data(), photo.label


def crease(rng, source):
    """A fold across the paper: a soft dark line beside a light one."""
    photo = Photo(rng, source)
    angle = rng.uniform(0, np.pi)
    across = np.cos(angle) * (photo.x - photo.width * rng.uniform(0.3, 0.7))
    across += np.sin(angle) * (photo.y - photo.height * rng.uniform(0.3, 0.7))
    fold = rng.uniform(3, 8)
    photo.light *= (
        1 - rng.uniform(0.05, 0.15) * np.exp(-((across / fold) ** 2)) + 0.06 * np.tanh(across / fold)
    )
    return photo.data(), photo.label


def faint_pencil(rng, source):
    photo = Photo(rng, source, rng.uniform(0.35, 0.6), rng.uniform(3, 8))
    photo.grain = rng.uniform(1, 3)
    photo.pen = photo.paper - rng.uniform(28, 60)
    return photo.data(), photo.label


def coloured_pen(rng, source):
    photo = Photo(rng, source)
    pens = [
        [210, 40, 50],
        [40, 60, 190],
        [30, 140, 70],
        [230, 120, 20],
        [130, 50, 160],
        [200, 170, 0],
        [240, 130, 180],
    ]
    photo.pen = np.array(pens[rng.integers(len(pens))], float)
    return photo.data(), photo.label


def thick_marker(rng, source):
    photo = Photo(rng, source, rng.uniform(0.45, 0.75), rng.uniform(25, 60))
    return photo.data(), photo.label


def blurred(rng, source):
    photo = Photo(rng, source, rng.uniform(0.35, 0.6))
    photo.blur = rng.uniform(2.5, 6)
    return photo.data(), photo.label


def jpeg_noise(rng, source):
    photo = Photo(rng, source)
    photo.quality, photo.grain = int(rng.integers(8, 25)), rng.uniform(8, 16)
    return photo.data(), photo.label


def chalk(rng, source):
    photo = Photo(rng, source, None, rng.uniform(5, 16))
    photo.paper = np.array([[40.0, 70, 55], [35, 35, 40], [30, 45, 90]][rng.integers(3)])
    photo.pen = np.array([rng.uniform(190, 240)] * 3)
    return photo.data(), photo.label


def grey_paper(rng, source):
    photo = Photo(rng, source)
    photo.paper = np.array([rng.uniform(110, 160)] * 3)
    if rng.random() < 0.5:
        photo.pen = np.array([240.0] * 3)
    return photo.data(), photo.label


def coloured_paper(rng, source):
    photo = Photo(rng, source)
    photo.paper = (
        np.array(
            [[240, 220, 80], [240, 160, 190], [140, 200, 240], [160, 220, 140], [200, 160, 110]][
                rng.integers(5)
            ]
        )
        * 1.0
    )
    return photo.data(), photo.label


def twelve_megapixels(rng, source):
    photo = Photo(rng, source, None, rng.uniform(12, 60), (3000, 4000))
    photo.grain = 6
    angle = rng.uniform(0, 6.3)
    across = np.cos(angle) * (photo.x - 2000) + np.sin(angle) * (photo.y - 1500)
    photo.light *= 1 - rng.uniform(0, 0.4) * smooth(across / rng.uniform(2, 100))
    return photo.data(), photo.label


def turned_photo(rng, source):
    """Stored lying on its side, with a note in EXIF that says so."""
    photo = Photo(rng, source)
    way = int(rng.choice([2, 3, 4, 5, 6, 7, 8]))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[way]  # members of Image.Transpose
    image = Image.open(io.BytesIO(photo.data("PNG"))).transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = way
    return encoded(image, "JPEG", quality=90, exif=exif), photo.label


# ---- files that a program drew ----


def flat(rng, source, ground, ink, size=280, share=None, pen=None):
    """A digit of one colour on a ground of one colour -> float (size, size, channels), label."""
    tall = int(size * (share or rng.uniform(0.5, 0.85)))
    digit, label = source(tall, pen)
    digit = digit[:, :size]
    left, top = (int((size - length) * rng.uniform(0.3, 0.7)) for length in digit.shape[::-1])
    mask = laid(digit, size, size, left, top)[..., None]
    ground, ink = np.atleast_1d(ground).astype(float), np.atleast_1d(ink).astype(float)
    return np.round(ground + mask * (ink - ground)), label


def colours(rng, source):
    while True:
        ground, ink = rng.integers(0, 256, (2, 3))
        if np.abs(ground - ink).max() > 90:
            break
    image, label = flat(rng, source, ground, ink)
    return encoded(image), label


def same_luminance(rng, source):
    weights = np.array([0.299, 0.587, 0.114])
    while True:
        ground, ink = rng.integers(0, 256, (2, 3)).astype(float)
        ink = np.round(ink + (ground @ weights - ink @ weights))
        if ink.min() >= 0 and ink.max() <= 255 and np.abs(ground - ink).max() > 80:
            break
    image, label = flat(rng, source, ground, ink)
    return encoded(image, *rng.choice(["PNG", "WEBP"], 1)), label


def greys(rng, source):
    while True:
        ground, ink = rng.integers(0, 256, 2)
        if abs(int(ground) - int(ink)) > 40:
            break
    image, label = flat(rng, source, [ground] * 3, [ink] * 3)
    return encoded(image, *[("PNG", "JPEG", "BMP")[rng.integers(3)]]), label


def transparent(rng, source):
    inks = [
        (0, 0, 0),
        (255, 255, 255),
        (255, 255, 0),
        (255, 0, 0),
        (0, 0, 255),
        tuple(rng.integers(0, 256, 3)),
    ]
    ink = inks[rng.integers(6)]
    image, label = flat(rng, source, [0], [255])
    hidden = np.array([(0, 0, 0), (255, 255, 255), ink][rng.integers(3)])
    rgb = np.where(image > 0, np.array(ink), hidden)
    return encoded(np.concatenate([rgb, image], 2), *[("PNG", "WEBP")[rng.integers(2)]], lossless=True), label


def sticker(rng, source):
    """A card with transparent corners."""
    image, label = flat(rng, source, [rng.integers(200, 256)] * 3, [20, 30, 90])
    y, x = np.mgrid[:280, :280]
    alpha = 255.0 * (
        np.hypot(np.maximum(np.abs(x - 140) - 100, 0), np.maximum(np.abs(y - 140) - 100, 0)) < 38
    )
    return encoded(np.concatenate([image, alpha[..., None]], 2)), label


def cmyk(rng, source):
    image, label = flat(rng, source, [255] * 3, [rng.integers(0, 120), 0, 0])
    return encoded(Image.fromarray(image.astype(np.uint8)).convert("CMYK"), "JPEG", quality=90), label


def deep(rng, source):
    top = int(rng.choice([65535, 1023, 4095]))
    image, label = flat(rng, source, [top], [0])
    if rng.random() < 0.5:
        image = top - image
    return encoded(
        Image.fromarray(image[..., 0].astype(np.uint16)), *[("PNG", "TIFF")[rng.integers(2)]]
    ), label


def indexed(rng, source):
    image, label = flat(rng, source, [255] * 3, [10, 60, 130])
    image = Image.fromarray(image.astype(np.uint8))
    return (
        encoded(image.convert("P"), "GIF") if rng.random() < 0.5 else encoded(image.convert("1"), "TIFF")
    ), label


def tiff_or_avif(rng, source):
    image, label = flat(rng, source, rng.integers(180, 256, 3), rng.integers(0, 90, 3))
    return encoded(image, *[("TIFF", "AVIF")[rng.integers(2)]]), label


def animated(rng, source):
    """The digit is drawn frame by frame from the top, on a ground that is blank at first."""
    dark = rng.random() < 0.3
    image, label = flat(rng, source, [0 if dark else 255] * 3, [255 if dark else 0] * 3)
    frames, number = [], int(rng.integers(5, 12))
    for i in range(number):
        part = np.full_like(image, 0 if dark else 255)
        rows = int(280 * max(i - 1, 0) / (number - 2))
        part[:rows] = image[:rows]
        frames.append(Image.fromarray(part.astype(np.uint8)))
    if rng.random() < 0.3:
        frames.append(frames[0])  # and wiped out again
    kind = ("GIF", "PNG", "WEBP")[rng.integers(3)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=80), label


def tight(rng, source):
    size = int(rng.integers(30, 300))
    digit, label = source(size, size * rng.uniform(0.06, 0.16))
    border = int(rng.integers(0, max(size // 25, 2)))
    ground, ink = [(255, 0), (0, 255), (120, 10), (60, 230)][rng.integers(4)]
    return encoded(np.pad(ground + digit * (ink - ground), border, constant_values=ground)), label


def corner(rng, source):
    digit, label = source(int(rng.integers(70, 160)))
    height, width = (2000, 3000) if rng.random() < 0.5 else (1200, 1600)
    left, top = (int((length - size) * rng.choice([rng.uniform(0.03, 0.1), rng.uniform(0.9, 0.97)]))
                 for length, size in ((width, digit.shape[1]), (height, digit.shape[0])))  # fmt: skip
    image = 255 - 255 * laid(digit, height, width, left, top)
    if rng.random() < 0.5:
        return encoded(image + rng.normal(0, 3, image.shape), "JPEG"), label
    return encoded(image), label


def few_pixels(rng, source):
    size = int(rng.integers(20, 64))
    image, label = flat(rng, source, [255], [0], size, rng.uniform(0.6, 0.9), size * 0.1)
    image = image if rng.random() < 0.5 else 255 - image
    return encoded(image[..., 0]), label


def framed(digit):
    """Light ink, float (H, W) in [0, 1] -> float32 (28, 28), framed as MNIST's digits."""
    return strokes.frame_grey((digit * 255).round().astype(np.uint8)).astype(np.float32) / 255


def as_mnist(rng, source):
    """28x28 pixels, framed already."""
    digit, label = source(112)
    ink = framed(digit)
    way = rng.integers(4)
    if way == 3:
        rgba = np.full((28, 28, 4), 255.0)
        rgba[..., 3] = ink * 255
        return encoded(rgba), label
    return encoded([ink * 255, 255 - ink * 255, 128 - ink * 110][way]), label


def two_digits(rng, source):
    """Of which one must be told, not chosen in silence: the label is None."""
    photo = Photo(rng, source, rng.uniform(0.3, 0.45))
    other, _ = source(int(photo.digit.shape[0] * rng.uniform(0.85, 1.1)), max(photo.digit.shape[0] * 0.05, 4))
    apart = int(photo.digit.shape[0] * rng.uniform(0.15, 0.5))
    wide = photo.digit.shape[1] + other.shape[1] + apart
    left = max((photo.width - wide) // 2, 0)
    photo.ink = laid(photo.digit, photo.height, photo.width, left, 200)
    photo.ink = np.maximum(
        photo.ink, laid(other[:, : photo.width - left - photo.digit.shape[1] - apart], photo.height, photo.width,
                        left + photo.digit.shape[1] + apart, 200))  # fmt: skip
    return photo.data(), None


KINDS = {
    kind.__name__: kind
    for kind in (
        plain_pen, off_centre, dim_light, vignette, hard_shadow, soft_shadow, hand_shadow, two_shadows, table_strip,
        paper_on_table, thumb, specks, ruled, squared, ruled_close, dark_ruled, form_box_photo, form_box, circled,
        crease, faint_pencil, coloured_pen, thick_marker, blurred, jpeg_noise, chalk, grey_paper, coloured_paper,
        twelve_megapixels, turned_photo, colours, same_luminance, greys, transparent, sticker, cmyk, deep, indexed,
        tiff_or_avif, animated, tight, corner, few_pixels, as_mnist, two_digits,
    )
}  # fmt: skip


def main() -> None:
    import torch

    from train.data import datasets
    from train.measure.classifier import ClassifierSettings, classify, trained

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST")
    parser.add_argument("--classifier", type=Path, required=True, help="file of the classifier's weights")
    parser.add_argument("--each", type=int, default=20, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(KINDS), help="some of the kinds")
    parser.add_argument("--write", type=Path, help="folder to keep the pictures in")
    args = parser.parse_args()

    classifier = trained(ClassifierSettings(images=30_000, epochs=3), args.data, args.classifier)
    test = datasets.mnist(args.data, "test")

    def read(images: np.ndarray) -> np.ndarray:
        return classify(classifier, torch.from_numpy(images).float()[:, None])[0].argmax(1).numpy()

    images, labels = test.images.numpy(), test.labels.numpy()
    clear = read(images / 255) == labels
    all_right = all_told = 0
    for name in args.kinds.split(","):
        rng = np.random.default_rng([args.seed, list(KINDS).index(name)])
        source = Source(rng, images[clear], labels[clear])
        undisturbed = Source.__call__

        def clearly(height, pen=None, source=source, undisturbed=undisturbed):
            while True:
                digit, label = undisturbed(source, height, pen)
                if read(framed(digit)[None])[0] == label:
                    return digit, label

        right, wrong = 0, []
        for i in range(args.each):
            picture, label = KINDS[name](rng, clearly)
            try:
                got = int(read(strokes.digit_from_picture(picture, MAX_BYTES, MAX_PIXELS)[None])[0])
            except ValueError as error:
                got = None if str(error) == strokes.SEVERAL else str(error)
            right += got == label
            if got != label:
                wrong.append(f"{i}: {label} as {got}")
            if args.write:
                args.write.mkdir(parents=True, exist_ok=True)
                (args.write / f"{name}_{i:03}_{'bad_' if got != label else ''}{label}.img").write_bytes(
                    picture
                )
        all_right, all_told = all_right + right, all_told + args.each
        print(f"{name:20} {right:4} of {args.each}  {'; '.join(wrong)}", flush=True)
    print(f"{'all':20} {all_right:4} of {all_told}")


if __name__ == "__main__":
    main()
