"""From any picture of a digit to 28x28 pixels framed as MNIST frames its digits: light ink on a dark ground,
fitted into 20x20, the centre of mass in the middle.

Every image between the steps holds whole numbers, so that static/drawing/framing.js, the same steps in the
browser, agrees with it:

1. ``read_picture``: a file -> RGBA uint8, upright, at most READ pixels a side; of an animation the fullest
   of its first frames.
2. ``flatten_alpha``: transparency is laid on whatever lets the drawing be seen -> RGB.
3. ``shrink``: the mean over areas, to at most WORK pixels a side.
4. ``ground_of``: the colour that the paper has under each pixel. One colour where it fills the picture's rim;
   else a running median along rows, then along columns: it follows slow shading and keeps straight edges of
   shadows and tables, and no stroke narrower than its radius survives it.
5. ``relief_of``: how far each pixel is from the ground, along the one colour axis on which they differ
   most. The sign is the polarity, so ink may be darker, lighter or just of another colour.
6. ``without_lines``: ruled lines, which cross the whole picture, are taken away; strokes across them stay.
7. ``components`` and ``scored``: of the connected strokes of either sign the one most like a digit (large,
   slender, not at the rim or along an edge of the ground, not a box), with the smaller ones near it.
8. Steps 3 to 7 again on the part around it, with a ground as local as its pen allows.
9. ``frame_grey``: cropped, thickened if the pen would be hair-thin, fitted and centred.
"""

import io
import math
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, ImageSequence

SIDE = 28  # pixels of the frame, each way
BOX = 20  # pixels that the ink itself may span
PEN = 2.2  # least width of a stroke in the frame, in pixels; MNIST's pen is 2 to 3
READ = 1600  # pixels of the longer side that are kept of a photograph
FRAMES = 100  # of an animation that are looked at
WORK = 240  # pixels of the longer side in steps 4 to 7
TAPS = 16  # samples to each side of a running median, spread over its radius
# Pillow reads more, some by running other programs.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
NOT_A_PICTURE = "This file is not a picture that can be read. PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF can."
SVG = "An SVG is a drawing for browsers. PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF can be read here."
NO_INK = "The picture shows no ink: nothing on it stands out from its ground."
SEVERAL = "The picture shows more than one digit: crop it to one."
LEAST_RELIEF = 8  # distance in RGB (0 to 441) below which there is paper and grain only
CLOSER = 0.8  # of the picture; a digit that fills less is looked at again
LEAST_LENGTH = 0.02  # of the picture; what is shorter is no digit
SAME = 14  # distance in RGB within which a colour is still that of a plain ground


class TooManyPixels(ValueError):
    """A picture, or a frame of it, has more pixels than are allowed."""


class Framed(NamedTuple):
    """A digit as ``find_digit`` framed it."""

    image: np.ndarray  # uint8 (28, 28), 0 ground and 255 ink
    ink: str  # "dark" or "light": what the ink is, compared with its ground
    box: tuple[int, int, int, int]  # left, top, right, bottom of the ink, in pixels of the picture
    several: bool  # there is a second digit beside it, which was left out


def digit_from_picture(
    source: bytes | str | Path,
    max_bytes: int,
    max_pixels: int,
    crop: tuple[int, int, int, int] | None = None,
    ink: str | None = None,
) -> np.ndarray:
    """A picture file, as bytes or by its path -> float32 (28, 28) in [0, 1], ink light.

    `crop` and `ink` as in ``find_digit``. A picture that has 28x28 pixels already keeps its framing. Raises
    ValueError, saying what came and what is allowed, for anything that is not a picture with one digit on it
    within the limits, and OSError for a path that cannot be read (FileNotFoundError if there is no file).
    """
    found = find_digit(read_picture(source, max_bytes, max_pixels), crop, ink)
    if found.several:
        raise ValueError(SEVERAL)
    return found.image.astype(np.float32) / 255


