"""Fixtures of all tests: both editions of the page on the bundled weights, Chromium, and MNIST."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

import app_process
import pytest
import static_server
from app_process import ROOT
from chromium import DEBIAN_CHROMIUM, FLAGS
from visitor import until_mounted

PATIENCE = 30_000  # ms; for a busy machine, never waited out when all is well


def pytest_addoption(parser):
    parser.addoption(
        "--edition",
        choices=("gradio", "static", "both"),
        help="of the page that tests/page drives; if not given: the Gradio app, and both where marked so",
    )


def pytest_generate_tests(metafunc):
    """Tests that open the page do so in each edition that is asked for."""
    if "edition" not in metafunc.fixturenames:
        return
    asked = metafunc.config.getoption("edition")
    if not metafunc.definition.path.is_relative_to(ROOT / "tests" / "page"):
        asked = "gradio"  # tests of the server
    elif asked is None:
        asked = "both" if metafunc.definition.get_closest_marker("both_editions") else "gradio"
    metafunc.parametrize("edition", ("gradio", "static") if asked == "both" else (asked,), scope="session")


def pytest_collection_modifyitems(items):
    """All tests of the page, and others that use a browser, are marked `browser`."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "page") or "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def app_url(tmp_path_factory):
    """The address of `python app.py`, running."""
    log = tmp_path_factory.mktemp("app") / "log"
    with app_process.running(log) as app:
        yield app.url
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def static_root(tmp_path_factory):
    """The root of a static host that has the page as plain files below a prefix."""
    root = tmp_path_factory.mktemp("host")
    target = root / static_server.PREFIX
    subprocess.run([sys.executable, "-m", "vqdemo.site", target], cwd=ROOT, check=True, timeout=120)
    return root


@pytest.fixture(scope="session")
def static_url(static_root):
    """The address of the static edition, served with the strict policy that HOSTING.md names."""
    with static_server.serving(static_root, Content_Security_Policy=static_server.CSP) as host:
        yield f"{host}/{static_server.PREFIX}"


@pytest.fixture(scope="session")
def page_url(request, edition):
    """The address of the page, without a slash at its end."""
    return request.getfixturevalue({"gradio": "app_url", "static": "static_url"}[edition])


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        path = None if own.exists() else DEBIAN_CHROMIUM
        if path and not Path(path).exists():
            pytest.fail("no browser: `playwright install chromium`, or on Debian `apt-get install chromium`")
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def desk(browser):
    """The browser profile that most tests share: its cache makes pages load faster."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    # No test goes on from the work of another.
    context.add_init_script("try { sessionStorage.length || localStorage.clear() } catch {}")
    yield context
    context.close()


@pytest.fixture
def open_page(browser, desk, page_url):
    """Opens the page. Console errors, page errors and requests to other hosts fail the test at its end."""
    opened, wrongs = [], []
    host = urlparse(page_url).netloc

    def open_page(query="/", **options):
        page = browser.new_page(**options) if options else desk.new_page()
        opened.append(page)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: wrongs.append(f"page error: {error}"))
        page.on("console", lambda m: wrongs.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("request", lambda r: wrongs.append(f"request: {r.url}") if elsewhere(r) else None)
        page.on("response", lambda r: wrongs.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.goto(page_url + query)
        until_mounted(page)
        return page

    def elsewhere(request):
        address = urlparse(request.url)
        return address.scheme not in ("data", "blob") and address.netloc != host

    yield open_page
    for page in opened:
        page.close()
    assert not wrongs, wrongs


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """Where MNIST lies: $MNIST_DIR or data/; downloaded to data/ if it can be, else the test is skipped."""
    from train.data.datasets import mnist

    folder = Path(os.environ.get("MNIST_DIR") or ROOT / "data")
    try:
        mnist(folder, "test")
    except (OSError, RuntimeError) as error:
        pytest.skip(f"no MNIST in {folder}, and it cannot be downloaded: {error}")
    return folder
