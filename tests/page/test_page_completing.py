"""Completions in the big pictures before they are kept, the count of changed cells, and pictures taken or
not.
"""

import base64
import io
import json
from urllib.parse import urlparse

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from visitor import (
    CODES,
    UNKNOWN,
    as_text,
    cell,
    codes,
    draw_and_settle,
    picture,
    settle,
    until,
    until_codes_are,
    until_mounted,
    until_network,
)

GRID_TEXT = (
    "() => [...document.querySelectorAll('#code-grid [role=gridcell] span')].map((span) => span.textContent)"
)


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
    """Until the big grid shows these codes, whatever is kept; the blank one shows no number."""
    wanted = ["?" if code == UNKNOWN else str(code or "") for code in grid.ravel()]
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


# ---- what the visitor changed ----


def test_changed_cells_are_counted_marked_and_restored_one_by_one(page):
    draw_and_settle(page)
    start = codes(page)
    count = page.locator(".code-grid .changed")
    expect(count).to_have_text("")
    for row, column in ((0, 0), (6, 3)):
        cell(page, row, column).click()
        page.keyboard.type("33" if start[row, column] != 33 else "34")
    expect(count).to_have_text("2 of 49 changed")
    expect(page.locator("#code-grid .edited")).to_have_count(2)
    cell(page, 0, 0).hover()
    page.locator("#code-grid .edited > i").first.click()  # the mark of the first one
    expect(count).to_have_text("1 of 49 changed")
    assert codes(page)[0, 0] == start[0, 0]
    cell(page, 6, 3).click(position={"x": 8, "y": 30})
    page.keyboard.press("r")
    until_codes_are(page, start)
    page.keyboard.press("Control+z")
    expect(count).to_have_text("1 of 49 changed")


def test_only_the_corner_of_a_changed_cell_restores_it(page):
    draw_and_settle(page)
    changed = cell(page, 3, 3)
    changed.click()
    page.keyboard.type("33" if codes(page)[3, 3] != 33 else "34")
    page.keyboard.press("Enter")
    expect(page.locator("#code-grid .edited")).to_have_count(1)
    kept = codes(page)
    box = changed.bounding_box()
    for x, y in ((0.5, 0.5), (0.6, 0.4), (0.85, 0.45), (0.55, 0.15)):
        cell(page, 0, 0).click()
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        expect(page.locator("#code-grid .edited.linked")).to_have_count(1)
        page.mouse.down()
        expect(changed).to_have_attribute("aria-selected", "true")
        page.mouse.move(box["x"] + 1.5 * box["width"], box["y"] + y * box["height"])
        page.mouse.up()
        expect(page.locator("#code-grid [aria-selected=true]")).to_have_count(2)
    assert (codes(page) == kept).all()


# ---- what is kept, sent and brought along ----


def query_of(page):
    page.get_by_role("button", name="Save & share").click()
    return urlparse(page.locator("#share input[readonly]").input_value()).query


def test_a_link_carries_the_strokes_of_the_pen(open_page):
    page = open_page(viewport={"width": 1280, "height": 900})
    draw_and_settle(page)
    cell(page, 6, 6).click()
    page.keyboard.type("33")
    expect(page.locator(".code-grid .changed")).to_have_text("1 of 49 changed")
    pad, grid = picture(page, "#draw-pad canvas"), codes(page)
    other = open_page("/?" + query_of(page), viewport={"width": 1280, "height": 900})
    until_codes_are(other, grid)
    settle(other)
    assert np.abs(picture(other, "#draw-pad canvas") - pad).mean() < 1
    draw_and_settle(other, [(4, 24), (9, 24)])  # and it can be drawn on
    assert codes(other)[6, 6] == 33


def test_work_survives_closing_the_tab_and_two_tabs_keep_theirs(browser, app_url):
    context = browser.new_context()

    def new_tab():
        page = context.new_page()
        page.goto(app_url)
        until_mounted(page)
        until_network(page, "vqvae")
        return page

    tabs = [new_tab(), new_tab()]
    works = []
    for tab, points in zip(tabs, ([(8, 7), (20, 7)], [(14, 4), (14, 24)]), strict=True):
        draw_and_settle(tab, points)
        works.append(codes(tab).tolist())
    assert works[0] != works[1]
    for tab in tabs:
        tab.close(run_before_unload=False)
    again = [new_tab(), new_tab()]
    assert sorted(codes(tab).tolist() for tab in again) == sorted(works)
    again[0].get_by_role("button", name="Save & share").click()
    forget = again[0].locator("#share [data-do=forget]")
    forget.click()
    forget.click()
    until(again[0], "() => Object.keys(localStorage).length === 0")
    for tab in again:
        tab.close()
    tab = new_tab()
    assert codes(tab).tolist() not in works
    context.close()


def test_what_the_prior_says_is_saved_as_json_and_csv(page):
    ask_for_bottom(page)
    page.get_by_role("button", name="Save & share").click()
    files = {}
    for name in ("alternatives-json", "alternatives-csv", "conditionals-json", "conditionals-csv"):
        with page.expect_download() as saved:
            page.locator(f"#share [data-do={name}]").click()
        files[name] = saved.value.path().read_text()
    assert len(json.loads(files["alternatives-json"])["alternatives"]) == 4
    assert len(files["alternatives-csv"].splitlines()) == 5
    conditionals = np.array(json.loads(files["conditionals-json"])["conditionals"])
    assert conditionals.shape[:2] == (7, 7) and np.abs(conditionals.sum(-1) - 1).max() < 1e-4
    assert len(files["conditionals-csv"].splitlines()) == 50


