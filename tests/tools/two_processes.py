"""Training in two processes, each with half of every batch, beside training in one: do the loss curves agree?

`python -m tests.tools.two_processes` prints both curves of both stages; tests/training/test_distributed.py
does the same at a smaller size. Both ways train in float32: the rounding of bfloat16 alone lets two trainings
drift apart by some percent.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTS = {
    "one": [sys.executable],
    "two": [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"],
}
LOSSES = {"vqvae": "mse", "prior": "nats_per_grid"}
SIZES = {
    "vqvae": {"encoder_blocks": 2, "decoder_blocks": 2, "warmup_steps": 30, "doodle_number": 2000, "bf16": 0},
    "prior": {"layers": 3, "plain_epochs": 1, "compile": 0, "bf16": 0},
}


def curve(stage: str, start: list[str], folder: Path, options: dict) -> list[float]:
    """The mean loss of each epoch of a stage that is started in this way."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in (SIZES[stage] | options).items()]
    command = [
        *start,
        "-m",
        f"train.{stage}",
        f"--out={folder / 'weights'}",
        f"--runs={folder / 'runs'}",
        *flags,
    ]
    alone = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=alone, capture_output=True, text=True, timeout=1200, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with open(folder / "runs" / f"{stage}.csv", newline="", encoding="utf-8") as file:
        return [float(row[LOSSES[stage]]) for row in csv.DictReader(file)]


def compare(folder: Path, vqvae: dict, prior: dict) -> float:
    """Train both stages in both ways, the prior on the codes of the same VQ-VAE; the largest relative
    difference of an epoch's loss.
    """
    largest = 0.0
    for stage, options in (("vqvae", vqvae), ("prior", prior)):
        if stage == "prior":
            shutil.copytree(folder / "one" / "weights", folder / "two" / "weights", dirs_exist_ok=True)
        one, two = (curve(stage, start, folder / number, options) for number, start in STARTS.items())
        for epoch, (a, b) in enumerate(zip(one, two, strict=True), start=1):
            print(
                f"{stage:6} epoch {epoch}: {LOSSES[stage]} {a:10.5f} in one process, "
                f"{b:10.5f} in two, {100 * (b / a - 1):+.2f} %"
            )
            largest = max(largest, abs(b / a - 1))
    return largest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=12_000, help="training images (default: 12000)")
    parser.add_argument("--epochs", type=int, default=3, help="passes over them (default: 3)")
    arguments = parser.parse_args()
    same = {"images": arguments.images, "epochs": arguments.epochs}
    with tempfile.TemporaryDirectory() as folder:
        largest = compare(Path(folder), {"width": 64} | same, {"width": 32, "head_width": 64} | same)
    print(f"largest difference: {100 * largest:.2f} %")


if __name__ == "__main__":
    main()
