"""How long the page's prior takes to answer, in node and in browsers, against what an idle core may take.

    python tests/tools/prior_speed.py [--repeats 15] [--in node chromium firefox] [--plain] [--cores 0.25]

Prints for each question the median and the least time in ms. On a busy machine both are too long: "at 30
GFLOP/s" is the median of times multiplied by the speed of a product of matrices just before and after each,
relative to 30 GFLOP/s, which an idle core reaches. With --cores the processes get that share of a core by a
quota (Linux, as root), as on a cheap phone, and are allowed as much more time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import static_server
import webdriver
from chromium import DEBIAN_CHROMIUM, FLAGS
from playwright.sync_api import sync_playwright

import vqdemo

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {  # ms on an idle core
    "conditionals with a label": 12,
    "conditionals without": 95,
    "8 alternatives with a label": 40,
    "the first of them": 20,
    "8 alternatives without": 110,
    "the first of these": 85,
    "log_prob of 8 alternatives without": 150,
    "16 samples, guided": 80,
    "label_probs with unknown cells": 85,
    "label_probs with all cells but one": 85,
}

PERIOD = 20_000  # microseconds: of each, the processes get their share

IN_NODE = """
import { readFileSync } from "node:fs";
import { measure } from "SCRIPT";
const given = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const { buffer, byteOffset, byteLength } = readFileSync(given.weights);
console.log(JSON.stringify(measure({ ...given, file: buffer.slice(byteOffset, byteOffset + byteLength) })));
"""

IN_PAGE = """
async (given) => {
  const source = `import { measure } from "${location.origin}/tests/tools/prior_speed.mjs";
    onmessage = async ({ data }) => {
      const file = await (await fetch(data.weights)).arrayBuffer();
      postMessage(measure({ ...data, file }));
    };
    postMessage("ready");`;
  const blob = new Blob([source], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(blob), { type: "module" });
  return await new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => (data === "ready" ? worker.postMessage(given) : resolve(data));
  });
}
"""


def limit_processor(cores: float) -> None:
    """This process and those that it starts get so many cores, by a control group, version 2 or 1."""
    group = Path("/sys/fs/cgroup/vqdemo-speed")
    if (group.parent / "cgroup.controllers").exists():
        group.mkdir(exist_ok=True)
        (group / "cpu.max").write_text(f"{round(cores * PERIOD)} {PERIOD}")
    else:
        group = group.parent / "cpu" / group.name
        group.mkdir(exist_ok=True)
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(round(cores * PERIOD)))
    (group / "cgroup.procs").write_text(str(os.getpid()))


def in_node(given: dict) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        program, questions = Path(folder) / "program.mjs", Path(folder) / "given.json"
        program.write_text(IN_NODE.replace("SCRIPT", (ROOT / "tests/tools/prior_speed.mjs").as_uri()))
        questions.write_text(json.dumps(given | {"weights": str(ROOT / "weights/prior.safetensors")}))
        return json.loads(
            subprocess.run(["node", program, questions], check=True, capture_output=True, text=True).stdout
        )


@contextmanager
def opened_page(name: str):
    """A page of a browser, with `goto` and `evaluate`: Debian's Chromium or Firefox."""
    if name == "firefox":
        with webdriver.opened(name) as page:
            yield page
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=DEBIAN_CHROMIUM, args=FLAGS)
        yield browser.new_page()
        browser.close()


def in_browser(name: str, given: dict) -> dict:
    with static_server.serving(ROOT) as address, opened_page(name) as page:
        page.goto(f"{address}/vqdemo/ui/static/views/nav/nav.html")
        return page.evaluate(IN_PAGE, given | {"weights": f"{address}/weights/prior.safetensors"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument(
        "--in",
        dest="places",
        nargs="+",
        default=["node", "chromium"],
        choices=["node", "chromium", "firefox"],
    )
    parser.add_argument("--plain", action="store_true", help="by plain loops, as without SIMD")
    parser.add_argument("--cores", type=float, help="give the processes such a share of one core")
    arguments = parser.parse_args()
    slower = 1 / (arguments.cores or 1)
    model = vqdemo.load(ROOT / "weights")
    config = json.loads((ROOT / "weights" / "config.json").read_text())["prior"]
    grids = model.sample(10, seed=0, guidance=0.5).reshape(10, -1).tolist()
    given = {"config": config, "grids": grids, "repeats": arguments.repeats, "simd": not arguments.plain}
    if arguments.cores:
        limit_processor(arguments.cores)
    for place in arguments.places:
        result = in_node(given) if place == "node" else in_browser(place, given)
        print(
            f"\n{place}: product {result['matmul']:.1f} GFLOP/s (fastest {result['fastest']:.1f}), "
            f"loading {result['loading']:.0f} ms"
        )
        print(f"{'':38}{'median':>8}{'least':>8}{'at 30 GFLOP/s':>15}{'allowed':>9}")
        for name, allowed in ALLOWED.items():
            times = [result[kind][name] for kind in ("median", "least", "scaled")]
            print(f"{name:38}{times[0]:8.1f}{times[1]:8.1f}{times[2]:15.1f}{slower * allowed:9.0f}")


if __name__ == "__main__":
    main()
