"""Training killed at random moments, and started again until it is done: are the weights those of an
undisturbed run?

`python -m tests.tools.kill_training --times 20` kills `python -m tests.tools.small_training` with SIGKILL and
says how far it had come. At each kill the folder of weights must hold both networks whole, or none.
tests/training/test_kill.py does the same a few times.
"""

import argparse
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import vqdemo

ROOT = Path(__file__).resolve().parents[2]


def start(folder: Path, options: list[str]) -> subprocess.Popen:
    """The training, in a process of its own; its log goes on where that of the last start ended."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.tools.small_training", str(folder), *options]
    with open(folder / "log", "a") as log:
        return subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )


def result(process: subprocess.Popen, folder: Path, seconds: float) -> dict[str, str] | None:
    """SHA-256 of both networks when the training has ended, None if it has not after so many seconds."""
    try:
        assert process.wait(seconds) == 0, (folder / "log").read_text()[-3000:]
    except subprocess.TimeoutExpired:
        return None
    vqdemo.load(folder / "weights")
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "weights").glob("*.safetensors")
    }


def whole_or_none(weights: Path) -> str:
    """Which of the two a folder of weights is. Raises what `vqdemo.load` does if it is neither."""
    if not (weights / "config.json").exists():
        return "no weights yet"
    vqdemo.load(weights)
    return "whole weights"


def progress(log: Path) -> str:
    """How far a training has come, from its log."""
    return (["starting", *re.findall(r"(?:VQ-VAE|prior) \d+/\d+: +\d+%|wrote .*", log.read_text())])[-1]


def kill_and_go_on(folder: Path, times: int, seed: int, *options: str) -> int:
    """Train undisturbed; then kill trainings `times` times, a new one begins when one has ended, and compare
    all weights.

    Returns how many trainings there were. Raises AssertionError if weights differ, FileNotFoundError or
    ValueError if they are broken.
    """
    began, chance = time.monotonic(), random.Random(seed)
    undisturbed = result(start(folder / "undisturbed", options), folder / "undisturbed", 600)
    took = time.monotonic() - began
    print(f"undisturbed: {took:.0f} s, {undisturbed}", flush=True)
    trainings = kills = 0
    while True:
        here = folder / str(trainings)
        process, seconds = start(here, options), chance.uniform(0, took) if kills < times else 600
        weights = result(process, here, seconds)
        if weights is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            print(
                f"kill {kills}: after {seconds:.1f} s, {progress(here / 'log')}, "
                f"{whole_or_none(here / 'weights')}",
                flush=True,
            )
            continue
        assert weights == undisturbed, f"{here}: {weights}"
        print("ended with the same weights", flush=True)
        trainings += 1
        if kills == times:
            return trainings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="kills (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments (default: 0)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trainings = kill_and_go_on(Path(folder), arguments.times, arguments.seed)
    print(
        f"{arguments.times} kills in {trainings} trainings, "
        "all of which ended with the weights of an undisturbed one"
    )


if __name__ == "__main__":
    main()
