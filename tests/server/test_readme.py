"""README and HOSTING.md tell the truth: their snippets work, and their links lead somewhere."""

import json
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "HOSTING.md"))


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_start_command_takes_torch_for_cpus_first():
    make, torch, rest = (line.split() for line in blocks("bash")[0].strip().splitlines())
    assert make == ["python3", "-m", "venv", ".venv"]
    assert torch == [".venv/bin/pip", "install", "-r", "pre-requirements.txt"]
    assert rest == [".venv/bin/pip", "install", "-r", "requirements.txt", "&&", ".venv/bin/python", "app.py"]
    first = (ROOT / "pre-requirements.txt").read_text()
    assert "--index-url https://download.pytorch.org/whl/cpu" in first, (
        "one index: each lookup may fail slowly"
    )


def test_windows_is_told_its_own_spelling_and_the_history_is_left_out():
    commands = blocks("bat")[0].strip().splitlines()
    assert commands[-1] == r".venv\Scripts\python app.py"
    assert re.search(r"git clone --depth 1\b", README)


def test_python_snippet(monkeypatch):
    monkeypatch.chdir(ROOT)
    names: dict = {}
    exec(blocks("python")[0], names)  # noqa: S102, the README is ours
    assert names["grids"].shape == (4, 7, 7)
    assert names["more"].shape == (8, 7, 7)
    assert (names["more"][:, 4:] == names["codes"][0][4:]).all()
    assert names["log_p"].shape == (8,)
    assert names["p"].shape == (7, 7, names["model"].num_codes)


@pytest.mark.slow
def test_client_snippet(app_url):
    names: dict = {}
    exec(blocks("python")[1].replace("http://127.0.0.1:7860", app_url), names)  # noqa: S102
    assert len(names["result"]["grids"]) == 2
    assert len(names["codes"]) == 7


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_curl_snippet(app_url):
    (snippet,) = [block for block in blocks("bash") if "curl" in block]
    snippet = snippet.replace("http://127.0.0.1:7860", app_url)
    done = subprocess.run(
        ["bash", "-eu", "-c", snippet], capture_output=True, text=True, timeout=60, check=True
    )
    event, data = done.stdout.strip().splitlines()
    assert event == "event: complete"
    (answer,) = json.loads(data.removeprefix("data: "))
    assert len(answer["grids"]) == len(answer["images"]) == 2


def test_mcp_snippet(app_url):
    server = json.loads(blocks("json")[0])["mcpServers"]["vqdemo"]["url"]
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    request = urllib.request.Request(
        server.replace("http://127.0.0.1:7860", app_url), json.dumps(hello).encode(), headers
    )
    with urllib.request.urlopen(request) as reply:
        assert b'"result":{}' in reply.read()


LINK = re.compile(r"""\]\(([^)#]+)\)|\bsrc(?:set)?="([^"]+)\"""")


@pytest.mark.parametrize("link", sorted({"".join(found) for found in LINK.findall(README)}))
def test_links_lead_somewhere(link):
    assert link.startswith("http") or (ROOT / link).exists()
