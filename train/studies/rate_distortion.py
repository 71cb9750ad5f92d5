"""What a larger codebook buys: the VQ-VAE trained with 16 to 256 codes, all for the same few epochs.

`python -m train.studies.rate_distortion` puts the points into metrics.json; train/report/charts.py draws
them. Rate is the entropy of code use on the test digits, in bits per cell: what a coder would need that knows
how often each code comes, but no prior. The pictures are of the data set that the weights were trained on.
"""

import math
from dataclasses import asdict, dataclass, replace

from train import vqvae
from train.data import datasets
from train.measure import records
from train.measure.reconstruction import fidelity
from train.runtime.device import best_device
from train.runtime.folders import Folders, run_stage
from train.runtime.settings import at_least, numbers_of, setting
from train.runtime.weights_folder import dataset_of
from train.vqvae import VQVAESettings


@dataclass
class RateDistortionSettings:
    """Settings of the sweep. Raises ValueError for those that nothing can be trained with."""

    codes: str = setting("16,32,64,128,256", "sizes of the codebook")
    epochs: int = setting(
        2, "passes over the training images for each, with a whole schedule of the learning rate"
    )
    images: int = setting(0, "use only so many of the training images, 0 for all")

    def __post_init__(self):
        for codes in numbers_of(self, "codes"):
            VQVAESettings(codes=codes)
        at_least(self, 1, "epochs")
        at_least(self, 0, "images")


def point(settings: VQVAESettings, folders: Folders, device: str) -> dict:
    """Train and measure on the test digits; goes on where it was cut off."""
    own = replace(folders, runs=folders.runs / f"codes_{settings.codes}")
    own.runs.mkdir(exist_ok=True)
    model = vqvae.train(settings, own, device)
    measured = fidelity(model, datasets.load(settings.dataset, folders.data, "test").images)
    rate = math.log2(measured["perplexity"])
    return {"codes": settings.codes, "epochs": settings.epochs, "bits_per_cell": rate, "mse": measured["mse"]}


def run(folders: Folders, s: RateDistortionSettings, ours: VQVAESettings | None = None) -> list[dict]:
    """All points, written into metrics.json as "rate_distortion". ours: what is the same for all of them."""
    dataset = dataset_of(folders.out)
    ours = replace(ours or VQVAESettings(), dataset=dataset, epochs=s.epochs, images=s.images)
    points = [point(replace(ours, codes=codes), folders, best_device()) for codes in numbers_of(s, "codes")]
    records.publish(folders, "rate_distortion", {"dataset": dataset, "settings": asdict(s)}, points)
    return points


def main() -> None:
    run_stage(
        "python -m train.studies.rate_distortion",
        __doc__,
        RateDistortionSettings,
        lambda s, folders: run(folders, s),
        out="--weights",
    )


if __name__ == "__main__":
    main()
