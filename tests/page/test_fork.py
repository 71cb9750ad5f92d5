"""A fork's own weights: other codes, another grid and other classes, in the page and in the API."""

import json
import urllib.request

import app_process
import numpy as np
import pytest
import small_model
from gradio_client import Client
from visitor import CODES, draw, until, until_network

LABELS = ("cat", "<b>dog</b>", "é")


@pytest.fixture(scope="module")
def fork(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fork")
    weights = small_model.write(folder / "weights", grid=14, num_codes=16, labels=LABELS)
    with app_process.running(folder / "log", VQDEMO_WEIGHTS=str(weights)) as app:
        yield app.url


def test_the_page_adapts(browser, fork):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    wrongs = []
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    page.on("console", lambda message: wrongs.append(message.text) if message.type == "error" else None)
    page.set_default_timeout(60_000)
    page.goto(fork)
    until(page, "() => document.querySelectorAll('#code-grid [role=gridcell]').length === 196")
    assert page.locator("#palette [role=option]").count() == 16
    assert page.title() == "Workbench · Digits in 196 codes"
    assert page.locator("select[name=label] option").all_text_contents()[-3:] == list(LABELS)
    assert page.locator("select[name=label] b").count() == 0
    assert page.locator("[data-do=lessons]").is_hidden()  # they speak of the ten digits
    until_network(page, "prior")
    before = json.dumps(page.evaluate(CODES), separators=(",", ":"))
    draw(page)
    until(page, f"(before) => JSON.stringify(({CODES})()) !== before", before)
    page.locator("[data-preset=centre]").click()
    until(page, f"() => ({CODES})().includes(-1)")
    page.locator("#complete").click()
    page.wait_for_selector("#completions button canvas")
    page.locator("#completions button").first.click()
    until(page, f"() => !({CODES})().includes(-1)")
    for name in ("samples", "graft", "codebook", "how"):
        page.locator(f".nav [data-view={name}]").click()
        page.wait_for_timeout(500)
    page.close()
    assert not wrongs, wrongs


def test_the_api_adapts(fork):
    client = Client(fork, verbose=False)
    answer = client.predict(n=2, label=2, api_name="/sample")
    assert np.shape(answer["grids"]) == (2, 14, 14)
    assert np.max(answer["grids"]) < 16
    assert np.shape(client.predict(answer["grids"][0], api_name="/conditionals")) == (14, 14, 16)
    with pytest.raises(Exception, match="from 0 to 2"):
        client.predict(n=1, label=3, api_name="/sample")


def test_the_page_is_told_of_its_model(fork):
    with urllib.request.urlopen(f"{fork}/config") as reply:
        text = reply.read().decode()
    assert "nearest of 15 learned ones" in text
    assert "by 4 numbers" in text
