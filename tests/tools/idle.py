"""How much of a processor core the app takes while nobody uses it.

    .venv/bin/python tests/tools/idle.py [--seconds 30]

The seconds are counted once the start is over.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import app_process
from start_up import processor_seconds

SETTLE = 5  # seconds after the first answer, until nothing of the start is left to do


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, app_process.running(Path(folder) / "log") as app:
        time.sleep(SETTLE)
        before = processor_seconds(app.process.pid)
        time.sleep(seconds)
        print(f"{(processor_seconds(app.process.pid) - before) / seconds:.2%} of a core")


if __name__ == "__main__":
    main()
