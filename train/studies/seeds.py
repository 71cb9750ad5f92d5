"""How much of a figure is luck: both networks trained from several seeds, each for a quarter of the length, and measured alike.

`python -m train.studies.seeds` adds mean and standard deviation of each figure to metrics.json; a run with `--seeds 0` or `1,2` alone trains and
measures these, so that several processes can share the work, and the last one finds the others' results in `runs`.
"""

import json
import statistics
from dataclasses import dataclass, replace

import vqdemo
from train.__main__ import train_both
from train.data import datasets
from train.evaluate import fingerprints
from train.measure import likelihood, reconstruction, samples
from train.measure.classifier import ClassifierSettings, trained
from train.prior import PriorSettings
from train.runtime.settings import setting
from train.runtime.weights_folder import Folders, add_metrics, parsed, read_json, write_json
from train.vqvae import VQVAESettings

QUARTER_VQVAE = VQVAESettings(epochs=-(-VQVAESettings().epochs // 4))
QUARTER_PRIOR = PriorSettings(epochs=-(-PriorSettings().epochs // 4), plain_epochs=1)
SAMPLED_WITH = {"temperature": 1.0, "top_p": 1.0, "guidance": 0.35}  # alike for all seeds


@dataclass
class SpreadSettings:
    """Settings of the comparison."""

    seeds: str = setting("0,1,2", "seeds to train from")
    number: int = setting(0, "use only so many of the test pictures, 0 for all")


def measured(folders: Folders, number: int, judge: ClassifierSettings) -> dict[str, float]:
    """The figures of one folder of weights on the test digits."""
    model = vqdemo.load(folders.out)
    test, train = (datasets.mnist(folders.data, split, some) for split, some in (("test", number), ("train", 0)))
    few = min(len(test.images), 2_000)
    reference = samples.Reference(trained(judge, folders.data, folders.runs / "classifier.safetensors"), train.images, test.images, few)
    fidelity = reconstruction.fidelity(model.vqvae, test.images)
    nats = likelihood.likelihood(model, reconstruction.encode(model.vqvae, test.images), test.labels)
    drawn = samples.samples(model, reference, SAMPLED_WITH)
    return (
        {name: fidelity[name] for name in ("mse", "psnr_db", "ssim", "perplexity")}
        | {f"nats: {mask}": figures["mean"] for mask, figures in nats.items()}
        | {name: drawn[name] for name in ("asked_digit", "confident", "frechet", "precision", "recall")}
    )


def one_seed(seed: int, settings: tuple[VQVAESettings, PriorSettings], folders: Folders, number: int, judge: ClassifierSettings) -> dict:
    """Train and measure; goes on where it was cut off, and reads the figures back where they are of these very weights."""
    own = replace(folders, out=folders.runs / f"seed_{seed}" / "weights", runs=folders.runs / f"seed_{seed}" / "runs")
    own.out.mkdir(parents=True, exist_ok=True)
    own.runs.mkdir(exist_ok=True)
    train_both(*(replace(one, seed=seed) for one in settings), own)
    path, of = own.runs / "figures.json", fingerprints(own.out)
    kept = read_json(path)
    if kept.get("weights") != of:
        kept = {"weights": of, "figures": measured(replace(own, runs=folders.runs), number, judge)}  # one judge for all
        write_json(path, kept)
    return kept["figures"]


def run(
    folders: Folders, s: SpreadSettings, settings: tuple[VQVAESettings, PriorSettings] = (QUARTER_VQVAE, QUARTER_PRIOR),
    judge: ClassifierSettings | None = None,
) -> dict:  # fmt: skip
    """All seeds; with two or more, their mean and standard deviation go into metrics.json as "spread"."""
    seeds = [int(seed) for seed in s.seeds.split(",")]
    results = [one_seed(seed, settings, folders, s.number, judge or ClassifierSettings()) for seed in seeds]
    if len(seeds) < 2:
        print(json.dumps(results[0], indent=2))
        return {}
    columns = {name: [result[name] for result in results] for name in results[0]}
    figures = {name: {"mean": statistics.mean(values), "spread": statistics.stdev(values)} for name, values in columns.items()}
    epochs = {"vqvae": settings[0].epochs, "prior": settings[1].epochs}
    add_metrics(folders.out, spread={"seeds": seeds, "epochs": epochs, "figures": figures})
    return figures


def main() -> None:
    settings, folders = parsed("python -m train.studies.seeds", __doc__, SpreadSettings, out="--weights")
    run(folders, settings)


if __name__ == "__main__":
    main()
