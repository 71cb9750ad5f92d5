"""Stopped by SIGTERM, the app finishes what it is answering, leaves nothing behind and exits with 0, soon."""

import signal
import subprocess
import sys
import time
from asyncio import CancelledError

import app_process
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.utils import Status
from PIL import Image

SOON = 5  # seconds

# Starts the command that follows so that it hears Ctrl-C, also where these tests do not: a shell has what it
# starts in the background ignore it, and so has what that starts.
HEAR_CTRL_C = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""

# Gradio has begun to launch and has no server yet.
STOPPED_AT_ITS_START = """
import os, signal
from gradio.routes import App
from vqdemo.ui.serving.blocks import ServedBlocks

with ServedBlocks({}) as blocks:
    pass
App.create_app = lambda *arguments, **named: os.kill(os.getpid(), signal.SIGTERM)
blocks.launch(quiet=True)
"""


def wait_until_queued(jobs: list, seconds: float = 60) -> None:
    """Return once the app has told of every call that it has come."""
    until = time.monotonic() + seconds
    while any(job.status().code in (Status.STARTING, Status.JOINING_QUEUE) for job in jobs):
        assert time.monotonic() < until, "the calls do not come"
        time.sleep(0.01)


def stop(app) -> float:
    """Send SIGTERM; returns the time."""
    app.process.send_signal(signal.SIGTERM)
    return time.monotonic()


def assert_ended_well(app, began):
    assert app.process.wait(timeout=20) == 0
    assert time.monotonic() - began < SOON
    assert "Traceback" not in app.log.read_text()


@pytest.mark.slow
def test_sigterm_finishes_running_and_waiting_requests(tmp_path):
    files = tmp_path / "uploads"
    Image.fromarray(np.eye(28, dtype=np.uint8) * 255).save(tmp_path / "digit.png")
    with app_process.running(tmp_path / "log", GRADIO_TEMP_DIR=str(files)) as app:
        client = Client(app.url, verbose=False)
        client.predict(handle_file(tmp_path / "digit.png"), api_name="/encode")
        assert [path for path in files.rglob("*") if path.is_file()], (
            "the upload came by a file, which is to be deleted"
        )
        unknown = [[-1] * 7] * 7
        # Two of them run at once.
        jobs = [client.submit(unknown, n=16, label=label, seed=0, api_name="/complete") for label in range(6)]
        wait_until_queued(jobs)
        began = stop(app)
        for job in jobs:
            assert np.shape(job.result(timeout=20)["grids"]) == (16, 7, 7)
        assert_ended_well(app, began)
    assert not [path for path in files.rglob("*") if path.is_file()]


@pytest.mark.slow
def test_sigterm_ends_soon_with_more_work_than_can_be_finished(tmp_path):
    with app_process.running(tmp_path / "log") as app:
        client = Client(app.url, verbose=False)
        jobs = [client.submit(n=64, seed=0, api_name="/sample") for _ in range(24)]
        time.sleep(0.5)
        began = stop(app)
        answers = [answer(job) for job in jobs]
        assert_ended_well(app, began)
    assert None in answers, "all was finished: this test needs more work"
    assert all(np.shape(one["grids"]) == (64, 7, 7) for one in answers if one)


def answer(job) -> dict | None:
    """What a call returned, or None if it has been told that there will be nothing."""
    try:
        return job.result(timeout=20)
    except TimeoutError:
        raise AssertionError("a caller waits for an answer that will never come") from None
    except (Exception, CancelledError):  # noqa: BLE001, whatever the client makes of a stream that ends
        return None


def test_sigterm_during_the_start_ends_it_well_too():
    command = [sys.executable, "-c", STOPPED_AT_ITS_START]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_ctrl_c_ends_it_too(tmp_path):
    with app_process.running(tmp_path / "log", (sys.executable, "-c", HEAR_CTRL_C)) as app:
        time.sleep(3)  # it has begun to wait
        app.process.send_signal(signal.SIGINT)
        assert_ended_well(app, time.monotonic())
