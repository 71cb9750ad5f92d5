"""Every screen and hand: what is in sight at which size, on paper, at which address; pen, palm, two
fingers.
"""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from visitor import (
    CODES,
    PHONE,
    cell,
    codes,
    draw,
    middle,
    module,
    on_pad,
    picture,
    settle,
    until,
    until_codes_are,
)

BOARDS = ("#draw-pad", "#code-grid", "#reconstruction")
VIEWS = ("bench", "samples", "graft", "codebook", "how")
MOBILE = {"has_touch": True, "is_mobile": True}


def resize(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("scrollTo(0, 0)")


def overflow(page):
    """By how much the content is wider than the window. Its container cuts that off, so ask the container."""
    return page.evaluate("document.querySelector('.gradio-container').scrollWidth - innerWidth")


def complete_the_lower_half(page):
    page.locator("[data-preset=bottom]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    page.locator("#complete").click()
    page.wait_for_selector("#completions button")


def state(page, expression):
    """An expression of the page's `state`."""
    script = f"async (address) => {{ const {{ state }} = await import(address); return {expression}; }}"
    return page.evaluate(script, module(page, "state/store.js"))


# ---- every screen ----


def test_centred_and_never_wider_than_the_window(open_page):
    page = open_page(viewport={"width": 1280, "height": 900})
    complete_the_lower_half(page)
    for width, height in (
        (320, 640),
        (390, 844),
        (683, 512),
        (1024, 768),
        (1366, 768),
        (1920, 1080),
        (2560, 1440),
    ):
        resize(page, width, height)
        box = page.locator("main").bounding_box()
        assert abs(box["x"] - (width - box["x"] - box["width"])) <= 1, f"not centred at {width}"
        assert overflow(page) <= 0, f"at {width}"
    resize(page, 320, 640)
    for view in VIEWS:
        page.locator(f".nav [data-view={view}]").click()
        assert overflow(page) <= 0, f"{view} at 320"


def test_the_boards_and_what_one_does_with_them_are_in_sight(open_page):
    """Drawing, codes and reconstruction side by side, "Complete" and its alternatives, without scrolling."""
    page = open_page(viewport={"width": 1280, "height": 900})
    complete_the_lower_half(page)
    loop = (*BOARDS, "#complete", "#completions", ".code-grid [data-do=undo]", "[data-do=erase]")
    in_sight = {
        (1920, 1080): (*loop, "#what-if"),
        (1366, 768): loop,
        (1366, 650): loop,  # what a browser leaves of such a screen
        (1024, 768): loop,
        (911, 512): loop,
        (683, 512): (*BOARDS, "#complete"),
        (844, 390): (*BOARDS, "#complete"),
    }
    for (width, height), selectors in in_sight.items():
        resize(page, width, height)
        boxes = [page.locator(selector).first.bounding_box() for selector in selectors]
        for selector, box in zip(selectors, boxes, strict=True):
            inside = (
                box["x"] >= 0
                and box["y"] >= 0
                and box["x"] + box["width"] <= width
                and box["y"] + box["height"] <= height
            )
            assert inside, f"{selector} at {width}x{height}: {box}"
        tops, lefts = [box["y"] for box in boxes[:3]], [box["x"] for box in boxes[:3]]
        assert max(tops) - min(tops) < 2 and lefts == sorted(lefts), (
            f"not side by side at {width}x{height}: {tops}"
        )
        assert boxes[3]["x"] >= boxes[2]["x"] - 1, "Complete belongs to the reconstruction"


CUT_WORDS = """() => [...document.querySelectorAll("#top *, #bench *")]
  .filter((e) => e.matches("button, h1, h2, p, label, span, b, summary"))
  .filter((e) => e.checkVisibility({visibilityProperty: true}))
  .filter((e) => e.innerText?.trim() && !e.closest("nav, #sheet, [role=row]") && e.clientWidth > 1)
  .filter((e) => e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight * 1.25 + 4)
  .map((e) => e.outerHTML.slice(0, 80))"""


def test_twice_the_size_of_text_cuts_off_no_word(open_page):
    page = open_page(viewport={"width": 1366, "height": 768})
    complete_the_lower_half(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width, height in ((1366, 768), (390, 844)):
        resize(page, width, height)
        assert overflow(page) <= 0
        assert page.evaluate(CUT_WORDS) == [], f"at {width}"


def test_on_a_phone_what_fits_a_chosen_cell_comes_as_a_sheet_below_the_grid(open_page):
    page = open_page(**PHONE)
    sheet = page.locator("#sheet")
    expect(sheet).not_to_be_in_viewport()
    assert sheet.evaluate("(sheet) => sheet.inert"), "what is out of sight is out of reach"
    cell(page, 3, 3).tap()
    expect(sheet).to_be_in_viewport()
    until(page, "() => document.getAnimations().every((one) => one.playState !== 'running')")
    grid, box = page.locator("#code-grid").bounding_box(), sheet.bounding_box()
    assert grid["y"] >= 0 and grid["y"] + grid["height"] <= box["y"] + 1, "the sheet covers the grid"
    expect(sheet.locator(".mini canvas")).to_be_in_viewport()
    offer = page.locator("#what-if button:enabled[aria-pressed=false]").first
    code = offer.get_attribute("data-code")
    offer.tap()
    expect(cell(page, 3, 3)).to_have_attribute("data-code", code)
    sheet.get_by_role("button", name="Close").tap()
    expect(sheet).not_to_be_in_viewport()
    expect(page.locator("#code-grid [aria-selected=true]")).to_have_count(0)


def at(page, x, y, selector):
    """Whether what is seen at a point of the window belongs to such an element."""
    return page.evaluate(
        "([x, y, selector]) => Boolean(document.elementFromPoint(x, y)?.closest(selector))", [x, y, selector]
    )


@pytest.mark.both_editions
def test_the_head_of_the_sheet_stays_and_another_cell_begins_at_its_top(open_page):
    page = open_page(**PHONE)
    sheet, close = page.locator("#sheet"), page.locator("#sheet [data-do=close]")
    cell(page, 3, 3).tap()
    until(page, "() => document.getAnimations().every((one) => one.playState !== 'running')")
    for scrolled in (0, 60, 9999):
        sheet.evaluate("(sheet, top) => sheet.scrollTo(0, top)", scrolled)
        box, place = sheet.bounding_box(), close.bounding_box()
        assert box["y"] <= place["y"] < box["y"] + 12, f"scrolled by {scrolled}: {place}"
        assert at(page, place["x"] + 20, place["y"] + 20, "[data-do=close]")
        assert at(page, box["x"] + box["width"] / 2, box["y"] + 20, ".title"), f"scrolled by {scrolled}"
    cell(page, 1, 3).tap()
    until(page, "() => document.querySelector('#sheet').scrollTop === 0")


@pytest.mark.both_editions
def test_how_far_one_is_in_a_lesson_is_seen_over_the_sheet(open_page):
    page = open_page("/#lesson=2", **PHONE)
    page.locator("#lesson [data-do=start]").tap()
    settle(page)
    cell(page, 3, 3).tap()
    page.locator("#palette [role=option]").nth(9).tap()
    until(page, "() => document.getAnimations().every((one) => one.playState !== 'running')")
    box = page.locator("#lesson .progress").bounding_box()
    assert at(page, box["x"] + 30, box["y"] + box["height"] / 2, ".progress")
    page.locator("#sheet").evaluate("(sheet) => sheet.scrollTo(0, sheet.scrollHeight)")
    last = page.locator("#palette [role=option]").last.bounding_box()
    assert last["y"] + last["height"] <= box["y"], "and what the sheet ends with is not behind it"


NUMBERS_CUT_OFF = """() => [...document.querySelectorAll("#what-if :is(b, small), #palette span")].filter((e) => {
  const text = document.createRange();
  text.selectNodeContents(e);
  const [inner, outer] = [text, e.closest("button, [role=option]")].map((one) => one.getBoundingClientRect());
  return inner.width && (inner.left < outer.left || inner.right > outer.right || inner.bottom > outer.bottom);
}).map((e) => e.textContent)"""


@pytest.mark.parametrize("language", ["en", "de"])
def test_shares_of_codes_are_never_cut_off(open_page, language):
    page = open_page(f"/?lang={language}", viewport={"width": 844, "height": 390})
    settle(page)
    cell(page, 3, 3).click()
    until(page, "() => document.querySelector('#what-if small').textContent")
    for width, height in ((1366, 768), (844, 390), (640, 360), (390, 844)):
        resize(page, width, height)
        assert page.evaluate(NUMBERS_CUT_OFF) == [], f"at {width}"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_settings_are_within_the_window(open_page, language):
    page = open_page(f"/?lang={language}", viewport={"width": 683, "height": 384})
    page.locator(".completion summary").click()
    for width, height in ((683, 384), (640, 500), (812, 375), (390, 844)):
        resize(page, width, height)
        for field in page.locator(".completion .settings :is(.field, input, button)").all():
            box = field.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width, f"at {width}: {box}"


@pytest.mark.both_editions
def test_paper_is_light_and_has_no_buttons_and_forced_colours_show_what_is_chosen(open_page):
    page = open_page("/?__theme=dark", viewport={"width": 1024, "height": 768})
    settle(page)
    assert picture(page)[-1, 0] < 60
    page.emulate_media(media="print")
    until(page, "() => !document.querySelector('.gradio-container').closest('.dark')")
    settle(page)
    assert picture(page)[-1, 0] > 220
    expect(page.locator("#complete")).to_be_hidden()
    expect(page.locator("#draw-pad")).to_be_visible()
    boxes = [page.locator(board).bounding_box() for board in ("#draw-pad", "#code-grid", "#reconstruction")]
    tops = [box["y"] for box in boxes]
    assert max(tops) - min(tops) < 2
    assert sum(box["width"] for box in boxes) > 0.85 * page.locator("#bench").bounding_box()["width"]
    page.emulate_media(media="screen")
    until(page, "() => document.querySelector('.gradio-container').closest('.dark')")
    page.emulate_media(forced_colors="active")
    cell(page, 2, 2).click()
    for chosen in ("#code-grid [aria-selected=true]", ".draw-pad [aria-pressed=true]", ".nav [aria-current]"):
        assert page.locator(chosen).first.evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid", (
            chosen
        )


BACKGROUNDS = """() => [...document.querySelectorAll(".view i:empty")].map((i) => {
  const { backgroundColor, outlineStyle, borderTopWidth } = getComputedStyle(i);
  const lines = outlineStyle !== "none" || borderTopWidth !== "0px";
  return [i.parentElement.className, backgroundColor, lines || !i.checkVisibility()];
})"""


@pytest.mark.parametrize("view", ["bench", "codebook", "how"])
def test_bars_show_in_forced_colours(open_page, view):
    page = open_page("/" if view == "bench" else f"/#{view}")
    settle(page)
    page.wait_for_timeout(500)
    clear = "rgba(0, 0, 0, 0)"
    coloured = [background != clear for _, background, _ in page.evaluate(BACKGROUNDS)]
    assert sum(coloured) > (10 if view == "how" else 100)
    page.emulate_media(forced_colors="active")
    forced = page.evaluate(BACKGROUNDS)
    paper = page.evaluate(
        "() => { document.body.style.background = 'Canvas'; return getComputedStyle(document.body).backgroundColor }"
    )
    hidden = {
        name
        for (name, background, otherwise), was in zip(forced, coloured, strict=True)
        if was and not otherwise and background in (clear, paper)
    }
    assert not hidden


def test_views_have_addresses_and_back_goes_back(open_page, app_url):
    page = open_page("/#codebook")
    expect(page.locator("#codebook")).to_be_visible()
    page.goto(app_url + "/?view=graft")
    expect(page.locator("#graft")).to_be_visible()
    for view in ("samples", "how", "bench"):
        page.locator(f".nav [data-view={view}]").click()
        expect(page.locator(f"#{view}")).to_be_visible()
        assert page.url.endswith("/" if view == "bench" else f"#{view}")
    for view in ("how", "samples", "graft"):
        page.go_back()
        expect(page.locator(f"#{view}")).to_be_visible()
        expect(page.locator(f".nav [data-view={view}]")).to_have_attribute("aria-current", "page")
    page.go_forward()
    expect(page.locator("#samples")).to_be_visible()


# ---- every hand ----


class Hands:
    """Fingers and a pen, by the browser's own input events."""

    def __init__(self, page):
        self.send = page.context.new_cdp_session(page).send

    def touch(self, kind, *points):
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})

    def pen(self, kind, point, pressed=True):
        pressing = {
            "button": "left" if kind != "Moved" or pressed else "none",
            "buttons": int(pressed),
            "clickCount": 1,
        }
        place = {"type": f"mouse{kind}", "x": point[0], "y": point[1], "pointerType": "pen"}
        self.send("Input.dispatchMouseEvent", place | pressing)


