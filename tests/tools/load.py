"""Many visitors at once, over real HTTP: how long they wait, and whether each gets back what belongs to him.

    .venv/bin/python tests/tools/load.py [--visitors 30] [--seconds 60] [--overload 300] [--minutes 0]

It starts `python app.py` as a process of its own and sends what the page's scripts send where no browser has the VQ-VAE at hand
(static/networks/client.js), which is the most that they can ask. A visitor draws strokes of two seconds, eight
pictures a second, with a pause of one second after each, and meanwhile asks for four completions every ten seconds. As on the page, one
picture is on its way at a time and the newest comes next. Waiting is counted from the moment when a picture was drawn, also while it
waits for the one before. Every reply is compared with what the model itself says of that visitor's drawing.

Then many more visitors come for ten seconds, who draw and call the API: those whom the server cannot serve are to be told so at once.
With --minutes, the load then goes on for that long, and the memory of the server's process is watched.

A visitor is two threads with a connection each, as in a browser; http.client costs 0.3 ms of CPU a request, far less than the server's.
"""

import argparse
import base64
import http.client
import json
import random
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app_process
import numpy as np
import torch
from PIL import Image, ImageDraw

import vqdemo
from vqdemo.ui.questions.asking import ADDRESS

RATE = 8  # pictures a second while a stroke is drawn
STROKE, PAUSE = 2.0, 1.0  # seconds
COMPLETION_EVERY = 10.0  # seconds
ALTERNATIVES = 4  # the page's default
PATIENCE = 20.0  # seconds after which an answer counts as lost
LIVE_P95, COMPLETION_P95 = 0.4, 2.0  # seconds: what is allowed
RECOVERY = 2.0  # seconds from the end of an overload until one visitor is served as usual
GROWTH = 0.05  # of memory, beyond the level after overload and another minute of load
CALLS = 60  # of the API, all at once
BUSY = "busy"  # the word in the server's answer to whom it cannot serve now


@dataclass
class Question:
    """What the page asks of the server, and the only right reply."""

    function: str
    data: dict
    reply: dict


@dataclass
class Result:
    """What the visitors met with; shared by all threads, and only ever appended to."""

    live: list[float] = field(default_factory=list)  # seconds from the drawing of a picture to its reply
    completions: list[float] = field(default_factory=list)  # seconds
    busy: list[float] = field(default_factory=list)  # seconds until a visitor was told that the server is busy
    wrong: list[str] = field(default_factory=list)  # replies that are lost, late beyond patience, of another visitor, or errors

    def __str__(self) -> str:
        shown = [f"{name} {describe(getattr(self, name))}" for name in ("live", "completions", "busy") if getattr(self, name)]
        return "; ".join([*shown, f"wrong: {len(self.wrong)} {self.wrong[:3]}"])


def p95(seconds: list[float]) -> float:
    return float(np.percentile(seconds, 95)) if seconds else float("inf")


def describe(seconds: list[float]) -> str:
    median, late = 1000 * np.median(seconds), 1000 * p95(seconds)
    return f"{len(seconds)}, median {median:.0f} ms, p95 {late:.0f} ms, longest {1000 * max(seconds):.0f} ms"


# ---- what visitors send, and the right replies


def strokes(visitor: int) -> list[np.ndarray]:
    """Two strokes as they grow, in pictures of their own: uint8 (28,28) each, RATE * STROKE pictures a stroke."""
    chance = random.Random(visitor)
    pictures = []
    for _ in range(2):
        points = [(chance.uniform(4, 24), chance.uniform(4, 24))]
        for _ in range(int(RATE * STROKE)):
            points.append(tuple(min(max(at + chance.gauss(0, 4), 2), 26) for at in points[-1]))
            sheet = Image.new("L", (112, 112))
            ImageDraw.Draw(sheet).line([(4 * x, 4 * y) for x, y in points], fill=255, width=9, joint="curve")
            pictures.append(np.asarray(sheet.resize((28, 28), Image.Resampling.BOX)))
    return pictures


def drawings(model, visitors: int) -> list[list[Question]]:
    """Each visitor's pictures, in the order of drawing."""
    sent = [strokes(visitor) for visitor in range(visitors)]
    images = np.stack([picture for own in sent for picture in own]).astype(np.float32) / 255
    codes = model.encode(images)
    right = iter(zip(images, codes, model.decode(codes), strict=True))
    return [[encoding(*next(right)) for _ in own] for own in sent]


