"""How long the app takes until it answers, beside how long importing torch and gradio alone takes: medians of paired runs.

    .venv/bin/python tests/start_up.py [--runs 7]

The two alternate, so that other work on the machine disturbs both alike. The app's files are in the operating system's cache.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import app_process


def imports_alone() -> float:
    """Seconds of a process that imports torch and gradio, and ends at once."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, gradio, os; os._exit(0)"], check=True, cwd=app_process.ROOT)
    return time.perf_counter() - began


def until_ready() -> float:
    """Seconds from the start of the app until it has answered."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with app_process.running(Path(folder) / "log"):
            return time.perf_counter() - began


def paired(runs: int) -> tuple[list[float], list[float]]:
    """Seconds of imports alone and until ready, in turns, after one run of each that is not counted."""
    imports_alone()
    until_ready()
    pairs = [(imports_alone(), until_ready()) for _ in range(runs)]
    return tuple(map(list, zip(*pairs, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    alone, ready = paired(parser.parse_args().runs)
    ratios = [b / a for a, b in zip(alone, ready, strict=True)]
    print(f"importing torch and gradio {statistics.median(alone):.2f} s, the app ready {statistics.median(ready):.2f} s, "
          f"ratio {statistics.median(ready) / statistics.median(alone):.2f} (of pairs: {min(ratios):.2f} to {max(ratios):.2f})")  # fmt: skip


if __name__ == "__main__":
    main()
