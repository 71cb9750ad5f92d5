"""Where the sliders start: samples under several temperatures and guidances, judged against held-out training pictures.

Prints a table. Of the settings whose samples nearly always read, with confidence, as the digit asked for, are as seldom unlike real ones
as training pictures are, and lie no closer to these than held-out ones do, the one with the lowest Frechet distance is written into
config.json, from where the page takes it.
"""

import argparse
import itertools

import vqdemo
from train import data
from train.classifier import ClassifierSettings, trained
from train.output import Folders, add_folder_arguments, dataset_of, folders_from, read_config, write_json
from train.sample_quality import Reference, samples

TEMPERATURES = (0.9, 1.0, 1.1)
GUIDANCES = (0.0, 0.25, 0.35, 0.5)
# Shares of the samples, the last one relative to training pictures'. If no setting will do, the Frechet distance alone decides.
ASKED_DIGIT, CONFIDENT, PRECISION = 0.97, 0.96, 0.97


def run(folders: Folders, number: int = 2_000, judge: ClassifierSettings | None = None) -> None:
    """Try all pairs on held-out digits and store the best as the weights' defaults."""
    model = vqdemo.load(folders.out)
    dataset = dataset_of(folders.out)
    classifier = trained(judge or ClassifierSettings(), folders.data, folders.runs / "classifier.safetensors", dataset)
    fit, held_out = (data.load(dataset, folders.data, split).images for split in ("fit", "held-out"))
    reference = Reference(classifier, fit, held_out, number)
    rows = []
    for temperature, guidance in itertools.product(TEMPERATURES, GUIDANCES):
        settings = {"temperature": temperature, "top_p": 1.0, "guidance": guidance}
        figures = samples(model, reference, settings)
        legible = figures["asked_digit"] >= ASKED_DIGIT and figures["confident"] >= CONFIDENT
        alike = figures["precision"] >= PRECISION * figures["precision_of_training_digits"]
        own = figures["nearest_training_digit"] >= figures["nearest_training_digit_of_test_digits"]
        rows.append((not (legible and alike and own), figures["frechet"], settings))
        print({**settings, **{name: round(figures[name], 3) for name in
              ("frechet", "frechet_of_training_digits", "asked_digit", "confident", "precision", "precision_of_training_digits", "recall",
               "nearest_training_digit", "nearest_training_digit_of_test_digits")}}, flush=True)  # fmt: skip
    best = min(rows, key=lambda row: row[:2])[2]
    print("defaults:", best)
    write_json(folders.out / "config.json", read_config(folders.out) | {"defaults": best})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.choose_defaults", description=__doc__.splitlines()[0])
    add_folder_arguments(parser)
    parser.add_argument("--number", type=int, default=2_000, help="samples a setting (default: 2000)")
    arguments = parser.parse_args()
    run(folders_from(arguments), arguments.number)


if __name__ == "__main__":
    main()