def encoding(image: np.ndarray, codes: np.ndarray, decoded: np.ndarray) -> Question:
    return Question("encode", {"image": in_base64(image)}, {"codes": codes.ravel().tolist(), "image": in_base64(decoded)})


def completion(model, drawing: Question, seed: int) -> Question:
    """The lower half of a drawing's codes forgotten."""
    codes = np.array(drawing.reply["codes"]).reshape(model.grid_shape)
    codes[model.grid_shape[0] // 2 :] = -1
    settings = {"label": None, **model.defaults, "seed": seed}
    grids = model.complete(codes, ALTERNATIVES, **settings)
    order = np.argsort(-model.log_prob(grids, known=codes >= 0))
    reply = [{"codes": grids[i].ravel().tolist(), "image": in_base64(model.decode(grids[i : i + 1]))} for i in order]
    return Question("complete", {"codes": codes.ravel().tolist(), "n": ALTERNATIVES, **settings}, {"alternatives": reply})


def pixels(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).astype(int)


def in_base64(image: np.ndarray) -> str:
    return base64.b64encode((image * 255).round().astype(np.uint8).tobytes()).decode()


# ---- visitors


class Line:
    """One connection of a visitor to the server."""

    def __init__(self, url: str):
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)

    def ask(self, question: Question, since: float, times: list[float], result: Result) -> bool:
        """Ask, and note the seconds since `since` in `times` if the answer is right; False if the server is busy."""
        try:
            status, reply = self.post(question)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.connection.close()
            result.wrong.append(f"{question.function}: {error!r}")
            return True
        took = time.monotonic() - since
        busy = BUSY in str(reply.get("error"))
        if busy:
            result.busy.append(took)
        elif status == 200 and same(reply, question.reply):
            times.append(took)
        else:
            result.wrong.append(f"{question.function}: {status} {reply}"[:200])
        return not busy

    def post(self, question: Question) -> tuple[int, dict]:
        self.connection.request("POST", f"/{ADDRESS}/{question.function}", json.dumps(question.data))
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())


def same(reply: dict, right: dict) -> bool:
    """Equal codes, and pictures equal but for rounding: how many pictures share a pass may change the last bit."""
    if "alternatives" in right:
        pairs = zip(reply.get("alternatives", []), right["alternatives"], strict=True)
        return all(same(one, another) for one, another in pairs)
    return reply.get("codes") == right["codes"] and np.abs(pixels(reply["image"]) - pixels(right["image"])).max() <= 1


def draw(line: Line, pictures: list[Question], until: float, result: Result) -> None:
    """Stroke, pause, stroke, pause, until the time is over."""
    begin, number = time.monotonic(), 0
    length = int(RATE * STROKE)
    while begin < until:
        drawn = -1
        while drawn < length - 1 and time.monotonic() < until:
            newest = min(int((time.monotonic() - begin) * RATE), length - 1)
            if newest > drawn:
                drawn = newest
                line.ask(pictures[(number * length + drawn) % len(pictures)], begin + drawn / RATE, result.live, result)
            else:
                time.sleep(max(begin + (drawn + 1) / RATE - time.monotonic(), 0))
        number += 1
        begin = max(begin + STROKE + PAUSE, time.monotonic())
        time.sleep(max(min(begin, until) - time.monotonic(), 0))


def complete(line: Line, questions: list[Question], until: float, result: Result) -> None:
    for number in range(1_000_000):
        began = time.monotonic()
        if began >= until:
            return
        line.ask(questions[number % len(questions)], began, result.completions, result)
        line.connection.close()  # the server closes connections that nothing came through for five seconds
        time.sleep(max(min(began + COMPLETION_EVERY, until) - time.monotonic(), 0))


