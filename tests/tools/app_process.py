"""`python app.py` as a process of its own, with an environment of its own: shared by all tests that start
the app.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class App(NamedTuple):
    """A running app."""

    url: str
    process: subprocess.Popen
    log: Path  # all that it has printed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(log: Path, command: tuple = (), **environment: str) -> Iterator[App]:
    """The app, answering; ended afterwards. `command` goes before Python's, as does taskset's."""
    port = free_port()
    own = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, sys.executable, ROOT / "app.py"],
            env=os.environ | own | environment,
            stdout=out,
            stderr=out,
        )
    app = App(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_ready(app)
        yield app
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(app: App, seconds: float = 120) -> None:
    """Return once the app answers; AssertionError with all that it printed if it ends or never does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert app.process.poll() is None, f"the app ended at once:\n{app.log.read_text()}"
        try:
            urllib.request.urlopen(f"{app.url}/config", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the app did not answer:\n{app.log.read_text()}")
