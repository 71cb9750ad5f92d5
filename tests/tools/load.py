"""Many visitors at once, over real HTTP: whether each gets the page and its files whole, and whether the
API stays within bounds.

    .venv/bin/python tests/tools/load.py [--visitors 300]

It starts `python app.py` as a process of its own. A visitor fetches what a browser does that has kept
nothing: the page, what it names, the scripts, model.json and the weights, over one connection, and nothing
after that, since the networks run in the browser. Meanwhile CALLS calls of the API come at once: as many as
may wait are answered, the others are told that the queue is full.
"""

import argparse
import hashlib
import http.client
import json
import re
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app_process
import numpy as np

from vqdemo.ui.layout import STATIC
from vqdemo.ui.views import ADDRESS

PATIENCE = 60.0  # seconds after which an answer counts as lost
RECOVERY = 2.0  # seconds from the end of an overload until a call is answered again
CALLS = 60  # of the API, all at once
GROWTH = 100  # MB of memory that visitors may take together
MODEL = re.compile(r"vqdemo/model/model-[0-9a-f]{12}\.json")


@dataclass
class Result:
    """What the visitors met with; shared by all threads, and only ever appended to."""

    # Seconds until a visitor had the page, its scripts and model.json, and until he had the weights too.
    pages: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    # Replies that are lost, cut, or another file's.
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shown = [
            f"{name} {describe(getattr(self, name))}" for name in ("pages", "weights") if getattr(self, name)
        ]
        return "; ".join([*shown, f"wrong: {len(self.wrong)} {self.wrong[:3]}"])


def describe(seconds: list[float]) -> str:
    late = np.percentile(seconds, 95)
    return (
        f"{len(seconds)}, median {np.median(seconds):.2f} s, p95 {late:.2f} s, longest {max(seconds):.2f} s"
    )


class Line:
    """A connection to the server, which is opened anew where the server has closed it."""

    def __init__(self, url: str):
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)

    def get(self, path: str) -> bytes:
        """The content of a file; OSError or HTTPException if it does not come, or not whole."""
        try:
            self.connection.request("GET", path)
            reply = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            self.connection.close()
            self.connection.request("GET", path)
            reply = self.connection.getresponse()
        content = reply.read()
        if reply.status != 200:
            raise OSError(f"{reply.status}")
        return content

    def post(self, path: str, value) -> tuple[int, dict]:
        self.connection.request("POST", path, json.dumps(value), {"Content-Type": "application/json"})
        reply = self.connection.getresponse()
        return reply.status, json.loads(reply.read())


def files_of(url: str) -> tuple[dict[str, str], dict[str, str]]:
    """What a browser fetches before the page stands, and after that, each with its SHA-256."""
    line = Line(url)
    html = line.get("/").decode()
    named = re.findall(r'(?:src|href)="\.?(/[^"]+)"', html)
    scripts = [f"/{ADDRESS}/{path.relative_to(STATIC).as_posix()}" for path in sorted(STATIC.rglob("*.js"))]
    model = MODEL.search(line.get("/config").decode())[0]
    networks = json.loads(line.get(f"/{model}"))["networks"].values()
    weights = {f"/{model.rpartition('/')[0]}/{network['file']}": network["sha256"] for network in networks}
    page = ["/config", *dict.fromkeys(named), *scripts, f"/{model}"]
    return {path: hashlib.sha256(line.get(path)).hexdigest() for path in page}, weights


def visit(url: str, page: dict[str, str], weights: dict[str, str], result: Result) -> None:
    line, began = Line(url), time.monotonic()
    for files, times in ((page, result.pages), (weights, result.weights)):
        for path, sha256 in files.items():
            try:
                if hashlib.sha256(line.get(path)).hexdigest() != sha256:
                    result.wrong.append(f"{path}: another content")
            except (OSError, http.client.HTTPException) as error:  # noqa: PERF203, each answer counts
                result.wrong.append(f"{path}: {error!r}")
        times.append(time.monotonic() - began)


def call(url: str, answers: list) -> None:
    """One call of the API, to its end: True, or False if it was refused in words, or what went wrong."""
    try:
        status, reply = Line(url).post("/gradio_api/call/v2/sample", {"n": 4, "seed": 0})
        if status == 503 and "full" in str(reply).lower():
            answers.append(False)
        else:
            stream = Line(url).get(f"/gradio_api/call/v2/sample/{reply['event_id']}").decode()
            answers.append("event: complete\n" in stream or stream)  # after heartbeats, if it took long
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        answers.append(repr(error))


def together(targets: list) -> None:
    """Functions with their arguments, each in a thread of its own, all at once."""
    threads = [threading.Thread(target=target, args=arguments) for target, *arguments in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def crowd(url: str, visitors: int) -> tuple[Result, list]:
    """So many visitors and CALLS calls of the API at once: what they met with."""
    page, weights = files_of(url)
    result, answers = Result(), []
    together([(visit, url, page, weights, result)] * visitors + [(call, url, answers)] * CALLS)
    return result, answers


def recovery(url: str) -> float:
    """Seconds from now until a call is answered."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        answers = []
        call(url, answers)
        if answers == [True]:
            return time.monotonic() - began
        time.sleep(0.1)
    return float("inf")


def memory(process: int) -> float:
    """MB of a process that are in memory."""
    fields = Path(f"/proc/{process}/statm").read_text().split()
    return int(fields[1]) * 4096 / 2**20


def cpu(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=300)
    options = parser.parse_args()
    wrong = []

    def claim(holds: bool, what: str) -> None:
        print(f"{'yes' if holds else 'NO '}  {what}", flush=True)
        if not holds:
            wrong.append(what)

    with tempfile.TemporaryDirectory() as folder, app_process.running(Path(folder) / "log") as app:
        crowd(app.url, 10)
        recovery(app.url)
        before, used, began = memory(app.process.pid), cpu(app.process.pid), time.monotonic()
        result, answers = crowd(app.url, options.visitors)
        grown, took = memory(app.process.pid) - before, time.monotonic() - began
        print(result)
        print(f"{took:.1f} s; the server used {(cpu(app.process.pid) - used) / took:.2f} cores")
        refused = answers.count(False)
        claim(not result.wrong, "each visitor got every file whole")
        claim(
            set(answers) <= {True, False},
            f"{CALLS} calls of the API: {refused} told that the queue is full, the others answered",
        )
        back = recovery(app.url)
        claim(back <= RECOVERY, f"the API answers again after {back:.2f} s, at most {RECOVERY}")
        claim(grown <= GROWTH, f"memory {before:.0f} MB, {grown:+.0f} MB, at most {GROWTH}")
        claim("Traceback" not in app.log.read_text(), "no traceback in the log")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
