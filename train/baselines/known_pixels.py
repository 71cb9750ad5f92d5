"""What the pixels of the known cells tell of the label: the most that completions can be expected to tell.

A completion without a label draws one from p(label | known cells). So completions read as the true digit as
often as this is probable, in the mean. How far could that be raised? A classifier that sees the pixels of the
known cells, which hold all that their codes do, gives an answer. It is the evaluator's network, trained with
the sets of known cells that the prior is trained with.

`python -m train.baselines.known_pixels` puts its figures into metrics.json, by what is unknown, for the
pictures on which completions are measured.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from train.data import datasets
from train.data.augment import affine, to_pixels
from train.data.masks import evaluation_masks, random_known
from train.measure import records
from train.measure.classifier import Classifier, classify
from train.measure.subject import PICTURES, Subject
from train.runtime.checkpoint import epoch_generator
from train.runtime.device import autocast
from train.runtime.folders import Folders, parsed
from train.runtime.schedule import learning_rate
from train.runtime.settings import at_least_one, setting

HIDDEN = -1.0  # what the classifier sees for the pixels of unknown cells; the others are in [0,1]


@dataclass
class KnownPixelsSettings:
    """Settings of the classifier. Raises ValueError for those that nothing can be trained with."""

    images: int = setting(0, "use only so many of the training images, 0 for all")
    epochs: int = setting(20, "passes over the training images")
    batch: int = setting(256, "images a step")
    learning_rate: float = setting(2e-3, "peak of the schedule")
    seed: int = setting(0, "seed of everything random")

    def __post_init__(self):
        at_least_one(self, "batch", "epochs")


def hide(images: Tensor, known: Tensor) -> Tensor:
    """Images (N,1,S,S) with HIDDEN outside of the known cells, bool (N,G,G)."""
    return images.masked_fill(~to_pixels(known, images.shape[-1] // known.shape[-1]), HIDDEN)


def trained(s: KnownPixelsSettings, dataset: str, folder: Path, grid: int) -> Classifier:
    """The classifier, trained on the data set's training images, slightly warped, with random known cells."""
    digits = datasets.load(dataset, folder, "train", s.images)
    torch.manual_seed(s.seed)
    model = Classifier(len(datasets.class_names(dataset))).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    batch = min(s.batch, len(digits.images))
    steps = len(digits.images) // batch
    for epoch in range(s.epochs):
        generator = epoch_generator(s.seed, epoch)
        order = torch.randperm(len(digits.images), generator=generator)
        for i in tqdm(range(steps), desc=f"known pixels {epoch + 1}/{s.epochs}", mininterval=2):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(epoch * steps + i, s.epochs * steps, s.learning_rate)
            rows = order[i * batch : (i + 1) * batch]
            images = affine(digits.images[rows][:, None].float() / 255, generator)
            with autocast("cpu"):
                logits = model(hide(images, random_known(batch, grid, generator)))
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(logits.float(), digits.labels[rows]).backward()
            optimizer.step()
    return model.eval().requires_grad_(False)


def table(model: Classifier, images: Tensor, labels: Tensor, grid: int) -> dict:
    """As `label_accuracy`, from pixels: images (N,1,S,S), labels int64 (N,)."""
    figures = {}
    for name, known in evaluation_masks(grid).items():
        if known.any():
            p, _ = classify(model, hide(images, known.expand(len(images), -1, -1)))
            figures[name] = {
                "accuracy": float((p.argmax(1) == labels).float().mean()),
                "probability_of_truth": float(p.gather(1, labels[:, None]).mean()),
            }
    return figures


def run(folders: Folders, s: KnownPixelsSettings, number: int = 0) -> dict:
    """Train and measure; written into metrics.json as "known_pixels". number: of test pictures, 0 for all."""
    subject = Subject(folders, number=number)
    grid = subject.model.grid_shape[0]
    model = trained(s, subject.dataset, folders.data, grid)
    images = subject.pictures.images[: subject.repeated, None].float() / 255
    figures = table(model, images, subject.pictures.labels[: subject.repeated], grid)
    records.publish(folders, "known_pixels", subject.of(*PICTURES) | {"settings": asdict(s)}, figures)
    return figures


def main() -> None:
    settings, folders = parsed(
        "python -m train.baselines.known_pixels", __doc__, KnownPixelsSettings, out="--weights"
    )
    run(folders, settings)


if __name__ == "__main__":
    main()
