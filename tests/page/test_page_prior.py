"""How the prior works, on the page: the order of filling, what it reads for a cell, the cell's die, and the same
completions by the prior blind to known cells after. Against the model itself, on the bundled weights."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from visitor import CODES, PHONE, codes, draw_and_settle, module, until

import vqdemo
from vqdemo.ui.description import example_images

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
LABEL, SEED = 7, 3
CHOICE = {"temperature": 1, "top_p": 1, "guidance": 0}
SET = "async ([address, settings]) => (await import(address)).setSettings(settings)"


@pytest.fixture(scope="module")
def model():
    return vqdemo.load(WEIGHTS)


def open_how(page):
    page.locator(".nav [data-view=how]").click()
    settled(page)


def settled(page):
    expect(page.locator(".how-prior .die")).to_have_attribute("aria-busy", "false")


def cells(page):
    return page.locator(".how-prior .cells button")


def attributes(page, name):
    """Of each cell of the grid."""
    return cells(page).evaluate_all(f"(cells) => cells.map((cell) => cell.dataset.{name})")


def completions(page, which):
    """int (4,7,7), once all are there."""
    row = page.locator(f".how-prior .{which} canvas")
    expect(row).to_have_count(4)
    listed = row.evaluate_all("(all) => all.map((one) => one.dataset.codes.split(' ').map(Number))")
    return np.array(listed).reshape(4, 7, 7)


def shares(page):
    """Of the codes on the die that are wide enough to be drawn."""
    settled(page)
    return page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('.how-prior .die i:not([hidden])')]"
        ".map((part) => [part.dataset.part, parseFloat(part.style.width) / 100]))"
    )


@torch.inference_mode()
def logits(model, grids, known, cell):
    """float (N,K), of a cell of grids (N,7,7), with known bool (7,7) for what may be known after it."""
    grids = torch.as_tensor(np.asarray(grids))
    known = torch.as_tensor(known).expand_as(grids)
    return model.prior(grids, known, torch.full((len(grids),), LABEL))[:, cell // 7, cell % 7]


def seen_cells(model, grid, known, cell):
    """The cells on whose code the logits of a cell depend: found by changing each."""
    changed = np.repeat(grid[None], 50, 0).reshape(50, 49)
    for other in range(49):
        changed[other + 1, other] = (changed[other + 1, other] + 17) % model.num_codes
    found = logits(model, changed.reshape(50, 7, 7), known, cell)
    return set(np.flatnonzero(((found[1:] - found[0]).abs().amax(1) > 1e-4).numpy()).tolist())


def blind_complete(model, *arguments, **settings):
    """`VQModel.complete` where no cell after another counts as known."""
    prior, told = model.prior, model.prior.context_after
    prior.context_after = lambda codes, known, labels: told(codes, torch.zeros_like(known), labels)
    try:
        return model.complete(*arguments, **settings)
    finally:
        del prior.context_after


@pytest.mark.both_editions
def test_order_sights_die_and_blind_completions_are_pythons(page, model):
    draw_and_settle(page)
    page.locator("[data-preset=right]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    question = codes(page)
    known = question >= 0
    page.evaluate(SET, [module(page, "state/completions.js"), {"label": LABEL, "seed": SEED, **CHOICE}])
    open_how(page)
    order = model.generation_order(np.full((7, 7), -1))
    turns = attributes(page, "turn")
    assert [turns[cell] for cell in order] == [str(turn) for turn in range(1, 50)]

    told = completions(page, "told")
    assert (told == model.complete(question, 4, label=LABEL, seed=SEED, **CHOICE)).all()
    for blind in (False, True):
        if blind:
            page.get_by_role("button", name="Make it blind").click()
            untold = completions(page, "untold")
            assert (untold == blind_complete(model, question, 4, label=LABEL, seed=SEED, **CHOICE)).all()
            assert (untold != told).any()
        filled = (untold if blind else told)[0]
        may_know = known & (not blind)
        for cell in (11, 30, 12):  # unknown, known, unknown
            cells(page).nth(cell).hover()
            expect(cells(page).nth(cell)).to_have_attribute("data-sight", "own")
            sights = attributes(page, "sight")
            seen = {i for i, sight in enumerate(sights) if sight in ("before", "after")}
            assert seen == seen_cells(model, filled, may_know, cell)
            assert all(order.index(i) < order.index(cell) for i in seen if sights[i] == "before")
            assert all(known.flat[i] for i in seen if sights[i] == "after")
            expected = logits(model, filled[None], may_know, cell)[0].softmax(-1)
            shown = shares(page)
            assert sum(shown.values()) > 0.9
            assert all(abs(share - expected[int(code)]) < 5e-3 for code, share in shown.items())
            assert f"code {filled.flat[cell]}" in page.locator(".how-prior .drawn").inner_text().replace(
                "its code, ", "code "
            )
    bits = [-model.log_prob(grids, known, LABEL).mean() / math.log(2) for grids in (told, untold)]
    verdict = page.locator(".how-prior .verdict").inner_text()
    assert [int(number) for number in re.findall(r"\d+", verdict)] == [round(float(b)) for b in bits]
    assert len(re.findall(r"[^\W\d]{2,}", page.locator(".how-prior").last.inner_text())) < 250, (
        "too many words"
    )


def test_what_is_known_after_matters(model):
    """Completions of right halves that were made blind are less probable, on average over the ten examples."""
    known = np.zeros((7, 7), bool)
    known[:, :4] = True
    longer = []  # in bits
    for label, grid in enumerate(model.encode(example_images(model))):
        question, settings = np.where(known, grid, -1), {"label": label, "seed": SEED, **CHOICE}
        told = model.complete(question, 4, **settings)
        blind = blind_complete(model, question, 4, **settings)
        bits = [-model.log_prob(grids, known, label).mean() / math.log(2) for grids in (told, blind)]
        longer.append(bits[1] - bits[0])
    assert np.mean(longer) > 5


def test_the_lower_half_stands_in_and_the_upper_half_makes_no_difference(page, model):
    assert (codes(page) >= 0).all()
    open_how(page)
    expect(page.locator(".how-prior .subject")).to_contain_text("the lower half is taken for unknown")
    assert (completions(page, "told")[:, :4] == codes(page)[:4]).all()
    page.locator(".nav [data-view=bench]").click()
    page.locator("[data-preset=top]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    open_how(page)
    expect(page.locator(".how-prior .subject")).to_contain_text("cells of the workbench")
    page.get_by_role("button", name="Make it blind").click()
    expect(page.locator(".how-prior .verdict")).to_contain_text("being blind changes nothing")
    assert (completions(page, "untold") == completions(page, "told")).all()
    page.get_by_role("button", name="Make it blind").click()
    expect(page.locator(".how-prior .untold")).to_be_hidden()


def test_keys_and_fingers_point_at_cells(open_page):
    page = open_page(**PHONE)
    open_how(page)
    own = page.locator(".how-prior .cells [data-sight=own]")
    cells(page).nth(24).tap()
    expect(own).to_have_attribute("data-cell", "24")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(own).to_have_attribute("data-cell", "16")
    expect(own).to_be_focused()
    expect(page.locator(".how-prior .sight")).to_contain_text("Row 3, column 3: number 33 of 49")
    assert cells(page).evaluate_all("(all) => all.filter((cell) => cell.tabIndex === 0).length") == 1
    expect(page.locator(".how-prior .drawn")).to_contain_text("This cell is known")
