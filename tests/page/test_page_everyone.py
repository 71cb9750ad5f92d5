"""The page for everyone: keyboard alone, screen readers (axe-core finds nothing), phones, both themes,
reduced motion.
"""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect
from visitor import (
    CODES,
    PHONE,
    cell,
    codes,
    draw_and_settle,
    picture,
    settle,
    until,
    until_codes_are,
    until_codes_differ,
)

THEME = """(dark) => {
  document.body.classList.toggle("dark", dark);
  getComputedStyle(document.body).color; // begins what transitions there are
  for (const one of document.getAnimations()) one.finish();
}"""
VIEWS = ("bench", "samples", "graft", "codebook", "how")
SIZES = (
    (320, 640),
    (390, 844),
    (844, 390),
    (683, 512),
    (1024, 768),
    (1366, 768),
    (1920, 1080),
    (2560, 1440),
)
COLOURED = ((390, 844), (1366, 768))
THEMES = ("light", "dark", "forced")


def open_view(page, name):
    page.locator(f".nav [data-view={name}]").click()
    expect(page.locator(f"#{name}")).to_be_visible()


@pytest.mark.both_editions
def test_axe_core_finds_nothing_wrong_in_any_view_theme_and_size(open_page, edition):
    """The page is loaded once. Colours are looked at in each theme, on a desk and on a phone; all else, which no
    theme changes, at each size: of the plain files at all, of the app at these two."""
    page = open_page("/?__theme=light", viewport={"width": 1366, "height": 768})
    cell(page, 3, 3).click()
    page.get_by_role("button", name="Surprise").click()
    expect(page.locator("#what-if button:enabled")).to_have_count(8)
    page.locator("[data-preset=bottom]").click()
    page.locator(".completion summary").click()
    page.locator("#complete").click()
    page.wait_for_selector("#completions button")
    page.get_by_role("button", name="One cell").click()
    page.wait_for_selector("#code-grid .imagined")
    views = page.locator(".nav [data-view]").evaluate_all("(all) => all.map((one) => one.dataset.view)")
    assert set(VIEWS) <= set(views)
    page.evaluate(AXE_SCRIPT)
    faults = []

    def look(where, options, context="html"):
        script = "([context, options]) => axe.run(context, { ...options, resultTypes: ['violations'] })"
        found = page.evaluate(f"async (given) => (await ({script})(given)).violations", [context, options])
        for fault in found:
            for node in fault["nodes"]:
                html, told = node["html"][:120], node["failureSummary"][:200]
                faults.append(f"{where}: {fault['id']}: {html} {told}")

    def look_everywhere(where, options):
        for view in views:
            open_view(page, view)
            look(f"{view}, {where}", options)
        page.get_by_role("button", name="Save & share").click()
        look(f"share, {where}", options, "#share")
        page.keyboard.press("Escape")

    for size in SIZES if edition == "static" else COLOURED:
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        look_everywhere("{}x{}".format(*size), {"rules": {"color-contrast": {"enabled": False}}})
        for theme in THEMES if size in COLOURED else ():
            page.evaluate(THEME, theme == "dark")
            page.emulate_media(forced_colors="active" if theme == "forced" else "none")
            look_everywhere(f"{theme}, " + "{}x{}".format(*size), {"runOnly": ["color-contrast"]})
    assert not faults, "\n".join(faults)


