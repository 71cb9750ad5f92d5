"""What the page shows beside the codes: what belongs together, what the prior expected, what else could stand
in a cell, and a completion being filled in. Against the model itself, on the bundled weights."""

import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from visitor import (
    CELL,
    CODES,
    PHONE,
    UNKNOWN,
    cell,
    codes,
    die_of,
    draw_and_settle,
    message,
    middle,
    picture,
    settle,
    until,
    until_codes_are,
)

import vqdemo
from vqdemo.ui.endpoints.arguments import Settings

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
PATIENCE = 30_000  # ms, for a busy machine
HALF = np.s_[4:]  # what the preset "bottom" erases


@pytest.fixture(scope="module")
def model():
    return vqdemo.load(WEIGHTS)


def tile(page, code):
    return page.locator(f"#palette [data-code='{code}']")


def linked(page, selector):
    """The cells that a view marks as pointed at."""
    return page.evaluate(
        "(selector) => [...document.querySelectorAll(selector)].flatMap((e, i) => e.classList.contains('linked') ? [i] : [])",
        selector,
    )


def footprint(page):
    """How strongly each pixel of the reconstruction is tinted, or None."""
    if page.locator(".footprint").is_hidden():
        return None
    values = page.evaluate(
        """() => {
          const canvas = document.querySelector(".footprint");
          const data = canvas.getContext("2d").getImageData(0, 0, 28, 28).data;
          return Array.from({length: 784}, (_, i) => data[4 * i + 3]);
        }"""
    )
    return np.array(values).reshape(28, 28)


# ---- what belongs together ----


def points_at(page, row, column):
    i = 7 * row + column
    for view in ("#draw-pad", "#reconstruction"):
        expect(page.locator(f"{view} .patches i").nth(i)).to_contain_class("linked")
    code = int(codes(page)[row, column])
    expect(tile(page, code)).to_contain_class("linked")
    assert linked(page, "#code-grid [role=gridcell]") == [i]


def test_pointing_at_a_cell_shows_patch_code_and_footprint(page):
    cell(page, 2, 3).hover()
    points_at(page, 2, 3)
    expect(page.locator(".footprint")).to_be_visible()
    tinted = footprint(page).astype(float)
    near = tinted[2 * CELL - 4 : 3 * CELL + 4, 3 * CELL - 4 : 4 * CELL + 4].sum()
    assert tinted[2 * CELL : 3 * CELL, 3 * CELL : 4 * CELL].mean() > 5 * tinted[:, 22:].mean()
    assert near > 0.8 * tinted.sum() > 0
    page.mouse.move(5, 5)
    expect(page.locator(".footprint")).to_be_hidden()
    assert linked(page, "#palette [role=option]") == []


def test_pointing_at_the_picture_points_at_the_cell_there(page):
    box = page.locator("#reconstruction").bounding_box()
    page.mouse.move(box["x"] + 4.5 / 7 * box["width"], box["y"] + 1.5 / 7 * box["height"])
    points_at(page, 1, 4)
    page.mouse.down()
    page.mouse.up()
    expect(cell(page, 1, 4)).to_have_attribute("aria-selected", "true")


def test_pointing_at_a_tile_shows_every_cell_that_carries_it(page):
    code = 0  # blank
    tile(page, code).hover()
    carriers = np.flatnonzero(codes(page).ravel() == code).tolist()
    assert len(carriers) > 1
    until(page, "(n) => document.querySelectorAll('#code-grid .linked').length === n", len(carriers))
    for selector in ("#code-grid [role=gridcell]", "#draw-pad .patches i", "#reconstruction .patches i"):
        assert linked(page, selector) == carriers


def test_a_tap_and_the_focus_point_too(open_page):
    page = open_page(viewport={"width": 768, "height": 1024}, has_touch=True, is_mobile=True)
    cell(page, 2, 3).tap()
    points_at(page, 2, 3)
    expect(page.locator(".footprint")).to_be_visible()
    page.keyboard.press("ArrowDown")
    points_at(page, 3, 3)
    kept = codes(page)
    page.keyboard.press("Escape")
    code = int(kept[0, 0])
    tile(page, code).tap()  # with no cell chosen a tap changes nothing, and shows where the code stands
    assert linked(page, "#code-grid [role=gridcell]") == np.flatnonzero(kept.ravel() == code).tolist()
    page.keyboard.press("ArrowRight")
    code = int(page.locator("#palette :focus").get_attribute("data-code"))
    assert linked(page, "#code-grid [role=gridcell]") == np.flatnonzero(kept.ravel() == code).tolist()
    assert (codes(page) == kept).all()


