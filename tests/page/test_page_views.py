"""The views beside the workbench: samples, grafting, the codebook, how it works."""

import json
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from visitor import (
    CODES,
    PHONE,
    PIXELS,
    codes,
    draw_and_settle,
    middle,
    module,
    picture,
    settle,
    until,
    until_codes_are,
)

from vqdemo.ui import code_map
from vqdemo.ui.texts.en import TEXT

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
NUM_CODES = json.loads((WEIGHTS / "config.json").read_text())["vqvae"]["num_codes"]


def open_view(page, name):
    page.locator(f".nav [data-view={name}]").click()
    expect(page.locator(f"#{name}")).to_be_visible()
    expect(page.locator("#bench")).to_be_visible() if name == "bench" else expect(
        page.locator("#bench")
    ).to_be_hidden()


# ---- samples ----


FIRST_ROW = """() => [...document.querySelectorAll("#sample-rows > div:first-child canvas")].map((c) =>
c.toDataURL()).join()"""


def first_row(page):
    page.wait_for_selector("#sample-rows > div:first-child button:enabled")
    return np.stack(
        [picture(page, f"#sample-rows > div:first-child button:nth-of-type({i}) canvas") for i in range(1, 9)]
    )


@pytest.mark.both_editions
def test_sliders_change_the_samples_and_any_opens_in_the_workbench(page):
    open_view(page, "samples")
    expect(page.locator("#sample-rows > div")).to_have_count(10)
    page.wait_for_selector("#sample-rows > div:last-child button:enabled")
    usual = first_row(page)
    for name, key in (("temperature", "Home"), ("temperature", "End"), ("guidance", "End")):
        slider = page.locator(f"#samples [name={name}]")
        before = page.evaluate(FIRST_ROW)
        slider.focus()
        page.keyboard.press(key)
        value = f"{float(slider.input_value()):.2f}"
        expect(
            page.locator("#samples .field").filter(has=page.locator(f"[name={name}]")).locator("b")
        ).to_have_text(value)
        until(page, f"(before) => ({FIRST_ROW})() !== before", before)
        changed = first_row(page)
        assert np.abs(changed - usual).mean() > 2, f"{name} has no visible effect"
        usual = changed
    button = page.locator("#sample-rows > div").nth(0).locator("button").nth(3)
    shown = picture(page, "#sample-rows > div:first-child button:nth-of-type(4) canvas")
    button.click()
    expect(page.locator("#bench")).to_be_visible()
    settle(page)
    assert np.abs(picture(page) - shown).max() <= 1
    assert (codes(page) >= 0).all()
    page.keyboard.press("Control+z")
    settle(page)
    assert np.abs(picture(page) - shown).max() > 100


QUESTIONS = """() => {
  const { postMessage } = Worker.prototype;
  window.asked = [];
  Worker.prototype.postMessage = function (message, ...others) {
    window.asked.push(message.question);
    return postMessage.call(this, message, ...others);
  };
}"""


def test_samples_keep_to_the_theme_and_are_not_sampled_again_for_it(open_page):
    page = open_page("/?__theme=dark")
    open_view(page, "samples")
    page.wait_for_selector("#sample-rows > div:last-child button:enabled")
    dark = first_row(page)
    assert dark[0, -1, 0] < 60
    page.evaluate(QUESTIONS)
    page.emulate_media(media="print")  # in light colours
    until(page, f"() => ({PIXELS})('#sample-rows canvas')[0] > 220")
    light = first_row(page)
    assert np.corrcoef(dark.ravel(), light.ravel())[0, 1] < -0.99, "the same digits, ink and paper swapped"
    assert "sample" not in page.evaluate("window.asked")


# ---- graft ----


