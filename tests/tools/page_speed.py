"""How fast the page is, in Chromium: medians and 95th percentiles, against a server function that does nothing, in the same run.

    .venv/bin/python tests/tools/page_speed.py [--times 100] [--weights weights]

It starts the app with that one function more, and measures from the visitor's event to the moment when the result is painted:
    pointer move -> reconstruction, cell edit -> picture, both also as where the server has to do what the browser does otherwise,
    how many pictures a second follow a stroke, choosing a cell -> what-if strip, Complete -> 8 alternatives,
and, from a fresh browser profile each time, the opening of the page, and how much later it runs the VQ-VAE itself. Each of the first
two is followed by empty round trips, so that other work on the machine disturbs all alike, and is compared with those: a bare call of a
server function of Gradio's, one sent from an event of the same kind as the one measured, after as long a rest, since whatever has not
run for a while is slower, and such a one by the page's own way (ui/questions/asking.py).
"""

import argparse
import math
import multiprocessing
import random
import re
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import gradio as gr
import torch
from chromium import DEBIAN_CHROMIUM, FLAGS
from playwright.sync_api import sync_playwright
from visitor import module, runs_locally

import vqdemo
from vqdemo.ui import page as ui
from vqdemo.ui import read_metrics
from vqdemo.ui.questions.asking import ADDRESS
from vqdemo.ui.questions.near import ADDRESS as WEIGHTS
from vqdemo.ui.serving import gate

# Runs `act` by a real event, and resolves to the ms between that event and the next change of a part of the state.
WATCH = """async ([script, event, part]) => {
  const { state, watch } = await import(script);
  if (!window.heard) {
    window.heard = {};
    for (const key of ["image", "whatIf", "alternatives"]) watch([key], () => (window.heard[key]?.()));
  }
  window.measured = new Promise((resolve) => {
    let begun = null;
    addEventListener(event, (one) => (begun ??= one.timeStamp), { capture: true, once: true });
    window.heard[part] = () => {
      if (begun === null || !state[part]) return;
      window.heard[part] = null;
      resolve(performance.now() - begun);
    };
  });
}"""
# Whether the what-if strip has caught up with the grid: no request of an earlier edit is left to disturb the next.
FOLLOWED = """async (script) => {
  const { state } = await import(script);
  const followed = () => state.decodedCodes === state.codes && state.whatIf?.codes === state.codes && (!state.pointed || state.footprint);
  while (!followed()) await new Promise((resolve) => setTimeout(resolve, 10));
}"""
# Counts the pictures that are painted.
COUNT = """async (script) => {
  const { watch } = await import(script);
  window.pictures = 0;
  watch(["image"], () => window.pictures++);
}"""
EMPTY = """async ([address, message]) => {
  let begun = performance.now();
  if (window.moved) ({ timeStamp: begun } = await window.moved);
  const headers = { "Content-Type": "application/json" };
  await (await fetch(address, { method: "POST", headers, body: JSON.stringify(message) })).json();
  return performance.now() - begun;
}"""
# Lets the next empty request wait for an event, and count from it.
FROM_EVENT = """(event) => {
  window.moved = event && new Promise((resolve) => addEventListener(event, resolve, { capture: true, once: true }));
}"""
REST = 120  # ms before a pointer move: longer than the pace at which a moving stroke is read
MOVE, KEY = "pointerrawupdate", "keydown"  # what the page's first two deeds begin with
COMPONENT = """() => window.gradio_config.components.find((one) => one.props.elem_id === "nothing").id"""
READY = "() => document.querySelectorAll('#palette [role=option] img').length > 0"


def nothing(request: dict) -> dict:
    """The empty server function."""
    return {"nothing": True}


def serve(weights: str, pipe) -> None:
    """The app with the server function `nothing`, its only one, behind a gate that is open; sends its address."""
    torch.set_num_threads(1)
    gate.CLOSED = re.compile(r"(?!)")  # matches no path
    demo = ui.build(vqdemo.load(weights), read_metrics(weights))
    with demo:
        gr.HTML(server_functions=[nothing], elem_id="nothing")
    pipe.send(demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")[1])
    threading.Event().wait()


def start(weights: str) -> str:
    """The app in a process of its own, as it runs elsewhere; returns its address."""
    fresh = multiprocessing.get_context("spawn")
    ours, theirs = fresh.Pipe()
    fresh.Process(target=serve, args=(weights, theirs), daemon=True).start()
    return ours.recv()


def measure(page, event: str, part: str, act) -> float:
    page.evaluate(WATCH, [module(page, "state/store.js"), event, part])
    act()
    return page.evaluate("() => window.measured")


def bare(page, request: list, rest: int) -> float:
    """ms of an empty round trip, after a rest."""
    page.wait_for_timeout(rest)
    return page.evaluate(EMPTY, request)


def from_event(page, request: list, event: str, rest: int) -> float:
    """ms from an event, after a rest, to the end of the empty round trip that it causes."""
    page.wait_for_timeout(rest)
    page.evaluate(FROM_EVENT, event)
    page.evaluate(f"(request) => {{ window.answered = ({EMPTY})(request); }}", request)
    if event == MOVE:
        page.mouse.move(600 + 20 * random.random(), 40)  # over the heading, where nothing follows the pointer
    else:
        page.keyboard.press("F9")  # which the page does not use
    took = page.evaluate("() => window.answered")
    page.evaluate(FROM_EVENT, None)
    return took


def pointer_moves(page, times: int):
    """Strokes of one move each, which waits for its picture."""
    box = page.locator("#draw-pad").bounding_box()
    side = box["width"]
    for i in range(times):
        x, y = 0.2 + 0.6 * ((i * 37) % 100) / 100, 0.2 + 0.6 * ((i * 61) % 100) / 100
        page.mouse.move(box["x"] + side / 3, box["y"] + side / 3)
        page.mouse.down()
        page.wait_for_timeout(REST)
        took = measure(page, MOVE, "image", lambda x=x, y=y: page.mouse.move(box["x"] + x * side, box["y"] + y * side))
        page.mouse.up()
        yield took


def pictures_a_second(page, seconds: float = 4) -> float:
    """Of those that follow a circling stroke."""
    page.evaluate(COUNT, module(page, "state/store.js"))
    box = page.locator("#draw-pad").bounding_box()
    middle, radius = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), box["width"] / 4
    page.mouse.move(middle[0] + radius, middle[1])
    page.mouse.down()
    began, seen = time.perf_counter(), page.evaluate("() => window.pictures")
    while (now := time.perf_counter() - began) < seconds:
        page.mouse.move(middle[0] + radius * math.cos(4 * now), middle[1] + radius * math.sin(4 * now))
    seen = page.evaluate("() => window.pictures") - seen
    page.mouse.up()
    return seen / (time.perf_counter() - began)


