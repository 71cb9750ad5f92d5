"""Stage 3: measure a folder of weights on the test pictures of its data set and write metrics.json beside them.

metrics.json names the weights that it belongs to by their SHA-256; a test holds the committed files to it.
"""

import argparse
import json
from pathlib import Path

import vqdemo
from train.data import datasets
from train.measure import latency, likelihood, reconstruction, samples
from train.measure.classifier import ClassifierSettings, trained
from train.runtime.weights_folder import (
    Folders,
    add_folder_arguments,
    dataset_of,
    fingerprint,
    folders_from,
    read_config,
    read_json,
    totals,
    write_json,
)

FEWEST = 50  # test pictures; with fewer, no figure would mean anything
WEIGHT_FILES = ("vqvae.safetensors", "prior.safetensors", "config.json")


def fingerprints(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of weights."""
    return {name: fingerprint(folder / name) for name in WEIGHT_FILES}


def of_the_baseline_alone(raster: dict) -> dict:
    """What train/baselines/raster_prior.py wrote, without what is of the prior, too."""
    nats = {mask: {name: nats for name, nats in its.items() if name.startswith("baseline")} for mask, its in raster["nats"].items()}
    return {name: its for name, its in raster.items() if not name.endswith("_of_the_prior")} | {"nats": nats}


def add_kept(metrics: dict, path: Path) -> None:
    """Add what other scripts wrote into metrics.json and stays true: of other networks, and of those of these that are the same still."""
    old = read_json(path)
    metrics |= {name: old[name] for name in ("peer", "rate_distortion", "spread") if name in old}
    same = {file for file, its in metrics["weights"].items() if old.get("weights", {}).get(file) == its}
    of_same = {name: its for name, its in old.get("training", {}).items() if f"{name}.safetensors" in same}
    metrics["training"] = of_same | metrics["training"]  # whose logs may be gone
    if old.get("data") != metrics["data"] or "vqvae.safetensors" not in same:
        return
    all_same = same == set(metrics["weights"])
    if bits := old.get("bits_per_pixel"):
        metrics["bits_per_pixel"] = bits if all_same else {"pixels": bits["pixels"]}  # train/measure/bits_per_pixel.py adds those of codes
    if raster := old["prior"].get("raster_baseline"):
        metrics["prior"]["raster_baseline"] = raster if all_same else of_the_baseline_alone(raster)


def spent(folders: Folders) -> dict[str, dict[str, float]]:
    """Seconds by the clock and of the CPU that each network's training took, where the folder of runs has its whole log."""
    result = {}
    for name, settings in read_config(folders.out)["training"].items():
        its = totals(folders.runs / f"{name}.csv")
        if its.get("epochs") == settings["epochs"]:
            result[name] = {kind: round(its[kind]) for kind in ("seconds", "cpu_seconds")}
    return result


def is_of_these_weights(folder: Path) -> bool:
    """Whether there is a metrics.json and it was measured of the weights beside it."""
    return read_json(folder / "metrics.json").get("weights") == fingerprints(folder)


def read_metrics(folder: Path) -> dict:
    """metrics.json of a folder of weights; ValueError if it belongs to other weights."""
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    if metrics["weights"] != fingerprints(folder):
        raise ValueError(f"{folder / 'metrics.json'} belongs to other weights: run train.evaluate first")
    return metrics


def run(folders: Folders, split: str = "test", number: int = 0, judge: ClassifierSettings | None = None) -> dict:
    """Measure the weights in folders.out, write metrics.json there, print it. number: use only so many pictures, 0 for all."""
    model, dataset = vqdemo.load(folders.out), dataset_of(folders.out)
    digits = datasets.load(dataset, folders.data, split, number)
    if len(digits.images) < FEWEST:
        raise ValueError(f"{dataset} has {len(digits.images)} pictures to measure with; {FEWEST} are needed at least")
    classifier = trained(judge or ClassifierSettings(), folders.data, folders.runs / "classifier.safetensors", dataset)
    pictures = digits.images[:, None].float() / 255
    codes = reconstruction.encode(model.vqvae, digits.images)
    redrawn = reconstruction.decode(model.vqvae, codes)
    few = min(len(codes) // 5, 2_000)  # for what is computed many times a picture
    training = datasets.load(dataset, folders.data, "train").images
    reference = samples.Reference(classifier, training, digits.images, few)
    metrics = {
        "weights": fingerprints(folders.out),
        "training": spent(folders),
        "data": {"set": datasets.NAMES.get(dataset, Path(dataset).name), "split": split, "pictures": len(codes)},
        "classifier": {"accuracy": samples.accuracy(classifier, pictures, digits.labels)},
        "vqvae": reconstruction.fidelity(model.vqvae, digits.images)
        | reconstruction.editing(model.vqvae, digits.images, few // 2)
        | ({"foreign_mse": reconstruction.robustness(model.vqvae, digits.images, few)} if dataset == "mnist" else {})
        | {"read_as_true_digit": samples.accuracy(classifier, redrawn, digits.labels),
           "nearest_training_digit": samples.nearest(redrawn[:few], training)},
        "prior": {
            "nats": likelihood.likelihood(model, codes, digits.labels),
            "nats_without_label": likelihood.likelihood(model, codes[: few // 2], None),
            "label_guess": likelihood.label_guess(model, codes[: few // 2], digits.labels[: few // 2]),
            "conditionals": likelihood.calibration(model, codes, number=few),
            "samples": samples.samples(model, reference, model.defaults),
            "samples_without_label": samples.samples(model, reference, model.defaults, labelled=False),
            "completions": samples.completions(model, classifier, codes[:few], digits.labels[:few], model.defaults),
        },
        "latency_ms": latency.latencies(model),
    }
    add_kept(metrics, folders.out / "metrics.json")
    write_json(folders.out / "metrics.json", metrics)
    print(json.dumps(metrics, indent=2))
    return metrics


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.evaluate", description=__doc__.splitlines()[0])
    add_folder_arguments(parser, out="--weights")
    parser.add_argument("--split", default="test", help="test for reporting, held-out for choosing (default: test)")
    parser.add_argument("--number", type=int, default=0, help="use only so many pictures, 0 for all (default: 0)")
    arguments = parser.parse_args()
    run(folders_from(arguments), arguments.split, arguments.number)


if __name__ == "__main__":
    main()