def test_the_saved_picture_is_that_of_the_saved_grid(page):
    """Which has "?" cells as long as no completion is kept."""
    ask_for_bottom(page)
    until_shown(page, offered(page, 0))
    page.get_by_role("button", name="Save & share").click()

    def saved_picture():
        with page.expect_download() as saved:
            page.locator("#share [data-do=png]").click()
        return np.array(Image.open(saved.value.path()).convert("L"))

    proposed = saved_picture()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")  # lets go of the proposal
    expect(page.locator("#code-grid .imagined")).to_have_count(0)
    page.get_by_role("button", name="Save & share").click()
    assert (saved_picture() == proposed).all()


PASTE = """([name, type, base64]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  if (name) data.items.add(new File([bytes], name, { type }));
  else data.setData("text/plain", atob(base64));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable:
  true }));
}"""


def test_a_pasted_picture_is_framed_turned_and_taken_or_left(page):
    photo = Image.new("L", (400, 200), 220)
    pen = ImageDraw.Draw(photo)
    pen.line([(80, 40), (80, 160)], fill=30, width=12)
    pen.line([(280, 40), (340, 40), (300, 160)], fill=30, width=12)
    stored = io.BytesIO()
    photo.save(stored, "PNG")
    content = base64.b64encode(stored.getvalue()).decode()
    dialog, before = page.get_by_role("dialog", name="Is this your digit?"), codes(page)
    page.evaluate(PASTE, ["photo.png", "image/png", content])
    expect(dialog).to_be_visible()
    shown = picture(page, ".framing .result canvas")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert (codes(page) == before).all()
    page.evaluate(PASTE, ["photo.png", "image/png", content])
    box = page.locator(".framing .picture").bounding_box()
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.95 * box["width"], box["y"] + 0.9 * box["height"], steps=4)
    page.mouse.up()
    page.wait_for_timeout(300)
    right = picture(page, ".framing .result canvas")
    page.get_by_role("button", name="Whole picture").click()
    page.locator(".framing .frame").focus()
    for _ in range(22):
        page.keyboard.press("Shift+ArrowLeft")  # until only the left half is looked at
    page.wait_for_timeout(600)
    left = picture(page, ".framing .result canvas")
    assert (left != right).any() and any((shown == one).all() for one in (left, right))
    page.get_by_role("button", name="Change ink and ground").click()
    assert (picture(page, ".framing .result canvas") != left).any()
    page.get_by_role("button", name="Change ink and ground").click()
    page.get_by_role("button", name="Take it").click()
    expect(dialog).to_be_hidden()
    until(page, f"(before) => JSON.stringify(({CODES})()) !== before", as_text(before))
    page.keyboard.press("Control+z")
    until_codes_are(page, before)


def test_pasted_and_dropped_codes_are_opened_and_nothing_navigates_away(page):
    grid = np.arange(49).reshape(7, 7)
    content = base64.b64encode(json.dumps({"codes": grid.tolist()}).encode()).decode()
    page.evaluate(PASTE, ["", "", content])
    until_codes_are(page, grid)
    page.keyboard.press("Control+z")
    kept = page.evaluate(
        """([base64]) => {
          const data = new DataTransfer();
          data.items.add(new File([atob(base64)], "codes.json", { type: "application/json" }));
          const options = { dataTransfer: data, bubbles: true, cancelable: true };
          return ["dragover", "drop"].map((kind) => document.querySelector("h1").dispatchEvent(new
          DragEvent(kind, options)));
        }""",
        [content],
    )
    assert kept == [False, False], "the browser does nothing of its own"
    until_codes_are(page, grid)


def test_the_codebook_counts_and_frames_the_grid_that_its_picture_shows(page):
    ask_for_bottom(page)
    until_shown(page, offered(page, 0))
    shown = picture(page)
    page.locator(".nav [data-view=codebook]").click()
    here = page.locator("#codebook .here")
    new = int(np.setdiff1d(offered(page, 0)[4:], codes(page))[-1])
    page.locator(f"#atlas [data-code='{new}']").click()
    count = int((offered(page, 0) == new).sum())
    expect(here.locator(".caption")).to_have_text(f"Cells with this code: {count}.")
    expect(here.locator(".linked")).to_have_count(count)
    assert (picture(page, "#codebook .here canvas") == shown).all()
    page.keyboard.press("Control+z")  # lets go of the proposal
    expect(here.locator(".caption")).to_have_text("Cells with this code: 0.")
    expect(here.locator(".linked")).to_have_count(0)


# ---- for those who listen ----


def test_title_and_live_region_tell_of_views_and_completions(page):
    expect(page).to_have_title("Workbench · Digits in 49 codes")
    page.locator(".nav [data-view=codebook]").click()
    expect(page).to_have_title("Codebook · Digits in 49 codes")
    expect(page.locator(".status .unseen")).to_have_text("Codebook")
    page.locator(".nav [data-view=bench]").click()
    ask_for_bottom(page)
    expect(page).to_have_title("4 alternatives · Workbench · Digits in 49 codes")
