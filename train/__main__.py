"""Everything in order: VQ-VAE -> codes -> prior -> where the sliders start -> metrics -> baseline of the prior -> pictures. `python -m train --data DIR --out DIR`."""

import argparse
import time
from dataclasses import replace

from train import choose_defaults, evaluate, figures, prior, raster_baseline, vqvae
from train.classifier import ClassifierSettings
from train.output import add_folder_arguments, folders_from
from train.prior import PriorSettings
from train.vqvae import VQVAESettings

# The whole chain on little data: proves that it runs, not that it learns.
QUICK_VQVAE = VQVAESettings(images=5_000, width=64, encoder_blocks=2, epochs=2, warmup_steps=30, doodle_number=1_000)
QUICK_PRIOR = PriorSettings(images=5_000, width=32, layers=4, head_width=64, epochs=2, plain_epochs=1, compile=0)
QUICK_BASELINE = replace(QUICK_PRIOR, after=0)
QUICK_JUDGE = ClassifierSettings(images=5_000, epochs=1)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m train", description="Train the VQ-VAE and the prior on MNIST and measure them.",
        epilog="Settings of the stages: python -m train.vqvae --help, python -m train.prior --help.",
    )  # fmt: skip
    add_folder_arguments(parser)
    parser.add_argument("--quick", action="store_true", help="small networks on little data, in a few minutes on two cores")
    arguments = parser.parse_args()
    folders = folders_from(arguments)
    started = time.time()
    vqvae.run(QUICK_VQVAE if arguments.quick else VQVAESettings(), folders)
    prior.run(QUICK_PRIOR if arguments.quick else PriorSettings(), folders)
    if arguments.quick:
        choose_defaults.run(folders, number=20, judge=QUICK_JUDGE)
        evaluate.run(folders, number=500, judge=QUICK_JUDGE)
        raster_baseline.run(folders, QUICK_BASELINE, number=500, few=2, particles=16)
    else:
        choose_defaults.run(folders)
        evaluate.run(folders)
        raster_baseline.run(folders)
    figures.run(folders.out)
    print(f"all done in {(time.time() - started) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
