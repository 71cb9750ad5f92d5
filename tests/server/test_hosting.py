"""The app wherever it is put: below a prefix, in another app, on another site, behind a login, on Windows."""

import ctypes
import gzip
import http.client
import http.server
import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import app_process
import gradio as gr
import pytest
from app_process import ROOT
from fastapi import FastAPI
from starlette.testclient import TestClient
from test_replicas import AROUND, NGINX
from visitor import until_mounted, until_network

import vqdemo
from vqdemo.ui import description
from vqdemo.ui.page import build
from vqdemo.ui.serving import limits, memory
from vqdemo.ui.views import ADDRESS, MODEL

SCRIPT = f"/{ADDRESS}/views/palette/palette.js"
PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"})
MCP_HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
HOSTING = (ROOT / "HOSTING.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def model():
    return vqdemo.load(ROOT / "weights")


@pytest.fixture(scope="module")
def files(model):
    """The addresses of model.json and the weights."""
    folder = ROOT / "weights"
    described = description.model_json(model, folder)
    names = [
        description.name_of(description.written(described)),
        *description.weight_files(described, folder),
    ]
    return [f"/{MODEL}/{name}" for name in names]


@contextmanager
def launched(model, **options):
    """`demo.launch(...)` in a thread of this process; gives the page and its address."""
    demo, port = build(model, ROOT / "weights"), app_process.free_port()
    options |= {"prevent_thread_lock": True, "quiet": True, "server_name": "127.0.0.1", "server_port": port}
    with ThreadPoolExecutor(1) as pool:  # in the main thread, launch would take SIGTERM from pytest
        pool.submit(demo.launch, **options).result()
    try:
        yield demo, f"http://127.0.0.1:{port}"
    finally:
        demo.close(verbose=False)


@pytest.fixture(scope="module")
def plain(model):
    with launched(model) as served:
        yield served


def ask(url: str, data: bytes | None = None, **headers: str):
    """Status, headers and body of a reply."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        reply = urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60)
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        return reply.status, reply.headers, reply.read()


def opened(page, url: str):
    """The page at an address, once it stands; returns what its console complains of."""
    complaints = []
    page.set_default_timeout(60_000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("response", lambda reply: complaints.append(reply.url) if reply.status >= 400 else None)
    page.goto(url)
    until_mounted(page)
    return complaints


# ---- below a prefix


@pytest.mark.parametrize("root_path", ["/demo", "/demo/", "https://example.com/demo"])
def test_below_a_prefix_with_and_without_a_proxy_that_strips_it(model, files, root_path):
    with launched(model, root_path=root_path) as (_, url):
        for prefix in ("", "/demo"):
            for path in ("/config", SCRIPT, *files, "/gradio_api/mcp/schema"):
                assert ask(url + prefix + path)[0] == 200, prefix + path
            assert ask(url + prefix + "/gradio_api/mcp/", PING.encode(), **MCP_HEADERS)[0] == 200
            assert ask(url + prefix + "/gradio_api/deep_link")[0] == 404
        assert ask(f"{url}/demonstration{SCRIPT}")[0] == 404
        page = ask(url + "/")[2].decode()
        assert "Gradio" not in "".join(re.findall(r"<meta [^>]*>", page))
        (picture,) = re.findall(r'property="og:image" content="([^"]*)"', page)
        public = root_path.rstrip("/") if root_path.startswith("http") else f"{url}/demo"
        assert picture.startswith(f"{public}/{ADDRESS}/")
        assert ask(picture.replace(public, url))[1]["content-type"] == "image/png"


@pytest.mark.browser
@pytest.mark.skipif(NGINX is None, reason="no nginx: on Debian `apt-get install nginx`")
def test_the_page_behind_nginx_that_strips_a_prefix(model, browser, tmp_path):
    (inside,) = [
        block for block in re.findall(r"```nginx\n(.*?)```", HOSTING, re.DOTALL) if "/demo/" in block
    ]
    port, folder = app_process.free_port(), tmp_path / "nginx"
    with launched(model, root_path="/demo") as (_, url):
        site_icon = "location = /favicon.ico { return 204; }"  # which browsers ask for, outside of the prefix
        inside = inside.replace("http://127.0.0.1:7860", url)
        inside = f"server {{ listen 127.0.0.1:{port};\n{site_icon}\n{inside} }}"
        folder.mkdir()
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, inside=inside))
        process = subprocess.Popen(
            [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        )
        try:
            front = app_process.App(f"http://127.0.0.1:{port}/demo", process, folder / "error.log")
            app_process.wait_until_ready(front, 20)
            page = browser.new_page()
            assert opened(page, f"{front.url}/") == []
            page.close()
        finally:
            process.terminate()
            process.wait(timeout=20)


# ---- mounted


def test_mounted_into_another_app_nothing_is_missing_and_the_gate_is_there(model, files):
    app = gr.mount_gradio_app(FastAPI(), build(model, ROOT / "weights"), path="/digits")
    with TestClient(app, base_url="http://localhost") as client:
        page = client.get("/digits/")
        assert page.status_code == 200
        assert "--surprise-text: #8a4b00" in page.text, "the styles belong to the page"
        for path in (SCRIPT, *files, "/gradio_api/mcp/schema"):
            assert client.get(f"/digits{path}").status_code == 200, path
        assert '"result":{}' in client.post("/digits/gradio_api/mcp/", content=PING, headers=MCP_HEADERS).text
        assert client.get(f"/digits{files[0]}").json()["num_codes"] == model.num_codes
        assert client.get("/digits/gradio_api/deep_link").status_code == 404
        large = client.post("/digits/gradio_api/call/encode", content=bytes(limits.MAX_BODY_BYTES + 1))
        assert large.status_code == 413


# ---- on another site


@contextmanager
def site(html: str):
    """Another site, of one page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/another/page.html"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.browser
@pytest.mark.parametrize("ending", ["", "/"])
def test_as_a_component_on_another_site(plain, browser, ending):
    _, url = plain
    component = re.search(r'src="\.(/assets/[^"]+\.js)"', ask(f"{url}/")[2].decode())[1]
    script = f'<script type="module" crossorigin src="{url}{component}"></script>'
    with site(f'<!doctype html>{script}<gradio-app src="{url}{ending}"></gradio-app>') as host:
        page = browser.new_page()
        opened(page, host)
        until_network(page, "prior")  # in workers, whose scripts come from the app's site
        page.close()


# ---- a script that does not come


@pytest.mark.browser
def test_a_part_whose_script_is_not_to_be_had_says_so(plain, browser):
    _, url = plain
    page = browser.new_page()
    page.route(re.compile(r"/palette\.js"), lambda route: route.abort())
    page.goto(url)
    alert = page.wait_for_selector(".palette [role=alert]", timeout=60_000)
    assert f"{url}{SCRIPT}" in alert.text_content()
    page.close()


# ---- a login


def test_with_a_login_api_and_mcp_are_closed_to_others(model, files):
    call = json.dumps({"data": [1]}).encode()
    with launched(model, auth=("me", "secret")) as (_, url):
        closed = {
            "/gradio_api/call/sample": call,
            "/gradio_api/call/v2/sample": b'{"n": 1}',
            "/gradio_api/queue/join": json.dumps({"data": [1], "fn_index": 3, "session_hash": "x"}).encode(),
            "/gradio_api/mcp/": PING.encode(),
            "/gradio_api/mcp/schema": None,
            "/gradio_api/info": None,
            "/gradio_api/upload": b"",
            "/config": None,
        }
        for path, data in closed.items():
            assert ask(url + path, data, **MCP_HEADERS)[0] == 401, path
        _, headers, _ = ask(f"{url}/login", b"username=me&password=secret")
        cookie = "; ".join(value.split(";")[0] for value in headers.get_all("Set-Cookie"))
        for path in ("/gradio_api/mcp/", "/config"):
            assert ask(url + path, closed[path], **MCP_HEADERS, Cookie=cookie)[0] == 200, path
        for path in (SCRIPT, *files):
            assert ask(url + path)[0] == 200, "scripts and weights are public, as HOSTING.md says"


# ---- the process


def test_an_idle_queue_is_looked_at_seldom(plain):
    queue = plain[0]._queue
    wakeups = 1 / queue.sleep_when_free + 1 / queue.progress_update_sleep_when_free
    assert wakeups <= 12, "a second"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux counts them")
def test_an_idle_server_wakes_seldom(plain):
    status = Path(f"/proc/self/task/{plain[0].server.thread.native_id}/status")
    seconds = 3

    def wakeups() -> int:
        return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read_text(), re.MULTILINE)[1])

    before = wakeups()
    time.sleep(seconds)
    assert (wakeups() - before) / seconds <= 18, "Gradio's own wakes more than a thousand times a second"


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_the_c_library_is_asked_for_nothing_but_on_linux(monkeypatch, platform):
    def none(*_):
        raise TypeError("there is no such library")

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", none)
    memory.give_back()