def find_digit(
    rgba: np.ndarray, crop: tuple[int, int, int, int] | None = None, ink: str | None = None
) -> Framed:
    """RGBA uint8 (H, W, 4) -> the digit on it.

    Only what lies in `crop` (left, top, right, bottom in pixels) is looked at. `ink` ("dark" or "light")
    settles what is ink; None leaves it to the picture. Raises ValueError where there is no ink, or for a crop
    or an ink that is not one.
    """
    if ink not in (None, "dark", "light"):
        raise ValueError(f'ink is "dark", "light" or None, not {ink!r}.')
    height, width = rgba.shape[:2]
    left, top, right, bottom = crop or (0, 0, width, height)
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise ValueError(f"The crop {crop} does not lie in the picture of {width} x {height} pixels.")
    rgb = flatten_alpha(rgba[top:bottom, left:right])
    if crop is None and (height, width) == (SIDE, SIDE):
        return as_framed(rgb, ink)
    strokes = look(rgb, ink)
    assert strokes is not None  # only a look for strokes of a known pen may find none
    # Look again, closer: half the digit's size is left around it.
    x, y = left, top
    margin = (max(strokes.box[2] - strokes.box[0], strokes.box[3] - strokes.box[1]) + 1) // 2
    near = (
        max(strokes.box[0] - margin, 0),
        max(strokes.box[1] - margin, 0),
        min(strokes.box[2] + margin, right - left),
        min(strokes.box[3] + margin, bottom - top),
    )
    if max(near[2] - near[0], near[3] - near[1]) < CLOSER * max(rgb.shape):
        part = rgb[near[1] : near[3], near[0] : near[2]]
        again = look(part, strokes.ink, strokes.pen)
        if again is not None:
            strokes, x, y = again._replace(several=strokes.several), left + near[0], top + near[1]
    box = (strokes.box[0] + x, strokes.box[1] + y, strokes.box[2] + x, strokes.box[3] + y)
    return Framed(frame_grey(strokes.grey), strokes.ink, box, strokes.several)


# ---- 1 and 2: files and transparency ----


def read_picture(source: bytes | str | Path, max_bytes: int, max_pixels: int) -> np.ndarray:
    """A picture file -> RGBA uint8 (H, W, 4), upright, at most READ pixels a side.

    Of an animation the fullest frame: the first FRAMES are looked at, or fewer, of `max_pixels` together.
    Raises ValueError and OSError as ``digit_from_picture``.
    """
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if size > max_bytes:
        most = max_bytes / 2**20
        raise ValueError(f"The file has {size / 2**20:.1f} MB; a picture may have at most {most:.0f} MB.")
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    if b"<svg" in data[:1000]:
        raise ValueError(SVG)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            # The second picture of an MPO is a preview or a depth map.
            most_frames = 1 if picture.format == "MPO" else FRAMES
            fullest, pixels = None, 0
            # Not by n_frames, for which Pillow walks through the whole file.
            for frame in islice(ImageSequence.Iterator(picture), most_frames):
                width, height = frame.size
                if width * height > max_pixels:
                    raise TooManyPixels(
                        f"The picture has {width} x {height} pixels; "
                        f"at most {max_pixels // 1_000_000} million are allowed."
                    )
                pixels += width * height
                if pixels > max_pixels:
                    break
                frame.draft(None, (READ, READ))  # lets JPEG decode at a fraction of its size
                rgba = upright(frame)
                if fullest is None or fullness(rgba) >= fullness(fullest):
                    fullest = rgba
            assert fullest is not None  # the first frame is always read
            return fullest
    except (TooManyPixels, MemoryError):
        raise
    except Exception as error:  # whatever Pillow raises for a damaged file
        raise ValueError(NOT_A_PICTURE) from error


def upright(picture: Image.Image) -> np.ndarray:
    """The current frame of a picture -> RGBA uint8, turned as its EXIF says, at most READ pixels a side."""
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith(("I", "F")):  # 16 bits and more, which Pillow would clip to 8
        deep = np.nan_to_num(np.asarray(picture, np.float64))
        depths = [255, 1023, 4095, 16383, 65535]  # of cameras and scanners that store 10, 12 or 14 bits in 16
        low, high = 0, next((depth for depth in depths if depth >= deep.max()), None)
        if picture.mode == "F" or high is None or deep.min() < 0:
            low, high = deep.min(), max(deep.max(), deep.min() + 1e-9)
        picture = Image.fromarray(((deep - low) / (high - low) * 255).astype(np.uint8))
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((READ, READ), Image.Resampling.BOX)
    return np.asarray(picture.convert("RGBA"))


