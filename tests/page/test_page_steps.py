"""How it works, part by part: encoder, quantizer and decoder, opened on the visitor's own digit.

The numbers that they show are compared with those of vqdemo.vqvae on the bundled weights.
"""

import json
import re
import shutil
import subprocess
from dataclasses import asdict

import numpy as np
import pytest
import torch
from app_process import ROOT
from playwright.sync_api import expect
from visitor import codes, module, picture, until

import vqdemo
from vqdemo.ui.texts.en import TEXT

SCRIPT = ROOT / "tests" / "tools" / "quantizing.mjs"
INTERIOR = (3, 3)
GRID, PATCH = 7, 4
INK = 22  # the red of --ink in light colours; paper is 255


@pytest.fixture(scope="module")
def model():
    return vqdemo.load(ROOT / "weights")


@torch.no_grad()
def outputs(model, images: np.ndarray) -> np.ndarray:
    """The encoder's outputs for images (N,28,28), uint8: (N,7,7,16)."""
    pixels = torch.tensor(images, dtype=torch.float32)[:, None] / 255
    return model.vqvae.encoder(pixels).movedim(1, -1).numpy()


def inverted(image: np.ndarray, pixels) -> np.ndarray:
    """Copies of an image (28,28), uint8, each with one of the pixels inverted."""
    images = np.repeat(image.reshape(1, -1), len(pixels), 0)
    images[np.arange(len(pixels)), pixels] = 255 - images[np.arange(len(pixels)), pixels]
    return images.reshape(-1, *image.shape)


def distances(model, z: np.ndarray) -> np.ndarray:
    """From z (16,) to each code for patches with ink: (K-1,)."""
    return np.linalg.norm(model.vqvae.quantizer.codebook[1:].numpy() - z, axis=1)


def reach(model, grid: np.ndarray, cell: tuple[int, int]) -> np.ndarray:
    """How far each pixel moves on average, of 255, when each other code takes the place of a cell's."""
    others = np.repeat(grid[None], model.num_codes, 0)
    others[:, cell[0], cell[1]] = np.arange(model.num_codes)
    own = model.decode(grid[None])
    change = np.abs(model.decode(others) - own)
    return 255 * change.sum(0) / (model.num_codes - 1)  # the code itself changes nothing


def shares(values: np.ndarray, cell: tuple[int, int]) -> np.ndarray:
    """Shares of values (28,28) in a cell's patch, in the cells around it, and beyond."""
    patches = values.reshape(GRID, PATCH, GRID, PATCH).sum((1, 3))
    ring = np.abs(np.indices((GRID, GRID)) - np.reshape(cell, (2, 1, 1))).max(0)
    return (
        np.array([patches[ring == 0].sum(), patches[ring == 1].sum(), patches[ring > 1].sum()]) / values.sum()
    )


# ---- the numbers, without a browser ----