def cell_edits(page, times: int):
    page.locator("#code-grid [role=gridcell]").nth(24).click()
    for i in range(times):
        page.keyboard.press(str(1 + i % 5))
        yield measure(page, KEY, "image", lambda i=i: page.keyboard.press(str(i % 10)))
        page.evaluate(FOLLOWED, module(page, "state/store.js"))


def what_ifs(page, times: int):
    """Every other time the grid is new, and the prior must be asked too; else only the pictures."""
    cells = page.locator("#code-grid [role=gridcell]")
    for i in range(times):
        yield measure(page, "pointerdown", "whatIf", lambda i=i: cells.nth((i * 11) % 49).click())
        if i % 2:
            page.keyboard.press(str(1 + i % 5))
            page.keyboard.press(str(i % 10))
            page.evaluate(FOLLOWED, module(page, "state/store.js"))


def completions(page, times: int):
    page.locator("summary").click()
    page.locator("[name=n]").fill("8")
    page.locator("[name=n]").press("Tab")
    page.locator("[data-preset=top]").click()
    page.wait_for_timeout(300)
    for _ in range(times):
        yield measure(page, "click", "alternatives", page.locator("#complete").click)
        page.wait_for_timeout(50)


def openings(browser, url: str, times: int):
    """The page, and how much later the VQ-VAE."""
    for _ in range(times):
        page = browser.new_page()
        begun = time.perf_counter()
        page.goto(url)
        page.wait_for_function(READY)
        ready = time.perf_counter()
        runs_locally(page)
        yield 1000 * (ready - begun), 1000 * (time.perf_counter() - ready)
        page.close()


def opened(browser, url: str, by_server: bool):
    """The page, where the browser runs the VQ-VAE, or where the server has to do its work."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    if by_server:
        page.route(f"**/{WEIGHTS}/*", lambda route: route.fulfill(status=404))
    page.goto(url)
    page.wait_for_function(READY)
    if not by_server:
        runs_locally(page)
    page.wait_for_timeout(1000)
    return page


def report(name: str, values) -> None:
    values = sorted(values)
    p95 = values[min(int(0.95 * len(values)), len(values) - 1)]
    print(f"{name:44} median {statistics.median(values):7.1f} ms   p95 {p95:7.1f} ms   of {len(values)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--weights", default="weights")
    options = parser.parse_args()
    url = start(options.weights)
    with sync_playwright() as playwright:
        chromium = DEBIAN_CHROMIUM if Path(DEBIAN_CHROMIUM).exists() else None
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = opened(browser, url, by_server=False)
        component = page.evaluate(COMPONENT)
        gradios = ["gradio_api/component_server", {"component_id": component, "fn_name": "nothing", "session_hash": "x", "data": {}}]
        ours, times = [f"{ADDRESS}/nothing", {}], options.times

        def compare(name: str, values, event: str, rest: int) -> None:
            rows = [
                (value, bare(page, gradios, rest), from_event(page, gradios, event, rest), from_event(page, ours, event, rest))
                for value in values(page, times)
            ]
            kinds = (name, "   empty, bare", "   empty, from an event", "   empty, the page's own way")
            for kind, column in zip(kinds, zip(*rows, strict=True), strict=True):
                report(kind, column)

        def follow(how: str = "") -> None:
            compare(f"pointer move -> reconstruction{how}", pointer_moves, MOVE, REST)
            print(f"{f'pictures a second along a stroke{how}':44} {pictures_a_second(page):14.1f}", flush=True)
            compare(f"cell edit -> picture{how}", cell_edits, KEY, 0)

        follow()
        report("cell chosen -> what-if strip", what_ifs(page, times))
        report("Complete -> 8 alternatives", completions(page, times))
        page.close()
        page = opened(browser, url, by_server=True)
        follow(" by the server")
        page.close()
        ready, later = zip(*openings(browser, url, max(times // 10, 3)), strict=True)
        report("page opened -> ready", ready)
        report("   ready -> VQ-VAE local", later)
        browser.close()


if __name__ == "__main__":
    main()
