"""Stopped by SIGTERM, the app finishes what it is answering and exits with 0, soon."""

import signal
import time

import app_process
from gradio_client import Client


def test_sigterm_finishes_running_requests(tmp_path):
    with app_process.running(tmp_path / "log") as app:
        client = Client(app.url, verbose=False)
        client.predict(n=1, api_name="/sample")
        job = client.submit(n=16, label=3, seed=0, api_name="/sample")
        time.sleep(0.15)
        began = time.monotonic()
        app.process.send_signal(signal.SIGTERM)
        assert len(job.result(timeout=20)["grids"]) == 16
        assert app.process.wait(timeout=20) == 0
        assert time.monotonic() - began < 5
    assert "Traceback" not in (tmp_path / "log").read_text()
