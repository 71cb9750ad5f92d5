"""Where the sliders start: samples under several temperatures and guidances, judged against held-out training pictures.

Prints a table. Samples are to read as the digit asked for, with confidence; to be nearly as seldom unlike real ones and nearly as varied
as training pictures are; to be as close to held-out pictures in distribution; and to lie no closer to training pictures than pictures by
other hands do. Hotter samples are more varied, cooler ones more alike, and all of this is measured with noise: the setting that is farthest
from missing any of it is written into config.json, from where the page takes it.
"""

import argparse
import itertools

import vqdemo
from train.data import datasets
from train.measure.classifier import ClassifierSettings, trained
from train.measure.samples import Reference, samples
from train.runtime.weights_folder import Folders, add_folder_arguments, dataset_of, folders_from, read_config, write_json

TEMPERATURES = (0.95, 1.0, 1.05, 1.1)
GUIDANCES = (0.0, 0.25, 0.35, 0.5)
NEW_HANDS = 1.02  # MNIST's test digits, by other hands, lie that much farther from the training digits than held-out ones do


def margin(figures: dict) -> float:
    """The least of what is reached relative to what is asked for: below 1 where something is missed."""
    pairs = (  # what is reached, what is asked for
        (figures["asked_digit"], 0.97),
        (figures["confident"], 0.96),
        (figures["precision"], 0.97 * figures["precision_of_training_digits"]),
        (figures["recall"], 0.83 * figures["recall_of_training_digits"]),
        (figures["frechet_of_training_digits"], figures["frechet"]),
        (figures["nearest_training_digit"], NEW_HANDS * figures["nearest_training_digit_of_test_digits"]),
    )
    return min(reached / max(asked, 1e-9) for reached, asked in pairs)


def run(folders: Folders, number: int = 2_000, judge: ClassifierSettings | None = None) -> None:
    """Try all pairs on held-out digits and store the best as the weights' defaults."""
    model = vqdemo.load(folders.out)
    dataset = dataset_of(folders.out)
    classifier = trained(judge or ClassifierSettings(), folders.data, folders.runs / "classifier.safetensors", dataset)
    fit, held_out = (datasets.load(dataset, folders.data, split).images for split in ("fit", "held-out"))
    reference = Reference(classifier, fit, held_out, number)
    rows = []
    for temperature, guidance in itertools.product(TEMPERATURES, GUIDANCES):
        settings = {"temperature": temperature, "top_p": 1.0, "guidance": guidance}
        figures = samples(model, reference, settings)
        rows.append((margin(figures), settings))
        print({**settings, "margin": round(rows[-1][0], 3), **{name: round(figures[name], 3) for name in
              ("frechet", "frechet_of_training_digits", "asked_digit", "confident", "precision", "precision_of_training_digits", "recall",
               "nearest_training_digit", "nearest_training_digit_of_test_digits")}}, flush=True)  # fmt: skip
    _, best = max(rows, key=lambda row: row[0])
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
