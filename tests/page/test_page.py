"""The page in a real Chromium, on the real app with the bundled weights: what a visitor does, and what must
follow.
"""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from visitor import (
    CELL,
    CODES,
    UNKNOWN,
    another,
    cell,
    codes,
    draw,
    draw_and_settle,
    message,
    middle,
    module,
    on_pad,
    picture,
    settle,
    until,
    until_codes_are,
    until_codes_differ,
    until_network,
    until_picture_differs,
)

from vqdemo.ui.endpoints import limits

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"

# ---- drawing ----


@pytest.mark.both_editions
def test_the_picture_follows_the_stroke_while_the_button_is_down(page):
    picture_before, codes_before = picture(page), codes(page)
    draw(page, release=False)
    until_codes_differ(page, codes_before)
    until_picture_differs(page, picture_before)
    middle = codes(page)
    for point in on_pad(page, [(13, 22), (6, 22), (6, 15)]):  # the same stroke goes on
        page.mouse.move(*point, steps=5)
    until_codes_differ(page, middle)
    page.mouse.up()
    settle(page)
    ink = 255 - picture(page)
    assert ink[6:9, 9:19].mean() > 3 * ink[:, 23:].mean() + 20, "the ink is not where it was drawn"


def test_a_finger_draws_and_the_page_does_not_scroll(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.locator("#draw-pad").scroll_into_view_if_needed()
    before, scrolled = codes(page), page.evaluate("scrollY")
    finger = page.context.new_cdp_session(page)
    path = on_pad(page, [(14, 24 - i) for i in range(20)])  # upwards, as if to scroll down

    def touch(kind, points):
        touches = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    touch("touchStart", path[:1])
    for point in path[1:]:
        touch("touchMove", [point])
    until_codes_differ(page, before)  # while the finger is still down
    touch("touchEnd", [])
    settle(page)
    assert page.evaluate("scrollY") == scrolled
    column = (codes(page) != codes(page)[0, 0]).any(axis=0)
    assert column[3], "a vertical stroke in the middle should show in the middle column"


def test_pen_eraser_clear_and_undo(page):
    start = codes(page)
    draw_and_settle(page)
    drawn = codes(page)
    page.get_by_role("button", name="Eraser").click()
    draw_and_settle(page, [(7, 7), (21, 7)])
    assert (codes(page) != drawn)[1].any()
    page.get_by_role("button", name="Clear").click()
    until(page, f"() => new Set(({CODES})()).size === 1")
    undo = page.locator(".draw-pad [data-do=undo]").first
    undo.click()
    undo.click()
    until_codes_are(page, drawn)
    undo.click()
    until_codes_are(page, start)
    expect(undo).to_be_disabled()
    page.locator(".draw-pad [data-do=redo]").first.click()
    until_codes_are(page, drawn)


def test_a_stroke_undone_under_way_stays_undone(page):
    start = codes(page)
    draw(page, release=False)
    until_codes_differ(page, start)
    page.keyboard.press("Control+z")
    until_codes_are(page, start)
    for point in on_pad(page, [(4, 4), (24, 24)]):
        page.mouse.move(*point, steps=5)
    page.mouse.up()
    settle(page)
    assert (codes(page) == start).all()


def test_what_is_undone_before_it_was_read_is_not_read_again(page):
    """A grid that was opened need not be what its own picture is read as; undo brings it back as it was."""
    opened = np.random.default_rng(0).integers(0, 16, (7, 7))
    script = """async ([editsAddress, storeAddress, codes]) => {
      const edits = await import(editsAddress);
      const { state } = await import(storeAddress);
      edits.openGrid(codes, state.image);
      edits.beginStroke([14, 14], 2, false);
      while (state.encodedDrawing !== state.drawing) await new Promise((resolve) => setTimeout(resolve, 1));
      edits.undo();
      edits.beginStroke([14, 14], 2, false); // so soon after the one before that it waits for its turn
      edits.undo();
    }"""
    page.evaluate(
        script, [module(page, "state/edits.js"), module(page, "state/store.js"), opened.ravel().tolist()]
    )
    settle(page)
    assert (codes(page) == opened).all()


def test_centre_moves_the_ink_to_the_centre(page):
    draw_and_settle(page, [(3, 3), (9, 3), (6, 10)])
    before = codes(page)
    page.get_by_role("button", name="Centre", exact=True).click()
    until_codes_differ(page, before)
    settle(page)
    ink = 255 - picture(page)
    x, y = ((ink.sum(axis=axis) * (np.arange(28) + 0.5)).sum() / ink.sum() for axis in (0, 1))
    assert abs(x - 14) < 1.5 and abs(y - 14) < 1.5


def test_an_example_starts_the_drawing(page):
    before = codes(page)
    examples = page.locator(".draw-pad .examples button")
    expect(examples).to_have_count(10)
    examples.nth(7).click()
    until_codes_differ(page, before)
    settle(page)
    assert (255 - picture(page)).sum() > 255 * 20


def test_examples_are_read_as_the_codes_that_they_came_with(page):
    script = """async ([clientAddress, storeAddress]) => {
      const networks = await import(clientAddress);
      const { examples } = (await import(storeAddress)).state.modelInfo;
      const read = await Promise.all(examples.map(({ drawing }) => networks.encode(drawing)));
      return examples.map(({ codes }, i) => [codes, read[i].codes]);
    }"""
    for came_with, read in page.evaluate(
        script, [module(page, "networks/client.js"), module(page, "state/store.js")]
    ):
        assert came_with == read


# ---- pictures from files ----


def png(image, kind="PNG"):
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


@pytest.mark.both_editions
def test_an_uploaded_photo_becomes_the_drawing(page):
    photo = Image.new("RGB", (600, 400), "#ddd8c8")
    ImageDraw.Draw(photo).line([(420, 60), (420, 300)], fill="#203050", width=24)  # a one, far off the centre
    before = codes(page)
    upload(page, "one.jpg", png(photo, "JPEG"))
    page.get_by_role("button", name="Take it").click()
    until_codes_differ(page, before)
    settle(page)
    ink = 255 - picture(page)
    assert ink[6:22, 12:16].max(axis=1).min() > 120, "the stroke is not in the middle of the frame"
    assert ink[:, :8].mean() < 10


BAD_FILES = [
    ("note.png", b"this is no picture", "no picture that this browser can read"),
    ("blank.png", png(Image.new("L", (200, 200), 240)), "no ink"),
    ("big.png", b"0" * (limits.MAX_UPLOAD_BYTES + 1), "10.1 MB; a picture may have at most 10 MB"),
]


def test_a_bad_file_is_explained_and_nothing_is_lost(page):
    draw_and_settle(page)
    kept, shown = codes(page), picture(page)
    for name, data, words in BAD_FILES:
        upload(page, name, data)
        expect(message(page)).to_contain_text(words)
        assert (codes(page) == kept).all() and (picture(page) == shown).all()
    draw_and_settle(page, [(5, 25), (24, 25)])  # and the page goes on


def upload(page, name, data):
    page.locator(".draw-pad input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data}
    )


# ---- editing codes ----


def test_one_edit_changes_the_picture_near_its_cell_only(page):
    draw_and_settle(page)
    before, kept = picture(page), codes(page)
    row, column = 4, 5
    code = another(page, kept[row, column])
    cell(page, row, column).click()
    page.locator(f"#palette [role=option][data-code='{code}']").click()
    expect(cell(page, row, column)).to_have_attribute("data-code", str(code))
    until_picture_differs(page, before)
    settle(page)
    change = np.abs(picture(page) - before)
    top, left = CELL * row, CELL * column
    near = change[max(top - 4, 0) : top + CELL + 4, max(left - 4, 0) : left + CELL + 4].sum()
    assert change.sum() > 255 * 0.5, "the edit changed next to nothing"
    assert near >= 0.75 * change.sum()
    kept[row, column] = code
    assert (codes(page) == kept).all()


@pytest.mark.both_editions
def test_keys_alone_edit_erase_undo_and_redo(page):
    draw_and_settle(page)
    start = codes(page)
    page.locator("#code-grid [role=gridcell][tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(cell(page, 1, 2)).to_be_focused()
    expect(cell(page, 1, 2)).to_have_attribute("aria-selected", "true")
    page.keyboard.type("17")
    expect(cell(page, 1, 2)).to_have_text("17")
    page.keyboard.press("Enter")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(cell(page, 1, 2)).to_have_text("5")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#code-grid [aria-selected=true]")).to_have_count(4)
    page.keyboard.press("Delete")
    wanted = start.copy()
    wanted[1, 2] = 5
    edited = wanted.copy()
    wanted[2:4, 2:4] = UNKNOWN
    until_codes_are(page, wanted)
    expect(cell(page, 3, 3)).to_have_text("?")
    page.keyboard.press("Control+z")
    until_codes_are(page, edited)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    until_codes_are(page, start)
    for _ in range(3):
        page.keyboard.press("Control+Shift+Z")
    until_codes_are(page, wanted)
    page.locator("#complete").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#completions button")
    page.locator("#completions button").first.focus()
    page.keyboard.press("Enter")
    until(page, f"() => !({CODES})().includes(-1)")
    assert (codes(page)[wanted != UNKNOWN] == wanted[wanted != UNKNOWN]).all()


def test_a_number_too_large_is_explained_and_changes_nothing(page):
    settle(page)
    kept = codes(page)
    cell(page, 2, 2).click()
    page.keyboard.type("999")
    expect(message(page)).to_contain_text("no code 999")
    assert (codes(page) == kept).all()


def test_the_palette_asks_for_cells_first_and_then_fills_all_of_them(page):
    kept = codes(page)
    option = page.locator("#palette [role=option][data-code='9']")
    option.click()
    expect(message(page)).to_contain_text("Choose")
    assert (codes(page) == kept).all()
    (x1, y1), (x2, y2) = middle(cell(page, 0, 0)), middle(cell(page, 1, 2))
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move(x2, y2, steps=6)
    page.mouse.up()
    expect(page.locator("#code-grid [aria-selected=true]")).to_have_count(6)
    option.click()
    kept[:2, :3] = 9
    until_codes_are(page, kept)


def test_a_stroke_takes_back_only_the_cells_it_changes(page):
    draw_and_settle(page)
    cell(page, 6, 6).click()
    page.keyboard.press("Delete")
    cell(page, 0, 0).click()
    page.keyboard.type("33")
    expect(cell(page, 0, 0)).to_have_text("33")
    draw_and_settle(page, [(4, 20), (4, 24)])
    assert codes(page)[6, 6] == UNKNOWN and codes(page)[0, 0] == 33


def test_moves_of_the_pen_that_change_no_code_touch_no_element(page):
    """What is written to an element again is styled again, which a slow processor does instead of the pen's work."""
    draw_and_settle(page)
    page.mouse.move(*on_pad(page, [(14, 14)])[0])
    page.mouse.down()
    settle(page)
    page.evaluate(
        """() => {
          window.touched = new Set();
          const note = ({ type, attributeName, target }) =>
            target.closest?.("[role=status]") || // which is spoken once all is calm
            touched.add([type, attributeName, target.parentElement?.id, target.nodeName, target.className].join());
          new MutationObserver((changes) => changes.forEach(note)).observe(document.body, {
            subtree: true, childList: true, characterData: true, attributes: true,
          });
        }"""
    )
    before = codes(page)
    for x, y in on_pad(page, [(14 + step / 100, 14) for step in range(1, 20)]):
        page.mouse.move(x, y)
    settle(page)
    touched = page.evaluate("[...touched]")
    page.mouse.up()
    assert (codes(page) == before).all()
    assert touched == [], "\n".join(touched)


# ---- erasing and completing ----


def test_erased_cells_are_shown_as_unknown_in_grid_and_picture(page):
    draw_and_settle(page)
    cell(page, 1, 3).click()
    page.keyboard.press("Backspace")
    expect(cell(page, 1, 3)).to_have_text("?")
    expect(cell(page, 1, 3)).to_have_attribute("aria-label", "row 2, column 4: unknown")
    cover = page.locator("#reconstruction .patches .unknown")
    expect(cover).to_have_count(1)
    patch, board = cover.bounding_box(), page.locator("#reconstruction").bounding_box()
    assert abs(patch["x"] - board["x"] - 3 / 7 * board["width"]) < 3  # over its own 4x4 pixels
    assert abs(patch["width"] - board["width"] / 7) < 3
    assert cover.evaluate("(patch) => getComputedStyle(patch).backgroundImage") != "none"


PARTS = {
    "top": np.s_[:3],
    "bottom": np.s_[4:],
    "left": np.s_[:, :3],
    "right": np.s_[:, 4:],
    "centre": np.s_[2:5, 2:5],
    "checker": np.indices((7, 7)).sum(0) % 2 == 1,
}


def test_presets_erase_their_part(page):
    start = codes(page)
    for preset, erased in PARTS.items():
        wanted = start.copy()
        wanted[erased] = UNKNOWN
        page.locator(f"[data-preset={preset}]").click()
        until_codes_are(page, wanted)
        page.keyboard.press("Control+z")
        until_codes_are(page, start)
    page.locator("[data-preset=random]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    erased = codes(page) == UNKNOWN
    assert 8 < erased.sum() < 41 and (codes(page)[~erased] == start[~erased]).all()


@pytest.mark.both_editions
def test_completions_keep_what_is_known_and_are_kept_by_a_click(page):
    draw_and_settle(page)
    page.locator("[data-preset=bottom]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    question = codes(page)
    known = question != UNKNOWN
    assert known.any() and not known.all()
    page.locator("#complete").click()
    alternatives = page.locator("#completions button")
    expect(alternatives).to_have_count(4)
    expect(page.locator("#complete")).to_have_attribute("aria-busy", "false")  # they are in their order
    log_probs = []
    for i in range(4):
        grid = np.array(alternatives.nth(i).get_attribute("data-codes").split(), int).reshape(7, 7)
        assert (grid[known] == question[known]).all() and (grid >= 0).all()
        log_probs.append(float(alternatives.nth(i).inner_text().split()[-1].replace("−", "-")))
    assert max(log_probs) < 0
    expect(page.locator("#completions .likeliest")).to_have_count(1)
    assert f"−{-max(log_probs):.1f}" in page.locator("#completions .likeliest").inner_text()
    assert (codes(page) == question).all(), "nothing is kept before it is chosen"
    wanted = np.array(alternatives.nth(2).get_attribute("data-codes").split(), int).reshape(7, 7)
    shown = picture(page, "#completions button:nth-child(3) canvas")
    alternatives.nth(2).click()
    until_codes_are(page, wanted)
    expect(alternatives.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#reconstruction .patches .unknown")).to_have_count(0)
    assert np.abs(picture(page)[:16] - shown[:16]).max() == 0, "what is known is in plain ink"
    alternatives.nth(0).click()  # another one can still be had
    expect(alternatives.nth(0)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+z")
    until_codes_are(page, wanted)
    page.keyboard.press("Control+z")
    until_codes_are(page, question)


def test_the_settings_are_obeyed(page):
    page.locator("[data-preset=random]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    page.locator(".completion summary").click()
    page.locator("[name=n]").fill("2")
    page.locator("[name=seed]").fill("5")
    page.locator("[name=seed]").press("Tab")
    page.locator("select[name=label]").select_option("8")
    answers = []
    for seed in ("5", "6", "5"):
        page.locator("[name=seed]").fill(seed)
        page.locator("[name=seed]").press("Tab")
        page.locator("#complete").click()
        expect(page.locator("#complete")).to_have_attribute("aria-busy", "false")
        expect(page.locator("#completions button")).to_have_count(2)
        answers.append([one.get_attribute("data-codes") for one in page.locator("#completions button").all()])
    assert answers[0] == answers[2] != answers[1]
    settings = page.evaluate(
        "async (address) => (await import(address)).state.alternatives.settings",
        module(page, "state/store.js"),
    )
    assert (settings["label"], settings["n"], settings["seed"]) == (8, 2, 5)


def test_with_nothing_unknown_complete_says_so(page):
    kept = codes(page)
    page.locator("#complete").click()
    expect(message(page)).to_contain_text("Every cell is known")
    assert (codes(page) == kept).all()
    expect(page.locator("#completions button")).to_have_count(0)


def test_completions_of_an_edited_grid_are_given_up(page):
    until_network(page, "prior")
    page.locator(".completion summary").click()
    page.locator("[name=n]").fill("16")
    page.locator("[name=n]").press("Tab")
    page.locator("[data-preset=top]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    page.evaluate(
        """async ([completions, edits]) => {
          const [{ complete }, { writeCode }] = [await import(completions), await import(edits)];
          complete();
          writeCode(12, [0]);
        }""",
        [module(page, "state/completions.js"), module(page, "state/edits.js")],
    )
    expect(message(page)).to_contain_text("newer grid was kept")
    expect(cell(page, 0, 0)).to_have_text("12")
    expect(page.locator("#completions button")).to_have_count(0)


# ---- the page for everyone ----


def test_pointing_at_a_cell_shows_its_patch_on_drawing_and_reconstruction(page):
    cell(page, 2, 4).hover()
    for view in ("#draw-pad", "#reconstruction"):
        expect(page.locator(f"{view} .patches i").nth(2 * 7 + 4)).to_have_class("linked")


@pytest.mark.both_editions
def test_no_horizontal_scroll(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.locator("[data-preset=bottom]").click()
    page.locator(".completion summary").click()
    page.locator("#complete").click()
    page.wait_for_selector("#completions button")
    for width in (320, 390, 768, 1024):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        pad = page.locator("#draw-pad").bounding_box()
        assert pad["x"] >= 0 and pad["x"] + pad["width"] <= width


@pytest.mark.both_editions
def test_dark_and_light_differ_and_both_render(open_page):
    for theme, dark in (("light", False), ("dark", True)):
        page = open_page(f"/?__theme={theme}")
        draw_and_settle(page)
        shown = picture(page)
        ground = shown[-1, 0]
        assert (ground < 60) if dark else (ground > 220)
        assert np.abs(shown - ground).max() > 150, "the ink must stand out"
        paper, text = page.locator("#code-grid [role=gridcell] span").first.evaluate(
            "(span) => [getComputedStyle(document.querySelector('.gradio-container')).backgroundColor,"
            " getComputedStyle(span).color]"
        )
        assert paper != text


def test_blank_is_one_key_and_the_first_tile_and_looks_unlike_unknown(page):
    draw_and_settle(page)
    grid = codes(page)
    row, column = np.argwhere(grid != 0)[0]
    changed, count = cell(page, row, column), page.locator(".code-grid .count")
    expect(count).to_contain_text(f"{(grid != 0).sum()} of 49 cells have ink")
    changed.click()
    page.keyboard.press("b")
    expect(changed).to_have_attribute("data-code", "0")
    expect(changed).to_have_attribute("aria-label", f"row {row + 1}, column {column + 1}: blank")
    expect(changed).to_have_text("")
    expect(count).to_contain_text(f"{(grid != 0).sum() - 1} of 49 cells have ink")
    page.keyboard.press("Delete")
    expect(changed).to_have_text("?")
    expect(count).to_contain_text("Unknown cells: 1")
    tile = page.locator("#palette [role=option]").first
    expect(tile).to_contain_text("blank")
    tile.click()
    expect(changed).to_have_attribute("data-code", "0")


def test_roles_and_names_for_those_who_listen(page):
    expect(page.get_by_role("grid")).to_have_count(1)
    expect(page.get_by_role("row")).to_have_count(7)
    expect(page.get_by_role("gridcell")).to_have_count(49)
    expect(page.locator("#code-grid [tabindex='0']")).to_have_count(1)
    expect(page.get_by_role("listbox", name="Palette of codes").get_by_role("option")).to_have_count(
        json.loads((WEIGHTS / "config.json").read_text())["vqvae"]["num_codes"]
    )
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("#bench button:enabled, #bench input:not([type=file]), #bench select")]
             .filter((e) => !e.ariaLabel && !e.innerText.trim() && !e.labels?.length && !e.title)
             .map((e) => e.outerHTML)"""
    )
    assert nameless == []
