"""Completions in the big pictures before they are kept, the count of changed cells, and pictures taken or not."""

import numpy as np
from playwright.sync_api import expect
from visitor import CODES, UNKNOWN, cell, codes, draw_and_settle, picture, settle, until, until_codes_are

GRID_TEXT = "() => [...document.querySelectorAll('#code-grid [role=gridcell] span')].map((span) => span.textContent)"


def ask_for_bottom(page):
    page.locator("[data-preset=bottom]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    page.locator("#complete").click()
    expect(page.locator("#complete")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#completions button")).to_have_count(4)


def offered(page, number):
    words = page.locator("#completions button").nth(number).get_attribute("data-codes").split()
    return np.array(words, int).reshape(7, 7)


def until_shown(page, grid):
    """Until the big grid shows these codes, whatever is kept."""
    wanted = [str(code) if code != UNKNOWN else "?" for code in grid.ravel()]
    until(page, f"(wanted) => JSON.stringify(({GRID_TEXT})()) === JSON.stringify(wanted)", wanted)


def test_the_first_alternative_fills_the_big_pictures_and_is_kept_by_a_click(page):
    draw_and_settle(page)
    before = picture(page)
    ask_for_bottom(page)
    question = codes(page)
    until_shown(page, offered(page, 0))
    expect(page.locator("#code-grid .imagined")).to_have_count(21)
    expect(page.locator("#reconstruction .patches .imagined")).to_have_count(21)
    expect(page.locator("#reconstruction .patches .unknown")).to_have_count(0)
    assert np.abs(picture(page) - before).sum() > 0
    assert (codes(page) == question).all(), "it is no edit yet"
    expect(page.locator(".status .unseen")).to_have_text("4 alternatives, the first is shown.")
    page.locator("#completions button").nth(2).hover()
    until_shown(page, offered(page, 2))
    page.locator("#completions button").nth(1).hover()
    until_shown(page, offered(page, 1))
    page.locator("h1").hover()
    until_shown(page, offered(page, 0))
    page.locator("#completions button").nth(3).click()
    until_codes_are(page, offered(page, 3))
    expect(page.locator("#code-grid .imagined")).to_have_count(0)
    page.keyboard.press("Control+z")
    until_shown(page, question)


def test_escape_and_undo_bring_the_unknown_cells_back(page):
    for take_back in ("Escape", "Control+z"):
        ask_for_bottom(page)
        question = codes(page)
        until_shown(page, offered(page, 0))
        page.keyboard.press(take_back)
        until_shown(page, question)
        expect(page.locator("#reconstruction .patches .unknown")).to_have_count(21)
    cell(page, 6, 6).click()  # an edit while it is shown
    page.locator("#complete").click()
    page.wait_for_selector("#code-grid .imagined")
    cell(page, 6, 6).click()
    page.keyboard.type("12")
    until(page, f"() => ({CODES})()[48] === 12")
    expect(page.locator("#code-grid .imagined")).to_have_count(0)


def test_alternatives_by_keys_alone(page):
    ask_for_bottom(page)
    page.locator("#completions button").first.focus()
    page.keyboard.press("Tab")
    until_shown(page, offered(page, 1))
    page.keyboard.press("Enter")
    until_codes_are(page, offered(page, 1))
    page.keyboard.press("Escape")
    until(page, f"() => ({CODES})().includes(-1)")


def test_the_palette_shows_no_code_before_its_cell_is_filled(page):
    """Watching one that is kept, with a cell selected that comes later."""
    ask_for_bottom(page)
    page.locator("#completions button").first.click()
    until(page, f"() => !({CODES})().includes(-1)")
    cell(page, 5, 3).click()
    expect(page.locator("#palette [aria-selected=true]")).to_have_count(1)
    page.get_by_role("button", name="One cell").click()
    expect(page.locator("#code-grid .imagined.current")).to_have_count(1)
    expect(page.locator("#reconstruction .patches .current")).to_have_count(1)
    expect(page.locator("#palette [aria-selected=true]")).to_have_count(0)