STROKES = "state.drawing.strokes.map(({points}) => points)"


def test_a_pen_wins_over_the_palm_that_lay_there_first(open_page):
    page = open_page(viewport={"width": 1024, "height": 768}, **MOBILE)
    hands = Hands(page)
    palm, (start, *path) = on_pad(page, [(22, 25)])[0], on_pad(page, [(6, 6), (10, 10), (14, 14)])
    hands.touch("Start", palm)
    hands.pen("Moved", start, pressed=False)
    hands.pen("Pressed", start)
    for point in path:
        hands.pen("Moved", point)
    hands.pen("Released", path[-1], pressed=False)
    hands.touch("End")
    hands.touch("Start", palm)  # the hand lies down again, and the pen will be back
    hands.touch("End")
    (stroke,) = state(page, STROKES)
    assert np.allclose(stroke[0], (6, 6), atol=0.5) and np.allclose(stroke[-1], (14, 14), atol=0.5)
    page.locator(".draw-pad [data-do=undo]").click()
    expect(page.locator(".draw-pad [data-do=undo]")).to_be_disabled()


@pytest.mark.parametrize("target", ["#draw-pad", "#code-grid"])
def test_two_fingers_zoom_and_neither_draw_nor_choose(open_page, target):
    page = open_page(viewport={"width": 1024, "height": 768}, **MOBILE)
    cell(page, 0, 0).tap()
    settle(page)
    before, drawing = codes(page), state(page, "[state.drawing, state.canUndo]")
    hands = Hands(page)
    x, y = middle(page.locator(target))
    hands.touch("Start", (x - 20, y))
    hands.touch("Move", (x - 22, y - 3))
    hands.touch("Start", (x - 22, y - 3), (x + 20, y))
    for i in range(1, 9):
        hands.touch("Move", (x - 22 - 6 * i, y), (x + 20 + 6 * i, y))
    hands.touch("End")
    until(page, "() => visualViewport.scale > 1.1")
    settle(page)
    assert state(page, "[state.drawing, state.canUndo]") == drawing
    assert (codes(page) == before).all()
    assert state(page, "[...state.selected]") == [0]