# ---- what the prior expected ----


def test_the_what_if_strip_offers_the_likeliest_codes_and_one_click_adopts(page, model):
    draw_and_settle(page)
    grid = codes(page)
    page.locator(".completion summary").click()
    for name, value in {"temperature": "1", "top_p": "1", "guidance": "0"}.items():
        page.locator(f".completion [name={name}]").fill(value)
    cell(page, 3, 4).click()
    offers = page.locator("#what-if button:enabled:visible")
    expect(offers.nth(2)).to_be_visible()
    expected = die_of(model, grid, (3, 4))
    offered = [int(o.get_attribute("data-code")) for o in offers.all()]
    assert grid[3, 4] in offered and len(set(offered)) == len(offered) <= 8
    shares = np.array([float(o.locator("small").inner_text().strip("<%")) / 100 for o in offers.all()])
    assert (shares >= expected[offered] - 0.006).all() and shares.sum() < 1.03
    code = next(code for code in offered if code != grid[3, 4])
    grid[3, 4] = code
    shown = picture(page, f"#what-if [data-code='{code}'] canvas")
    assert np.abs(255 - 255 * model.decode(grid[None])[0] - shown).mean() < 12, (
        "the offer shows what it would draw"
    )
    page.locator(f"#what-if [data-code='{code}']").click()
    until_codes_are(page, grid)
    settle(page)
    expect(page.locator(f"#what-if [data-code='{code}']")).to_have_attribute("aria-pressed", "true")
    assert (picture(page) == picture(page, f"#what-if [data-code='{code}'] canvas")).all()
    cell(page, 3, 5).click(modifiers=["Shift"])
    expect(offers).to_have_count(0)


@pytest.mark.both_editions
def test_what_if_by_keys_alone(page):
    page.locator("#code-grid [role=gridcell][tabindex='0']").focus()
    other = page.locator("#what-if button:enabled:visible[aria-pressed=false]").last
    code = int(other.get_attribute("data-code"))
    other.focus()
    page.keyboard.press("Enter")
    expect(cell(page, 0, 0)).to_have_attribute("data-code", str(code))
    page.keyboard.press("Control+z")
    until(page, f"(code) => ({CODES})()[0] !== code", code)


def tints(page):
    return page.evaluate(
        "() => [...document.querySelectorAll('#code-grid [role=gridcell]')].map((c) => Number(c.style.getPropertyValue('--tint')))"
    )


def test_the_surprise_map_lights_up_a_strange_edit(page, model):
    draw_and_settle(page)
    grid = codes(page)
    button = page.get_by_role("button", name="Surprise")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    legend = page.locator(".code-grid .legend")
    expect(legend).to_contain_text("typical")
    measured = json.loads((WEIGHTS / "metrics.json").read_text())["likelihood"]["without_label"][
        "everything"
    ]["mean"]
    assert f"(typical: {measured / np.log(2):.0f})" in legend.inner_text()
    until(page, "() => [...document.querySelectorAll('#code-grid [data-cell]')].some((c) => c.title)")
    surprise = -np.log2(np.take_along_axis(model.conditionals(grid), grid[..., None], -1))[..., 0]
    assert np.allclose(tints(page), np.minimum(surprise.ravel() / 8, 1), atol=2e-3)
    cell(page, 6, 0).click()
    strange = int(np.argmin(model.conditionals(grid)[6, 0]))
    page.keyboard.type(f"{strange:02}")
    until(page, f"() => ({CODES})()[42] === {strange}")
    until(
        page,
        "() => document.querySelectorAll('#code-grid [role=gridcell]')[42].style.getPropertyValue('--tint') > 0.9",
    )
    button.click()
    expect(legend).to_be_hidden()


# ---- the palette ----


