"""From any picture of a digit to 28x28 in MNIST's framing: light ink on a dark ground, fitted into 20x20,
its centre of mass in the centre of the frame.

A photograph differs from MNIST in four more ways, each met by one function: the light falls unevenly
(``flatten``), the paper has grain (``ink_of``), the pen may be hair-thin once the picture is small
(``thicken``), and it may lie on its side by EXIF or have a transparent ground (``read_grey``).
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

SIDE = 28  # pixels of the frame, each way
BOX = 20  # pixels that the ink itself may span
PEN = 2.2  # least width of a stroke in the frame, in pixels; MNIST's pen is 2 to 3
WORK = 480  # pixels of the longer side while working on a large picture
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")  # Pillow reads more, some by running other programs
NOT_A_PICTURE = "This file is not a picture that can be read. PNG, JPEG, WebP, GIF and BMP can."
LEAST_CONTRAST = 0.08  # of the way from black to white; below it there is paper and grain only


def digit_from_picture(source: bytes | str | Path, max_bytes: int, max_pixels: int) -> np.ndarray:
    """A picture file, as bytes or by its path -> float32 (28, 28) in [0, 1], ink light.

    A picture that has 28x28 pixels already keeps its framing. Raises ValueError, saying what came and what is
    allowed, for anything that is not a picture with ink on it within the limits.
    """
    grey = read_grey(source, max_bytes, max_pixels)
    if grey.shape == (SIDE, SIDE):
        return ink_light(grey)
    return frame(ink_of(flatten(ink_light(grey))))


def read_grey(source: bytes | str | Path, max_bytes: int, max_pixels: int) -> np.ndarray:
    """Decode a file -> float32 (H, W) grey in [0, 1], upright, transparency on white, at most WORK a side."""
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if size > max_bytes:
        most = max_bytes / 2**20
        raise ValueError(f"The file has {size / 2**20:.1f} MB; a picture may have at most {most:.0f} MB.")
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > max_pixels:
                raise ValueError(
                    f"The picture has {width} x {height} pixels; at most {max_pixels // 1_000_000} million are allowed."
                )
            picture.draft("L", (WORK, WORK))  # lets JPEG decode at a fraction of its size
            picture = ImageOps.exif_transpose(picture)
            if picture.has_transparency_data:
                picture = picture.convert("RGBA")
                picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
            if picture.mode.startswith(("I", "F")):  # 16 bits and more, which Pillow would clip to 8
                picture = picture.convert("F")
                picture.thumbnail((WORK, WORK), Image.Resampling.BOX)
                deep = np.asarray(picture)
                picture = Image.fromarray(((deep - deep.min()) / max(np.ptp(deep), 1e-9) * 255).astype(np.uint8))
            picture = picture.convert("L")
            picture.thumbnail((WORK, WORK), Image.Resampling.BOX)
            return np.asarray(picture, dtype=np.float32) / 255
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, EOFError) as error:
        raise ValueError(NOT_A_PICTURE) from error


def ink_light(grey: np.ndarray) -> np.ndarray:
    """Invert when the ground, as the picture's rim shows it, is light."""
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return 1 - grey if np.median(rim) > 0.5 else grey


def flatten(grey: np.ndarray) -> np.ndarray:
    """Take away the ground: a smooth surface (a quadratic) fitted to all that is not ink."""
    height, width = grey.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    values = grey.reshape(-1)
    ground = values <= np.quantile(values, 0.8)
    for _ in range(4):
        surface = terms @ np.linalg.lstsq(terms[ground], values[ground], rcond=None)[0]
        residual = values - surface
        ground = np.abs(residual) < 2.5 * max(residual[ground].std(), 0.01)
        if ground.sum() < 0.3 * len(values):
            return grey - np.median(grey)
    return residual.reshape(height, width)


def ink_of(relief: np.ndarray) -> np.ndarray:
    """Ink from relief over the ground -> (H, W) in [0, 1]: grain to 0, the pen's full black to 1."""
    calm = relief
    if min(relief.shape) > 60:  # in smaller pictures a stroke may be a pixel wide
        picture = Image.fromarray((np.clip(relief, 0, 1) * 255).astype(np.uint8))
        calm = np.asarray(picture.filter(ImageFilter.MedianFilter(3)), np.float32) / 255
    full = np.quantile(calm[calm > 0.5 * calm.max()], 0.5) if calm.max() > LEAST_CONTRAST else 0
    if full < LEAST_CONTRAST:
        raise ValueError("The picture shows no ink: nothing on it stands out from its ground.")
    return np.clip((calm / full - 0.25) / 0.55, 0, 1)


def frame(ink: np.ndarray) -> np.ndarray:
    """Ink of any size on a dark ground -> (28, 28): cropped, fitted into 20x20, centred by mass."""
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > 0.3) for axis in (1, 0))
    if not len(rows):
        raise ValueError("There is no ink to frame.")
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(ink.shape)
    ink = thicken(ink, scale)
    height, width = (max(1, round(length * scale)) for length in ink.shape)
    picture = Image.fromarray((ink * 255).round().astype(np.uint8))
    sampling = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = np.asarray(picture.resize((width, height), sampling), np.float32) / 255

    def place(mass: np.ndarray) -> int:
        """Where the ink starts so that its centre of mass lies in the frame's, and all of it inside."""
        centre = (mass * (np.arange(len(mass)) + 0.5)).sum() / mass.sum()
        return int(np.clip(round(SIDE / 2 - centre), 0, SIDE - len(mass)))

    top, left = place(small.sum(axis=1)), place(small.sum(axis=0))
    framed = np.zeros((SIDE, SIDE), np.float32)
    framed[top : top + height, left : left + width] = small
    return framed


def thicken(ink: np.ndarray, scale: float) -> np.ndarray:
    """Widen strokes that would be thinner than PEN after scaling, and would fade."""
    solid = ink > 0.5
    edge = (solid[1:] != solid[:-1]).sum() + (solid[:, 1:] != solid[:, :-1]).sum()
    if not edge or scale >= 1:
        return ink
    # A stroke's area over half its outline, which as a staircase came out 4/pi too long.
    width = 2 * solid.sum() / (edge * np.pi / 4)
    missing = round((PEN / scale - width) / 2)
    if missing < 1:
        return ink
    picture = Image.fromarray((np.pad(ink, missing) * 255).round().astype(np.uint8))
    for _ in range(missing):
        picture = picture.filter(ImageFilter.MaxFilter(3))
    grown = np.asarray(picture, np.float32) / 255
    # The ink has grown at every side: shrink it back onto the crop, so that it still fits the box.
    back = Image.fromarray((grown * 255).astype(np.uint8)).resize(ink.shape[::-1], Image.Resampling.BOX)
    return np.asarray(back, np.float32) / 255
