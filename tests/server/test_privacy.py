"""Nothing that visitors draw, upload or complete is kept: not in what the app prints, not on disk, not in
cookies.
"""

import base64
import hashlib
import json
from pathlib import Path

import app_process
import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image
from test_mcp import connected
from visitor import codes, draw_and_settle, settle, until, until_mounted

HTML = "<img src=x onerror='window.hacked=1'><b>seven</b>"


def files_below(folder: Path) -> dict[Path, str]:
    """Every file with the hash of its content; Python's caches aside."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def picture(folder: Path) -> Path:
    """A picture file that is like no other."""
    noise = np.random.default_rng().integers(0, 90, (64, 64), np.uint8)
    noise[10:50, 30:36] = 255
    path = folder / "my private drawing.png"
    Image.fromarray(noise).save(path)
    return path


@pytest.mark.slow
def test_nothing_of_what_visitors_do_is_kept(browser, tmp_path):
    temporary, home = tmp_path / "gradio", tmp_path / "home"
    home.mkdir()
    app_folder = app_process.ROOT / "vqdemo"
    before = files_below(app_folder)
    mine = picture(tmp_path)
    content = mine.read_bytes()
    own = {
        "GRADIO_TEMP_DIR": str(temporary),
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "TMPDIR": str(home),
    }
    with app_process.running(tmp_path / "log", **own) as app:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(app.url)
        until_mounted(page)
        page.locator("#draw-pad input[type=file], .draw-pad input[type=file]").first.set_input_files(mine)
        page.get_by_role("button", name="Take it").click()
        settle(page)
        draw_and_settle(page)
        drawn = codes(page).ravel().tolist()
        page.locator("[data-preset=top]").click()
        page.locator("#complete").click()
        page.wait_for_selector("#completions button")
        cookies = page.context.cookies()
        stored = page.evaluate("() => Object.keys(localStorage).concat(Object.keys(sessionStorage))")
        page.close()
        client = Client(app.url, verbose=False)
        grid = client.predict(handle_file(mine), api_name="/encode")
        client.predict([[-1] * 7] * 3 + grid[3:], 1, api_name="/complete")
        picture_url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
        connected(app.url, lambda session: session.call_tool("encode", {"image": picture_url}))
        kept = {
            path: path.read_bytes()
            for folder in (temporary, home)
            for path in folder.rglob("*")
            if path.is_file()
        }
    log = (tmp_path / "log").read_text()
    assert cookies == [], "Gradio sets none without a login"
    assert not [key for key in stored if "draw" in key or "code" in key], stored
    assert files_below(app_folder) == before
    for path, data in kept.items():
        if "matplotlib" in path.parts:
            continue  # its list of fonts, made once where it is installed
        assert not data, f"{path} keeps {len(data)} bytes"
    texts = [
        json.dumps(drawn)[1:40],
        json.dumps(drawn, separators=(",", ":"))[1:30],
        json.dumps(grid)[1:30],
        mine.name,
        picture_url[40:80],
    ]
    assert not [text for text in texts if text in log], log
    lines = [line for line in log.splitlines() if line.strip()]
    assert len(lines) <= 4, f"no request leaves a line in the log:\n{log}"


def test_html_in_a_message_is_shown_as_text(open_page):
    page = open_page()
    name = f"{HTML}.json"
    file = {"name": name, "mimeType": "application/json", "buffer": b"{"}
    page.locator("#share input[type=file]").set_input_files(file)
    until(page, "() => document.querySelector('.status [role=status]')?.textContent.includes('seven')")
    assert name in page.locator(".status [role=status]").text_content()
    assert page.locator(".status b, .status img").count() == 0
    assert page.evaluate("() => window.hacked") is None


def test_html_in_the_address_is_not_executed(open_page):
    page = open_page(
        "/?__theme=%3Cscript%3Ewindow.hacked=1%3C/script%3E&codes=%3Cimg%20src=x%20onerror=window.hacked=1%3E"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.hacked") is None
