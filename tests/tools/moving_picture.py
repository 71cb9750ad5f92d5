"""The README's moving picture: on the running page a digit is drawn, its codes are changed, a part is erased and
completed.

    .venv/bin/python tests/tools/moving_picture.py [--out weights]

writes page-light.webp and page-dark.webp. Everything is done by real pointer and key events; each frame is a
screenshot, taken when the page has caught up.
"""

import argparse
import base64
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import static_server
import torch
from chromium import DEBIAN_CHROMIUM, FLAGS
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from visitor import cell, codes, middle, on_pad, settle, until, until_mounted, until_network

import vqdemo
from vqdemo import site

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "weights"
WINDOW = {"width": 1000, "height": 548}
MAX_BYTES = 2_000_000
MAX_SECONDS = 15
PATIENCE = 120_000  # ms
QUALITY = 80  # of the WebP, of 100

# A three, from image pixel to image pixel, and the cells, row and column, whose codes make an eight of it.
THREE = [
    (9.5, 8), (11.5, 6.2), (14.5, 5.8), (17.2, 7.2), (17.4, 10), (15.6, 12.2), (13, 13.2),
    (16, 13.8), (18.3, 16), (18, 19.4), (15.5, 21.8), (12, 22), (9.2, 20.3),
]  # fmt: skip
CLOSING = [(2, 2), (4, 2)]
EIGHT = 8
TRIED = 22  # likeliest codes that are tried in a cell

CAPTIONS = {
    "draw": "Draw a digit: its codes follow the pen.",
    "change": "Change two codes, and the 3 becomes an 8.",
    "erase": "Erase a part: faintly, what may come there.",
    "complete": "Have it completed, and choose one.",
}

# The page as wide as the window, its views' names left out, and a caption in the place of its heading; a
# screenshot shows no pointer, so that one is drawn.
STYLE = """
.gradio-container { --page-width: 60rem !important; --sides: 1.25rem !important; }
#top > :not(.header) { display: none !important; }
#top { height: 2.4rem; }
#top p { display: block !important; order: 0 !important; flex: none !important; font-size: 1.15rem !important; }
footer { display: none !important; }
#pointer { position: fixed; z-index: 99; top: -3px; left: -4px; width: 24px; pointer-events: none; }
"""
POINTER = """() => {
  const pointer = document.createElement("div");
  pointer.id = "pointer";
  pointer.innerHTML = `<svg viewBox="0 0 24 24" style="width: 24px; height: 24px"><path d="M4 3v17l4.5-4 3 6.5
    3-1.4-3-6.3H18z" fill="#16181d" stroke="#fff" stroke-width="1.6" stroke-linejoin="round"/></svg>`;
  document.body.append(pointer);
  addEventListener("pointermove", ({ clientX, clientY }) => {
    pointer.style.transform = `translate(${clientX}px, ${clientY}px)`;
  }, { capture: true });
}"""


class Film:
    """Frames of a page, each with the milliseconds for which it is shown."""

    def __init__(self, page: Page):
        self.page = page
        self.send = page.context.new_cdp_session(page).send
        self.frames: list[Image.Image] = []
        self.times: list[int] = []
        self.at = (WINDOW["width"] * 0.3, WINDOW["height"] * 0.9)  # the pointer
        page.mouse.move(*self.at)

    def shoot(self, ms: int) -> None:
        """A frame of the page as it is now; the last one goes on if nothing has changed."""
        shot = self.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
        frame = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
        if self.frames and frame.tobytes() == self.frames[-1].tobytes():
            self.times[-1] += ms
        else:
            self.frames.append(frame)
            self.times.append(ms)

    def caption(self, name: str) -> None:
        self.page.evaluate(
            "(words) => (document.querySelector('#top p').textContent = words)", CAPTIONS[name]
        )

    def move(self, point: tuple[float, float], steps: int = 6, ms: int = 40) -> None:
        """The pointer goes there, first fast and then slowly."""
        start, end = np.array(self.at), np.array(point)
        for i in range(1, steps + 1):
            part = 1 - (1 - i / steps) ** 2
            self.page.mouse.move(*(start + part * (end - start)))
            self.shoot(ms)
        self.at = tuple(point)

    def click(self, locator, ms: int = 350) -> None:
        self.move(middle(locator))
        self.page.mouse.down()
        self.page.mouse.up()
        self.shoot(ms)

    def watch(self, seconds: float, ms: int = 80) -> None:
        """What happens on the page by itself, as long as it took."""
        end = time.perf_counter() + seconds
        while (now := time.perf_counter()) < end:
            self.shoot(ms)
            self.times[-1] += max(int(1000 * (time.perf_counter() - now)) - ms, 0) // 2
        self.shoot(ms)

    def write(self, path: Path) -> None:
        first, *others = self.frames
        first.save(
            path,
            "WEBP",
            save_all=True,
            append_images=others,
            duration=self.times,
            loop=0,
            quality=QUALITY,
            method=6,
        )
        seconds, size = sum(self.times) / 1000, path.stat().st_size
        print(f"{path}: {len(self.frames)} frames, {seconds:.1f} s, {size / 1e6:.2f} MB", flush=True)
        if size > MAX_BYTES or seconds > MAX_SECONDS:
            sys.exit(f"{path} is too long or too large: at most {MAX_SECONDS} s and {MAX_BYTES / 1e6} MB")


