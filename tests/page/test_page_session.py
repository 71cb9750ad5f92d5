"""Nothing is lost: undo over everything, a reload, a link, files out and in."""

import io
import json
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
import small_model
from PIL import Image
from playwright.sync_api import expect
from visitor import (
    CODES,
    UNKNOWN,
    cell,
    codes,
    draw_and_settle,
    message,
    picture,
    settle,
    until,
    until_codes_are,
    until_mounted,
)

import vqdemo
from vqdemo.storage import file_of
from vqdemo.ui.description import identity_of


def a_long_work(page):
    """A drawing, an edit, a completion adopted -> the grids on the way."""
    grids = [codes(page)]
    draw_and_settle(page)
    grids.append(codes(page))
    cell(page, 6, 0).click()
    page.keyboard.type("21")
    until(page, f"() => ({CODES})()[42] === 21")
    grids.append(codes(page))
    page.locator("[data-preset=right]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    grids.append(codes(page))
    page.locator("#complete").click()
    page.locator("#completions button").nth(2).click()
    until(page, f"() => !({CODES})().includes(-1)")
    settle(page)
    grids.append(codes(page))
    return grids


def share(page):
    page.get_by_role("button", name="Save & share").click()
    return page.locator("#share")


def open_file(page, name, content):
    page.locator("#share input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/json", "buffer": content.encode()}
    )


@pytest.mark.both_editions
def test_work_and_its_history_survive_a_reload(page):
    grids = a_long_work(page)
    shown = picture(page)
    pad = picture(page, "#draw-pad canvas")
    page.reload()
    until_mounted(page)
    page.wait_for_selector("#completions button")
    assert (codes(page) == grids[-1]).all() and (picture(page) == shown).all()
    assert (picture(page, "#draw-pad canvas") == pad).all()
    expect(page.locator("#completions button").nth(2)).to_have_attribute("aria-pressed", "true")
    for grid in grids[-2::-1]:
        page.keyboard.press("Control+z")
        until_codes_are(page, grid)
    for grid in grids[1:]:
        page.keyboard.press("Control+Shift+Z")
        until_codes_are(page, grid)
    settle(page)
    assert (picture(page) == shown).all()


def test_a_link_brings_back_the_very_same_picture_and_alternatives(open_page):
    page = open_page()
    grids = a_long_work(page)
    field = share(page).locator("input[readonly]")
    address = urlparse(field.input_value())
    assert len(field.input_value()) <= 2000
    offered = [one.get_attribute("data-codes") for one in page.locator("#completions button").all()]
    shown = picture(page)
    other = open_page("/?" + address.query)
    until_codes_are(other, grids[-1])
    settle(other)
    assert (picture(other) == shown).all()
    expect(other.locator("#completions button")).to_have_count(4)
    assert [one.get_attribute("data-codes") for one in other.locator("#completions button").all()] == offered
    expect(other.locator("#completions button").nth(2)).to_have_attribute("aria-pressed", "true")
    assert "g=" not in other.url, "a reload comes back to the work, not to the link"


def test_a_link_holds_unknown_cells_digit_and_seed(open_page):
    page = open_page()
    page.locator("[data-preset=top]").click()
    page.locator("select[name=label]").select_option("5")
    page.locator(".completion summary").click()
    page.locator("[name=seed]").fill("4321")
    page.locator("[name=seed]").press("Tab")
    grid = codes(page)
    query = urlparse(share(page).locator("input[readonly]").input_value()).query
    other = open_page("/?" + query)
    until_codes_are(other, grid)
    expect(other.locator("select[name=label]")).to_have_value("5")
    expect(other.locator("[name=seed]")).to_have_value("4321")


