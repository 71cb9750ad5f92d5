"""Everything in order: VQ-VAE -> codes -> prior -> where the sliders start -> metrics. `python -m train --data DIR --out DIR`."""

import argparse
import time

from train import choose_defaults, evaluate, prior, vqvae
from train.classifier import ClassifierSettings
from train.output import add_folder_arguments, folders_from
from train.prior import PriorSettings
from train.vqvae import VQVAESettings

# The whole chain on little data: proves that it runs, not that it learns.
QUICK_VQVAE = VQVAESettings(images=5_000, width=64, encoder_blocks=2, epochs=2, warmup_steps=30, doodle_number=1_000)
QUICK_PRIOR = PriorSettings(images=5_000, width=48, layers=4, context_width=64, context_blocks=2, epochs=2, plain_epochs=1)
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
    else:
        choose_defaults.run(folders)
        evaluate.run(folders)
    print(f"all done in {(time.time() - started) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
