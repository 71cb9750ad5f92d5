"""Seed variance: both networks trained from several seeds, for a quarter of the length, and measured.

`python -m train.studies.seeds` puts mean and standard deviation of each figure into metrics.json as
"seed_variance". A run with `--seeds 0` or `1,2` alone trains and measures these, so that several processes
can share the work; the last one finds the others' results in the folder of runs. The pictures are of the data
set that the weights were trained on.
"""

import json
import statistics
from dataclasses import dataclass, replace

from train.__main__ import train_both
from train.measure import records
from train.measure.classifier import ClassifierSettings
from train.measure.likelihood import likelihood
from train.measure.reconstruction import fidelity
from train.measure.samples import Reference, samples
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Subject
from train.prior import PriorSettings
from train.runtime.folders import Folders, run_stage
from train.runtime.settings import at_least, numbers_of, setting
from train.runtime.weights_folder import dataset_of
from train.vqvae import VQVAESettings

QUARTER_VQVAE = VQVAESettings(epochs=-(-VQVAESettings().epochs // 4))
QUARTER_PRIOR = PriorSettings(epochs=-(-PriorSettings().epochs // 4), plain_epochs=1)
SAMPLED_WITH = {"temperature": 1.0, "top_p": 1.0, "guidance": 0.35}  # alike for all seeds


@dataclass
class SeedSettings:
    """Settings of the comparison. Raises ValueError for those that nothing can be trained with."""

    seeds: str = setting("0,1,2", "seeds to train from")
    number: int = setting(0, "use only so many of the test pictures, 0 for all")

    def __post_init__(self):
        for seed in numbers_of(self, "seeds"):
            VQVAESettings(seed=seed)
        at_least(self, 0, "number")


def figures_of(subject: Subject) -> dict[str, float]:
    """The figures that are compared, of one folder of weights."""
    images = subject.pictures.images
    number = min(len(images), 2_000)
    reference = Reference(subject.evaluator, subject.training_images, images, number)
    redrawn = fidelity(subject.model.vqvae, images)
    nats = likelihood(subject.model, subject.codes, subject.pictures.labels)
    sampled = samples(subject.model, reference, SAMPLED_WITH)
    return (
        {name: redrawn[name] for name in ("mse", "psnr_db", "ssim", "perplexity")}
        | {f"nats: {mask}": figures["mean"] for mask, figures in nats.items()}
        | {name: sampled[name] for name in ("asked_digit", "confident", "frechet", "precision", "recall")}
    )


def one_seed(
    seed: int,
    settings: tuple[VQVAESettings, PriorSettings],
    folders: Folders,
    number: int,
    evaluator: ClassifierSettings | None,
) -> dict[str, float]:
    """Train and measure; goes on where it was cut off, and does not measure the same weights twice."""
    own = replace(
        folders, out=folders.runs / f"seed_{seed}" / "weights", runs=folders.runs / f"seed_{seed}" / "runs"
    )
    own.out.mkdir(parents=True, exist_ok=True)
    own.runs.mkdir(exist_ok=True)
    train_both(*(replace(stage, seed=seed) for stage in settings), own)
    # One evaluator for all.
    subject = Subject(replace(own, runs=folders.runs), number=number, evaluator=evaluator)
    of = subject.of(*PICTURES, VQVAE_FILE, PRIOR_FILE, "evaluator")
    return records.measured(own, "figures", of, lambda: figures_of(subject))


def run(
    folders: Folders,
    s: SeedSettings,
    settings: tuple[VQVAESettings, PriorSettings] = (QUARTER_VQVAE, QUARTER_PRIOR),
    evaluator: ClassifierSettings | None = None,
) -> dict:
    """All seeds; with two or more, mean and standard deviation of their figures go into metrics.json."""
    dataset, seeds = dataset_of(folders.out), numbers_of(s, "seeds")
    settings = replace(settings[0], dataset=dataset), settings[1]
    results = [one_seed(seed, settings, folders, s.number, evaluator) for seed in seeds]
    if len(seeds) < 2:
        print(json.dumps(results[0], indent=2))
        return {}
    columns = {name: [result[name] for result in results] for name in results[0]}
    figures = {
        name: {"mean": statistics.mean(values), "standard_deviation": statistics.stdev(values)}
        for name, values in columns.items()
    }
    epochs = {"vqvae": settings[0].epochs, "prior": settings[1].epochs}
    result = {"seeds": seeds, "epochs": epochs, "figures": figures}
    of = {"dataset": dataset, "seeds": seeds, "epochs": epochs}
    records.publish(folders, "seed_variance", of, result)
    return figures


def main() -> None:
    run_stage(
        "python -m train.studies.seeds",
        __doc__,
        SeedSettings,
        lambda s, folders: run(folders, s),
        out="--weights",
    )


if __name__ == "__main__":
    main()
