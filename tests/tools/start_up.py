"""How long the app takes until it answers, beside how long importing torch and gradio alone takes: medians of
paired runs, of the clock and of the processor, which other work on the machine disturbs less.

    .venv/bin/python tests/tools/start_up.py [--runs 7]

The two alternate, so that other work on the machine disturbs both alike. The app's files are in the
operating system's cache.
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


def processor_seconds(pid: int) -> float:
    """What a running process, with its ended children, has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def imports_alone() -> tuple[float, float]:
    """Seconds, of the clock and of the processor, of a process that imports torch and gradio, and ends at
    once.
    """
    began, before = time.perf_counter(), os.times()
    subprocess.run(
        [sys.executable, "-c", "import torch, gradio, os; os._exit(0)"], check=True, cwd=app_process.ROOT
    )
    took, after = time.perf_counter() - began, os.times()
    return took, after.children_user + after.children_system - before.children_user - before.children_system


def until_ready() -> tuple[float, float]:
    """The same from the start of the app until it has answered."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with app_process.running(Path(folder) / "log") as app:
            return time.perf_counter() - began, processor_seconds(app.process.pid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    imports_alone()
    until_ready()  # neither of the first two is counted
    pairs = [(imports_alone(), until_ready()) for _ in range(parser.parse_args().runs)]
    for i, name in enumerate(("clock", "processor")):
        alone, ready = (statistics.median(one[i] for one in column) for column in zip(*pairs, strict=True))
        print(
            f"{name}: importing torch and gradio {alone:.2f} s, the app ready {ready:.2f} s, ratio {ready / alone:.2f}"
        )


if __name__ == "__main__":
    main()
