"""The evaluator: a small convolutional classifier of the data set's classes.

It tells whether samples and completions read as the digit that they should be, and its features are the space
in which sampled and real pictures are compared.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from train.data import datasets
from train.data.augment import affine
from train.data.datasets import Pictures
from train.runtime.checkpoint import epoch_generator
from train.runtime.device import autocast
from train.runtime.files import load_if_made_with, metadata_of, write_tensors
from train.runtime.schedule import learning_rate
from train.runtime.settings import at_least, setting


@dataclass
class ClassifierSettings:
    """Settings of the evaluator. Raises ValueError for those that nothing can be trained with."""

    images: int = setting(0, "use only so many of the training images, 0 for all")
    epochs: int = setting(5, "passes over the training images")
    batch: int = setting(128, "images a step")
    learning_rate: float = setting(2e-3, "peak of the schedule")
    seed: int = setting(0, "seed of everything random")

    def __post_init__(self):
        at_least(self, 1, "batch", "epochs")


class Classifier(nn.Module):
    """Images (N,1,28,28) in [0,1] -> 128 features -> logits of the classes."""

    def __init__(self, num_labels: int = 10):
        super().__init__()

        def block(channels: int, out: int, **options) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(channels, out, 3, padding=1, **options), nn.BatchNorm2d(out), nn.ReLU()
            )

        self.trunk = nn.Sequential(
            block(1, 32),
            nn.MaxPool2d(2),
            block(32, 64),
            nn.MaxPool2d(2),
            block(64, 128),
            block(128, 64),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(64 * 49, 128),
            nn.ReLU(),
        )
        self.head = nn.Linear(128, num_labels)

    def features(self, images: Tensor) -> Tensor:
        return self.trunk(images)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(images))


def fit(
    settings: ClassifierSettings,
    digits: Pictures,
    num_labels: int,
    name: str,
    augment: Callable[[Tensor, torch.Generator], Tensor],
    label_smoothing: float = 0.0,
) -> Classifier:
    """A classifier trained on these pictures; name: what its progress is shown as.

    augment: float (N,1,S,S) in [0,1] -> what the classifier is to see of them, of that shape.
    """
    torch.manual_seed(settings.seed)
    model = Classifier(num_labels).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    batch_size = min(settings.batch, len(digits.images))
    steps = len(digits.images) // batch_size
    for epoch in range(settings.epochs):
        generator = epoch_generator(settings.seed, epoch)
        order = torch.randperm(len(digits.images), generator=generator)
        for i in tqdm(range(steps), desc=f"{name} {epoch + 1}/{settings.epochs}", mininterval=2):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(
                    epoch * steps + i, settings.epochs * steps, settings.learning_rate
                )
            batch = order[i * batch_size : (i + 1) * batch_size]
            with autocast("cpu"):
                logits = model(augment(digits.images[batch][:, None].float() / 255, generator))
            loss = F.cross_entropy(logits.float(), digits.labels[batch], label_smoothing=label_smoothing)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
    return model.eval().requires_grad_(False)


def trained(settings: ClassifierSettings, folder: Path, path: Path, dataset: str = "mnist") -> Classifier:
    """The evaluator, trained on a data set's training images, slightly warped.

    Read from `path` if these settings made that file, else written to it.
    """
    num_labels = len(datasets.class_names(dataset))
    model, metadata = Classifier(num_labels), metadata_of(settings=asdict(settings), dataset=dataset)
    if load_if_made_with(path, model, metadata):
        return model.eval().requires_grad_(False)
    digits = datasets.load(dataset, folder, "train", settings.images)
    model = fit(settings, digits, num_labels, "classifier", affine, label_smoothing=0.02)
    write_tensors(path, model.state_dict(), metadata)
    return model


@torch.no_grad()
def classify(classifier: Classifier, images: Tensor) -> tuple[Tensor, Tensor]:
    """Float images (N,1,28,28) in [0,1] -> probabilities (N,num_labels) and features (N,128)."""
    features = torch.cat([classifier.features(batch) for batch in images.split(1000)])
    return classifier.head(features).softmax(-1), features


def accuracy(classifier: Classifier, images: Tensor, labels: Tensor) -> float:
    """Share of float images (N,1,28,28) whose likeliest class is their label, int64 (N,)."""
    return float((classify(classifier, images)[0].argmax(1) == labels).float().mean())
