"""Stage 4: measure a folder of weights on the test pictures of its data set and write metrics.json.

Each measurement is a file in train/measure and keeps its own record (train/measure/records.py): what was
measured of these very networks and pictures already is not measured again. metrics.json names the weights
that it belongs to by their SHA-256.
"""

import argparse
import json

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
from train.runtime.folders import add_folder_arguments, folders_from
from train.runtime.weights_folder import fingerprints


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
    parser = argparse.ArgumentParser(prog="python -m train.evaluate", description=__doc__.splitlines()[0])
    add_folder_arguments(parser, out="--weights")
    parser.add_argument(
        "--split", default="test", help="test for reporting, held-out for choosing (default: test)"
    )
    parser.add_argument(
        "--number", type=int, default=0, help="use only so many pictures, 0 for all (default: 0)"
    )
    arguments = parser.parse_args()
    print(json.dumps(run(Subject(folders_from(arguments), arguments.split, arguments.number)), indent=2))


if __name__ == "__main__":
    main()