def test_what_the_parts_compute_is_what_python_computes(model, tmp_path):
    if shutil.which("node") is None:
        pytest.skip("node is not installed; on Debian: apt-get install nodejs")
    grid = model.sample(1, label=8, seed=3)[0]
    image = (255 * model.decode(grid[None])[0]).round().astype(np.uint8)
    read = model.encode(image[None] / np.float32(255))[0]
    assert read[INTERIOR] != model.background
    pixels = np.random.default_rng(0).permutation(784)[:150]
    given = {
        "weights": str(ROOT / "weights" / "vqvae.safetensors"),
        "config": asdict(model.vqvae.config),
        "image": image.ravel().tolist(),
        "pixels": pixels.tolist(),
        "cell": GRID * INTERIOR[0] + INTERIOR[1],
    }
    (tmp_path / "given.json").write_text(json.dumps(given))
    done = subprocess.run(
        ["node", SCRIPT, tmp_path / "given.json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)

    z = outputs(model, image[None])[0]
    assert np.allclose(np.reshape(answer["vectors"], z.shape), z, atol=2e-4)
    assert np.array_equal(np.reshape(answer["codes"], read.shape), read)

    expected = distances(model, z[INTERIOR])
    ranked = [one["code"] for one in answer["ranked"]]
    assert sorted(ranked) == list(range(1, model.num_codes)), "the blank code is not compared"
    assert ranked[0] == read[INTERIOR]
    assert np.allclose([one["distance"] for one in answer["ranked"]], np.sort(expected), atol=1e-3)
    assert np.allclose(expected[np.array(ranked) - 1], np.sort(expected), atol=1e-3)

    moves = np.linalg.norm(outputs(model, inverted(image, pixels)) - z, axis=-1)
    assert np.allclose(np.reshape(answer["moves"], moves.shape), moves, atol=1e-3)
    of_cell = np.zeros(784)
    of_cell[pixels] = moves[:, INTERIOR[0], INTERIOR[1]]
    own, around, *beyond = answer["reading"]
    assert np.allclose([own, around, sum(beyond)], shares(of_cell.reshape(28, 28), INTERIOR), atol=1e-3)

    expected = reach(model, read, INTERIOR)
    assert np.abs(np.reshape(answer["reach"], (28, 28)) - expected).max() < 1, "but for rounding to bytes"


# ---- the parts on the page ----


class Part:
    """One part of "How it works" on an open page."""

    def __init__(self, page, name):
        self.page, self.name, self.text = page, name, TEXT[name]

    def find(self, selector):
        return self.page.locator(f".{self.css_class} {selector}")

    @property
    def css_class(self):
        return self.name.replace("_", "-")

    def picture(self, selector):
        """Ink of each pixel of a canvas, 0 to 255."""
        return (255 - picture(self.page, f".{self.css_class} {selector}")) * 255 / (255 - INK)

    def cell(self, row, column):
        return self.find(".cell-buttons button").nth(GRID * row + column)


def opened_part(page, name):
    if page.locator("#how").is_hidden():
        page.locator(".nav [data-view=how]").click()
    part = Part(page, name)
    part.find("h2").scroll_into_view_if_needed()
    return part


def encoding(page):
    """The image that the page has encoded."""
    store = module(page, "state/store.js")
    image = page.evaluate(
        """async (address) => {
          const { state } = await import(address);
          while (state.encoding?.drawing !== state.drawing) await new Promise((resolve) => setTimeout(resolve, 20));
          return [...state.encoding.image];
        }""",
        store,
    )
    return np.array(image, np.uint8).reshape(28, 28)


def inked_cell(grid):
    """A cell with ink that is near the middle."""
    cells = np.argwhere(grid != 0)
    return tuple(map(int, cells[np.abs(cells - 3).sum(1).argmin()]))


def percents(text):
    return [float(value) / 100 for value in re.findall(r"([\d.]+)%", text)]


def numbers(locator):
    return np.array([float(text.replace("−", "-")) for text in locator.all_inner_texts()])


@pytest.mark.both_editions
def test_the_encoder_shows_patch_receptive_field_and_z_of_the_open_cell(page, model):
    part = opened_part(page, "how_encoder")
    image = encoding(page)
    read = model.encode(image[None] / np.float32(255))[0]
    row, column = inked_cell(read)
    part.cell(row, column).click()
    expect(part.find(".place")).to_contain_text(f"Row {row + 1}, column {column + 1}")
    part.find("[data-do=numbers]").click()
    z = outputs(model, image[None])[0]
    expect(part.find(".vector b")).to_have_count(16)
    assert np.abs(numbers(part.find(".vector b")) - z[row, column]).max() < 0.006
    shown = numbers(part.find(".patch span")).reshape(PATCH, PATCH)
    patch = image[PATCH * row : PATCH * (row + 1), PATCH * column : PATCH * (column + 1)]
    assert np.abs(shown - patch / 255).max() < 0.006

    part.find(".field").scroll_into_view_if_needed()
    expect(part.find(".shares")).to_contain_text("Measured")
    moves = np.linalg.norm(outputs(model, inverted(image, np.arange(784))) - z, axis=-1)[:, row, column]
    expected = shares(moves.reshape(28, 28), (row, column))
    assert np.allclose(percents(part.find(".shares").inner_text()), expected, atol=0.006)
    tinted = page.evaluate(
        """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
          return Array.from({ length: 784 }, (_, i) => data[4 * i + 3]);
        }""",
        part.find(".tint").element_handle(),
    )
    assert np.abs(tinted - 170 * np.sqrt(moves / moves.max())).max() < 2

    part.cell(row, column).press("ArrowUp")
    expect(part.cell(row - 1, column)).to_be_focused()
    expect(part.find(".place")).to_contain_text(f"Row {row}, column {column + 1}")
    part.cell(0, 0).hover()
    expect(part.find(".place")).to_contain_text("Row 1, column 1")
    page.mouse.move(5, 5)
    expect(part.find(".place")).to_contain_text(f"Row {row}, column {column + 1}")


@pytest.mark.both_editions
def test_the_quantizer_ranks_the_codes_and_redraws_with_another(page, model):
    part = opened_part(page, "how_quantizer")
    image = encoding(page)
    read = model.encode(image[None] / np.float32(255))[0]
    row, column = inked_cell(read)
    part.cell(row, column).click()
    z = outputs(model, image[None])[0]
    expected = distances(model, z[row, column])
    order = 1 + np.argsort(expected)
    ranks = numbers(part.find(".ranks small")).astype(int)
    assert ranks.tolist() == [1, 2, 3, 4, 5, 10, 20, model.num_codes - 1]
    assert numbers(part.find(".ranks span")).tolist() == order[ranks - 1].tolist()
    assert np.abs(numbers(part.find(".ranks b")) - np.sort(expected)[ranks - 1]).max() < 0.006
    assert read[row, column] == order[0]
    expect(part.find(".snap span")).to_have_text(f"code {order[0]}")

    for choose, changed in (("cell", [(row, column)]), ("all", np.argwhere(read != 0))):
        if choose == "all":
            part.find("[data-do=everywhere]").click()
        part.find(".ranks input").nth(6).check(force=True)
        grid = read.copy()
        for cell in map(tuple, changed):
            grid[cell] = 1 + np.argsort(distances(model, z[cell]))[19]
        error = ((model.decode(grid[None])[0] - image / 255) ** 2).mean()
        until(
            page,
            """(expected) => {
              const shown = document.querySelector(".how-quantizer .other-caption").textContent.match(/0\\.\\d+/);
              return shown && Math.abs(Number(shown[0]) - expected) < 2e-5 + 0.01 * expected;
            }""",
            float(error),
        )
    own = model.decode(read[None])[0]
    assert np.abs(part.picture(".nearest") - 255 * own).max() < 2.5

    part.find("[data-do=numbers]").click()
    e = model.vqvae.quantizer.codebook[order[19]].numpy()
    assert np.abs(numbers(part.find(".vector b")) - (z[row, column] - e)).max() < 0.006
    expect(part.find(".snap span")).to_have_text(f"code {order[19]}")

    blank = tuple(map(int, np.argwhere(read == 0)[0]))
    part.cell(*blank).click()
    expect(part.find(".rule")).to_contain_text(f"not more than {model.vqvae.config.ink_threshold}")
    expect(part.find(".ranks input").first).to_be_disabled()
    expect(part.find(".snap span")).to_have_text("code 0, blank")


def test_dots_follow_what_is_drawn_here(page, model):
    part = opened_part(page, "how_quantizer")
    encoding(page)
    pad = part.find(".pad canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    seen = []
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    for x, y in ((0.7, 0.3), (0.5, 0.8)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
        image = encoding(page)  # the pen is still down
        read = model.encode(image[None] / np.float32(255))[0]
        dots = part.find(".map i:not([hidden])")
        expect(dots).to_have_count(int((read != 0).sum()))
        used = page.evaluate(
            "(map) => [...map.querySelectorAll('img')].flatMap((tile, code) => tile.classList.contains('used') ? [code] : [])",
            part.find(".map").element_handle(),
        )
        assert used == sorted(set(read[read != 0].tolist()))
        seen.append(dots.evaluate_all("(dots) => dots.map((dot) => dot.style.transform).join()"))
    page.mouse.up()
    assert seen[0] != seen[1]
    page.locator(".nav [data-view=bench]").click()
    until(
        page,
        "(count) => document.querySelectorAll('#code-grid .blank').length === count",
        int((read == 0).sum()),
    )
    assert np.array_equal(codes(page), read), "it is the workbench's drawing"


@pytest.mark.both_editions
def test_the_decoder_draws_without_the_codes_switched_off(page, model):
    work = codes(page)
    part = opened_part(page, "how_decoder")
    cell = inked_cell(work)
    part.cell(*cell).click()
    expect(part.cell(*cell)).to_have_attribute("aria-pressed", "false")
    without = work.copy()
    without[cell] = model.background
    expected = 255 * model.decode(without[None])[0]
    count = int((work != 0).sum())
    expect(part.find(".count")).to_have_text(f"{count - 1} of {count} codes are on.")
    until_shown(page, part, ".picture", expected)
    expect(part.find(".shares")).to_contain_text("Measured")
    assert np.allclose(
        percents(part.find(".shares").inner_text()), shares(reach(model, work, cell), cell), atol=0.01
    )
    added = (model.decode(work[None]) - model.decode(without[None]))[0]
    tinted = np.abs(255 - picture(page, ".how-decoder .added"))
    assert np.corrcoef(tinted.ravel(), np.maximum(added, 0).ravel())[0, 1] > 0.9

    part.find("[data-do=none]").click()
    until_shown(page, part, ".picture", np.zeros((28, 28)))
    part.cell(*cell).press("Enter")
    alone = np.zeros_like(work)
    alone[cell] = work[cell]
    until_shown(page, part, ".picture", 255 * model.decode(alone[None])[0])
    part.find("[data-do=all]").click()
    until_shown(page, part, ".picture", 255 * model.decode(work[None])[0])
    page.locator(".nav [data-view=bench]").click()
    assert np.array_equal(codes(page), work), "the workbench's codes stay"


def until_shown(page, part, selector, expected):
    """Until a canvas shows ink, 0 to 255, of each pixel."""
    until(
        page,
        """([selector, expected]) => {
          const canvas = document.querySelector(selector);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return expected.every((red, i) => Math.abs(data[4 * i] - red) < 2.5);
        }""",
        [f".{part.css_class} {selector}", (255 - expected * (255 - INK) / 255).ravel().tolist()],
    )
