"""Both trainings at a small size, as a program: `python -m tests.tools.small_training FOLDER`, or under
torchrun. For tests of training itself.

It skips, resumes and writes as `python -m train` does; FOLDER gets `weights` and `runs`.
"""

import argparse
import os
from pathlib import Path

from train.__main__ import train_both
from train.prior import PriorSettings
from train.runtime import distributed
from train.runtime.folders import Folders
from train.vqvae import VQVAESettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("MNIST_DIR") or "data"))
    a = parser.parse_args()
    folders = Folders(a.data, a.folder / "weights", a.folder / "runs")
    for folder in (folders.out, folders.runs):
        folder.mkdir(parents=True, exist_ok=True)
    vqvae = VQVAESettings(
        dataset=a.dataset,
        images=a.images,
        width=a.width,
        encoder_blocks=1,
        decoder_blocks=1,
        epochs=a.epochs,
        warmup_steps=10,
        doodle_number=200,
    )
    prior = PriorSettings(
        images=a.images,
        width=a.width,
        layers=2,
        head_width=a.width,
        epochs=a.epochs,
        plain_epochs=1,
        compile=0,
    )
    with distributed.group():
        train_both(vqvae, prior, folders)


if __name__ == "__main__":
    main()