def crowd(url: str, visits: list[tuple[list[Question], list[Question]]], seconds: float) -> Result:
    """All visitors, each a pair of pictures and completions, for so long; they come one after the other within three seconds."""
    result, chance, now = Result(), random.Random(0), time.monotonic()

    def visit(work: Callable, questions: list[Question], after: float) -> None:
        time.sleep(after)
        work(Line(url), questions, now + seconds, result)

    threads = []
    for pictures, completions in visits:
        first = chance.uniform(0, min(STROKE + PAUSE, seconds / 2))
        threads.append(threading.Thread(target=visit, args=(draw, pictures, first)))
        if completions:
            after = chance.uniform(0, min(COMPLETION_EVERY, seconds))
            threads.append(threading.Thread(target=visit, args=(complete, completions, after)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


# ---- the rounds


def visits(model, visitors: int) -> list[tuple[list[Question], list[Question]]]:
    """What each visitor will send: pictures, and a completion of what either stroke has become."""
    return [(one, [completion(model, one[i], i) for i in (15, 31)]) for one in drawings(model, visitors)]


def rush(url: str, everyone: list, visitors: int, seconds: float) -> tuple[Result, int, float]:
    """Many more visitors, and CALLS calls of the API at once: what they met with, how many calls were refused in words, recovery()."""
    refused, results = [], []

    def call() -> None:
        body, kind = json.dumps({"data": [4]}).encode(), {"Content-Type": "application/json"}
        try:
            urllib.request.urlopen(urllib.request.Request(f"{url}/gradio_api/call/sample", body, kind), timeout=PATIENCE).close()
        except urllib.error.HTTPError as error:
            refused.append(error.code == 503 and "full" in error.read().decode().lower())

    def come() -> None:
        results.append(crowd(url, [everyone[i % len(everyone)] for i in range(visitors)], seconds))

    threads = [threading.Thread(target=come), *(threading.Thread(target=call) for _ in range(CALLS))]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    back = recovery(url, *everyone[0])
    for thread in threads:
        thread.join()
    if not all(refused):
        results[0].wrong.append("a call of the API was refused, but not as busy")
    return results[0], len(refused), back


def recovery(url: str, pictures: list[Question], completions: list[Question]) -> float:
    """Seconds from now until a completion has been answered, and a picture, and that soon; both rightly."""
    line, began = Line(url), time.monotonic()
    while time.monotonic() - began < PATIENCE:
        result, asked = Result(), time.monotonic()
        line.ask(completions[0], asked, result.completions, result)
        line.ask(pictures[20], time.monotonic(), result.live, result)
        if result.completions and result.live and result.live[0] <= LIVE_P95:
            return time.monotonic() - began
        time.sleep(1 / RATE)
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
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--overload", type=int, default=300, help="visitors")
    parser.add_argument("--minutes", type=float, default=0, help="of load after which memory is compared")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = vqdemo.load(app_process.ROOT / "weights")
    everyone = visits(model, options.visitors)
    wrong = []

    def claim(holds: bool, what: str) -> None:
        print(f"{'yes' if holds else 'NO '}  {what}", flush=True)
        if not holds:
            wrong.append(what)

    with tempfile.TemporaryDirectory() as folder, app_process.running(Path(folder) / "log") as app:
        process = app.process.pid
        server, client, began = cpu(process), time.process_time(), time.monotonic()
        result = crowd(app.url, everyone, options.seconds)
        took = time.monotonic() - began
        print(result)
        print(f"CPU: server {(cpu(process) - server) / took:.2f} cores, client {(time.process_time() - client) / took:.2f}")
        claim(not result.wrong and not result.busy, "no error, no lost or crossed reply")
        claim(p95(result.live) <= LIVE_P95, f"p95 of live updates at most {LIVE_P95} s")
        claim(p95(result.completions) <= COMPLETION_P95, f"p95 of completions at most {COMPLETION_P95} s")

        overload, refused, back = rush(app.url, everyone, options.overload, 10)
        print(f"{options.overload} visitors: {overload}; calls of the API refused: {refused} of {CALLS}")
        claim(not overload.wrong and overload.busy and 0 < refused < CALLS, "told that the server is busy, and nothing worse")
        claim(back <= RECOVERY, f"served as usual again after {back:.2f} s, at most {RECOVERY}")

        if options.minutes:
            crowd(app.url, everyone, 60)
            warm = memory(process)
            crowd(app.url, everyone, 60 * options.minutes)
            grown = memory(process) / warm - 1
            claim(grown <= GROWTH, f"memory after {options.minutes:g} minutes of load: {warm:.0f} MB {grown:+.1%}")
        claim("Traceback" not in app.log.read_text(), "no traceback in the log")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
