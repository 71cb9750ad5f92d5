"""How fast the page is, in Chromium: medians and 95th percentiles.

    .venv/bin/python tests/tools/page_speed.py [--times 100]

It starts the app, and measures from the visitor's event to the moment when the result is painted:
    pointer move -> reconstruction, how many pictures a second follow a stroke, cell edit -> picture, and what
    it reads as, choosing a cell -> what-if strip, Complete -> the first of 8 alternatives, and all of them,
and, from a fresh browser profile each time, the opening of the page in both editions, and how much later either
network is there.
"""

import argparse
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app_process
import static_server
from chromium import DEBIAN_CHROMIUM, FLAGS
from playwright.sync_api import sync_playwright
from visitor import module, until_network

# Runs `act` by a real event, and resolves to the ms between that event and the next change of a part of the
# state.
WATCH = """async ([script, event, part]) => {
  const { state, watch } = await import(script);
  if (!window.heard) {
    window.heard = {};
    for (const key of ["image", "whatIf", "alternatives", "belief"]) watch([key], () =>
    (window.heard[key]?.()));
  }
  window.measured = new Promise((resolve) => {
    let begun = null;
    addEventListener(event, (one) => (begun ??= one.timeStamp), { capture: true, once: true });
    window.heard[part] = () => {
      if (begun === null || !state[part]) return;
      window.heard[part] = null;
      window.begun = begun;
      resolve(performance.now() - begun);
    };
  });
}"""
# Whether the what-if strip has caught up with the grid: no request of an earlier edit is left to disturb
# the next.
FOLLOWED = """async (script) => {
  const { state } = await import(script);
  const followed = () => state.decodedCodes === state.codes && state.whatIf?.codes === state.codes &&
  (!state.pointed || state.footprint);
  while (!followed()) await new Promise((resolve) => setTimeout(resolve, 10));
}"""
# Counts the pictures that are painted.
COUNT = """async (script) => {
  const { watch } = await import(script);
  window.pictures = 0;
  watch(["image"], () => window.pictures++);
}"""
REST = 120  # ms before a pointer move
MOVE, KEY = "pointerrawupdate", "keydown"  # what the page's first two measured actions begin with
# The first picture is drawn, and the codes can be chosen.
READY = "() => document.querySelectorAll('#palette [role=option] img').length && document.querySelector('#reconstruction canvas').width === 28"


def measure(page, event: str, part: str, act) -> float:
    page.evaluate(WATCH, [module(page, "state/store.js"), event, part])
    act()
    return page.evaluate("() => window.measured")


def pointer_moves(page, times: int):
    """Strokes of one move each, which waits for its picture."""
    box = page.locator("#draw-pad").bounding_box()
    side = box["width"]
    for i in range(times):
        x, y = 0.2 + 0.6 * ((i * 37) % 100) / 100, 0.2 + 0.6 * ((i * 61) % 100) / 100
        page.mouse.move(box["x"] + side / 3, box["y"] + side / 3)
        page.mouse.down()
        page.wait_for_timeout(REST)
        took = measure(
            page, MOVE, "image", lambda x=x, y=y: page.mouse.move(box["x"] + x * side, box["y"] + y * side)
        )
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


def code_typed(i: int) -> str:
    """The i-th of different codes, with as many digits as the largest code: it is written with its last key."""
    return f"{10 + 37 * i % 90:03}"


def cell_edits(page, times: int, part: str = "image"):
    page.locator("#code-grid [role=gridcell]").nth(24).click()
    for i in range(times):
        *first, last = code_typed(i)
        page.keyboard.type("".join(first))
        yield measure(page, KEY, part, lambda last=last: page.keyboard.press(last))
        page.evaluate(FOLLOWED, module(page, "state/store.js"))


def what_ifs(page, times: int):
    """Every other time the grid is new, and the prior must be asked too; else only the pictures."""
    cells = page.locator("#code-grid [role=gridcell]")
    for i in range(times):
        yield measure(page, "pointerdown", "whatIf", lambda i=i: cells.nth((i * 11) % 49).click())
        if i % 2:
            page.keyboard.type(code_typed(i))
            page.evaluate(FOLLOWED, module(page, "state/store.js"))


def completions(page, times: int):
    """The first alternative, and all."""
    page.locator(".completion summary").click()
    page.locator("[name=n]").fill("8")
    page.locator("[name=n]").press("Tab")
    page.locator("[data-preset=top]").click()
    page.wait_for_timeout(300)
    for _ in range(times):
        first = measure(page, "click", "alternatives", page.locator("#complete").click)
        page.wait_for_function("() => document.querySelector('#complete').ariaBusy === 'false'")
        yield first, page.evaluate("() => performance.now() - window.begun")
        page.wait_for_timeout(50)


def openings(browser, url: str, times: int):
    """The page, and how much later the VQ-VAE and the prior."""
    for _ in range(times):
        page = browser.new_page()
        begun = time.perf_counter()
        page.goto(url)
        page.wait_for_function(READY)
        ready = time.perf_counter()
        later = []
        for network in ("vqvae", "prior"):
            until_network(page, network)
            later.append(1000 * (time.perf_counter() - ready))
        yield 1000 * (ready - begun), *later
        page.close()


def report(name: str, values) -> None:
    values = sorted(values)
    p95 = values[min(int(0.95 * len(values)), len(values) - 1)]
    print(
        f"{name:44} median {statistics.median(values):7.1f} ms   p95 {p95:7.1f} ms   of {len(values)}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=100)
    times = parser.parse_args().times
    with (
        tempfile.TemporaryDirectory() as folder,
        app_process.running(Path(folder) / "log") as app,
        sync_playwright() as playwright,
    ):
        chromium = DEBIAN_CHROMIUM if Path(DEBIAN_CHROMIUM).exists() else None
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(app.url)
        page.wait_for_function(READY)
        until_network(page, "prior")
        page.wait_for_timeout(1000)
        report("pointer move -> reconstruction", pointer_moves(page, times))
        print(f"{'pictures a second along a stroke':44} {pictures_a_second(page):14.1f}", flush=True)
        report("cell edit -> picture", cell_edits(page, times))
        report("cell edit -> what it reads as", cell_edits(page, times, "belief"))
        report("cell chosen -> what-if strip", what_ifs(page, times))
        for name, column in zip(("first", "all"), zip(*completions(page, times), strict=True), strict=True):
            report(f"Complete -> {name} of 8 alternatives", column)
        page.close()
        site = Path(folder) / "site"
        subprocess.run([sys.executable, "-m", "vqdemo.site", site], cwd=app_process.ROOT, check=True)
        with static_server.serving(site) as host:
            for edition, url in {"Gradio app": app.url, "static edition": host}.items():
                names = (f"{edition} opened -> ready", "   ready -> VQ-VAE", "   ready -> prior")
                columns = zip(*openings(browser, url, max(times // 10, 3)), strict=True)
                for name, column in zip(names, columns, strict=True):
                    report(name, column)
        browser.close()


if __name__ == "__main__":
    main()
