"""How well a classifier that sees the pixels of the known cells knows the label.

A completion without a label draws one from p(label | known cells). So completions read as the true digit as
often as this is probable, in the mean. How far could that be raised? This gives an idea, but no strict bound:
a longer training may know more, and the codes of known cells were encoded with the whole picture around them.
The classifier is the evaluator's network, trained with the sets of known cells that the prior learns from.

`python -m train.baselines.known_pixels` puts its figures into metrics.json, by what is unknown, for the
pictures on which the prior's knowledge of the label is measured (train/measure/label_accuracy.py).
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from train.data import datasets
from train.data.augment import affine, to_pixels
from train.data.masks import evaluation_masks, random_known
from train.measure import records
from train.measure.classifier import Classifier, ClassifierSettings, classify, fit
from train.measure.label_accuracy import knowledge, number_of
from train.measure.subject import PICTURES, Subject
from train.runtime.folders import Folders, run_stage
from train.runtime.settings import setting

HIDDEN = -1.0  # what the classifier sees for the pixels of unknown cells; the others are in [0,1]


@dataclass
class KnownPixelsSettings(ClassifierSettings):
    """Settings of the classifier: the evaluator's, for a longer training."""

    epochs: int = setting(20, "passes over the training images")
    batch: int = setting(256, "images a step")


def hide(images: Tensor, known: Tensor) -> Tensor:
    """Images (N,1,S,S) with HIDDEN outside of the known cells, bool (N,G,G)."""
    return images.masked_fill(~to_pixels(known, images.shape[-1] // known.shape[-1]), HIDDEN)


def table(model: Classifier, images: Tensor, labels: Tensor, grid: int) -> dict:
    """As `label_accuracy`, from pixels: images (N,1,S,S), labels int64 (N,)."""
    figures = {}
    for name, known in evaluation_masks(grid).items():
        if known.any():
            p, _ = classify(model, hide(images, known.expand(len(images), -1, -1)))
            figures[name] = knowledge(p, labels)
    return figures


def run(folders: Folders, s: KnownPixelsSettings, number: int = 0) -> dict:
    """Train and measure; written into metrics.json as "known_pixels". number: of test pictures, 0 for all."""
    subject = Subject(folders, number=number)
    grid = subject.model.grid_shape[0]

    def known_part(images: Tensor, generator: torch.Generator) -> Tensor:
        return hide(affine(images, generator), random_known(len(images), grid, generator))

    digits = datasets.load(subject.dataset, folders.data, "train", s.images)
    model = fit(s, digits, subject.model.num_labels, "known pixels", known_part)
    measured_on = number_of(subject)
    images = subject.pictures.images[:measured_on, None].float() / 255
    figures = table(model, images, subject.pictures.labels[:measured_on], grid)
    records.publish(folders, "known_pixels", subject.of(*PICTURES) | {"settings": asdict(s)}, figures)
    return figures


def main() -> None:
    run_stage(
        "python -m train.baselines.known_pixels",
        __doc__,
        KnownPixelsSettings,
        lambda s, folders: run(folders, s),
        out="--weights",
    )


if __name__ == "__main__":
    main()
