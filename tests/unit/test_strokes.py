"""Any picture of a digit -> MNIST's framing: what it may look like, and what is refused with which words."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vqdemo.strokes import digit_from_picture, frame

MAX_BYTES, MAX_PIXELS = 2**20, 4_000_000


def read(image, kind="PNG", **options):
    data = io.BytesIO()
    image.save(data, kind, **options)
    return digit_from_picture(data.getvalue(), MAX_BYTES, MAX_PIXELS)


def seven(size=(300, 400), paper=255, ink=0, width=30, mode="L"):
    image = Image.new(mode, size, paper)
    w, h = size
    path = [(0.3 * w, 0.2 * h), (0.8 * w, 0.2 * h), (0.45 * w, 0.8 * h)]
    ImageDraw.Draw(image).line(path, fill=ink, width=width, joint="curve")
    return image


def centre_of_mass(digit):
    return [(digit.sum(axis=axis) * (np.arange(28) + 0.5)).sum() / digit.sum() for axis in (0, 1)]


def alike(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def test_the_frame_is_mnists():
    digit = read(seven())
    assert digit.shape == (28, 28) and digit.dtype == np.float32
    assert digit.min() == 0 and 0.9 < digit.max() <= 1
    rows, columns = (np.flatnonzero(digit.max(axis=axis) > 0.3) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
    assert np.abs(np.array(centre_of_mass(digit)) - 14).max() < 0.7


@pytest.mark.parametrize(
    "image",
    [
        seven(paper=20, ink=240),  # light on dark
        seven(paper=(250, 240, 210), ink=(20, 40, 120), mode="RGB"),  # blue on cream
        seven(size=(900, 1200), width=90),  # larger
        seven(paper=(255, 255, 255, 0), ink=(0, 0, 0, 255), mode="RGBA"),  # on nothing
        seven(paper=(0, 0, 0, 0), ink=(0, 0, 0, 255), mode="RGBA"),  # on nothing that is stored as black
        seven().convert("1"),
        seven().convert("P"),
        seven().convert("CMYK").convert("RGB"),
        Image.fromarray(np.asarray(seven()).astype(np.uint16) * 200),  # 16 bits
    ],
    ids=["negative", "colours", "large", "clear", "black clear", "bits", "indexed", "cmyk", "deep"],
)
def test_colours_and_sizes_do_not_matter(image):
    assert alike(read(image), read(seven())) > 0.97


def test_a_photo_under_uneven_light_with_grain_reads_like_a_scan():
    light = np.linspace(1.0, 0.55, 300)[None, :] * np.linspace(1.0, 0.85, 400)[:, None]
    grain = np.random.default_rng(0).normal(0, 6, light.shape)
    photo = np.asarray(seven(paper=235, ink=50), float) * light + grain
    digit = read(Image.fromarray(photo.clip(0, 255).astype(np.uint8)), "JPEG", quality=80)
    assert alike(digit, read(seven())) > 0.93
    assert (digit[:, [0, 1, -2, -1]] == 0).all(), "the ground must be black"


def test_exif_orientation_is_followed():
    exif = Image.Exif()
    exif[0x0112] = 6  # stored a quarter turn to the left of upright
    turned = seven().transpose(Image.Transpose.ROTATE_90)
    assert alike(read(turned, "JPEG", exif=exif), read(seven())) > 0.97


def test_a_hairline_is_thickened_to_a_pen():
    thin, thick = read(seven(width=3)), read(seven(width=30))
    assert thin.max() > 0.8
    assert 0.6 < thin.sum() / thick.sum() < 1.5


def test_28_by_28_pixels_keep_their_framing():
    image = np.zeros((28, 28), np.uint8)
    image[2:9, 3:5] = 255  # in a corner, and left there
    digit = read(Image.fromarray(image))
    assert (digit * 255 == image).all()
    assert (read(Image.fromarray(255 - image)) * 255 == image).all()


def test_framing_twice_is_framing_once():
    digit = read(seven())
    assert alike(frame(digit), digit) > 0.97


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "not a picture"),
        (b"GIF89a and nothing more", "not a picture"),
        (b"x" * (MAX_BYTES + 1), "1.0 MB"),
    ],
)
def test_what_is_no_picture_is_refused(data, words):
    with pytest.raises(ValueError, match=words):
        digit_from_picture(data, MAX_BYTES, MAX_PIXELS)


def test_a_picture_cut_off_is_refused():
    data = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (200, 200), dtype=np.uint8)
    Image.fromarray(noise).save(data, "PNG")
    with pytest.raises(ValueError, match="not a picture"):
        digit_from_picture(data.getvalue()[:2000], MAX_BYTES, MAX_PIXELS)


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch):
    decoded = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: decoded.append(self))
    data = io.BytesIO()
    Image.new("1", (5000, 5000)).save(data, "PNG")
    assert len(data.getvalue()) < MAX_BYTES
    with pytest.raises(ValueError, match="5000 x 5000 pixels; at most 4 million"):
        digit_from_picture(data.getvalue(), MAX_BYTES, MAX_PIXELS)
    assert not decoded


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_blank_page_is_refused(grey):
    paper = np.full((200, 200), grey) + np.random.default_rng(0).normal(0, 3, (200, 200))
    with pytest.raises(ValueError, match="no ink"):
        read(Image.fromarray(paper.clip(0, 255).astype(np.uint8)))


def test_a_path_is_read_like_bytes(tmp_path):
    path = tmp_path / "seven.png"
    seven().save(path)
    assert (digit_from_picture(path, MAX_BYTES, MAX_PIXELS) == read(seven())).all()
