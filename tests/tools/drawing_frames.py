"""How smooth drawing is, in Chromium, with the ghost and what it reads as following each stroke.

    .venv/bin/python tests/tools/drawing_frames.py [--seconds 10]

A pen circles over a digit of which half is unknown. For a processor as it is, and for one four times as slow:
    frames over 20 ms     their share of all (a frame of a screen of 60 Hz takes 16.7)
    pen -> painted        from the pointer's event until the frame that shows it has been painted
    main thread           the processor's time that the page's main thread takes for each frame, which others' work
                          on a busy machine does not add to
"""

import argparse
import math
import time

from moving_picture import opening
from page_speed import report
from visitor import until

WINDOW = {"width": 1366, "height": 768}
LONG = 20  # ms
SLOWER = (1, 4)  # times
PARTS = ("TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
PACE = 0.008  # seconds between two moves of the pen

# Notes how long each frame takes, and how long after the pointer's event it has been painted.
OBSERVE = """() => {
  const seen = (window.seen = { frames: [], pen: [], on: true });
  const note = (since) => seen.pen.push(performance.now() - since);
  document.querySelector("#draw-pad canvas").addEventListener("pointermove", ({ timeStamp, buttons }) => {
    if (!buttons) return;
    requestAnimationFrame(() => scheduler.postTask(() => note(timeStamp), { priority: "user-blocking" }));
  });
  let last = null;
  const frame = (now) => {
    if (last !== null) seen.frames.push(now - last);
    last = now;
    if (seen.on) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


def thread_times(send) -> dict[str, float]:
    """Seconds of the main thread so far, by what they went to."""
    metrics = send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in metrics if each["name"] in PARTS}


def circle(page, seconds: float) -> dict:
    box = page.locator("#draw-pad").bounding_box()
    x, y, radius = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3, box["width"] / 5
    page.mouse.move(x + radius, y)
    page.mouse.down()
    page.evaluate(OBSERVE)
    began = time.perf_counter()
    while (now := time.perf_counter() - began) < seconds:
        page.mouse.move(x + radius * math.cos(4 * now), y + radius * math.sin(4 * now))
        time.sleep(PACE)
    seen = page.evaluate("() => ((window.seen.on = false), window.seen)")
    page.mouse.up()
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    with opening(WINDOW) as opened:
        for slower in SLOWER:
            page = opened("light")
            page.locator("[data-preset=bottom]").click()
            until(page, "() => document.querySelector('.ghost')?.dataset.count === '24'")
            send = page.context.new_cdp_session(page).send
            send("Emulation.setCPUThrottlingRate", {"rate": slower})
            send("Performance.enable", {"timeDomain": "threadTicks"})
            before = thread_times(send)
            seen = circle(page, seconds)
            after = thread_times(send)
            page.close()
            share = sum(ms > LONG for ms in seen["frames"]) / len(seen["frames"])
            print(
                f"processor / {slower}: {share:.1%} of {len(seen['frames'])} frames over {LONG} ms",
                flush=True,
            )
            report("   a frame", seen["frames"])
            report("   pen -> painted", seen["pen"])
            spent = {name: 1000 * (after[name] - before[name]) / len(seen["frames"]) for name in PARTS}
            print(
                "   main thread, ms a frame:", {name: round(ms, 2) for name, ms in spent.items()}, flush=True
            )


if __name__ == "__main__":
    main()