def fullness(rgba: np.ndarray) -> int:
    """How much a frame of an animation shows: the sum of its pixels' distances from the median colour."""
    small = shrink(rgba[..., :3].astype(np.int64) * (rgba[..., 3:] >= 128), 64)
    middle = np.sort(small.reshape(-1, 3), axis=0)[small.shape[0] * small.shape[1] // 2]
    return int(np.abs(small - middle).sum())


def flatten_alpha(rgba: np.ndarray) -> np.ndarray:
    """RGBA uint8 (H, W, 4) -> RGB int64 (H, W, 3), 0 to 255.

    A drawing of one colour is laid on black or white, whichever is further from it. Where several colours are
    drawn, transparent corners get the commonest of them, and a mostly transparent picture again black or
    white.
    """
    rgb, alpha = rgba[..., :3].astype(np.int64), rgba[..., 3:].astype(np.int64)
    solid = alpha[..., 0] >= 128
    if not solid.any():
        raise ValueError(NO_INK)
    if (alpha < 255).any():
        colours = rgb[solid]
        middle = np.sort(colours, axis=0)[len(colours) // 2]
        far = 255 if middle.sum() <= 382 else 0
        others = (np.abs(colours - middle).max(axis=1) > 60).sum()
        plain = others * 50 < len(colours) or len(colours) * 2 < solid.size
        rgb = (rgb * alpha + (far if plain else middle) * (255 - alpha) + 127) // 255
    if rgb.max() < 32:  # 10 or 12 bits that were read as if they were 16
        rgb = rgb * 255 // max(rgb.max(), 1)
    return rgb


def as_framed(rgb: np.ndarray, ink: str | None) -> Framed:
    """RGB (28, 28, 3), framed already: how far each pixel is from the ground, which the rim shows."""
    rim = np.sort(rim_of(rgb), axis=0)
    ground = rim[len(rim) // 2]
    grey = np.abs(rgb - ground).max(axis=2)
    most = int(grey.max())
    if most < LEAST_RELIEF:
        raise ValueError(NO_INK)
    if most < 200:
        grey = grey * 255 // most
    found = "light" if rgb[grey * 2 > grey.max()].mean() > ground.mean() else "dark"
    if ink not in (None, found):
        grey = 255 - grey
    return Framed(grey.astype(np.uint8), ink or found, (0, 0, SIDE, SIDE), False)


# ---- 3 to 5: how far each pixel is from its ground ----


def middle_of(values: np.ndarray) -> int:
    """The value in the middle of whole numbers once they are sorted, the upper one of two."""
    return int(np.sort(values, axis=None)[values.size // 2])


def rim_of(image: np.ndarray) -> np.ndarray:
    """The pixels along the four sides of (H, W, 3) -> (N, 3)."""
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])


def overlaps(length: int, fewer: int) -> np.ndarray:
    """How much of each new pixel each old one covers, in 1/fewer of an old pixel: float64 (fewer, length).

    All of them are whole numbers.
    """
    new, old = np.arange(fewer)[:, None] * length, np.arange(length)[None] * fewer
    return np.maximum(np.minimum(new + length, old + fewer) - np.maximum(new, old), 0).astype(np.float64)


def resample(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Whole numbers (H, W, C) -> int64 (height, width, C): means over areas, halves rounded up.

    All products and sums are whole numbers below 2^53, so they are exact in any order.
    """
    old_height, old_width, channels = image.shape
    rows = overlaps(old_height, height) @ image.reshape(old_height, -1).astype(np.float64)
    sums = overlaps(old_width, width) @ rows.reshape(height, old_width, channels)
    area = old_height * old_width
    return (2 * sums.astype(np.int64) + area) // (2 * area)


def shrink(image: np.ndarray, side: int) -> np.ndarray:
    """(H, W, C) -> at most `side` pixels on its longer side; smaller pictures stay as they are."""
    longer = max(image.shape[:2])
    if longer <= side:
        return image
    height, width = (max(1, (2 * length * side + longer) // (2 * longer)) for length in image.shape[:2])
    return resample(image, height, width)


def running_median(channel: np.ndarray, step: int) -> np.ndarray:
    """(H, W) -> the median of 2 TAPS + 1 samples along each row, `step` pixels apart.

    Beyond the rim its pixels go on.
    """
    places = np.arange(channel.shape[1])[:, None] + step * np.arange(-TAPS, TAPS + 1)
    samples = channel.astype(np.uint8)[:, places.clip(0, channel.shape[1] - 1)]
    return np.partition(samples, TAPS, axis=2)[..., TAPS].astype(np.int64)


def ground_of(rgb: np.ndarray, radius: int) -> np.ndarray:
    """RGB (H, W, 3) -> the ground's colour at each pixel, the same shape.

    radius: in pixels; it must exceed the pen's width.
    """
    rim = rim_of(rgb)
    colour = np.sort(rim, axis=0)[len(rim) // 2]
    alike = ((rgb - colour) ** 2).sum(axis=2) <= SAME**2
    if alike.sum() * 10 >= 4 * alike.size and rim_of(alike[..., None]).sum() * 4 >= 3 * len(rim):
        return np.broadcast_to(colour, rgb.shape)
    step = -(-radius // TAPS)
    channels = [running_median(running_median(rgb[..., i], step).T, step).T for i in range(3)]
    return np.stack(channels, axis=2)


def relief_of(rgb: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """RGB and its ground (H, W, 3) -> how far each pixel is from the ground: int64 (H, W), -883 to 442.

    It is the distance along the colour axis of most difference. Above 0 is lighter than the ground, below is
    darker, and scaled by up to 2.
    """
    away = rgb - ground
    far = away[(away**2).sum(axis=2) >= LEAST_RELIEF**2]
    moments = (far.T @ far).tolist()
    axis = [0.6, 0.64, 0.48]
    for _ in range(40):  # power iteration
        axis = [row[0] * axis[0] + row[1] * axis[1] + row[2] * axis[2] for row in moments]
        length = math.sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2])
        if not length:
            raise ValueError(NO_INK)
        axis = [part / length for part in axis]
    if axis[0] + axis[1] + axis[2] < 0:
        axis = [-part for part in axis]
    along = away[..., 0] * axis[0] + away[..., 1] * axis[1] + away[..., 2] * axis[2]
    # In a shadow a dark pen differs less from the paper; so reliefs are compared as shares of the light that
    # falls there.
    light = ground.sum(axis=2) + 1
    share = middle_of(light) / light
    return np.floor(along * np.where(along < 0, share.clip(0.5, 2), share.clip(0.5, 1)) + 0.5).astype(
        np.int64
    )


def grain_of(relief: np.ndarray) -> int:
    """The median difference of neighbours in a row: of white noise, 0.95 of its standard deviation."""
    return middle_of(np.abs(np.diff(relief, axis=1))) if relief.shape[1] > 1 else 0


def edges_of(ground: np.ndarray) -> np.ndarray:
    """The ground (H, W, 3) -> bool (H, W): within 3 pixels of the edge of a table or of a deep shadow."""
    light = ground.sum(axis=2)
    high, low = light, 765 - light
    for _ in range(3):
        high, low = grown(high), grown(low)
    return (high + low - 765) * 4 > middle_of(light)


# ---- 6: ruled lines ----


def without_lines(relief: np.ndarray, least: int) -> np.ndarray:
    """Relief (H, W), ink above 0 -> the same without straight lines that cross the whole picture.

    These are lines that are upright or level within 7 degrees.
    """
    return without_rows(without_rows(relief, least).T, least).T


def without_rows(relief: np.ndarray, least: int) -> np.ndarray:
    """The same for level lines only: slopes are tried one by one, as in a Hough transform."""
    height, width = relief.shape
    if min(height, width) < 40:
        return relief
    x = np.arange(width)
    ends, reach = max(width // 12, 1), width // 8
    # The row of a line where it has no shift; it may leave the picture.
    starts = np.arange(-reach, height + reach)[:, None]
    for _ in range(3):  # lines in perspective have several slopes
        inked = np.pad(relief >= least, ((1, 1), (0, 0)))
        inked = inked[:-2] | inked[1:-1] | inked[2:]
        best, chosen = 0, None
        for rise in range(-reach, reach + 1, 2):
            shift = (2 * rise * x + width) // (2 * width)
            rows = starts + shift
            inside = (rows >= 0) & (rows < height)
            along = inked[rows.clip(0, height - 1), x] & inside
            there = along.sum(axis=1)
            crossing = (there * 10 >= 6 * inside.sum(axis=1)) & (there * 10 >= 3 * width)
            for end in (slice(0, ends), slice(width - ends, width)):
                crossing &= along[:, end].sum(axis=1) * 2 >= inside[:, end].sum(axis=1)
            middle = int(shift[width // 2])
            bands = [
                band for band in runs(crossing) if is_line(band[0] - reach, band[1] - reach, middle, height)
            ]
            total = sum(int(there[top:bottom].sum()) for top, bottom in bands)
            if total > best:
                best, chosen = total, (bands, shift)
        if chosen is None:
            return relief
        for top, bottom in chosen[0]:
            relief = without_band(relief, top - reach, bottom - reach, chosen[1], least)
    return relief


def is_line(top: int, bottom: int, shift: int, height: int) -> bool:
    """Is the band of rows `top` to `bottom`, moved by `shift` in the middle, narrow and not at the rim?"""
    margin = height // 25
    return bottom - top <= max(6, height // 12) and bottom + shift > margin and top + shift < height - margin


def without_band(relief: np.ndarray, top: int, bottom: int, shift: np.ndarray, least: int) -> np.ndarray:
    """Relief without the line between rows `top` and `bottom`, moved by `shift` (W,).

    Strokes on both sides of it are joined.
    """
    height, width = relief.shape
    x = np.arange(width)
    rows = np.arange(top, bottom)[:, None] + shift
    inside = (rows >= 0) & (rows < height)
    band = np.where(inside, relief[rows.clip(0, height - 1), x], -1)
    thickest = band.max(axis=0)
    level = middle_of(thickest[thickest >= 0]) * 5 // 4

    def beside(edge: int, way: int) -> np.ndarray:
        """The strongest relief within a pixel of the band's edge (W,)."""
        places = [(edge + shift + more, x + aside) for more in (0, way) for aside in (-1, 0, 1)]
        return np.max(
            [relief[row.clip(0, height - 1), column.clip(0, width - 1)] for row, column in places], axis=0
        )

    crossed = np.minimum(beside(top - 1, -1), beside(bottom, 1))
    crossed = np.where(crossed >= least, crossed, 0)
    left = np.minimum(band, np.maximum(np.maximum(band - level, 0), crossed))
    relief = relief.copy()
    relief[rows[inside], np.broadcast_to(x, rows.shape)[inside]] = left[inside]
    return relief


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """bool (N,) -> (start, end) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


# ---- 7: the strokes that are most like a digit ----


class Component(NamedTuple):
    """Connected pixels of ink; lengths in pixels."""

    label: int
    area: int
    left: int
    top: int
    right: int  # one beyond the last
    bottom: int
    rim: int  # pixels on the picture's rim
    edge: int  # pixels along an edge of the ground
    full: int  # relief of the pen where it draws in full
    pen: float  # width of the stroke
    slim: float  # spread across the longest direction / spread along it: 0 for a straight line
    score: float = 0.0

    @property
    def length(self) -> int:
        return max(self.right - self.left, self.bottom - self.top)


def labelled(ink: np.ndarray) -> tuple[np.ndarray, int]:
    """The 8-connected parts of ink, bool (H, W) -> their numbers, int64 (H, W), and how many there are.

    0 is no ink; the parts are numbered from 1 in reading order.
    """
    height = ink.shape[0]
    edges = np.diff(np.pad(ink, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row_of, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    parents = list(range(len(starts)))

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    firsts = np.searchsorted(row_of, np.arange(height + 1)).tolist()
    begin, end = starts.tolist(), ends.tolist()
    for row in range(1, height):
        i, j = firsts[row - 1], firsts[row]
        while i < firsts[row] and j < firsts[row + 1]:
            if begin[i] <= end[j] and begin[j] <= end[i]:
                a, b = root(i), root(j)
                parents[max(a, b)] = min(a, b)
            if end[i] < end[j]:
                i += 1
            else:
                j += 1
    roots = np.array([root(i) for i in range(len(parents))], np.int64)
    _, numbers = np.unique(roots, return_inverse=True)
    labels = np.zeros(ink.shape, np.int64)
    labels[ink] = np.repeat(numbers + 1, ends - starts)
    return labels, len(set(roots.tolist()))


def components(relief: np.ndarray, least: int, edges: np.ndarray) -> tuple[np.ndarray, list[Component]]:
    """Relief (H, W), ink above 0, and ``edges_of`` -> labels (H, W), and components of 4 pixels or more."""
    height, width = relief.shape
    labels, number = labelled(relief >= least)
    y, x = np.nonzero(labels)
    which = labels[y, x]

    def sums(values: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(which, values, number + 1)

    area = np.bincount(which, minlength=number + 1)
    mean_x, mean_y = sums(x) / np.maximum(area, 1), sums(y) / np.maximum(area, 1)
    xx = sums(x * x) / np.maximum(area, 1) - mean_x * mean_x + 1 / 12
    yy = sums(y * y) / np.maximum(area, 1) - mean_y * mean_y + 1 / 12
    xy = sums(x * y) / np.maximum(area, 1) - mean_x * mean_y
    spread = np.sqrt((xx - yy) * (xx - yy) + 4 * xy * xy)
    slim = np.sqrt(np.maximum(xx + yy - spread, 0) / (xx + yy + spread))
    left, top = np.full((2, number + 1), 10**6)
    right, bottom, most = np.zeros((3, number + 1), np.int64)
    np.minimum.at(left, which, x)
    np.minimum.at(top, which, y)
    np.maximum.at(right, which, x + 1)
    np.maximum.at(bottom, which, y + 1)
    np.maximum.at(most, which, relief[y, x])
    rim = sums((x == 0) | (y == 0) | (x == width - 1) | (y == height - 1))
    edge = sums(edges[y, x])
    drawn = relief[y, x] * 2 >= most[which]
    full = np.bincount(which, relief[y, x] * drawn, number + 1) / np.maximum(sums(drawn), 1)
    around = np.pad(labels, 1)
    outline = sum(
        sums(around[y + 1 + dy, x + 1 + dx] != which) for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))
    )
    # A stroke's area over half its outline, which as a staircase comes out 4/pi too long.
    pen = area / np.maximum(outline * (np.pi / 8), 1)
    found = [
        Component(
            i, int(area[i]), int(left[i]), int(top[i]), int(right[i]), int(bottom[i]),
            int(rim[i]), int(edge[i]), int(full[i] + 0.5), float(pen[i]), float(slim[i]),
        )
        for i in np.flatnonzero(area >= 4).tolist()
        if i
    ]  # fmt: skip
    return labels, found


def scored(found: list[Component], height: int, width: int) -> list[Component]:
    """The same components, each with a score of how much it is like a digit, 0 for what cannot be one."""

    def likeness(one: Component) -> float:
        longer = max(height, width)
        if one.length < max(3, longer * LEAST_LENGTH) or one.area < 6:
            return 0.0
        score = min(one.length, 0.6 * longer) * math.sqrt(one.full * math.sqrt(one.full))
        if one.right - one.left == width or one.bottom - one.top == height:
            score *= 0.4
        score *= min(max(1 - 3 * one.rim / one.length, 0.05), 1)
        score *= max(1 - 1.5 * one.edge / one.area, 0.02)
        score *= min(max((0.55 - one.pen / one.length) / 0.25, 0.02), 1)
        if one.slim < 0.05:
            score *= 0.2 if one.rim else 0.5
        if any(encloses(one, other) for other in found):
            score *= 0.1
        away_x = (one.left + one.right) / width - 1
        away_y = (one.top + one.bottom) / height - 1
        return score * (1 - 0.4 * math.sqrt((away_x * away_x + away_y * away_y) / 2))

    return [one._replace(score=likeness(one)) for one in found]


def encloses(one: Component, other: Component) -> bool:
    """Is `one` a box or a circle around `other`?"""
    aside = max(
        abs(one.left + one.right - other.left - other.right),
        abs(one.top + one.bottom - other.top - other.bottom),
    )
    return (
        one.left < other.left and one.top < other.top
        and one.right > other.right and one.bottom > other.bottom
        and other.length >= 0.25 * one.length and other.full >= 0.4 * one.full and aside <= 0.5 * one.length
    )  # fmt: skip


def gap(one: Component, other: Component) -> int:
    """Pixels between two components' boxes, 0 if they overlap."""
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return max(across, down, 0)


def is_second_digit(best: Component, other: Component) -> bool:
    """Is `other` a digit of its own, as large as `best` and beside or below it?"""
    if other.score < 0.35 * best.score or not 0.6 <= other.length / best.length <= 1.7:
        return False
    if other.slim < 0.05 and other.length > 1.15 * best.length:  # a line
        return False
    if not 0.5 <= other.full / best.full <= 2 or not 0.25 <= other.pen / best.pen <= 4:
        return False
    beside = max(best.left, other.left) - min(best.right, other.right) > 0.06 * best.length
    return beside or gap(best, other) > max(0.25 * best.length, 1.5 * best.pen)


def grouped(found: list[Component], best: Component) -> list[Component]:
    """`best` and the smaller parts that belong to it."""
    group = [best]
    for _ in range(2):
        for one in found:
            near = min(gap(one, member) for member in group) <= max(0.12 * best.length, best.pen)
            if one in group or not near or one.length > 1.2 * best.length:
                continue
            if encloses(one, best) or is_second_digit(best, one):
                continue
            if one.area >= 0.02 * best.area and one.full >= 0.45 * best.full and one.rim * 4 <= one.length:
                group.append(one)
    return group


class Strokes(NamedTuple):
    """What ``look`` found."""

    grey: np.ndarray  # uint8 (h, w): the ink of the digit, 255 where the pen draws in full
    ink: str  # "dark" or "light"
    box: tuple[int, int, int, int]  # its left, top, right, bottom, in pixels of the given picture
    pen: float  # width of its stroke, in the same pixels
    several: bool  # there is a second digit beside it


def look(rgb: np.ndarray, ink: str | None, pen: float | None = None) -> Strokes | None:
    """RGB int64 (H, W, 3) -> the strokes most like a digit.

    pen: the width of its stroke, if an earlier look found it. Where there are no strokes, returns None if
    `pen` is given and raises ValueError otherwise.
    """
    small = shrink(rgb, WORK)
    height, width = small.shape[:2]
    scale = rgb.shape[0] / height, rgb.shape[1] / width
    longer = max(height, width)
    radius = longer // 4 if pen is None else int(min(max(3 * pen / scale[0], longer // 12), longer // 4))
    ground = ground_of(small, max(radius, 1))
    relief, edges = relief_of(small, ground), edges_of(ground)
    least = max(LEAST_RELIEF, 5 * grain_of(relief), min(7 * middle_of(np.abs(relief)), 20 * grain_of(relief)))

    def best_of(sign: int, least: int, lines: bool) -> tuple:
        side = np.maximum(relief * sign, 0)
        if lines:
            side = without_lines(side, least)
        labels, found = components(side, least, edges)
        found = scored(found, height, width)
        return max((one.score for one in found), default=0), sign, side, labels, found

    signs = [sign for sign, name in ((-1, "dark"), (1, "light")) if ink in (None, name)]
    score, sign, side, labels, found = max(
        (best_of(sign, least, True) for sign in signs), key=lambda of: of[0]
    )
    if not score:
        score, sign, side, labels, found = max(
            (best_of(sign, least, False) for sign in signs), key=lambda of: of[0]
        )
    full = max(found, key=lambda one: one.score).full if score else 0
    if full * 35 > least * 100:  # what is far fainter than the pen is not ink
        labels, found = components(side, full * 35 // 100, edges)
        found = scored(found, height, width)
    best = max(found, key=lambda one: one.score, default=None)
    if best is None or not best.score:
        if pen is None:
            raise ValueError(NO_INK)
        return None
    group = grouped(found, best)
    several = any(is_second_digit(best, one) for one in found if one not in group)
    chosen = np.isin(labels, [one.label for one in group])
    for _ in range(2):  # the soft edges of the strokes
        chosen = grown(chosen)
    grey = (510 * (20 * side - 5 * best.full) + 11 * best.full) // (22 * best.full)
    grey = np.where(chosen, grey.clip(0, 255), 0)
    left, right = min(one.left for one in group), max(one.right for one in group)
    top, bottom = min(one.top for one in group), max(one.bottom for one in group)
    box = (
        int(left * scale[1]), int(top * scale[0]),
        min(int(right * scale[1]) + 1, rgb.shape[1]), min(int(bottom * scale[0]) + 1, rgb.shape[0]),
    )  # fmt: skip
    return Strokes(grey.astype(np.uint8), "light" if sign > 0 else "dark", box, best.pen * scale[0], several)


# ---- 9: the frame ----


def grown(image: np.ndarray) -> np.ndarray:
    """(H, W) -> the greatest value in the 3x3 pixels around each."""
    padded = np.pad(image, 1)
    tall = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    return np.maximum(np.maximum(tall[:, :-2], tall[:, 1:-1]), tall[:, 2:])


def frame_grey(grey: np.ndarray) -> np.ndarray:
    """uint8 (H, W), 0 ground and 255 ink -> uint8 (28, 28), framed as MNIST's digits."""
    grey = cropped(grey)
    missing = missing_pen(grey)
    if missing:  # strokes that would be thinner than PEN, and would fade
        grey = np.pad(grey, missing)
        for _ in range(missing):
            grey = grown(grey)
    longer = max(grey.shape)
    height, width = (max(1, (2 * length * BOX + longer) // (2 * longer)) for length in grey.shape)
    small = resample(grey[..., None], height, width)[..., 0]

    def place(mass: np.ndarray) -> int:
        """Where the ink starts so that its centre of mass lies in the frame's, and all of it inside."""
        centre = int((mass * (2 * np.arange(len(mass)) + 1)).sum()) / (2 * int(mass.sum()))
        return min(max(int(np.floor(SIDE / 2 - centre + 0.5)), 0), SIDE - len(mass))

    top, left = place(small.sum(axis=1)), place(small.sum(axis=0))
    framed = np.zeros((SIDE, SIDE), np.uint8)
    framed[top : top + height, left : left + width] = small
    return framed


def cropped(grey: np.ndarray) -> np.ndarray:
    """uint8 (H, W) -> the part of it that is inked."""
    rows, columns = (np.flatnonzero(grey.max(axis=axis) > 76) for axis in (1, 0))
    if not len(rows):
        raise ValueError("There is no ink to frame.")
    return grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def missing_pen(grey: np.ndarray) -> int:
    """Pixels, on each side, by which the strokes of cropped ink fall short of PEN once fitted into BOX."""
    solid = np.pad(grey > 127, 1)
    outline = int((solid[1:] != solid[:-1]).sum() + (solid[:, 1:] != solid[:, :-1]).sum())
    if not outline or max(grey.shape) <= BOX:
        return 0
    width = int(solid.sum()) / (outline * (np.pi / 8))
    # Grown by n on each side, the ink is fitted from n wider: (width + 2n) BOX = PEN (length + 2n).
    return max(int((PEN * max(grey.shape) - BOX * width) / (2 * (BOX - PEN)) + 0.5), 0)
