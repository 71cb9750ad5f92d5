"""A small convolutional classifier of digits, or of whatever was trained on: the judge of samples, and the feature space in which they are compared."""

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from train.data import datasets
from train.data.augment import affine
from train.runtime.checkpoint import epoch_generator, load_kept, note_of, write_atomically
from train.runtime.device import autocast
from train.runtime.schedule import learning_rate
from train.runtime.settings import setting


@dataclass
class ClassifierSettings:
    """Settings of the judge."""

    images: int = setting(0, "use only so many of the training images, 0 for all")
    epochs: int = setting(5, "passes over the training images")
    batch: int = setting(128, "images a step")
    learning_rate: float = setting(2e-3, "peak of the schedule")
    seed: int = setting(0, "seed of everything random")


class Classifier(nn.Module):
    """Images (N,1,28,28) in [0,1] -> 128 features -> logits of the classes."""

    def __init__(self, num_labels: int = 10):
        super().__init__()

        def block(channels: int, out: int, **options) -> nn.Sequential:
            return nn.Sequential(nn.Conv2d(channels, out, 3, padding=1, **options), nn.BatchNorm2d(out), nn.ReLU())

        self.trunk = nn.Sequential(
            block(1, 32), nn.MaxPool2d(2), block(32, 64), nn.MaxPool2d(2), block(64, 128), block(128, 64), nn.Flatten(),
            nn.Dropout(0.3), nn.Linear(64 * 49, 128), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(128, num_labels)

    def features(self, images: Tensor) -> Tensor:
        return self.trunk(images)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(images))


def trained(settings: ClassifierSettings, folder: Path, kept: Path, dataset: str = "mnist") -> Classifier:
    """The judge, trained on a data set's images slightly warped; read back from `kept` if these settings made that file."""
    num_labels = len(datasets.class_names(dataset))
    model, note = Classifier(num_labels), note_of(settings=asdict(settings), dataset=dataset)
    if load_kept(kept, model, note):
        return model.eval().requires_grad_(False)
    digits = datasets.load(dataset, folder, "train", settings.images)
    torch.manual_seed(settings.seed)
    model = Classifier(num_labels).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    batch = min(settings.batch, len(digits.images))
    steps = len(digits.images) // batch
    for epoch in range(settings.epochs):
        generator = epoch_generator(settings.seed, epoch)
        order = torch.randperm(len(digits.images), generator=generator)
        for i in tqdm(range(steps), desc=f"classifier {epoch + 1}/{settings.epochs}", mininterval=2):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(epoch * steps + i, settings.epochs * steps, settings.learning_rate)
            some = order[i * batch : (i + 1) * batch]
            with autocast("cpu"):
                logits = model(affine(digits.images[some][:, None].float() / 255, generator))
            loss = F.cross_entropy(logits.float(), digits.labels[some], label_smoothing=0.02)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
    write_atomically(kept, model.state_dict(), note)
    return model.eval().requires_grad_(False)


@torch.no_grad()
def judge(classifier: Classifier, images: Tensor) -> tuple[Tensor, Tensor]:
    """Float images (N,1,28,28) -> probabilities (N,classes) and features (N,128)."""
    features = torch.cat([classifier.features(some) for some in images.split(1000)])
    return classifier.head(features).softmax(-1), features
