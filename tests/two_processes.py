"""Training in two processes, each with half of every batch, beside training in one: do the loss curves agree?

`python tests/two_processes.py` prints both curves; tests/test_distributed.py does the same at a smaller size.
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOSSES = {"vqvae.csv": "mse", "prior.csv": "nats_a_grid"}
ONE, TWO = (sys.executable,), (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


def curves(start: tuple[str, ...], folder: Path, *options: str) -> dict[str, list[float]]:
    """Both stages' mean loss of each epoch, of a training started in this way."""
    command = [*start, "-m", "tests.small_training", str(folder), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    result = {}
    for log, loss in LOSSES.items():
        with open(folder / "runs" / log, newline="", encoding="utf-8") as file:
            result[loss] = [float(row[loss]) for row in csv.DictReader(file)]
    return result


def main() -> None:
    options = sys.argv[1:] or ["--images", "12000", "--width", "64", "--epochs", "5"]
    with tempfile.TemporaryDirectory() as folder:
        one, two = curves(ONE, Path(folder) / "one", *options), curves(TWO, Path(folder) / "two", *options)
    for loss in one:
        for epoch, (a, b) in enumerate(zip(one[loss], two[loss], strict=True), start=1):
            print(f"{loss:12} epoch {epoch}: {a:10.5f} in one process, {b:10.5f} in two, {100 * (b / a - 1):+.2f} %")


if __name__ == "__main__":
    main()
