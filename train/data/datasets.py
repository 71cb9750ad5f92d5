"""Pictures as tensors in memory: MNIST or one of its relatives, or a folder.

MNIST and its relatives are read and downloaded by torchvision.
"""

import os
from pathlib import Path
from typing import NamedTuple

import torch
from PIL import Image, ImageOps
from torch import Tensor

from train.runtime import distributed

SIZE = 28  # pixels along each side
HELD_OUT = 5_000  # training images kept back while settings are chosen; the test split is only for reporting
# Our names of data sets, and torchvision's classes.
NAMES = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST", "emnist-letters": "EMNIST"}
SPLITS = ("train", "test", "fit", "held-out")


class Pictures(NamedTuple):
    """A split of a data set."""

    images: Tensor  # uint8 (N,28,28), 0 is paper and 255 is ink
    labels: Tensor  # int64 (N,), counted from 0


def import_torchvision_datasets():
    """torchvision.datasets, also where a CPU build of torch meets a torchvision compiled for CUDA.

    Such a torchvision fails at import because its compiled operators are missing; the data sets are pure
    Python and need none of them. Declaring the two names that it looks for lets the import go on.
    """
    try:
        from torchvision import datasets
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
        import_torchvision_datasets.library = library  # the declarations live as long as this object
        from torchvision import datasets
    return datasets


def check(dataset: str) -> None:
    """ValueError unless it is the name of a data set, or a folder with a subfolder for each class."""
    if dataset in NAMES:
        return
    if not Path(dataset).is_dir():
        raise ValueError(f"data set {dataset!r} is none of {', '.join(NAMES)}, and no folder of pictures")
    if not class_names(dataset):
        raise ValueError(
            f"the folder {dataset} has no subfolders: pictures of a class lie in a subfolder named after it"
        )


def class_names(dataset: str) -> list[str]:
    """What the labels 0, 1, ... stand for."""
    if dataset not in NAMES:
        # ImageFolder numbers them so.
        return sorted(entry.name for entry in os.scandir(dataset) if entry.is_dir())
    source = getattr(import_torchvision_datasets(), NAMES[dataset])
    if dataset == "emnist-letters":
        return source.classes_split_dict["letters"][1:]  # the first stands for a label 0 that does not occur
    return [name.split(" - ")[0] for name in source.classes]


def from_torchvision(dataset: str, folder: Path, train: bool) -> Pictures:
    """The training or the test pictures of a data set in NAMES, downloaded into the folder when absent."""
    source, options = getattr(import_torchvision_datasets(), NAMES[dataset]), {}
    if dataset == "emnist-letters":
        options["split"] = "letters"
    with distributed.first_alone():
        pictures = source(str(folder), train=train, download=True, **options)
    if dataset == "emnist-letters":
        # Its files hold columns as rows, and count from 1.
        return Pictures(pictures.data.mT.contiguous(), pictures.targets - 1)
    return Pictures(pictures.data, pictures.targets)


def read_grey(path: str) -> Image.Image:
    """Any picture file, cut to its central square, in grey at 28x28; what is transparent is white."""
    with Image.open(path) as file:
        picture = file.convert("RGBA")
    opaque = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return ImageOps.fit(opaque.convert("L"), (SIZE, SIZE))


def from_folder(folder: Path, train: bool) -> Pictures:
    """Picture files in a subfolder for each class, shuffled: every tenth one is for testing.

    If most of them are light at the rim they are all turned over, since 0 is paper.
    """
    files = import_torchvision_datasets().ImageFolder(str(folder)).samples
    images = torch.stack(
        [torch.frombuffer(bytearray(read_grey(path).tobytes()), dtype=torch.uint8) for path, _ in files]
    )
    images = images.view(-1, SIZE, SIZE)
    labels = torch.tensor([label for _, label in files])
    rim = torch.cat([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]])
    if rim.median() > 127:
        images = 255 - images
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    # Of the files as they are sorted, so of every class.
    order = order[(order % 10 != 9) if train else (order % 10 == 9)]
    return Pictures(images[order], labels[order])


def load(dataset: str, folder: Path, split: str, number: int = 0) -> Pictures:
    """One split of a data set.

    dataset: a name in NAMES, or the path of a folder with a subfolder of pictures for each class.
    folder: where data sets with a name lie, or are downloaded to.
    split: "train", "test", "fit" (train without its last 5,000, or its last tenth if that is less) or
        "held-out" (these).
    number: only that many of the first images; 0 for all.

    Raises ValueError for an unknown data set or split.
    """
    check(dataset)
    if split not in SPLITS:
        raise ValueError(f"split {split!r} is none of {', '.join(SPLITS)}")
    train = split != "test"
    images, labels = (
        from_torchvision(dataset, folder, train) if dataset in NAMES else from_folder(Path(dataset), train)
    )
    cut = len(images) - min(HELD_OUT, len(images) // 10)
    if split == "fit":
        images, labels = images[:cut], labels[:cut]
    elif split == "held-out":
        images, labels = images[cut:], labels[cut:]
    return Pictures(images[: number or None], labels[: number or None])


def mnist(folder: Path, split: str, number: int = 0) -> Pictures:
    """`load` of MNIST: 60,000 pictures to train with, 10,000 to test with."""
    return load("mnist", folder, split, number)