def tab_to(page, selector, most=120):
    """Press Tab until something that fits has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_keyboard_alone_draws_chooses_completes_and_opens_every_view(page):
    start = codes(page)
    tab_to(page, "#draw-pad canvas")
    expect(page.locator("#draw-pad .crosshair")).to_be_visible()
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    until_codes_differ(page, start)
    settle(page)
    drawn = codes(page)
    ink = 255 - picture(page)
    assert ink[8:22, 12:16].mean() > 5 * (ink[:, :8].mean() + ink[:, 20:].mean() + 1), (
        "a line down the middle"
    )
    page.keyboard.press("Shift+ArrowRight")  # the pen is up: nothing is drawn
    page.wait_for_timeout(300)
    assert (codes(page) == drawn).all()
    tab_to(page, "#code-grid [role=gridcell]")
    page.keyboard.press("Delete")
    until(page, f"() => ({CODES})()[0] === -1")
    tab_to(page, "#what-if button")
    page.keyboard.press("Enter")
    until(page, f"() => ({CODES})()[0] >= 0")
    tab_to(page, "#palette [role=option]")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    last = int(page.locator("#palette [role=option]").last.get_attribute("data-code"))
    until(page, f"() => ({CODES})()[0] === {last}")
    for view in VIEWS[1:]:
        page.locator("h1").evaluate("(h) => { h.tabIndex = -1; h.focus(); }")  # from the top of the page
        tab_to(page, f".nav [data-view={view}]")
        page.keyboard.press("Enter")
        expect(page.locator(f"#{view} h2").first).to_be_visible()
        tab_to(page, f"#{view} button, #{view} [role=option]")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    until_codes_are(page, drawn)


def test_sharing_and_watching_by_keyboard(page):
    tab_to(page, ".share .open")
    page.keyboard.press("Enter")
    expect(page.locator("#share")).to_be_visible()
    tab_to(page, "#share [data-do=png]")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.suggested_filename.endswith(".png")
    page.keyboard.press("Escape")
    expect(page.locator("#share")).to_be_hidden()
    expect(page.locator(".share .open")).to_be_focused()
    tab_to(page, "[data-preset=centre]")
    page.keyboard.press("Enter")
    tab_to(page, "#complete")
    page.keyboard.press("Enter")
    page.wait_for_selector("#completions button")
    tab_to(page, ".watch [data-do=step]")
    page.keyboard.press("Enter")
    expect(page.locator("#code-grid .imagined")).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # play
    tab_to(page, ".watch input")
    page.keyboard.press("End")  # at full speed
    expect(page.locator("#code-grid .imagined")).to_have_count(9)
    tab_to(page, ".watch [data-do=stop]")
    page.keyboard.press("Enter")
    expect(page.locator("#code-grid .imagined")).to_have_count(0)


def test_no_view_scrolls_sideways(open_page):
    page = open_page(**PHONE)
    for width in (320, 390, 820):
        page.set_viewport_size({"width": width, "height": 844})
        for view in VIEWS:
            open_view(page, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{view} at {width}"


def test_reduced_motion_shows_a_watched_completion_at_once(open_page):
    page = open_page(reduced_motion="reduce")
    page.locator("[data-preset=centre]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    page.locator("#complete").click()
    page.wait_for_selector("#completions button")
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#code-grid .imagined")).to_have_count(9, timeout=1500)
    moving = page.evaluate(
        """() => [...document.querySelectorAll(".view *")].filter((e) => {
             const { transitionDuration, animationName } = getComputedStyle(e);
             return parseFloat(transitionDuration) > 0 || animationName !== "none";
           }).length"""
    )
    assert moving == 0


@pytest.mark.both_editions
def test_nothing_jumps_while_it_is_used(open_page):
    """What appears has its room from the start: the boards stay where they are."""
    page = open_page()
    places = "() => ['#draw-pad', '#code-grid', '#reconstruction', '#what-if', '#palette'].map((s) => document.querySelector(s).getBoundingClientRect().top)"
    before = page.evaluate(places)
    draw_and_settle(page)
    cell(page, 3, 3).click()
    expect(page.locator("#what-if button:enabled")).to_have_count(8)
    page.get_by_role("button", name="Surprise").click()
    expect(page.locator(".code-grid .legend")).to_contain_text("784 bytes")
    page.keyboard.press("Escape")
    after = page.evaluate(places)
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 1.5
    shifted = page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) =>
             resolve(list.getEntries().reduce((sum, one) => sum + (one.hadRecentInput ? 0 : one.value), 0))
           ).observe({type: "layout-shift", buffered: true}) || setTimeout(() => resolve(0), 500))"""
    )
    assert shifted < 0.1
