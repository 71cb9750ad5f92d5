"""What is measured: a folder of weights and pictures, and what several measurements need of both."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from torch import Tensor

import vqdemo
from train.data import datasets
from train.data.codes import decode, encode
from train.data.datasets import Pictures
from train.measure import classifier
from train.measure.classifier import Classifier, ClassifierSettings
from train.runtime.folders import Folders
from train.runtime.weights_folder import NETWORKS, config_so_far, dataset_of, fingerprints
from vqdemo.model import VQModel

FEWEST_PICTURES = 50  # with fewer, no figure would mean anything
MOST_REPEATED = 2_000  # pictures at most for what is computed many times a picture

# Names of what a measurement may depend on, besides "defaults", "evaluator" and "pixel_coder_steps".
VQVAE_FILE, PRIOR_FILE = NETWORKS
PICTURES = ("dataset", "split", "number")


class Subject:
    """The weights in folders.out and pictures of their data set.

    Whatever takes time is computed when it is first asked for.

    split, number: the pictures to measure on, and how many of them, 0 for all.
    pixel_coder_steps: see bits_per_pixel.py.
    """

    def __init__(
        self,
        folders: Folders,
        split: str = "test",
        number: int = 0,
        evaluator: ClassifierSettings | None = None,
        pixel_coder_steps: int = 3_000,
    ):
        self.folders, self.split, self.number = folders, split, number
        self.dataset = dataset_of(folders.out)
        self.evaluator_settings = evaluator or ClassifierSettings()
        self.pixel_coder_steps = pixel_coder_steps

    def identity(self) -> dict:
        """All that a measurement may be of, by name; networks by their SHA-256."""
        sha256 = fingerprints(self.folders.out)
        return {name: sha256[name] for name in NETWORKS} | {
            "defaults": config_so_far(self.folders.out).get("defaults"),
            "evaluator": asdict(self.evaluator_settings),
            "pixel_coder_steps": self.pixel_coder_steps,
            "dataset": self.dataset,
            "split": self.split,
            "number": self.number,
        }

    def of(self, *names: str) -> dict:
        """These parts of the identity: what a measurement that depends on them is of."""
        identity = self.identity()
        return {name: identity[name] for name in names}

    @property
    def dataset_name(self) -> str:
        return datasets.NAMES.get(self.dataset, Path(self.dataset).name)

    @cached_property
    def model(self) -> VQModel:
        return vqdemo.load(self.folders.out)

    @cached_property
    def pictures(self) -> Pictures:
        """The pictures to measure on. Raises ValueError if they are too few."""
        pictures = datasets.load(self.dataset, self.folders.data, self.split, self.number)
        if len(pictures.images) < FEWEST_PICTURES:
            number = len(pictures.images)
            raise ValueError(
                f"{self.dataset} has {number} pictures to measure on, fewer than {FEWEST_PICTURES}"
            )
        return pictures

    @property
    def repeated(self) -> int:
        """How many pictures to take for what is computed many times a picture."""
        return min(len(self.pictures.images) // 5, MOST_REPEATED)

    @cached_property
    def training_images(self) -> Tensor:
        return datasets.load(self.dataset, self.folders.data, "train").images

    @cached_property
    def codes(self) -> Tensor:
        """Codes of the pictures, int64 (N,G,G)."""
        return encode(self.model.vqvae, self.pictures.images)

    @cached_property
    def reconstructions(self) -> Tensor:
        """Float (N,1,S,S) in [0,1]."""
        return decode(self.model.vqvae, self.codes)

    @cached_property
    def evaluator(self) -> Classifier:
        path = self.folders.runs / "classifier.safetensors"
        return classifier.trained(self.evaluator_settings, self.folders.data, path, self.dataset)


@dataclass(frozen=True)
class Measurement:
    """One measurement.

    name: its key in metrics.json. depends_on: names of `Subject.identity`.
    """

    name: str
    depends_on: tuple[str, ...]
    measure: Callable[[Subject], dict | None]  # None: there is nothing to measure of such a subject
