"""Any picture of a digit -> MNIST's framing: what it may look like, and what is refused with which words."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PIL.GifImagePlugin import GifImageFile
from PIL.TiffImagePlugin import TiffImageFile

from vqdemo import strokes
from vqdemo.strokes import digit_from_picture, find_digit, frame_grey, read_picture

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


def dot_on_a_pale_bar():
    """The bar is too faint beside the dot, and the dot too small for a digit."""
    page = np.full((40, 40), 255, np.uint8)
    page[10:30, 18:22] = 215
    page[20, 20] = 0
    return Image.fromarray(page)


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
    assert alike(frame_grey((digit * 255).round().astype(np.uint8)), digit) > 0.97


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "not a picture"),
        (b"GIF89a and nothing more", "not a picture"),
        (b"x" * (MAX_BYTES + 1), "1.0 MB"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG .* PNG, JPEG, WebP"),
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


@pytest.mark.filterwarnings("ignore")  # Pillow's, of damaged metadata
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_damaged_pictures_are_read_or_refused_in_words(kind):
    data = io.BytesIO()
    seven((75, 100), width=8).save(data, kind)
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = np.frombuffer(data.getvalue(), np.uint8).copy()
        damaged[rng.integers(0, min(len(damaged), 400), 8)] = rng.integers(0, 256, 8)
        try:
            read_picture(damaged.tobytes(), MAX_BYTES, MAX_PIXELS)
        except ValueError as error:
            text = str(error)
            assert text == strokes.NOT_A_PICTURE or "million are allowed" in text, text


@pytest.mark.parametrize("kind", [TypeError, RuntimeError, struct.error, KeyError])
def test_whatever_decoding_raises_means_no_picture(kind, monkeypatch):
    def fail(picture):
        raise kind

    monkeypatch.setattr("PIL.ImageOps.exif_transpose", fail)
    with pytest.raises(ValueError, match="not a picture"):
        read(seven())


def test_a_lack_of_memory_is_not_taken_for_damage(monkeypatch):
    def fail(picture):
        raise MemoryError

    monkeypatch.setattr("PIL.ImageOps.exif_transpose", fail)
    with pytest.raises(MemoryError):
        read(seven())


def test_a_path_without_a_file_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        digit_from_picture(tmp_path / "seven.png", MAX_BYTES, MAX_PIXELS)


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch):
    decoded = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: decoded.append(self))  # noqa: PLW0108, a method
    data = io.BytesIO()
    Image.new("1", (5000, 5000)).save(data, "PNG")
    assert len(data.getvalue()) < MAX_BYTES
    with pytest.raises(ValueError, match="5000 x 5000 pixels; at most 4 million"):
        digit_from_picture(data.getvalue(), MAX_BYTES, MAX_PIXELS)
    assert not decoded


# ---- what lies around the digit ----


def photo(change=None):
    """A seven on paper -> float (H, W, 3), after `change` of it by rows and columns."""
    sheet = np.asarray(seven((400, 300), 235, 60, 12).convert("RGB"), float)
    y, x = np.mgrid[:300, :400]
    return change(sheet, y, x) if change else sheet


def hard_shadow(sheet, y, x):
    return sheet * np.where(x + 0.3 * y < 240, 1, 0.55)[..., None]


def strip_of_a_table(sheet, y, x):
    return np.where(y[..., None] < 262, sheet, 50)


def sheet_on_a_table(sheet, y, x):
    inside = (x > 25 + 0.05 * y) & (x < 380 - 0.04 * y) & (y > 20 + 0.03 * x) & (y < 280)
    return np.where(inside[..., None], sheet, 45)


def thumb(sheet, y, x):
    return np.where((np.hypot(y - 300, x - 30) < 70)[..., None], (200, 150, 120), sheet)


def specks(sheet, y, x):
    return np.where(np.isin(y // 4 * 100 + x // 4, (510, 6880, 1590, 3075))[..., None], 30, sheet)


def ruled(sheet, y, x):
    lines = ((y + x // 40) % 30 < 2)[..., None]
    return np.where(lines, np.minimum(sheet, (120, 160, 220)), sheet)


def squared(sheet, y, x):
    lines = (((y + 12) % 25 < 2) | ((x + 12) % 25 < 2))[..., None]
    return np.where(lines, np.minimum(sheet, (150, 170, 220)), sheet)


def box(sheet, y, x):
    edge = np.maximum(np.abs(y - 150) * 4 / 3, np.abs(x - 200))
    return np.where(((edge > 180) & (edge < 184))[..., None], 20, sheet)


@pytest.mark.parametrize(
    "around", [hard_shadow, strip_of_a_table, sheet_on_a_table, thumb, specks, ruled, squared, box]
)
def test_only_the_digit_is_taken(around):
    clean = read(Image.fromarray(photo().astype(np.uint8)))
    assert alike(read(Image.fromarray(photo(around).astype(np.uint8))), clean) > 0.9


@pytest.mark.parametrize(
    "paper, ink",
    [((0, 128, 0), (255, 0, 0)), ((255, 255, 255), (255, 255, 0)), ((128, 128, 128), (255, 255, 255)),
     ((120, 120, 120), (0, 0, 0)), ((200, 60, 60), (0, 0, 0)), ((110, 110, 110), (205, 60, 110))],
)  # fmt: skip
def test_ink_may_differ_in_colour_alone(paper, ink):
    assert alike(read(seven(paper=paper, ink=ink, mode="RGB")), read(seven())) > 0.97


@pytest.mark.parametrize("ink", [(0, 0, 0, 255), (255, 255, 255, 255), (255, 255, 0, 255)])
@pytest.mark.parametrize("hidden", [(0, 0, 0, 0), (255, 255, 255, 0)])
def test_a_drawing_on_nothing_is_seen_whatever_its_colour(ink, hidden):
    assert alike(read(seven(paper=hidden, ink=ink, mode="RGBA")), read(seven())) > 0.97


@pytest.mark.parametrize("top", [1023, 4095, 65535])
def test_fewer_bits_than_are_stored_are_noticed(top):
    deep = Image.fromarray((np.asarray(seven()) / 255 * top).astype(np.uint16))
    assert alike(read(deep), read(seven())) > 0.97


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_the_fullest_frame_of_an_animation_is_taken(kind):
    blank = Image.new("L", (300, 400), 255)
    half = seven().copy()
    half.paste(255, (0, 150, 300, 400))
    digit = read(blank, kind, save_all=True, append_images=[half, seven(), half])
    assert alike(digit, read(seven())) > 0.97


@pytest.mark.parametrize("kind", ["GIF", "PNG", "TIFF"])
def test_only_the_first_frames_of_an_animation_are_looked_at(kind, monkeypatch):
    looked_at = []
    upright = strokes.upright
    monkeypatch.setattr(strokes, "upright", lambda frame: looked_at.append(frame.tell()) or upright(frame))
    frames = [Image.new("L", (30, 40), 255 - i) for i in range(strokes.FRAMES)]
    digit = read(seven((30, 40), width=3), kind, save_all=True, append_images=frames)
    assert looked_at == list(range(strokes.FRAMES))
    assert alike(digit, read(seven((30, 40), width=3))) > 0.97


@pytest.mark.parametrize("kind", ["GIF", "TIFF"])
def test_no_frame_beyond_them_is_walked_through(kind, monkeypatch):
    """Pillow would, to count them."""
    walked = []
    opener = {"GIF": GifImageFile, "TIFF": TiffImageFile}[kind]
    seek = opener._seek
    monkeypatch.setattr(opener, "_seek", lambda self, at, *more: walked.append(at) or seek(self, at, *more))
    frames = [Image.new("L", (30, 40), 255 - i) for i in range(strokes.FRAMES)]
    read(seven((30, 40), width=3), kind, save_all=True, append_images=frames)
    assert max(walked) == strokes.FRAMES - 1


def test_every_page_of_a_tiff_keeps_to_the_pixels_that_are_allowed():
    large = [Image.new("1", (5000, 5000))]
    with pytest.raises(ValueError, match="5000 x 5000 pixels; at most 4 million"):
        read(seven(), "TIFF", compression="tiff_lzw", save_all=True, append_images=large)


@pytest.mark.parametrize("kind", ["TIFF", "AVIF", "BMP", "WEBP"])
def test_other_kinds_of_files_are_read(kind):
    assert alike(read(seven(), kind), read(seven())) > 0.97


def test_a_small_digit_in_a_corner_is_found():
    page = Image.new("L", (3000, 1200), 255)
    page.paste(seven((90, 120), width=9), (2890, 1060))
    assert alike(read(page), read(seven((300, 400), width=30))) > 0.95


# ---- what the visitor settles ----


def pair():
    page = Image.new("RGB", (700, 400), "white")
    page.paste(seven(), (0, 0))
    page.paste(seven(width=26).transpose(Image.Transpose.ROTATE_180), (400, 0))
    return page


def test_two_digits_are_told_and_a_crop_settles_it():
    with pytest.raises(ValueError, match="more than one digit: crop"):
        read(pair())
    rgba = np.asarray(pair().convert("RGBA"))
    assert find_digit(rgba).several
    for crop in ((0, 0, 350, 400), (350, 0, 700, 400)):
        found = find_digit(rgba, crop)
        left, top, right, bottom = found.box
        assert not found.several
        assert crop[0] <= left < right <= crop[2] and crop[1] <= top < bottom <= crop[3]


def test_the_ink_that_is_asked_for_is_taken():
    page = np.full((200, 300, 4), 128, np.uint8)
    page[..., 3] = 255
    page[50:150, 60:75, :3] = 0  # a dark 1, and a light one lying down
    page[95:110, 160:260, :3] = 255
    dark, light = find_digit(page, ink="dark"), find_digit(page, ink="light")
    assert (dark.ink, light.ink) == ("dark", "light")
    assert dark.box[2] <= 80 and light.box[0] >= 155


@pytest.mark.parametrize("crop", [(-1, 0, 10, 10), (0, 0, 301, 400), (20, 20, 20, 40)])
def test_a_crop_outside_of_the_picture_is_refused(crop):
    with pytest.raises(ValueError, match="does not lie in the picture of 300 x 400"):
        find_digit(np.asarray(seven().convert("RGBA")), crop)


def test_an_ink_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not 'blue'"):
        find_digit(np.asarray(seven().convert("RGBA")), ink="blue")


def test_large_photographs_are_made_smaller():
    data = io.BytesIO()
    Image.new("L", (2000, 2000)).save(data, "PNG")
    assert read_picture(data.getvalue(), MAX_BYTES, MAX_PIXELS).shape == (1600, 1600, 4)


# ---- what is refused ----


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_blank_page_is_refused(grey):
    paper = np.full((200, 200), grey) + np.random.default_rng(0).normal(0, 3, (200, 200))
    with pytest.raises(ValueError, match="no ink"):
        read(Image.fromarray(paper.clip(0, 255).astype(np.uint8)))


def test_ink_with_a_dot_far_darker_than_itself_is_refused():
    with pytest.raises(ValueError, match="no ink"):
        read(dot_on_a_pale_bar())


def test_a_path_is_read_like_bytes(tmp_path):
    path = tmp_path / "seven.png"
    seven().save(path)
    assert (digit_from_picture(path, MAX_BYTES, MAX_PIXELS) == read(seven())).all()
