"""What the prior thinks, live: what the digit reads as, what unknown cells may become, the die of a cell, and
how many bits the digit and an edit take. Against the model itself, on the bundled weights."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from visitor import cell, codes, die_of, draw_and_settle, settle, until

import vqdemo

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
BELIEF = "() => [...document.querySelectorAll('#belief [role=meter]')].map((bar) => Number(bar.ariaValueNow))"

TINTS = """() => [...document.querySelectorAll('#code-grid [data-cell]')].map(
  (cell) => Number(cell.style.getPropertyValue('--tint')))"""


@pytest.fixture(scope="module")
def model():
    return vqdemo.load(WEIGHTS)


def believed(page):
    """The bars, once they are of the present grid."""
    expect(page.locator("#belief")).to_have_attribute("aria-busy", "false")
    return np.array(page.evaluate(BELIEF))


def test_it_says_what_the_known_codes_read_as(page, model):
    draw_and_settle(page)
    assert np.allclose(believed(page), model.label_probs(codes(page)), atol=2e-3)
    expect(page.locator("#belief .reading b")).to_have_text("7")
    expect(page.locator("#belief [role=status]")).to_have_text("Reads as 7.")
    page.locator("[data-preset=bottom]").click()
    until(page, "() => document.querySelectorAll('#code-grid .unknown').length === 21")
    assert np.allclose(believed(page), model.label_probs(codes(page)), atol=2e-3)


def test_the_ghost_is_in_the_unknown_cells_alone_and_can_be_turned_off(page):
    page.locator("[data-preset=bottom]").click()
    ghost = page.locator("#reconstruction .ghost")
    expect(ghost).to_be_visible()
    expect(ghost).to_have_attribute("data-count", "24")
    ink = page.evaluate(
        """() => {
          const { data } = document.querySelector(".ghost").getContext("2d").getImageData(0, 0, 28, 28);
          return Array.from({ length: 784 }, (_, i) => data[4 * i + 3]);
        }"""
    )
    ink = np.array(ink).reshape(28, 28)
    assert ink[:16].max() == 0 and ink[16:].max() > 60
    cell(page, 6, 6).click()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(ghost).to_have_attribute("data-count", re.compile(r"\d+"))
    page.get_by_role("button", name="Ghost").click()
    expect(ghost).to_be_hidden()
    page.reload()
    page.wait_for_selector("#code-grid .unknown")
    expect(page.get_by_role("button", name="Ghost")).to_have_attribute("aria-pressed", "false")


def test_the_needle_of_the_die_points_to_the_code_that_a_completion_put_there(page):
    page.locator("[data-preset=bottom]").click()
    page.locator("#complete").click()
    until(page, "() => document.querySelector('#complete').ariaBusy === 'false'")
    page.locator("#completions button").nth(1).click()
    until(page, "() => !document.querySelector('#code-grid .unknown')")
    for row, column in ((4, 2), (6, 6)):
        cell(page, row, column).click()
        own = str(codes(page)[row, column])
        expect(page.locator(".what-if .die")).to_have_attribute(
            "aria-label", re.compile(rf"points to code {own}\.")
        )
        expect(page.locator(".what-if .die .needle")).to_be_visible()
        expect(page.locator(f"#what-if [data-code='{own}']")).to_have_attribute("aria-pressed", "true")


def parts(page):
    """The shares of the codes on the die that is shown."""
    expect(page.locator(".what-if .die")).to_be_visible()
    return page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('.what-if .die i:not([hidden])')]"
        ".map((part) => [part.dataset.part, parseFloat(part.style.width) / 100]))"
    )


def test_the_settings_reshape_the_die(page, model):
    draw_and_settle(page)
    page.locator(".completion summary").click()
    for name, value in {"temperature": "1", "top_p": "1", "guidance": "0"}.items():
        page.locator(f".completion [name={name}]").fill(value)
    cell(page, 3, 4).click()
    expected = die_of(model, codes(page), (3, 4))
    shown = parts(page)
    assert all(abs(share - expected[int(code)]) < 5e-3 for code, share in shown.items())
    page.locator(".completion [name=temperature]").fill("0.3")
    assert max(parts(page).values()) > max(shown.values())
    page.locator(".completion [name=top_p]").fill("0.05")
    assert len(parts(page)) == 1
    page.locator(".completion [name=top_p]").fill("1")
    page.locator(".completion [name=temperature]").fill("1")
    page.locator(".completion [name=label]").select_option("2")
    asked = die_of(model, codes(page), (3, 4), label=2)
    until(
        page,
        "([code, share]) => Math.abs(parseFloat(document.querySelector(`.what-if .die [data-part='${code}']`).style.width)"
        " / 100 - share) < 5e-3",
        [int(asked.argmax()), float(asked.max())],
    )


def bits(page):
    total = page.locator(".code-grid .legend .total")
    expect(total).to_contain_text(re.compile(r"→ \d+ bits"))
    return int(re.search(r"→ (\d+) bits", total.inner_text())[1]), total.inner_text()


def length(model, grid):
    return -float(model.log_prob(grid[None])[0]) / math.log(2)


def test_the_length_in_bits_follows_each_edit(page, model):
    draw_and_settle(page)
    page.get_by_role("button", name="Surprise").click()
    grid = codes(page)
    assert bits(page)[0] == pytest.approx(length(model, grid), abs=1)
    cell(page, 0, 0).click()
    strange = int(model.conditionals(grid)[0, 0].argmin())
    page.keyboard.type(f"{strange:02}")
    until(page, f"() => document.querySelector('#code-grid [data-cell]').dataset.code === '{strange}'")
    expect(page.locator(".code-grid .legend .total")).to_contain_text("bits longer")
    changed = grid.copy()
    changed[0, 0] = strange
    total, sentence = bits(page)
    assert total == pytest.approx(length(model, changed), abs=1)
    longer = int(re.search(r"(\d+) bits longer", sentence)[1])
    assert longer == pytest.approx(length(model, changed) - length(model, grid), abs=1)
    page.locator("[data-preset=top]").click()
    expect(page.locator(".code-grid .legend .total")).to_contain_text("once every cell is known")


def test_what_an_edit_moves_lies_around_it(page, model):
    draw_and_settle(page)
    before = codes(page)
    cell(page, 3, 4).click()
    code = int(model.conditionals(before)[3, 4].argmin())
    page.keyboard.type(f"{code:02}")
    until(page, f"() => document.querySelectorAll('#code-grid [data-cell]')[25].dataset.code === '{code}'")
    settle(page)
    page.get_by_role("button", name="Ripples").click()
    expect(page.locator(".code-grid .legend .total")).to_contain_text("Your last edit moved")
    now, then = model.conditionals(codes(page)), model.conditionals(before)
    moved = (now * np.log2(now / then)).sum(-1)
    moved[3, 4] = 0
    assert np.allclose(page.evaluate(TINTS), np.minimum(moved.ravel() / 2, 1), atol=0.02)
    assert moved[2:5, 3:6].sum() > 0.3 * moved.sum() > 0, "most of all near it"