def test_cells_of_one_digit_are_put_into_another(page):
    draw_and_settle(page)
    a = codes(page)
    open_view(page, "graft")
    page.get_by_role("button", name="Example 0 as B").click()
    cells = page.locator("#graft-cells button")
    expect(cells).to_have_count(49)
    (x1, y1), (x2, y2) = middle(cells.nth(0)), middle(cells.nth(3))
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move(x2, y2, steps=8)
    page.mouse.up()
    expect(page.locator("#graft-cells [aria-pressed=true]")).to_have_count(4)
    cells.nth(3).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(cells.nth(10)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Use in the workbench").click()
    expect(page.locator("#bench")).to_be_visible()
    b = example_codes(page, 0)
    wanted = a.copy().ravel()
    wanted[[0, 1, 2, 3, 10]] = b[[0, 1, 2, 3, 10]]
    until_codes_are(page, wanted)
    page.keyboard.press("Control+z")
    until_codes_are(page, a)


def example_codes(page, label):
    """The codes of an example digit, as the page knows them."""
    script = "async ([address, label]) => (await import(address)).state.modelInfo.examples[label].codes"
    return np.array(page.evaluate(script, [module(page, "state/store.js"), label]))


def test_halves_swap_and_the_walk_from_a_to_b(page):
    draw_and_settle(page)
    a = codes(page).ravel()
    open_view(page, "graft")
    page.get_by_role("button", name="Example 4 as B").click()
    b = example_codes(page, 4)
    taken = page.locator("#graft-cells [aria-pressed=true]")
    page.get_by_role("button", name="Top half from B").click()
    expect(taken).to_have_count(21)
    page.get_by_role("button", name="Swap").click()
    expect(taken).to_have_count(28)
    walk = page.locator(".walk input")
    differing = np.flatnonzero(a != b)
    assert int(walk.get_attribute("max")) == len(differing)
    walk.fill("0")
    expect(taken).to_have_count(0)
    walk.focus()
    for step in range(1, 4):
        page.keyboard.press("ArrowRight")
        expect(taken).to_have_count(step)
    pressed = page.evaluate(
        "() => [...document.querySelectorAll('#graft-cells button')].flatMap((c, i) => c.ariaPressed === 'true' ? [i] : [])"
    )
    assert pressed == differing[:3].tolist()
    walk.fill(str(len(differing)))
    until(page, "() => document.querySelectorAll('#graft-cells [aria-pressed=true]').length > 3")
    page.wait_for_timeout(500)
    assert np.abs(picture(page, ".graft .mix")[:, :].min() - picture(page, ".graft .b").min()) < 120
    page.get_by_role("button", name="Use in the workbench").click()
    until_codes_are(page, b)


def test_b_is_moved_and_stamped_elsewhere(page):
    draw_and_settle(page)
    a = codes(page)
    open_view(page, "graft")
    page.get_by_role("button", name="Example 2 as B").click()
    b = example_codes(page, 2).reshape(7, 7)
    page.locator("#graft-cells button").nth(7 * 3 + 3).click()
    page.locator("#graft-cells button").nth(7 * 3 + 6).click()
    page.get_by_role("button", name="Move B down").click()
    right = page.get_by_role("button", name="Move B to the right")
    right.focus()
    page.keyboard.press("Enter")
    # The other one has left the grid.
    expect(page.locator("#graft-cells [aria-pressed=true]")).to_have_count(1)
    expect(page.locator(".graft .given .replaced")).to_have_count(1)
    page.get_by_role("button", name="Use in the workbench").click()
    a[4, 4] = b[3, 3]
    until_codes_are(page, a)


def test_a_finger_takes_cells(open_page):
    page = open_page(**PHONE)
    open_view(page, "graft")
    page.locator("#graft-cells button").nth(8).tap()
    expect(page.locator("#graft-cells [aria-pressed=true]")).to_have_count(1)
    page.locator("#graft-cells button").nth(8).tap()
    expect(page.locator("#graft-cells [aria-pressed=true]")).to_have_count(0)


# ---- codebook ----


def test_the_codebook_shows_every_code_and_tells_about_the_chosen_one(page):
    grid = codes(page)
    open_view(page, "codebook")
    atlas = page.locator("#atlas [role=option]")
    expect(atlas).to_have_count(NUM_CODES)
    empty = 0
    page.locator(f"#atlas [data-code='{empty}']").click()
    about = page.locator(".codebook .about")
    expect(about).to_contain_text("Blank")
    expect(about).to_contain_text(f"Cells with this code: {(grid == empty).sum()}.")
    marked = page.locator(".here .patches .linked")
    expect(marked).to_have_count(int((grid == empty).sum()))
    page.keyboard.press("ArrowRight")
    expect(about.locator("h3").first).to_have_text(re.compile("Code [1-9]"))
    alike = page.locator(".codebook .nearest button").nth(2)
    code = int(alike.get_attribute("data-code"))
    alike.click()
    expect(about.locator("h3").first).to_have_text(f"Code {code}")
    expect(page.locator("#atlas [aria-selected=true]")).to_have_attribute("data-code", str(code))
    expect(marked).to_have_count(int((grid == code).sum()))
    page.locator(f"#atlas [data-code='{empty}']").hover()  # pointing is enough to see where a code stands
    expect(marked).to_have_count(int((grid == empty).sum()))
    boxes = [marker.bounding_box() for marker in atlas.all()]
    frame = page.locator("#atlas").bounding_box()
    centres = np.array([[b["x"] + b["width"] / 2, b["y"] + b["height"] / 2] for b in boxes])
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=-1) + 1e9 * np.eye(NUM_CODES)
    assert apart.min() > 0.6 * boxes[0]["width"], "no code hides another"
    assert all(
        b["x"] >= frame["x"] - 1 and b["x"] + b["width"] <= frame["x"] + frame["width"] + 1 for b in boxes
    )


