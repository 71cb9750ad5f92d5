"""How it works as a whole: the pictures lead to the parts, the losses name every letter, and each part shows its
code."""

import json
import re
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import expect
from visitor import PHONE, until

ROOT = Path(__file__).resolve().parents[2]
PARTS = {
    "The encoder looks",
    "The quantizer rounds off",
    "The decoder redraws",
    "The prior expects",
    "How it can learn though rounding has no slope",
    "How it came to be: the training",
    "What they are trained for, and how good they are",
}


def open_how(page):
    page.locator(".nav [data-view=how]").click()
    expect(page.locator(".how h2")).to_be_visible()


def test_pictures_lead_to_the_parts(page):
    open_how(page)
    links = page.locator(".how button[data-part]")
    until(page, "() => document.querySelector('.how .more button').textContent")
    reached = set()
    for link in links.all():
        link.click()
        until(page, "() => document.activeElement.matches('h2')")
        heading = page.locator("h2:focus")
        expect(heading).to_be_in_viewport()
        reached.add(heading.inner_text())
        page.locator(".how h2").scroll_into_view_if_needed()
    assert reached == PARTS
    page.get_by_role("button", name="Go to the drawing").click()
    expect(page.locator("#draw-pad")).to_be_visible()


def test_every_letter_of_a_formula_is_named(page):
    open_how(page)
    missing = page.evaluate(
        """() => [...document.querySelectorAll(".how-losses .formula")].flatMap((formula) => {
          const named = [...formula.parentElement.querySelectorAll("dt")].map((dt) => dt.textContent).join(" ");
          return [...formula.querySelectorAll("mi")].map((mi) => mi.textContent).filter((mi) => !named.includes(mi));
        })"""
    )
    assert missing == []
    assert page.locator(".how-losses .formula").count() == 2


def test_words_are_explained_in_sight_also_on_a_phone(open_page):
    page = open_page(**PHONE)
    open_how(page)
    for word in (
        "prior",
        "nats",
        "bits",
        "guidance",
        "temperature",
        "top-p",
        "perplexity",
        "codebook",
        "logits",
    ):
        term = page.locator(".how-losses .words dt").filter(has_text=re.compile(word, re.IGNORECASE))
        expect(term).to_be_visible()
        expect(term.locator("xpath=following-sibling::dd")).to_be_visible()


def test_measured_figures_are_folded_away(page):
    metrics = json.loads((ROOT / "weights" / "metrics.json").read_text())
    open_how(page)
    table = page.locator(".quality table")
    expect(table).to_be_hidden()
    page.locator(".quality summary").click()
    expect(table).to_contain_text("notebook baseline")
    expect(table).to_contain_text(f"{metrics['reconstruction']['mse']:.5f}")
    expect(table).to_contain_text(f"{metrics['notebook_baseline']['reconstruction']['mse']:.5f}")
    expect(page.locator(".quality .measured-on")).to_have_text("On 10,000 unseen pictures of MNIST.")
    expect(page.locator(".quality .baseline-text")).to_be_visible()


@pytest.mark.both_editions
def test_parts_show_their_code_and_lead_to_the_course(page):
    fetched = []
    page.on("request", lambda request: fetched.append(urlparse(request.url).path))
    asked = page.evaluate("() => performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert not any("/course/" in address for address in asked), "it is fetched before it is needed"
    open_how(page)
    places = page.locator(".excerpt[data-part]")
    assert {"prior", "losses"} <= set(places.evaluate_all("(all) => all.map((each) => each.dataset.part)"))
    for place in places.all():
        place.locator("summary").click()
        for figure in place.locator("figure").all():
            file, line = re.fullmatch(r"(.+), line (\d+)", figure.locator("figcaption").inner_text()).groups()
            lines = (ROOT / file).read_text(encoding="utf-8").splitlines()[int(line) - 1 :]
            shown = figure.locator("pre").text_content().split("\n")
            assert [one.strip() for one in shown] == [one.strip() for one in lines[: len(shown)]]
    assert sum(path.endswith("/course/excerpts.json") for path in fetched) == 1
    address = page.locator(".how-prior .excerpt a").evaluate("(link) => link.href")
    page.goto(address)
    expect(page.locator("h2#prior")).to_have_text("5. Prior")
    expect(page.locator("h2#prior")).to_be_in_viewport()