def test_a_swipe_beside_the_boards_scrolls(open_page):
    page = open_page(viewport={"width": 844, "height": 390}, **MOBILE)
    box = page.locator("#code-grid").bounding_box()
    x = box["x"] - 10  # between two boards
    hands = Hands(page)
    hands.touch("Start", (x, 300))
    for y in range(290, 100, -20):
        hands.touch("Move", (x, y))
    hands.touch("End")
    until(page, "() => scrollY > 50")


@pytest.mark.parametrize("how", ["no button on the next move", "capture is lost"])
def test_a_stroke_ends_where_the_page_does_not_hear_of_the_button(page, how):
    """As when it comes up outside of a frame."""

    def lose(target, point):
        if how == "capture is lost":
            page.locator(target).evaluate("(e) => e.releasePointerCapture(1)")
            page.mouse.move(*point)
        else:
            released = {"type": "mouseMoved", "x": point[0], "y": point[1], "button": "none", "buttons": 0}
            page.context.new_cdp_session(page).send("Input.dispatchMouseEvent", released)

    draw(page, [(6, 6), (10, 10)], release=False)
    lose("#draw-pad canvas", on_pad(page, [(12, 12)])[0])
    kept = state(page, STROKES)
    page.mouse.move(*on_pad(page, [(20, 20)])[0], steps=4)
    assert state(page, STROKES) == kept and kept[-1][-1][0] < 13
    page.mouse.up()

    page.mouse.move(*middle(cell(page, 1, 1)))
    page.mouse.down()
    lose("#code-grid", middle(cell(page, 1, 2)))
    page.mouse.move(*middle(cell(page, 4, 4)), steps=4)
    assert state(page, "state.selected.size") <= 2
    page.mouse.up()
    draw(page, [(20, 6), (22, 10)])  # and the next stroke is one
    assert len(state(page, STROKES)) == 2


DROP = """([name, type, content]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([content], name, { type }));
  return ["dragover", "drop"].map((kind) => {
    const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector("h1").dispatchEvent(event);
    return event.defaultPrevented;
  });
}"""


def test_a_file_dropped_anywhere_is_opened_and_never_leads_away(page):
    settle(page)
    wanted = np.roll(codes(page), 1, axis=0)
    assert page.evaluate(
        DROP, ["codes.json", "application/json", json.dumps({"codes": wanted.tolist()})]
    ) == [True, True]
    until_codes_are(page, wanted)
    assert page.evaluate(DROP, ["note.png", "image/png", "no picture"]) == [True, True]
    expect(page.locator(".status [role=status]")).to_contain_text(re.compile("picture"))
    assert (codes(page) == wanted).all()