def test_neighbours_in_the_palette_are_alike(page, model):
    order = [int(o.get_attribute("data-code")) for o in page.locator("#palette [role=option]").all()]
    assert sorted(order) == list(range(model.num_codes))
    bars = page.evaluate(
        "() => [...document.querySelectorAll('#palette [role=option] i')].map((bar) => parseFloat(bar.style.width))"
    )
    assert order[0] == model.background
    assert np.allclose(bars[1:], 100 * model.usage[order[1:]] / max(model.usage[1:]), atol=0.1)
    tiles = model.tiles.reshape(model.num_codes, -1)

    def steps(codes):
        return np.linalg.norm(np.diff(tiles[codes], axis=0), axis=1).mean()

    assert steps(order) < 0.75 * steps(np.arange(model.num_codes))


def test_a_code_is_found_by_its_number_and_stays_at_hand(page):
    cell(page, 1, 1).click()
    search = page.get_by_role("searchbox", name="Find a code")
    search.fill("37")
    expect(tile(page, 37)).to_contain_class("linked")
    search.press("Enter")
    expect(cell(page, 1, 1)).to_have_attribute("data-code", "37")
    cell(page, 5, 5).click()
    page.locator(".recent [data-code='37']").click()
    expect(cell(page, 5, 5)).to_have_attribute("data-code", "37")
    page.locator("#palette [role=option][tabindex='0']").focus()
    page.keyboard.type("42")
    expect(tile(page, 42)).to_be_focused()


# ---- completions ----


def test_a_lasso_erases_the_cells_that_it_passes(page):
    start = codes(page)
    path = [(1, 1), (1, 2), (2, 2), (3, 2), (3, 3)]
    points = [middle(cell(page, *one)) for one in path]
    page.keyboard.down("Control")
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()
    page.keyboard.up("Control")
    page.keyboard.press("Delete")
    for one in path:
        start[one] = UNKNOWN
    until_codes_are(page, start)


def test_a_finger_is_a_lasso_and_the_page_stays(open_page):
    page = open_page(**PHONE)
    path = [(0, 3), (1, 3), (2, 3), (2, 4)]
    middle(cell(page, 3, 3))  # scrolls it into view
    points = [middle(cell(page, *one)) for one in path]
    scrolled = page.evaluate("scrollY")
    finger = page.context.new_cdp_session(page)
    for kind, touches in (("touchStart", points[:1]), *(("touchMove", [p]) for p in points[1:])):
        finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in touches]}
        )
    chosen = page.locator("#code-grid [aria-selected=true]")
    expect(chosen).to_have_count(4)
    assert [int(one.get_attribute("data-cell")) for one in chosen.all()] == [7 * r + c for r, c in path]
    assert page.evaluate("scrollY") == scrolled, "the page moves under the finger"
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(chosen).to_have_count(4)


def test_keys_choose_cells_that_do_not_touch(page):
    start = codes(page)
    page.locator("#code-grid [role=gridcell][tabindex='0']").focus()
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Control+ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    page.keyboard.press("Delete")
    start[0, [0, 2]] = UNKNOWN
    until_codes_are(page, start)


def test_ctrl_home_and_end_lead_to_the_corners_of_the_grid(page):
    cell(page, 3, 3).click()
    for key, (row, column) in (
        ("End", (3, 6)),
        ("Home", (3, 0)),
        ("Control+End", (6, 6)),
        ("Control+Home", (0, 0)),
    ):
        page.keyboard.press(key)
        expect(cell(page, row, column)).to_be_focused()


def test_the_rest_of_the_drawing(page):
    draw_and_settle(page)
    start = codes(page)
    page.get_by_role("button", name="Complete the rest of my drawing").click()
    expect(page.locator("#completions button")).to_have_count(4)
    asked = codes(page)
    known = asked != UNKNOWN
    assert (asked[known] == start[known]).all() and 4 < known.sum() < 30
    assert known[1:2, 2:5].all() and not known[:, 0].any(), (
        "cells with ink are kept, those without are asked for"
    )
    page.keyboard.press("Control+z")  # lets go of the completion that is shown
    page.keyboard.press("Control+z")
    until_codes_are(page, start)


def test_with_an_empty_pad_there_is_no_rest_to_complete(page):
    page.get_by_role("button", name="Clear").click()
    until(page, f"() => new Set(({CODES})()).size === 1")
    page.get_by_role("button", name="Complete the rest of my drawing").click()
    expect(message(page)).to_contain_text("no ink")
    assert (codes(page) != UNKNOWN).all()