@pytest.mark.slow
def test_a_console_that_cannot_print_everything_stops_nothing(tmp_path):
    with app_process.running(tmp_path / "log", PYTHONIOENCODING="cp1252", PYTHONUTF8="0") as app:
        until = time.monotonic() + 60
        while "? Launching MCP server" not in app.log.read_text(encoding="cp1252"):  # the last that it prints
            assert time.monotonic() < until and app.process.poll() is None, "the app does not start"
            time.sleep(0.1)
        assert ask(f"{app.url}/config")[0] == 200


# ---- what is sent


def test_files_are_kept_for_good_and_text_is_compressed(plain, files):
    _, url = plain
    for path in (SCRIPT, f"/{ADDRESS}/styles/colours.css", *files):
        assert "immutable" in ask(url + path)[1]["Cache-Control"], path
    for path in ("/", "/config", SCRIPT, files[0]):
        status, headers, body = ask(url + path, Accept_Encoding="gzip")
        assert (status, headers["Content-Encoding"]) == (200, "gzip"), path
        assert len(body) < 0.6 * len(gzip.decompress(body)), path
        assert ask(url + path)[1]["Content-Encoding"] is None, path


def test_streams_are_not_compressed(plain):
    address = urlsplit(plain[1]).netloc
    accepted = {"Content-Type": "application/json", "Accept-Encoding": "gzip, br"}
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("POST", "/gradio_api/call/v2/sample", b'{"n": 1}', accepted)
    event = json.load(connection.getresponse())["event_id"]
    connection.request("GET", f"/gradio_api/call/v2/sample/{event}", headers=accepted)
    reply = connection.getresponse()
    assert reply.getheader("Content-Encoding") is None
    assert reply.read().startswith(b"event: complete")
    connection.close()


@pytest.mark.browser
def test_the_page_works_under_the_content_security_policy_of_the_readme(plain, browser):
    _, url = plain
    policy = " ".join(re.search(r"```\nContent-Security-Policy: (.*?)```", HOSTING, re.DOTALL)[1].split())
    page = browser.new_page()

    def with_policy(route):
        reply = route.fetch()
        route.fulfill(response=reply, headers={**reply.headers, "content-security-policy": policy})

    page.route(f"{url}/", with_policy)
    assert opened(page, f"{url}/") == []
    page.close()