def smooth(points: list, between: int = 3) -> list:
    """A Catmull-Rom spline through points."""
    p = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, between, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return [*np.concatenate(parts).tolist(), list(points[-1])]


def codes_towards(model, grid: np.ndarray, label: int, cells: list) -> list[int]:
    """For each of some cells, one after the other, the code with which the prior reads the grid most as the label;
    of several that it is sure of, the likeliest."""
    grid, chosen = grid.copy(), []
    for place in cells:
        likely = np.argsort(model.conditionals(grid, label=label)[place])[::-1][:TRIED]
        reads = []
        for code in likely:
            grid[place] = code
            reads.append(model.label_probs(grid)[label])
        grid[place] = likely[int(np.argmax(np.minimum(reads, 0.97)))]
        chosen.append(int(grid[place]))
    return chosen


@contextmanager
def opening(window: dict, scale: float = 1) -> Iterator[Callable[[str], Page]]:
    """Opens the static edition in a theme, in a window of its own, with both networks there."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        static_server.serving(Path(folder)) as host,
    ):
        site.write(folder, WEIGHTS)
        chromium = DEBIAN_CHROMIUM if Path(DEBIAN_CHROMIUM).exists() else None
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)

        def opened(theme: str) -> Page:
            page = browser.new_page(viewport=window, color_scheme=theme, device_scale_factor=scale)
            page.set_default_timeout(PATIENCE)
            page.goto(host)
            until_mounted(page)
            for network in ("vqvae", "prior"):
                until_network(page, network)
            return page

        yield opened
        browser.close()


def draw_three(page: Page, after_each=lambda: None) -> None:
    (first, *others) = on_pad(page, smooth(THREE))
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point)
        after_each()
    page.mouse.up()


def believed(page: Page) -> None:
    until(page, "() => document.querySelector('#belief').ariaBusy === 'false'")


def record(page: Page, model) -> Film:
    page.add_style_tag(content=STYLE)
    page.evaluate(POINTER)
    page.locator(".draw-pad [data-do=clear]").click()
    page.locator("h1").click()  # away from the button
    settle(page)
    believed(page)

    film = Film(page)
    film.caption("draw")
    film.shoot(400)
    film.move(on_pad(page, THREE)[0])
    draw_three(page, lambda: (page.wait_for_timeout(25), film.shoot(50)))
    film.at = on_pad(page, THREE)[-1]
    settle(page)
    believed(page)
    film.shoot(600)

    film.caption("change")
    for place, code in zip(CLOSING, codes_towards(model, codes(page), EIGHT, CLOSING), strict=True):
        film.click(cell(page, *place))
        for key in f"{code}\n":
            page.keyboard.press("Enter" if key == "\n" else key)
            page.wait_for_timeout(60)
            film.shoot(150)
        settle(page)
        believed(page)
        film.shoot(350)
    film.shoot(600)

    film.caption("erase")
    film.move(middle(cell(page, 3, 0)))
    page.mouse.down()
    film.move(middle(cell(page, 6, 6)), steps=8)
    page.mouse.up()
    film.click(page.locator("[data-do=erase]"), ms=200)
    page.locator("#code-grid [tabindex='0']").focus()
    page.keyboard.press("Escape")  # no cell is chosen any more
    page.evaluate("document.activeElement.blur()")
    until(page, "() => document.querySelector('.ghost')?.dataset.count === '24'")
    film.shoot(950)

    film.caption("complete")
    film.click(page.locator("#complete"), ms=40)
    film.watch(1.3)
    until(page, "() => document.querySelector('#complete').ariaBusy === 'false'")
    film.shoot(400)
    grids = page.locator("#completions button").evaluate_all("(all) => all.map((one) => one.dataset.codes)")
    reads = [model.label_probs(np.array(grid.split(), int).reshape(7, 7))[EIGHT] for grid in grids]
    for number in np.argsort(reads)[1:]:  # the clearest eight comes last, and is kept
        film.move(middle(page.locator("#completions button").nth(int(number))), steps=3)
        film.shoot(450)
    page.mouse.down()
    page.mouse.up()
    settle(page)
    believed(page)
    film.shoot(1100)
    return film


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    torch.set_num_threads(1)  # the browser has the others
    parser.add_argument("--out", type=Path, default=WEIGHTS, metavar="FOLDER", help="default: weights")
    folder = parser.parse_args().out
    model = vqdemo.load(WEIGHTS)
    with opening(WINDOW) as opened:
        for theme in ("light", "dark"):
            page = opened(theme)
            record(page, model).write(folder / f"page-{theme}.webp")
            page.close()


if __name__ == "__main__":
    main()