def test_codes_that_look_alike_have_places_of_their_own_on_the_map():
    for number in (2, 3, 16, 64, 127, 128):
        tiles = np.random.default_rng(5).random((number, 6, 6))
        tiles[: number // 3] = 1 - 0.001 * tiles[: number // 3]  # all nearly the same
        places = np.array(code_map.plane(tiles, first=1))
        assert (places >= 0).all() and (places <= 1).all()
        assert (places[1] == 0).all()
        apart = np.abs(places[:, None] - places[None]).max(-1) + np.eye(number)
        assert apart.min() > 0.9 / np.ceil(np.sqrt(number))


def test_a_code_is_not_among_those_that_look_like_it():
    tiles = np.zeros((5, 6, 6))  # as of codes that are never used
    tiles[1] = 1
    for code, others in enumerate(code_map.nearest(tiles, 3)):
        assert code not in others and len(others) == 3


def test_distances_are_those_of_pairs():
    tiles = np.random.default_rng(0).random((40, 6, 6))
    tiles[20:] = tiles[:20]
    far = code_map.distances(tiles)
    pairs = np.linalg.norm(tiles[:, None] - tiles[None], axis=(2, 3))
    assert np.abs(far - pairs).max() < 1e-6
    assert (far == far.T).all() and (far.diagonal() == 0).all()


def test_distances_take_memory_for_pairs_of_codes_and_not_of_pixels():
    tiles = np.random.default_rng(0).random((200, 12, 12))
    tracemalloc.start()
    code_map.distances(tiles)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 8 * 200**2


def test_codes_that_look_alike_lie_together_on_the_map():
    angles = np.random.default_rng(0).permutation(100) / 100 * np.pi  # of bars
    y, x = np.mgrid[-5.5:6, -5.5:6]
    tiles = np.exp(
        -((x[None] * np.sin(angles)[:, None, None] - y[None] * np.cos(angles)[:, None, None]) ** 2)
    )
    places = np.array(code_map.plane(tiles, first=0))[1:]
    far = code_map.distances(tiles)[1:, 1:]
    neighbours = np.linalg.norm(places[:, None] - places[None], axis=-1) < 1.2 / 9
    assert far[neighbours].sum() / (neighbours.sum() - 99) < 0.6 * far.mean()


# ---- keys ----


def test_alt_and_an_arrow_are_left_to_the_browser_in_every_grid(page):
    """They go back in its history."""
    grids = [
        ("bench", "#code-grid [role=gridcell]"),
        ("graft", "#graft-cells button"),
        ("codebook", "#atlas [role=option]"),
        ("how", ".how-encoder .cell-buttons button"),
        ("how", ".how-prior .cells button"),
    ]
    for view, cells in grids:
        if page.locator(f"#{view}").is_hidden():
            open_view(page, view)
        page.wait_for_selector(cells)
        for held, taken in (("", True), ("alt", False)):
            taken_here = page.locator(cells).first.evaluate(
                """(cell, altKey) => !cell.dispatchEvent(new KeyboardEvent("keydown",
                     {key: "ArrowRight", altKey, bubbles: true, cancelable: true}))""",
                held == "alt",
            )
            assert taken_here == taken, (cells, held)


# ---- how it works ----


def test_how_it_works_shows_the_visitors_digit(page):
    draw_and_settle(page)
    shown, grid = picture(page), codes(page)
    open_view(page, "how")
    expect(page.locator(".how .codes span")).to_have_count(49)
    shown_codes = page.locator(".how .codes span").all_inner_texts()
    assert shown_codes == ["" if code == 0 else str(code) for code in grid.ravel()], (
        "a blank cell shows no number"
    )
    assert (picture(page, ".how .back") == shown).all()
    until(page, "() => document.querySelector('.how .prior').width === 28")
    expected = 255 - picture(page, ".how .prior")
    ink = 255 - shown
    assert np.corrcoef(expected.ravel(), ink.ravel())[0, 1] > 0.4, (
        "what the prior expects resembles the digit"
    )


def test_no_view_has_more_than_300_words():
    for view in ("samples", "graft", "codebook", "how"):
        sentences = re.findall(r"'([^']*)'|\"([^\"]*)\"", str(list(TEXT[view].items())))
        assert sum(len(" ".join(pair).split()) for pair in sentences) < 300, view


def test_the_workbench_shows_no_more_than_300_words(page):
    """What stands there at first sight, without the numbers of cells and codes."""
    words = re.findall(r"[^\W\d]{2,}", page.locator("#bench").inner_text())
    assert 30 < len(words) < 300


def test_the_open_view_survives_a_reload(page):
    open_view(page, "codebook")
    page.wait_for_timeout(600)
    page.reload()
    expect(page.locator("#atlas [role=option]")).to_have_count(NUM_CODES)
    expect(page.locator("#bench")).to_be_hidden()
    until(page, f"() => ({CODES})().length === 49")
