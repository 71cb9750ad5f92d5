"""Views' scripts come when they are needed: at once those that are open, the others when they are opened, or once
the networks are there."""

import re
from urllib.parse import urlparse

import pytest
from playwright.sync_api import expect
from visitor import PRIOR_FILE, HeldBack, module, settle, until_mounted, until_network

from vqdemo.ui.layout import BELOW, COLUMNS, OPEN, views_of

FIRST = {*views_of({column: COLUMNS[column] for column in COLUMNS if column in OPEN}), *BELOW}
OTHERS = set(views_of(COLUMNS)) - FIRST
pytestmark = pytest.mark.both_editions


def without_prior(browser, url):
    """A context in which the prior never comes, a page in it, and the names of the views whose scripts came."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.route(PRIOR_FILE, lambda route: None)
    page = context.new_page()
    came = []
    page.on("requestfinished", lambda request: came.extend(re.findall(r"/views/(\w+)/\1\.js$", request.url)))
    page.goto(url)
    until_mounted(page)
    until_network(page, "vqvae")
    return context, page, came


def test_a_closed_views_script_comes_when_it_is_opened(browser, page_url):
    context, page, came = without_prior(browser, page_url + "/")
    assert set(came) == FIRST and OTHERS
    with page.expect_response(re.compile(r"/views/graft/graft\.js$")):
        page.locator(".nav [data-view=graft]").click()
    expect(page.locator("#graft-cells button")).to_have_count(49)
    assert set(came) & OTHERS == {"graft"}
    context.close()


def test_an_address_that_names_a_view_has_its_script(browser, page_url):
    context, page, came = without_prior(browser, page_url + "/#codebook")
    expect(page.locator("#atlas [role=option]").first).to_be_visible()
    assert set(came) & OTHERS == {"codebook"}
    context.close()


def test_once_the_networks_are_there_every_view_opens_without_a_server(page, page_url):
    until_network(page, "prior")
    page.evaluate("async (address) => (await import(address)).allLoaded", module(page, "/mounting.js"))
    asked, host = [], urlparse(page_url).netloc
    page.route("**/*.js", lambda route: (asked.append(route.request.url), route.abort()))
    for view in ("samples", "graft", "codebook", "how"):
        page.locator(f".nav [data-view={view}]").click()
        settle(page)
        expect(page.locator(f"#{view} [role=alert]")).to_have_count(0)
    page.unroute("**/*.js")
    assert [url for url in asked if urlparse(url).netloc == host] == []


def test_views_whose_scripts_come_last_find_all_they_need(browser, page_url):
    """Whatever a view shows at once when it is mounted is defined by then."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    # Few enough: a browser asks for ten such files of a host at a time.
    late = HeldBack(context, re.compile(r"/views/(how\w*)/\1\.js$"))
    page = context.new_page()
    wrongs = []
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    page.on("console", lambda message: wrongs.append(message.text) if message.type == "error" else None)
    page.goto(page_url + "/#how")
    late.wait_for(page, len(COLUMNS["how"]))
    until_network(page, "prior")
    late.let_go()
    for column in ("how", "bench", "samples", "graft", "codebook"):
        page.locator(f".nav [data-view={column}]").click()
        page.wait_for_timeout(500)
    expect(page.locator("[role=alert]:visible")).to_have_count(0)
    assert not wrongs, wrongs
    context.close()


def test_a_link_leads_to_a_part_whose_script_is_still_on_its_way(browser, page_url):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    late = HeldBack(context, "**/how_encoder.js")
    page = context.new_page()
    page.goto(page_url + "/#how")
    page.locator(".how button[data-part=how-encoder]").first.click()
    late.wait_for(page)
    late.let_go()
    expect(page.locator(".how-encoder h2")).to_be_focused()
    context.close()


def test_a_script_that_does_not_come_is_told_in_its_place(browser, page_url):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.route("**/views/graft/graft.js", lambda route: route.abort())
    page = context.new_page()
    page.goto(page_url + "/#graft")
    expect(page.locator(".graft [role=alert], .graft[role=alert]")).to_contain_text(
        "graft.js is not to be had"
    )
    context.close()
