"""The first look: what the digit reads as stays in sight, codes are told in words, and the page is one that can be
linked to."""

import re

import pytest
from playwright.sync_api import expect
from visitor import PHONE, cell, codes, draw_and_settle, until

BARS = "[...document.querySelectorAll('#belief [role=meter]')].map((bar) => bar.ariaValueNow)"


@pytest.mark.both_editions
def test_what_it_reads_as_stays_in_sight_on_a_phone_wherever_one_works(open_page):
    page = open_page(**PHONE)
    belief = page.locator("#belief")
    for part in ("#draw-pad", "#code-grid", "#reconstruction", "#complete"):
        page.locator(part).evaluate("(part) => part.scrollIntoView({ block: 'center' })")
        expect(belief).to_be_in_viewport(ratio=1)
        assert belief.evaluate(
            "(belief) => { const { x, y } = belief.getBoundingClientRect();"
            " return belief.contains(document.elementFromPoint(x + 9, y + 9)); }"
        ), f"something lies over it beside {part}"
    page.set_viewport_size({"width": 844, "height": 390})
    page.evaluate("scrollTo(0, 0)")
    expect(belief).to_be_in_viewport(ratio=1)


def test_old_bars_stand_until_the_new_ones_are_there_and_are_told_to_be_old(page):
    draw_and_settle(page)
    expect(page.locator("#belief")).to_have_attribute("aria-busy", "false")
    before, meanwhile, busy = page.evaluate(
        f"""async () => {{
          const before = {BARS};
          document.querySelector("[data-preset=top]").click();
          await new Promise(queueMicrotask); // in which what watches the grid has heard of it
          return [before, {BARS}, document.querySelector("#belief").ariaBusy];
        }}"""
    )
    assert meanwhile == before
    assert busy == "true"
    expect(page.locator("#belief")).to_have_attribute("aria-busy", "false")
    until(page, f"(before) => JSON.stringify({BARS}) !== JSON.stringify(before)", before)


def test_codes_are_told_in_words_in_the_grid_and_in_the_palette_alike(page):
    grid = codes(page)
    row, column = next(zip(*grid.nonzero(), strict=True))
    name = cell(page, row, column).get_attribute("aria-label")
    code, words = re.fullmatch(rf"row {row + 1}, column {column + 1}: code (\d+), (.+)", name).groups()
    assert int(code) == grid[row, column]
    assert re.match(r"stroke (across|down|rising|falling)|bend|full of ink|hardly any ink", words)
    label = page.locator(f"#palette [data-code='{code}']").get_attribute("aria-label")
    assert label.startswith(f"code {code}: {words};")


@pytest.mark.both_editions
def test_the_page_has_a_picture_for_those_who_link_to_it(page, page_url):
    (address,) = page.locator("meta[property='og:image']").evaluate_all(
        "(tags) => tags.map((tag) => tag.content)"
    )
    size = page.evaluate(
        """async (address) => {
          const picture = Object.assign(new Image(), { src: address });
          await picture.decode();
          return [picture.naturalWidth, picture.naturalHeight];
        }""",
        address,
    )
    assert size == [1200, 630]
    titles = page.locator("meta[property='og:title']").evaluate_all(
        "(tags) => tags.map((tag) => tag.content)"
    )
    assert titles == ["Digits in 49 codes"]


def test_an_empty_pad_reads_as_no_digit(page):
    draw_and_settle(page)
    word = page.locator("#belief .reading b")
    expect(word).to_have_text("7")
    page.locator(".draw-pad [data-do=clear]").click()
    expect(word).to_have_text("?")
    expect(page.locator("#belief .first")).to_have_count(0)
