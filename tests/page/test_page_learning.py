"""How it can learn: the toy that a visitor steps through. Its numbers: test_learning_toy.py."""

import re

import pytest
from playwright.sync_api import expect
from visitor import until

from vqdemo.ui.texts.en import TEXT

SENTENCES = TEXT["how_learning"]
STEPS = ("told_forward", "told_backward", "told_codes")
CLICKED = """(button, times) => Array.from({length: times}, () => {
  button.click();
  return document.querySelector(".how-learning .now").textContent;
})"""


def of_toy(page):
    """The toy's element, in sight."""
    page.locator(".nav [data-view=how]").click()
    toy = page.locator(".how-learning section")
    toy.scroll_into_view_if_needed()
    expect(toy.locator("[data-move]")).to_have_count(14)
    return toy


def figures(toy) -> tuple[int, float, float]:
    """Round, error and distance."""
    found = re.search(
        re.sub(r"\\\{\w+\\\}", r"([\\d.]+)", re.escape(SENTENCES["figures"])),
        toy.locator(".now").inner_text(),
    )
    assert found, toy.locator(".now").inner_text()
    return int(found[1]), float(found[2]), float(found[3].rstrip("."))


def drawn(toy, kind: str) -> int:
    return toy.locator(f".plot path.{kind}").count()


def begins(sentence: str) -> re.Pattern:
    return re.compile(re.escape(sentence.split("{", maxsplit=1)[0]))


@pytest.mark.both_editions
def test_each_step_is_told_drawn_and_marked(page):
    toy = of_toy(page)
    expect(toy.locator(".now")).to_contain_text(SENTENCES["ready"])
    expect(toy.locator("[aria-current]")).to_have_count(0)
    for done, name in enumerate(STEPS, 1):
        toy.locator("[data-do=step]").click()
        expect(toy.locator(".now")).to_contain_text(begins(SENTENCES[name]))
        expect(toy.locator(f"ol li:nth-child({done})")).to_have_attribute("aria-current", "step")
        expect(toy.locator("[aria-current]")).to_have_count(1)
        links, pulls, walks = drawn(toy, "link"), drawn(toy, "straight"), drawn(toy, "walked")
        assert (links, pulls, walks) == [(10, 0, 0), (10, 20, 0), (10, 0, 4)][done - 1]
    assert figures(toy)[0] == 1
    toy.locator("[data-do=step]").click()
    assert figures(toy)[0] == 2
    toy.locator("[data-do=reset]").click()
    expect(toy.locator(".now")).to_contain_text(SENTENCES["ready"])
    assert figures(toy)[0] == 0


def test_the_errors_arrow_reaches_the_description_unchanged(page):
    """Of each pair, at the code and at the description, direction and length are equal."""
    toy = of_toy(page)
    for _ in range(2):
        toy.locator("[data-do=step]").click()
    arrows = toy.locator(".plot path.straight").evaluate_all(
        "(all) => all.map((path) => path.getAttribute('d').match(/-?[\\d.]+(e-\\d+)?/g).slice(0, 4).map(Number))"
    )
    assert len(arrows) == 20
    for (x1, y1, x2, y2), (u1, v1, u2, v2) in zip(arrows[::2], arrows[1::2], strict=True):
        assert (x2 - x1, y2 - y1) == pytest.approx((u2 - u1, v2 - v1), abs=1e-9)
        assert (x1, y1) != (u1, v1)


def test_learning_lowers_the_error_and_a_dead_code_restarts(page):
    toy = of_toy(page)
    first = figures(toy)[1]
    told = toy.locator("[data-do=step]").evaluate(CLICKED, 3 * 25)
    assert any(SENTENCES["told_restart"] in sentence for sentence in told)
    assert figures(toy)[0] == 25
    assert figures(toy)[1] < first / 5


def test_a_description_moves_by_arrow_keys_and_the_error_has_no_slope(page):
    toy = of_toy(page)
    point = toy.locator("[data-move=z0]")
    before, place = figures(toy), point.get_attribute("aria-label")
    point.focus()
    page.keyboard.press("ArrowRight")
    until(page, "(place) => document.querySelector('[data-move=z0]').ariaLabel !== place", place)
    assert point.get_attribute("aria-label") == SENTENCES["description_at"].format(
        number=1, x="−0.75", y="−0.10"
    )
    expect(toy.locator(".now")).to_contain_text(SENTENCES["moved"])
    after = figures(toy)
    assert after[1] == before[1]
    assert after[2] != before[2]


def test_a_code_can_be_dragged_and_the_error_follows(page):
    toy = of_toy(page)
    before = figures(toy)
    box = toy.locator("[data-move=e0]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 30, y - 60, steps=4)
    page.mouse.up()
    expect(toy.locator(".now")).to_contain_text(SENTENCES["moved"])
    moved = toy.locator("[data-move=e0]").bounding_box()
    assert moved["x"] + moved["width"] / 2 == pytest.approx(x - 30, abs=2)
    assert moved["y"] + moved["height"] / 2 == pytest.approx(y - 60, abs=2)
    assert figures(toy)[1] != before[1]


def test_it_plays_until_paused_or_left(page):
    toy = of_toy(page)
    play = toy.locator("[data-do=play]")
    play.click()
    expect(play).to_have_text(SENTENCES["pause"])
    expect(toy.locator("li:nth-child(2)[aria-current]")).to_have_count(1)
    page.locator(".nav [data-view=bench]").click()
    expect(play).to_have_text(SENTENCES["play"])


def test_without_motion_there_are_only_steps(open_page):
    page = open_page(reduced_motion="reduce")
    toy = of_toy(page)
    expect(toy.locator("[data-do=play]")).to_be_hidden()
    toy.locator("[data-do=step]").click()
    expect(toy.locator("[aria-current]")).to_have_count(1)
