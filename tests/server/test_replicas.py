"""Two processes of the app behind nginx, set up as HOSTING.md says, serve one page and its API; either may
die.
"""

import re
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import app_process
import pytest
import visitor
from app_process import ROOT
from gradio_client import Client

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
AROUND = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    log_format served "$upstream_addr";
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
    """The nginx of HOSTING.md before these two processes; gives its address."""
    inside = re.search(r"```nginx\n(.*?)```", (ROOT / "HOSTING.md").read_text(), re.DOTALL)[1]
    port = app_process.free_port()
    for wanted, actual in (
        ("listen 8080", f"listen 127.0.0.1:{port}"),
        *((f"127.0.0.1:786{i}", place(app)) for i, app in enumerate(apps)),
    ):
        assert wanted in inside
        inside = inside.replace(wanted, actual)
    folder.mkdir()
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, inside=inside))
    process = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        app_process.wait_until_ready(
            app_process.App(f"http://127.0.0.1:{port}", process, folder / "error.log"), 20
        )
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def place(app: app_process.App) -> str:
    return app.url.removeprefix("http://")


def served(folder: Path) -> list[str]:
    """The process that answered, of each request so far; of two that were tried, the last."""
    return [line.split()[-1] for line in (folder / "served.log").read_text().splitlines()]


@pytest.mark.slow
@pytest.mark.skipif(NGINX is None, reason="no nginx: on Debian `apt-get install nginx`")
def test_two_processes_behind_nginx(browser, tmp_path):
    folder = tmp_path / "nginx"
    with (
        app_process.running(tmp_path / "log0") as first,
        app_process.running(tmp_path / "log1") as second,
        nginx(folder, [first, second]) as url,
    ):
        page = browser.new_page()
        page.set_default_timeout(30_000)
        page.goto(url)
        visitor.until_mounted(page)
        for network in ("vqvae", "prior"):
            visitor.until_network(page, network)
        visitor.draw_and_settle(page)
        seven = visitor.codes(page)
        before = completed(url, seven)
        assert set(served(folder)) == {place(first), place(second)}
        mine = served(folder)[-1]  # where the API's calls from this address go
        victim, other = (first, second) if mine == place(first) else (second, first)
        victim.process.send_signal(signal.SIGKILL)
        victim.process.wait(timeout=20)

        page.locator("[data-preset=bottom]").click()  # which asks no process
        page.locator("#complete").click()
        page.wait_for_selector("#completions button")
        erased = visitor.codes(page)
        assert completed(url, seven) == before
        assert served(folder)[-1] == place(other)
        page.wait_for_timeout(600)
        page.reload()  # what was drawn is kept by the browser
        visitor.until_mounted(page)
        visitor.until_codes_are(page, erased)
        page.close()


def completed(url: str, grid) -> dict:
    return Client(url, verbose=False).predict(grid.tolist(), n=2, seed=0, api_name="/complete")