@pytest.mark.both_editions
def test_the_link_is_copied(open_page):
    page = open_page()
    page.context.grant_permissions(
        ["clipboard-read", "clipboard-write"], origin=page.evaluate("location.origin")
    )
    share(page).get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert len(parse_qs(urlparse(copied).query)["g"][0]) == 2 * 49
    page.keyboard.press("Escape")
    expect(page.locator("#share")).to_be_hidden()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("g=abc", "its grid must have 49 cells, of codes up to 127"),
        ("g=" + "A" * 98 + "&s=x", "its seed, “x”, is no number"),
        ("g=" + "A" * 98 + "&n=400", "n 400; here it is 16"),
    ],
)
def test_what_of_a_link_is_damaged_is_told_and_the_rest_is_used(open_page, query, words):
    page = open_page("/?" + query)
    expect(message(page)).to_contain_text(words)
    if "A" * 49 in query:
        until(page, f"() => ({CODES})().every((code) => code === 0)")
    expect(page.locator("[name=n]")).to_have_value("16" if "400" in query else "4")
    draw_and_settle(page)


def test_a_link_of_other_weights_says_so(open_page):
    page = open_page("/?g=" + "BA" * 49 + "&m=other")
    expect(message(page)).to_contain_text("other weights")
    until(page, f"() => ({CODES})().every((code) => code === 1)")


@pytest.mark.parametrize("part", ["vqvae", "prior"])
def test_the_weights_of_either_network_tell_a_link_apart(tmp_path, part):
    folder = small_model.write(tmp_path)
    before = identity_of(folder)
    assert identity_of(folder) == before
    model = vqdemo.load(folder)
    next(getattr(model, part).parameters()).add_(1e-3)
    (folder / f"{part}.safetensors").write_bytes(file_of(getattr(model, part)))
    assert identity_of(folder) != before


def download(page, name):
    with page.expect_download() as saved:
        page.locator("#share").get_by_role("button", name=name).click()
    return saved.value.path().read_bytes()


@pytest.mark.both_editions
def test_picture_and_codes_are_saved_and_opened_again(page):
    draw_and_settle(page)
    cell(page, 5, 5).click()
    page.keyboard.press("Delete")
    settle(page)
    grid, shown = codes(page), picture(page)
    share(page)
    png = Image.open(io.BytesIO(download(page, "PNG"))).convert("L")
    assert png.size == (560, 560)
    assert np.abs(np.asarray(png)[10::20, 10::20] - shown).max() < 8
    text = download(page, "text").decode()
    assert list(text.split()) == ["?" if code == UNKNOWN else str(code) for code in grid.ravel()]
    saved = download(page, "Codes (JSON)").decode()
    assert json.loads(saved)["codes"] == grid.tolist()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear").click()
    until(page, f"() => new Set(({CODES})()).size === 1")
    open_file(page, "codes.json", saved)
    until_codes_are(page, grid)
    settle(page)
    assert (picture(page) == shown).all()
    page.keyboard.press("Control+z")
    until(page, f"() => new Set(({CODES})()).size === 1")


BAD = {
    "no.json": ("{codes", "not a JSON file"),
    "list.json": ("[1, 2]", "holds no grid"),
    "small.json": (json.dumps({"codes": [[0] * 7] * 6}), "holds no grid"),
    "high.json": (json.dumps({"codes": [[10_000] * 7] * 7}), "holds no grid"),
    "half.json": (json.dumps({"codes": [[0.5] * 7] * 7}), "holds no grid"),
    "null.json": ("null", "holds no grid"),
    "hot.json": (json.dumps({"codes": [[0] * 7] * 7, "settings": {"temperature": "hot"}}), "temperature"),
    "big.json": (" " * 200_000, "not a JSON file"),
}


def test_a_bad_file_is_explained_and_changes_nothing(page):
    draw_and_settle(page)
    grid, shown = codes(page), picture(page)
    share(page)
    for name, (content, words) in BAD.items():
        open_file(page, name, content)
        expect(message(page)).to_contain_text(words)
        expect(message(page)).to_contain_text(name)
        assert (codes(page) == grid).all() and (picture(page) == shown).all()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    until(
        page,
        f"(before) => JSON.stringify(({CODES})()) !== before",
        json.dumps(grid.ravel().tolist()).replace(" ", ""),
    )
