"""MNIST, as tensors in memory, through torchvision's own reader and download."""

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

HELD_OUT = 5_000  # the last training images, kept back while settings are chosen; the test split is only for reporting


class Digits(NamedTuple):
    """A split of MNIST."""

    images: Tensor  # uint8 (N,28,28), 0 is paper and 255 is ink
    labels: Tensor  # int64 (N,)


def import_torchvision_datasets():
    """torchvision.datasets, also where a CPU build of torch meets a torchvision compiled for CUDA.

    Such a torchvision fails at import because its compiled operators are missing; the data sets are pure Python and need none
    of them. Declaring the two names that it looks for lets the import go on.
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


def mnist(folder: Path, split: str, number: int = 0) -> Digits:
    """One split: "train" (60,000), "test" (10,000), "fit" (the first 55,000 of train) or "held-out" (its last 5,000).

    With a number, only that many of its first images.
    """
    datasets = import_torchvision_datasets()
    present = (Path(folder) / "MNIST" / "raw").is_dir()
    source = datasets.MNIST(str(folder), train=split != "test", download=not present)
    images, labels = source.data, source.targets
    if split == "fit":
        images, labels = images[:-HELD_OUT], labels[:-HELD_OUT]
    elif split == "held-out":
        images, labels = images[-HELD_OUT:], labels[-HELD_OUT:]
    elif split not in ("train", "test"):
        raise ValueError(f"split {split!r} is none of train, test, fit, held-out")
    return Digits(images[: number or None], labels[: number or None])
