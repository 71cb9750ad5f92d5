"""Everything in order: VQ-VAE -> codes -> prior -> where the sliders start -> metrics -> pictures and film.

`python -m train --data DIR --out DIR`. The folder of weights gets both networks at once, when the second is
trained. What has been trained, chosen or measured already with these settings is not done again.
"""

import argparse
import time
from dataclasses import replace

from train import choose_defaults, evaluate, prior, vqvae
from train.measure.classifier import ClassifierSettings
from train.measure.subject import Subject
from train.prior import PriorSettings
from train.report import charts, film, montages
from train.runtime import distributed
from train.runtime.folders import Folders, add_folder_arguments, folders_from, usage_errors
from train.runtime.settings import add_arguments
from train.runtime.weights_folder import finished, move
from train.vqvae import VQVAESettings

# The whole chain on little data: proves that it runs, not that it learns.
QUICK_VQVAE = VQVAESettings(
    images=3_000, width=64, encoder_blocks=2, epochs=2, warmup_steps=30, doodle_number=1_000
)
QUICK_PRIOR = PriorSettings(
    images=3_000, width=32, layers=4, after_features=32, head_width=64, epochs=2, plain_epochs=1, compile=0
)
QUICK_EVALUATOR = ClassifierSettings(images=3_000, epochs=1)
QUICK_SAMPLES = 30  # for each setting of the sliders; one at least of each class
QUICK_MEASUREMENT = {"number": 500, "pixel_coder_steps": 30, "evaluator": QUICK_EVALUATOR}


def train_both(vqvae_settings: VQVAESettings, prior_settings: PriorSettings, folders: Folders) -> None:
    """Train the VQ-VAE, then the prior on its codes. The weights are replaced when both are trained."""
    if finished(folders.out, "vqvae", vqvae_settings):
        prior.run(prior_settings, folders)
        return
    draft = replace(folders, out=folders.runs / "weights")
    draft.out.mkdir(exist_ok=True)
    vqvae.run(vqvae_settings, draft)
    prior.run(prior_settings, draft)
    if distributed.rank() == 0:
        move(draft.out, folders.out)
    distributed.wait()


def train_and_measure(arguments: argparse.Namespace) -> None:
    """All stages in order, as the command line says."""
    started = time.time()
    vqvae_settings, prior_settings = VQVAESettings(), PriorSettings()
    if arguments.quick:
        vqvae_settings, prior_settings = QUICK_VQVAE, QUICK_PRIOR
    vqvae_settings = replace(
        vqvae_settings, dataset=arguments.dataset, codes=arguments.codes, grid=arguments.grid
    )
    folders = folders_from(arguments)
    with distributed.group():
        train_both(vqvae_settings, prior_settings, folders)
        if distributed.rank() > 0:
            return  # the rest is for one process
    if arguments.quick:
        choose_defaults.run(folders, QUICK_SAMPLES, QUICK_EVALUATOR)
        evaluate.run(Subject(folders, **QUICK_MEASUREMENT))
    else:
        choose_defaults.run(folders)
        evaluate.run(Subject(folders))
    montages.run(folders)
    charts.run(folders.out, folders.runs)
    try:
        film.run(folders.out, folders.runs)
    except (FileNotFoundError, ValueError) as error:  # snapshots of another training, or of none
        print(f"no film: {error}")
    print(f"all done in {(time.time() - started) / 60:.0f} minutes")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Train the VQ-VAE and the prior on MNIST, or on other pictures, and measure them.",
        epilog="Settings of the stages: python -m train.vqvae --help, python -m train.prior --help.",
    )
    add_folder_arguments(parser)
    add_arguments(parser, VQVAESettings, only=("dataset", "codes", "grid"))
    parser.add_argument(
        "--quick", action="store_true", help="small networks on little data, in a few minutes on two cores"
    )
    arguments = parser.parse_args()
    with usage_errors(parser):
        train_and_measure(arguments)


if __name__ == "__main__":
    main()
