"""The main path of the static edition in Debian's Firefox and WebKitGTK, driven over WebDriver.

Only where the environment variable OTHER_BROWSERS is set: they are slow to start and to drive.
"""

import os
import re

import numpy as np
import pytest
import webdriver
from app_process import ROOT
from playwright.sync_api import expect
from visitor import (
    CODES,
    MOUNTED,
    SEVEN,
    UNKNOWN,
    as_text,
    cell,
    codes,
    draw_and_settle,
    until_codes_are,
    until_mounted,
    until_network,
)

import vqdemo

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("OTHER_BROWSERS" not in os.environ, reason="OTHER_BROWSERS is not set"),
]
DIGITS = {"7": SEVEN, "1": [(14, 5), (14, 23)], "4": [(9, 5), (9, 14), (19, 14), (19, 5), (19, 23)]}
SEED = 5
READS_AS = "() => document.querySelector('#belief').ariaBusy === 'false' && document.querySelector('#belief b').textContent"
OFFERED = "() => [...document.querySelectorAll('#completions button')].map((one) => one.dataset.codes)"
COMPLETED = f"() => document.querySelector('#complete').ariaBusy === 'false' && ({OFFERED})().length === 4"
SAMPLED = "() => document.querySelectorAll('#sample-rows button:enabled').length >= 8"
FAULT = "() => document.querySelector('.status [role=alert]:not([hidden])')?.innerText ?? ''"


@pytest.fixture(scope="module", params=sorted(webdriver.NEEDED))
def window(request):
    packages = webdriver.missing(request.param)
    if packages:
        pytest.skip(f"{request.param} is not installed; on Debian: apt-get install {' '.join(packages)}")
    with webdriver.opened(request.param) as window:
        yield window


@pytest.fixture
def other(window, static_url):
    """The page, ready, in another browser than Chromium. Errors fail the test."""
    window.goto(f"{static_url}/")
    window.wrongs.clear()  # of the pages before
    window.until(MOUNTED)
    yield window
    assert window.errors() == []
    assert window.evaluate(FAULT) == ""


def grid(window) -> np.ndarray:
    return np.array(window.evaluate(CODES)).reshape(7, 7)


def until_codes(window, what: str, argument=None):
    window.until(f"(argument) => {{ const codes = ({CODES})(); return {what}; }}", argument)


def draw(window, points) -> None:
    left, top, width, height = window.box("#draw-pad")
    window.drag([(left + x / 28 * width, top + y / 28 * height) for x, y in points])


def settled(window) -> np.ndarray:
    """The grid, once the prior has read it and it has not changed meanwhile."""
    while True:
        before = grid(window)
        window.until(READS_AS)
        if (grid(window) == before).all():
            return before


def test_errors_of_a_page_are_heard(window, static_url):
    window.goto(f"{static_url}/")
    window.evaluate(
        "() => void document.head.append(Object.assign(document.createElement('script'), {src: 'data:,'}))"
    )
    window.until("() => window.wrongs.length > 0")
    assert "forbidden: data" in window.errors()[-1]


def test_draw_edit_erase_complete_adopt_and_reload(other, static_url):
    before = grid(other)
    draw(other, SEVEN)
    until_codes(other, "JSON.stringify(codes) !== argument", as_text(before))
    other.until(f"() => ({READS_AS})() === '7'")
    drawn = settled(other)

    other.click("#code-grid [role=gridcell]", 48)
    other.press("33")
    until_codes(other, "codes[48] === 33")
    edited = settled(other)
    assert (edited.ravel()[:48] == drawn.ravel()[:48]).all()

    other.click("[data-preset=bottom]")
    until_codes(other, f"codes.slice(28).every((code) => code === {UNKNOWN})")
    other.click("#complete")
    other.until(COMPLETED)
    offered = other.evaluate(OFFERED)
    other.click("#completions button", 1)
    until_codes(other, "codes.join(' ') === argument", offered[1])
    assert (grid(other)[:4] == drawn[:4]).all()

    other.goto(f"{static_url}/")  # the work is kept
    other.until(MOUNTED)
    until_codes(other, "codes.join(' ') === argument", offered[1])


def test_samples_and_how_it_works_open(other):
    other.click(".nav [data-view=samples]")
    other.until(SAMPLED)
    other.click("#sample-rows button")
    other.until("() => !document.getElementById('bench').classList.contains('off')")
    other.click(".nav [data-view=how]")
    other.until("() => !document.getElementById('how').classList.contains('off')")
    other.click(".nav [data-view=bench]")


@pytest.mark.parametrize("digit", DIGITS)
def test_codes_and_completions_are_those_of_chromium_and_python(other, static_url, desk, digit):
    """A link carries the grid and the strokes, rounded. The page counts as changed the cells in which that grid
    is not what its own encoder reads in these strokes: the edited one, and those that the rounding changed.
    """
    page = desk.new_page()
    page.goto(f"{static_url}/")
    until_network(page, "vqvae")
    draw_and_settle(page, DIGITS[digit])
    cell(page, 0, 0).click()
    page.keyboard.type("33")
    expect(page.locator(".code-grid .changed")).to_have_text("1 of 49 changed")
    page.locator(".completion summary").click()
    page.locator("[name=seed]").fill(str(SEED))
    page.locator("[name=seed]").press("Tab")
    page.get_by_role("button", name="Save & share").click()
    expect(page.locator("#share input[readonly]")).to_have_value(re.compile(f"s={SEED}&.*k="))
    link, drawn = page.locator("#share input[readonly]").input_value(), codes(page)
    page.close()
    page = desk.new_page()
    page.goto(link)
    until_mounted(page)
    until_codes_are(page, drawn)
    expect(page.locator(".code-grid .changed")).not_to_have_text("")
    changed = page.locator(".code-grid .changed").inner_text()
    page.close()

    other.goto(link)
    other.until(MOUNTED)
    until_codes(other, "JSON.stringify(codes) === argument", as_text(drawn))
    other.until("(changed) => document.querySelector('.code-grid .changed').textContent === changed", changed)
    other.click("[data-preset=bottom]")
    until_codes(other, f"codes.includes({UNKNOWN})")
    question = grid(other)
    other.click("#complete")
    other.until(COMPLETED)
    model = vqdemo.load(ROOT / "weights")
    theirs = model.complete(question, 4, seed=SEED, **model.defaults)
    assert other.evaluate(OFFERED) == [" ".join(map(str, one.ravel())) for one in theirs]
