"""Two processes of the app behind nginx, set up as the README says, serve one page; either may die."""

import http.client
import json
import re
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import app_process
import load
import numpy as np
import pytest
import visitor
from app_process import ROOT
from gradio_client import Client

from vqdemo.ui.questions.asking import ADDRESS

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
AROUND = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    log_format served "$remote_addr $upstream_addr";
    access_log {folder}/served.log served;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {inside}
}}
"""


@contextmanager
def nginx(folder: Path, apps: list[app_process.App]):
    """The README's nginx before these two processes; gives its address."""
    inside = re.search(r"```nginx\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    port = app_process.free_port()
    for wanted, actual in (("listen 8080", f"listen 127.0.0.1:{port}"), *((f"127.0.0.1:786{i}", place(app)) for i, app in enumerate(apps))):
        assert wanted in inside
        inside = inside.replace(wanted, actual)
    folder.mkdir()
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, inside=inside))
    process = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        app_process.wait_until_ready(app_process.App(f"http://127.0.0.1:{port}", process, folder / "error.log"), 20)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def place(app: app_process.App) -> str:
    return app.url.removeprefix("http://")


def served(folder: Path) -> list[list[str]]:
    """The visitor's address and the process's, of each request so far; of two processes that were tried, the last."""
    return [[line.split()[0], line.split()[-1]] for line in (folder / "served.log").read_text().splitlines()]


def blank(url: str, source: str = "127.0.0.1") -> dict:
    """The reply to an empty drawing, sent from one of the machine's addresses."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20, source_address=(source, 0))
    connection.request("POST", f"/{ADDRESS}/encode", json.dumps({"image": load.in_base64(np.zeros((28, 28)))}))
    return json.load(connection.getresponse())


@pytest.mark.slow
@pytest.mark.skipif(NGINX is None, reason="no nginx: on Debian `apt-get install nginx`")
def test_two_processes_behind_nginx(browser, tmp_path):
    folder = tmp_path / "nginx"
    with (
        app_process.running(tmp_path / "log0") as first,
        app_process.running(tmp_path / "log1") as second,
        nginx(folder, [first, second]) as url,
    ):
        # Visitors are spread over both, each always with the same one, and it makes no difference with which.
        sources = [f"127.0.{i}.1" for i in range(8)]
        replies = [blank(url, source) for source in sources * 2]
        assert all(reply == replies[0] and reply["codes"] for reply in replies)
        pairs = {(source, process) for source, process in served(folder) if source in sources}
        assert len(pairs) == len(sources)
        assert {process for _, process in pairs} == {place(first), place(second)}

        # A page and a client, at work when the process that serves them is killed.
        page = browser.new_page()
        page.set_default_timeout(30_000)
        page.goto(url)
        page.wait_for_selector("#code-grid [role=gridcell]")
        page.wait_for_selector("#palette [role=option]")
        visitor.draw_and_settle(page)
        seven = visitor.codes(page)
        complete(page)
        client = Client(url, verbose=False)
        before = client.predict(seven.tolist(), n=2, seed=0, api_name="/complete")
        mine = served(folder)[-1][1]
        victim, other = (first, second) if mine == place(first) else (second, first)
        victim.process.send_signal(signal.SIGKILL)
        victim.process.wait(timeout=20)

        complete(page)
        erased = visitor.codes(page)
        visitor.draw_and_settle(page, [(6, 6), (22, 6)])
        page.locator("[data-do=undo]").first.click()
        visitor.until_codes_are(page, erased)
        assert Client(url, verbose=False).predict(seven.tolist(), n=2, seed=0, api_name="/complete") == before
        assert served(folder)[-1][1] == place(other)
        page.reload()  # what was drawn is kept by the browser
        page.wait_for_selector("#code-grid [role=gridcell]")
        visitor.until_codes_are(page, erased)
        page.close()


def complete(page) -> None:
    """Erase the lower half, and have it completed."""
    page.locator("[data-preset=bottom]").click()
    with page.expect_response(lambda response: response.url.endswith("/complete")) as reply:
        page.locator("#complete").click()
    assert reply.value.json()["alternatives"]
