"""The training film on the page, of weights that have one and of weights that have none."""

import itertools
import re
import shutil

import app_process
import numpy as np
import pytest
import small_film
import small_model
import static_server
from playwright.sync_api import expect
from visitor import draw, picture, until, until_mounted, until_network

from train.runtime.snapshots import epochs_kept
from vqdemo import site
from vqdemo.ui.texts.en import TEXT

SENTENCES = TEXT["how_film"]
LABELS = [
    SENTENCES["start"],
    SENTENCES["placed"],
    *(SENTENCES["epoch"].format(epoch=epoch) for epoch in epochs_kept(small_film.EPOCHS)),
]
SHOWN = ".how-film canvas.redrawn"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Small weights with a film."""
    return small_film.write(tmp_path_factory.mktemp("filmed"), grid=7)


@pytest.fixture(scope="module")
def film_url(edition, weights, tmp_path_factory):
    """The page of these weights."""
    folder = tmp_path_factory.mktemp(edition)
    if edition == "gradio":
        with app_process.running(folder / "log", VQDEMO_WEIGHTS=str(weights)) as app:
            yield app.url
    else:
        site.write(folder / "page", weights)
        with static_server.serving(folder / "page", Content_Security_Policy=static_server.CSP) as host:
            yield host


def how(page, url: str):
    """The film's element, in sight, of a drawing."""
    page.goto(url)
    until_mounted(page)
    draw(page)
    page.locator(".nav [data-view=how]").click()
    film = page.locator(".how-film section")
    film.scroll_into_view_if_needed()
    return film


@pytest.mark.both_editions
def test_the_slider_goes_through_the_training(browser, film_url):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: "film-" in request.url and asked.append(request.url))
    page.goto(film_url)
    until_mounted(page)
    for network in ("vqvae", "prior"):
        until_network(page, network)
    assert not asked, "the film is fetched although nobody looks at it"
    film = how(page, film_url)
    expect(film.locator(".strip figcaption")).to_have_text(LABELS)
    assert len(asked) == 1
    slider = film.locator("input")
    slider.focus()
    page.keyboard.press("Home")
    seen = []
    for i, label in enumerate(LABELS):
        expect(film.locator(".strip .shown figcaption")).to_have_text(label)
        assert slider.get_attribute("aria-valuetext") == label
        seen.append(picture(page, SHOWN))
        epoch = ([0, 0, *epochs_kept(small_film.EPOCHS)])[i]
        loss = f"{small_film.MSE[epoch - 1]:.4f}" if epoch else SENTENCES["before_first"]
        expect(film.locator("b.mse")).to_have_text(loss)
        expect(film.locator(".no-map")).to_be_visible(visible=i == 0)
        page.keyboard.press("ArrowRight")
    expect(film.locator(".told")).to_contain_text(SENTENCES["told_last"].split("{")[0])
    assert all(np.abs(a - b).max() > 0 for a, b in itertools.pairwise(seen))
    film.locator(".strip figure").nth(2).click()
    expect(slider).to_have_value("2")
    assert np.array_equal(picture(page, SHOWN), seen[2])
    page.close()


def test_it_redraws_what_is_on_the_pad(browser, weights, tmp_path):
    serving, page = small_page(tmp_path, weights, browser)
    with serving as host:
        film = how(page, host)
        check_that_blank_stays_blank(page, film)
    page.close()


def check_that_blank_stays_blank(page, film):
    expect(film.locator(".strip figure")).to_have_count(7)
    before = film.locator(".strip img").last.get_attribute("src")
    page.locator(".nav [data-view=bench]").click()
    page.locator(".draw-pad [data-do=clear]").click()
    page.locator(".nav [data-view=how]").click()
    until(
        page,
        "(before) => [...document.querySelectorAll('.how-film .strip img')].at(-1).src !== before",
        before,
    )
    for i in range(7):
        film.locator("input").fill(str(i))
        assert np.ptp(picture(page, SHOWN)) == 0  # blank cells draw nothing, at any moment


def small_page(folder, weights, browser):
    """A page of weights as plain files, open."""
    site.write(folder / "page", weights)
    return static_server.serving(folder / "page"), browser.new_page()


def test_a_damaged_film_is_told_and_the_page_works_on(browser, weights, tmp_path):
    serving, page = small_page(tmp_path, weights, browser)
    (path,) = (tmp_path / "page" / "model").glob("film-*")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with serving as host:
        film = how(page, host)
        told = re.compile("is not the file that this page was made for")
        expect(film.locator(".loading span")).to_have_text(told)
        expect(film.locator(".film")).to_be_hidden()
        path.write_bytes(whole)
        page.locator(".status [role=alert] button").click()
        expect(film.locator(".strip figcaption")).to_have_text(LABELS)
        expect(film.locator(".loading")).to_be_hidden()
    page.close()


def test_weights_without_a_film_say_so(browser, weights, tmp_path):
    without = small_model.write(tmp_path / "weights", grid=7, num_codes=20)
    shutil.copy(weights / "film.safetensors", without)  # of others
    serving, page = small_page(tmp_path, without, browser)
    with serving as host:
        film = how(page, host)
        expect(film.locator(".none")).to_have_text(SENTENCES["none"])
        for part in (".lead", ".wait", ".film"):
            expect(film.locator(part)).to_be_hidden()
    page.close()
