"""The static edition in Chromium: served by plain file servers below a prefix, with a strict policy, in an
iframe, without storage, and without a network.
"""

import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

import app_process
import numpy as np
import pytest
import small_model
import static_server
from chromium import DEBIAN_CHROMIUM, FLAGS
from playwright.sync_api import expect
from static_server import CSP, PREFIX
from visitor import (
    CODES,
    UNKNOWN,
    codes,
    draw_and_settle,
    message,
    picture,
    settle,
    until,
    until_codes_are,
    until_mounted,
)

from vqdemo import site

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
NGINX_CONF = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    types {{ text/html html; text/css css; text/javascript js; application/json json; image/svg+xml svg; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        add_header Content-Security-Policy "{csp}";
    }}
}}
"""
KEPT = """async () => {
  const registration = await navigator.serviceWorker.ready;
  while (registration.active?.state !== "activated") await new Promise((resolve) => setTimeout(resolve, 50));
  return await caches.keys();
}"""


@pytest.fixture
def url(static_url):
    return f"{static_url}/"


def small_site(folder: Path, **weights) -> Path:
    """A page with a small model, for tests of what does not depend on it."""
    model = small_model.write(folder / "weights", **weights)
    site.write(folder / "host" / PREFIX, model)
    return folder / "host"


@contextmanager
def nginx(folder: Path, root: Path):
    port = app_process.free_port()
    folder.mkdir()
    (folder / "nginx.conf").write_text(NGINX_CONF.format(folder=folder, port=port, root=root, csp=CSP))
    process = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        until_open(port)
        yield f"http://127.0.0.1:{port}/{PREFIX}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def until_open(port: int) -> None:
    import socket
    import time

    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not answer")


def watched(page, url: str) -> list[str]:
    """What goes wrong on a page from now on: errors on the console, policy violations among them; files that
    are preloaded in vain; failed replies; requests to other hosts.
    """
    wrongs: list[str] = []
    host = urlparse(url).netloc
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: wrongs.append(f"page error: {error}"))
    page.on("console", lambda m: wrongs.append(m.text) if m.type == "error" or "preload" in m.text else None)
    page.on("response", lambda r: wrongs.append(f"{r.status}: {r.url}") if r.status >= 400 else None)

    def note(request):
        address = urlparse(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != host:
            wrongs.append(f"request: {request.url}")

    page.on("request", note)
    return wrongs


def walk(page) -> np.ndarray:
    """Draw, have a part completed, adopt a completion -> the grid."""
    draw_and_settle(page)
    drawn = codes(page)
    page.locator("[data-preset=bottom]").click()
    until(page, f"() => ({CODES})().includes({UNKNOWN})")
    page.locator("#complete").click()
    expect(page.locator("#completions button")).to_have_count(4, timeout=60_000)
    expect(page.locator("#complete")).to_have_attribute("aria-busy", "false")  # they are in their order
    page.locator("#completions button").nth(1).click()
    until(page, f"() => !({CODES})().includes({UNKNOWN})")
    settle(page)
    assert (codes(page)[:3] == drawn[:3]).all()
    assert np.ptp(picture(page)) > 100
    return codes(page)


# ---- below a prefix, with a strict policy


@pytest.mark.parametrize("times", [2, None])
def test_sentences_are_asked_for_again_and_where_they_do_not_come_that_is_told(browser, url, times):
    page = browser.new_page()
    lost = []

    def lose(route):
        if times and len(lost) == times:
            return route.continue_()
        lost.append(route.request.url)
        return route.abort()

    page.route("**/sentences/en.json", lose)
    page.goto(url)
    if times:
        until_mounted(page)
        draw_and_settle(page)
    else:
        expect(page.get_by_role("alert")).to_contain_text("en.json is not to be had")
    page.close()


def test_the_page_works_on_a_plain_file_server(browser, url):
    page = browser.new_page()
    wrongs = watched(page, url)
    page.goto(url)
    until_mounted(page)
    grid = walk(page)
    page.evaluate(KEPT)
    page.reload()
    until_mounted(page)
    until_codes_are(page, grid)
    for name in ("samples", "graft", "codebook", "how"):
        page.locator(f".nav [data-view={name}]").click()
        expect(page.locator(f"#{name}")).to_be_visible()
        if name == "samples":
            expect(page.locator("#sample-rows button").first).to_be_enabled(timeout=60_000)
    page.close()
    assert not wrongs, wrongs


@pytest.mark.slow
@pytest.mark.skipif(NGINX is None, reason="no nginx: on Debian `apt-get install nginx`")
def test_the_page_works_behind_nginx(browser, static_root, tmp_path):
    with nginx(tmp_path / "nginx", static_root) as url:
        page = browser.new_page()
        wrongs = watched(page, url)
        page.goto(url + "index.html")
        until_mounted(page)
        walk(page)
        page.evaluate(KEPT)
        page.close()
    assert not wrongs, wrongs


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_theme_is_the_asked_one_else_the_systems(browser, url, theme):
    other = {"dark": "light", "light": "dark"}[theme]
    grounds = {"light": "rgb(245, 245, 242)", "dark": "rgb(17, 19, 24)"}
    page = browser.new_page(color_scheme=theme)
    page.goto(url)
    expect(page.locator("body")).to_have_css("background-color", grounds[theme])
    page.emulate_media(color_scheme=other)
    expect(page.locator("body")).to_have_css("background-color", grounds[other])
    page.goto(f"{url}?__theme={theme}")
    expect(page.locator("body")).to_have_css("background-color", grounds[theme])
    page.close()


def test_a_visitor_without_scripts_is_told(browser, url):
    page = browser.new_page(java_script_enabled=False)
    page.goto(url)
    assert "JavaScript" in page.locator("noscript").inner_text()
    page.close()


# ---- without a network, and across releases


def test_after_the_first_visit_the_page_needs_no_network(browser, url):
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    until_mounted(page)
    (kept,) = page.evaluate(KEPT)
    assert urlparse(url).path in kept
    context.set_offline(True)
    for address in (url, f"{url}index.html", f"{url}?__theme=dark"):
        page.goto(address)
        until_mounted(page)
    walk(page)
    context.close()


def test_a_new_release_is_taken_whole_or_not_at_all(browser, tmp_path):
    root = small_site(tmp_path / "old", labels=("old", "b"))
    new = small_site(tmp_path / "new", labels=("new", "b"), num_codes=20)
    labels = "() => [...document.querySelectorAll('[name=label] option')].map((one) => one.textContent)"
    with static_server.serving(root) as host:
        url = f"{host}/{PREFIX}/"
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(60_000)

        def shown() -> list[str]:
            page.goto(url)
            until_mounted(page)
            return page.evaluate(labels)

        def update() -> str:
            return page.evaluate(
                """async () => {
                  const registration = await navigator.serviceWorker.ready;
                  await registration.update().catch(() => {});
                  const worker = registration.installing;
                  while (worker && !["activated", "redundant"].includes(worker.state))
                    await new Promise((resolve) => setTimeout(resolve, 20));
                  return worker?.state ?? "none";
                }"""
            )

        assert "old" in shown()
        page.evaluate(KEPT)

        # Half of the new release has arrived: its service worker, then its page, then damaged weights.
        place, fresh = root / PREFIX, new / PREFIX
        shutil.copy(fresh / "service-worker.js", place)
        assert update() == "redundant"
        for path in fresh.rglob("*"):
            if path.is_file() and path.suffix != ".safetensors":
                (place / path.relative_to(fresh)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place / path.relative_to(fresh))
        assert update() == "redundant"
        weights = [path.name for path in (fresh / "model").glob("*.safetensors")]
        for name in weights:
            (place / "model" / name).write_bytes(b"altered" * 1000)
        assert update() == "redundant"
        assert "old" in shown()
        context.set_offline(True)
        assert "old" in shown()
        context.set_offline(False)

        # All of it.
        for name in weights:
            shutil.copy(fresh / "model" / name, place / "model")
        assert update() == "activated"
        assert "new" in shown()
        context.set_offline(True)
        assert "new" in shown()
        context.close()


def test_two_copies_on_one_host_do_not_meddle(browser, tmp_path):
    root = small_site(tmp_path)
    shutil.copytree(root / PREFIX, root / PREFIX / "inner")
    with static_server.serving(root) as host:
        context = browser.new_context()
        page = context.new_page()
        for number, address in enumerate((f"{host}/{PREFIX}/", f"{host}/{PREFIX}/inner/"), 1):
            page.goto(address)
            until_mounted(page)
            until(page, "async (number) => (await caches.keys()).length === number", number)
        page.goto(f"{host}/{PREFIX}/")
        until_mounted(page)
        context.close()


# ---- in an iframe of another origin, where nothing may be stored


def test_the_page_works_in_an_iframe_without_storage(browser, url, tmp_path):
    """The browser is set to store nothing, as some visitors set theirs."""
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Default" / "Preferences").write_text(json.dumps(settings))
    outer = tmp_path / "outer"
    outer.mkdir()
    (outer / "index.html").write_text(f'<iframe src="{url}" width="1280" height="1400"></iframe>')
    own = browser.browser_type.executable_path
    path = own if Path(own).exists() else DEBIAN_CHROMIUM
    context = browser.browser_type.launch_persistent_context(profile, executable_path=path, args=FLAGS)
    with static_server.serving(outer) as elsewhere:
        page = context.new_page()
        page.set_viewport_size({"width": 1400, "height": 1500})
        page.set_default_timeout(60_000)
        wrongs = []
        page.on("pageerror", lambda error: wrongs.append(f"page error: {error}"))
        page.goto(elsewhere.replace("127.0.0.1", "localhost"))
        frame = page.frame_locator("iframe")
        (inner,) = [one for one in page.frames if one.url == url]
        until_mounted(inner)
        refused = "() => { try { return sessionStorage.length; } catch (error) { return error.name; } }"
        assert inner.evaluate(refused) == "SecurityError"
        before = inner.evaluate(CODES)
        box = frame.locator("#draw-pad").bounding_box()
        page.mouse.move(box["x"] + 60, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + 60, steps=8)
        page.mouse.up()
        differ = f"(before) => JSON.stringify(({CODES})()) !== JSON.stringify(before)"
        inner.wait_for_function(differ, arg=before)
        frame.locator("[data-preset=bottom]").click()
        frame.locator("#complete").click()
        frame.locator("#completions button").first.click()
        inner.wait_for_function(f"() => !({CODES})().includes({UNKNOWN})")
        assert not wrongs, wrongs
    context.close()


# ---- both editions


def test_a_link_of_one_edition_opens_in_the_other(browser, url, app_url):
    context = browser.new_context()
    grids, links = [], []
    for address in (url, app_url):
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        until_mounted(page)
        if links:  # another grid than the other edition's
            page.locator(".draw-pad .examples button").nth(7).click()
        grids.append(walk(page))
        page.get_by_role("button", name="Save & share").click()
        links.append(urlparse(page.locator("#share input[readonly]").input_value()).query)
        page.close()
    for address, query, grid in zip((app_url + "/", url), links, grids, strict=True):
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}?{query}")
        until_mounted(page)
        until_codes_are(page, grid)
        expect(page.locator("#completions button").nth(1)).to_have_attribute("aria-pressed", "true")
        expect(message(page)).to_be_empty()
        page.close()
    context.close()


def test_the_editions_have_the_same_parts(browser, url, app_url):
    """The same elements with the same words in each view, before anybody has done anything."""
    parts = """() => Object.fromEntries([...document.querySelectorAll(".view")]
      .filter((view) => !view.querySelector(".view"))
      .map((view) => {
        const text = view.innerHTML.replace(/\\s+/g, " ").replace(/> </g, "><").trim();
        return [view.className.match(/view (\\S+)/)[1], text];
      }))"""
    shown = []
    for address in (url, app_url):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(address)
        until_mounted(page)
        until(page, "() => [...document.querySelectorAll('.loading')].every((part) => part.hidden)")
        settle(page)
        shown.append(page.evaluate(parts))
        page.close()
    assert shown[0].keys() == shown[1].keys()
    for name in shown[0]:
        assert shown[0][name] == shown[1][name], name


# ---- how much, how soon


def test_the_first_view_fetches_each_file_once(browser, tmp_path):
    """Keeping the page for offline use fetches nothing anew that the page has fetched."""
    served: list[tuple[str, int]] = []
    with static_server.serving(small_site(tmp_path, grid=7), served) as host:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{host}/{PREFIX}/")
        until_mounted(page)
        page.evaluate(KEPT)
        context.close()
    # Browsers look for a newer service worker by themselves.
    addresses = [address for address, _ in served if not address.endswith("/service-worker.js")]
    assert len(addresses) > 80
    assert {address for address in addresses if addresses.count(address) > 1} == set()
