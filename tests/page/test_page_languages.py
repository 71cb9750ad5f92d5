"""The page in other languages: that of the browser, of the address, or of the switch; and from right to left."""

import re

import pytest
from playwright.sync_api import expect
from visitor import (
    PHONE,
    PRIOR_FILE,
    UNKNOWN,
    codes,
    draw_and_settle,
    message,
    settle,
    until,
    until_codes_are,
    until_mounted,
)

from vqdemo.ui import texts

pytestmark = pytest.mark.both_editions
WIDE = {"viewport": {"width": 1366, "height": 768}}
CUT_WORDS = """() => [...document.querySelectorAll("#top *, #bench *")]
  .filter((e) => e.matches("button, h1, h2, p, label, span, b, summary, select"))
  .filter((e) => e.checkVisibility({visibilityProperty: true}))
  .filter((e) => e.innerText?.trim() && !e.closest("#sheet, [role=row]") && e.clientWidth > 1)
  .filter((e) => e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight * 1.25 + 4)
  .map((e) => e.outerHTML.slice(0, 80))"""


def heading(language: str) -> str:
    return texts.sentences(language)["header"]["heading"].replace("{cells}", "49")


def until_in(page, language: str) -> None:
    expect(page.locator("h1")).to_have_text(heading(language))
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    until(
        page,
        "([heading]) => document.title && !document.querySelector('[style*=hidden]')",
        [heading(language)],
    )


def test_it_follows_the_browser_and_cuts_off_no_word_on_a_phone(open_page):
    german = texts.sentences("de")
    page = open_page(locale="de-AT", **PHONE)
    until_in(page, "de")
    settle(page)
    expect(page).to_have_title(re.compile(german["title"].replace("{cells}", "49")))
    expect(page.locator(".nav [data-view=how]")).to_have_text(german["nav"]["how"])
    bar = page.locator("#belief [role=meter].first")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^\d+(,\d)?\s%$"))
    assert page.evaluate(CUT_WORDS) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_switch_keeps_the_work_and_the_choice(open_page, page_url):
    page = open_page(**WIDE)
    until_in(page, "en")
    draw_and_settle(page)
    drawn = codes(page)
    page.get_by_role("combobox", name="Language").select_option(label="Français")
    until_in(page, "fr")
    assert "lang=fr" in page.url
    until_codes_are(page, drawn)
    page.locator("#complete").click()
    french = texts.sentences("fr")["status"]
    expect(message(page)).to_have_text(french["nothing_unknown"])
    page.locator(".nav [data-view=graft]").click()
    expect(page.locator("#graft h2")).to_have_text(texts.sentences("fr")["graft"]["heading"])
    page.goto(page_url + "/")
    until_in(page, "fr")
    page.goto(page_url + "/?lang=es")
    until_in(page, "es")


def test_arabic_is_mirrored_and_grids_are_not(open_page):
    page = open_page("/?lang=ar", locale="fr-FR", **WIDE)
    until_in(page, "ar")
    settle(page)

    def lefts(selector: str, count: int = 2) -> list[float]:
        return [page.locator(selector).nth(i).bounding_box()["x"] for i in range(count)]

    def is_ascending(values: list[float]) -> bool:
        return values == sorted(values) and len(set(values)) == len(values)

    boards = [lefts(each, 1)[0] for each in ("#reconstruction", "#code-grid", "#draw-pad")]
    assert is_ascending(boards), "the drawing is on the right, the reconstruction on the left"
    assert is_ascending(lefts(".nav button", 5)[::-1])
    assert page.locator("h1").evaluate("(e) => getComputedStyle(e).direction") == "rtl"
    for unmirrored in ("#code-grid [role=gridcell]", "#palette [role=option]", "#belief [role=meter]"):
        assert is_ascending(lefts(unmirrored, 5)), unmirrored
    undo = page.locator(".code-grid [data-do=undo] svg")
    assert undo.evaluate("(e) => getComputedStyle(e).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.keyboard.press("Tab")
    page.locator("#code-grid [role=gridcell]").nth(24).click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#code-grid [role=gridcell]").nth(25)).to_be_focused()
    page.evaluate("location.hash = 'teach'")
    for address in (page.locator("#teach ol a").first, page.locator("#share input[readonly]")):
        expect(address).to_have_css("direction", "ltr")


def test_without_the_translation_the_page_is_there_in_english(browser, page_url):
    page = browser.new_page(locale="zh-CN")
    page.route("**/*zh.json", lambda route: route.abort())
    page.goto(page_url + "/")
    expect(page.locator("h1")).to_have_text(heading("en"))
    expect(page.locator("#palette [role=option]")).to_have_count(128)
    expect(page.locator("#draw-pad")).to_be_visible()
    expect(message(page)).to_contain_text("zh.json is not to be had")
    page.close()


def test_the_switch_goes_on_with_completions_that_were_under_way(browser, page_url):
    context = browser.new_context(**WIDE)
    context.route(PRIOR_FILE, lambda route: None)
    page = context.new_page()
    page.goto(page_url + "/")
    until_mounted(page)
    page.locator("[data-preset=bottom]").click()
    erased = codes(page)
    page.locator("#complete").click()
    expect(page.locator("#complete")).to_have_attribute("aria-busy", "true")
    context.unroute(PRIOR_FILE)
    page.get_by_role("combobox", name="Language").select_option(label="Français")
    until_in(page, "fr")
    expect(page.locator("#completions button")).to_have_count(4)
    expect(page.locator("#complete")).to_have_attribute("aria-busy", "false")
    assert (codes(page) == erased).all() and (erased == UNKNOWN).any()
    context.close()


REFUSED = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, {get() { throw new DOMException(name, "SecurityError"); }});"""


def test_where_storage_is_refused_that_is_told_and_the_switch_keeps_lesson_and_view(open_page):
    page = open_page(**WIDE)
    expect(page.locator("#share .kept")).to_have_text(texts.sentences("en")["share"]["kept_help"])
    page.add_init_script(REFUSED)
    page.reload()
    until_in(page, "en")
    page.get_by_role("button", name="Save & share").click()
    expect(page.locator("#share .kept")).to_have_text(texts.sentences("en")["share"]["kept_not"])
    expect(page.locator("#share [data-do=forget]")).to_be_hidden()
    page.keyboard.press("Escape")
    draw_and_settle(page)
    drawn = codes(page)
    page.evaluate("location.hash = 'graft&lesson=2'")
    page.get_by_role("combobox", name="Language").select_option(label="Français")
    until_in(page, "fr")
    until_codes_are(page, drawn)
    expect(page.locator("#lesson .number")).to_have_text("2 sur 8")
    expect(page.locator("#graft")).to_be_visible()


@pytest.mark.parametrize(
    "size", [(390, 844), (844, 390), (1366, 768)], ids=["portrait", "landscape", "laptop"]
)
def test_the_first_line_holds_the_buttons_in_every_language(open_page, page_url, size):
    width, height = size
    page = open_page(**{**PHONE, "viewport": {"width": width, "height": height}})
    for language in texts.LANGUAGES:
        page.goto(f"{page_url}/?lang={language}#lesson=2")
        until_in(page, language)
        expect(page.locator("#lesson-title")).not_to_be_empty()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, language
        buttons = page.locator("#top .open")
        assert len({round(buttons.nth(i).bounding_box()["y"]) for i in range(2)}) == 1, language
        cut = "b => b.scrollWidth - b.clientWidth"
        assert page.locator(".share .open").evaluate(cut) <= 0, language