def ask_for_bottom(page):
    page.locator("[data-preset=bottom]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    page.locator("#complete").click()
    page.wait_for_selector("#completions button")


def filled(page):
    """Unknown cells that the grid shows as filled in."""
    return page.locator("#code-grid .imagined")


@pytest.mark.both_editions
def test_a_completion_is_watched_step_by_step_in_generation_order(page, model):
    ask_for_bottom(page)
    question = codes(page)
    first, second, third = (divmod(i, 7) for i in model.generation_order(question)[:3])
    best = np.array(
        page.locator("#completions button").first.get_attribute("data-codes").split(), int
    ).reshape(7, 7)
    step = page.get_by_role("button", name="One cell")
    step.click()
    expect(filled(page)).to_have_count(1)
    step.click()
    expect(filled(page)).to_have_count(2)
    now = page.locator(".watch .now")
    expect(now).to_contain_text("Cell 2 of 21")
    partial = question.copy()
    partial[first] = best[first]
    p = model.conditionals(partial)[second].astype(float)
    entropy = -(p[p > 0] * np.log(p[p > 0])).sum()
    assert f"entropy {entropy:.2f} nats" in now.inner_text()
    for place in (first, second):
        expect(cell(page, *place)).to_have_text(str(best[place] or ""))  # the blank code shows no number
    expect(cell(page, *third)).to_have_text("?")
    expect(page.locator("#reconstruction .patches .unknown")).to_have_count(19)
    assert (codes(page) == question).all(), "watching changes nothing"
    page.get_by_role("button", name="Stop").click()
    expect(filled(page)).to_have_count(0)


def test_a_completion_plays_pauses_and_ends(page):
    ask_for_bottom(page)
    page.get_by_label("Speed").fill("30")
    page.get_by_role("button", name="Play").click()
    until(page, "() => document.querySelectorAll('#code-grid .imagined').length > 2")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(400)
    paused = filled(page).count()
    page.wait_for_timeout(400)
    assert filled(page).count() == paused < 21
    page.get_by_role("button", name="Play").click()
    expect(filled(page)).to_have_count(21, timeout=PATIENCE)
    page.get_by_role("button", name="Play").wait_for()
    page.locator("#completions button").nth(1).click()
    wanted = page.locator("#completions button").nth(1).get_attribute("data-codes")
    until_codes_are(page, np.array(wanted.split(), int))


def test_an_edit_while_one_is_watched_wins(page):
    ask_for_bottom(page)
    page.get_by_role("button", name="Play").click()
    until(page, "() => document.querySelectorAll('#code-grid .imagined').length > 0")
    cell(page, 6, 6).click()
    page.keyboard.type("31")
    until(page, f"() => ({CODES})()[48] === 31")
    expect(filled(page)).to_have_count(0)
    page.wait_for_timeout(500)
    assert codes(page)[6, 6] == 31 and (codes(page)[HALF].ravel()[:-1] == UNKNOWN).all()


def test_the_sliders_say_what_is_asked(page, model):
    """The weights' defaults, and what a link brings, even between a slider's steps."""
    defaults = Settings.of(model)
    for name in ("temperature", "top_p", "guidance"):
        value = getattr(defaults, name)
        expect(page.locator(f".settings [name={name}]")).to_have_value(f"{value:g}")
        expect(page.locator(f".settings .field:has([name={name}]) b")).to_have_text(f"{value:.2f}")
    page.goto(f"{page.url}?g={'.' * 98}&t=0.87&w=1.23")
    for name, value in {"temperature": "0.87", "guidance": "1.23"}.items():
        expect(page.locator(f".settings .field:has([name={name}]) b")).to_have_text(value, timeout=PATIENCE)


def test_sixteen_alternatives_stand_side_by_side(page):
    page.locator(".completion summary").click()
    page.locator("[name=n]").fill("16")
    page.locator("[name=n]").press("Tab")
    ask_for_bottom(page)
    expect(page.locator("#completions button")).to_have_count(16)
    page.locator("[name=n]").fill("99")
    page.locator("[name=n]").press("Tab")
    expect(page.locator("[name=n]")).to_have_value("16")
