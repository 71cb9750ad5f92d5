"""Stage 4: measure a folder of weights on the test pictures of its data set and write metrics.json.

Each measurement is a file in train/measure and keeps its own record (train/measure/records.py): what was
measured of these very networks and pictures already is not measured again. metrics.json names the weights
that it belongs to by their SHA-256.
"""

import json
from dataclasses import dataclass

from train.data import datasets
from train.measure import (
    bits_per_pixel,
    calibration,
    completions,
    editing,
    label_accuracy,
    latency,
    likelihood,
    out_of_distribution,
    readability,
    reconstruction,
    records,
    samples,
    training_time,
)
from train.measure.classifier import accuracy
from train.measure.subject import PICTURES, Measurement, Subject
from train.runtime.folders import run_stage
from train.runtime.settings import at_least, one_of, setting
from train.runtime.weights_folder import fingerprints


@dataclass
class EvaluationSettings:
    """The pictures to measure on. Raises ValueError for those that there are not."""

    split: str = setting("test", "test for reporting, held-out for choosing")
    number: int = setting(0, "use only so many pictures, 0 for all")

    def __post_init__(self):
        one_of(self, datasets.SPLITS, "split")
        at_least(self, 0, "number")


def measure_evaluator(subject: Subject) -> dict:
    """What the evaluator reads in real pictures: what reconstructions and completions can reach at best."""
    images, labels = subject.pictures
    return {"accuracy": accuracy(subject.evaluator, images[:, None].float() / 255, labels)}


MEASUREMENTS = (
    *training_time.MEASUREMENTS,
    Measurement("evaluator", (*PICTURES, "evaluator"), measure_evaluator),
    reconstruction.MEASUREMENT,
    readability.MEASUREMENT,
    editing.MEASUREMENT,
    out_of_distribution.MEASUREMENT,
    likelihood.MEASUREMENT,
    label_accuracy.MEASUREMENT,
    calibration.MEASUREMENT,
    samples.MEASUREMENT,
    completions.MEASUREMENT,
    latency.MEASUREMENT,
    bits_per_pixel.PIXELS,
    bits_per_pixel.MEASUREMENT,
)


def run(subject: Subject) -> dict:
    """Do every measurement that is not done yet, and write and return metrics.json."""
    folders = subject.folders
    for measurement in MEASUREMENTS:
        of = subject.of(*measurement.depends_on)
        records.measured(
            folders, measurement.name, of, lambda measurement=measurement: measurement.measure(subject)
        )
    head = {
        "weights": fingerprints(folders.out),
        "data": {
            "set": subject.dataset_name,
            "split": subject.split,
            "pictures": len(subject.pictures.images),
        },
    }
    names = [measurement.name for measurement in MEASUREMENTS]
    metrics = records.put_together(folders, names, head, subject.identity())
    print(f"{folders.out / 'metrics.json'} is of these weights")
    return metrics


def main() -> None:
    run_stage(
        "python -m train.evaluate",
        __doc__,
        EvaluationSettings,
        lambda s, folders: print(json.dumps(run(Subject(folders, s.split, s.number)), indent=2)),
        out="--weights",
    )


if __name__ == "__main__":
    main()
