"""With networking cut, the app starts, works, and asks for nothing."""

import json
import re
import subprocess
import sys
import urllib.request

import app_process
import pytest

# What runs inside a network namespace of its own, where there is loopback and nothing else.
INSIDE = """
import json, pathlib, sys
sys.path[:0] = ["tests/tools", "tests/server"]
import app_process
import test_offline
folder = pathlib.Path(sys.argv[1])
own = {"PYTHONPATH": str(folder), "HOSTS": str(folder / "hosts"), "GRADIO_TEMP_DIR": str(folder / "gradio")}
with app_process.running(folder / "log", **own) as app:
    with open("/proc/net/dev") as file:
        devices = [line.split(":")[0].strip() for line in file if ":" in line]
    print(json.dumps({"devices": devices, "page": test_offline.page_answers(app.url), "tool":
    test_offline.tool_answers(app.url)}))
"""
# What the app does first: write down each name that it looks up and each address that it connects to.
WATCH = """
import os, sys
def hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        host = arguments[0] if event == "socket.getaddrinfo" else arguments[1][0]
        with open(os.environ["HOSTS"], "a") as file:
            file.write(str(host) + chr(10))
sys.addaudithook(hook)
"""


def page_answers(url: str) -> bool:
    """Whether the page and everything that it names come from the app itself."""
    html = urllib.request.urlopen(f"{url}/").read().decode()
    own = re.findall(r'(?:src|href)="(\.?/[^"]+)"', html)
    for path in own:
        urllib.request.urlopen(f"{url}/{path.lstrip('./')}").close()
    return len(own) > 0


def tool_answers(url: str) -> bool:
    """Whether a digit can be sampled as by an assistant: the way through the app on which most packages
    have a part.
    """
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "sample", "arguments": {"n": 1}},
    }
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{url}/gradio_api/mcp/", json.dumps(call).encode(), headers)
    ) as reply:
        return "log_probs" in reply.read().decode()


def without_network() -> list[str]:
    """The command that runs another in a namespace without networking; the test is skipped where there can
    be none.
    """
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        up = [*command, sys.executable, "-c", LOOPBACK_UP]
        if subprocess.run([*up, "true"], capture_output=True, check=False).returncode == 0:
            return up
    pytest.skip("network namespaces are forbidden here")


# As `ip link set lo up`, without the package that has `ip`; then the command.
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP |
    IFF_RUNNING
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.slow
def test_without_a_network_the_app_starts_and_works_and_asks_for_nothing(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", INSIDE, str(tmp_path)],
        cwd=app_process.ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["devices"] == ["lo"], "there is a network"
    assert answer["page"] and answer["tool"]
    assert set((tmp_path / "hosts").read_text().split()) <= {"127.0.0.1", "localhost"}
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if line.strip()]
    expected = (
        "* Running on local URL",
        "* To create a public link",
        "🔨 Launching MCP server",
        "* Streamable HTTP URL",
    )
    assert all(line.startswith(expected) for line in lines), (
        "the log tells of something that failed:\n" + "\n".join(lines)
    )
