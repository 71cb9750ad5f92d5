"""Stage 3: choose where the sliders start, by samples under several temperatures and guidances.

Prints a table. Samples are compared with the last 5,000 training pictures. They are to read as the digit
asked for, with confidence; to be nearly as precise and as varied (precision and recall) as training pictures
are; to be closer in distribution; and to lie no closer to training pictures than reconstructions of pictures
by other hands do (codes smooth, so that whatever is decoded lies closer). Hotter samples are more varied,
cooler ones more alike, and all figures are noisy: the setting with the widest margin goes into config.json,
from where the page takes it.
"""

import itertools
from dataclasses import dataclass

from train.data import datasets
from train.measure import records
from train.measure.classifier import ClassifierSettings
from train.measure.samples import Reference, nearest, samples
from train.measure.subject import PRIOR_FILE, VQVAE_FILE, Subject
from train.runtime.files import write_json
from train.runtime.folders import Folders, run_stage
from train.runtime.settings import at_least, setting
from train.runtime.weights_folder import CONFIG, config_so_far

SAMPLES = 2_000  # for each setting
FEWEST_SAMPLES = 10  # with fewer, precision and recall would mean nothing
TEMPERATURES = (0.95, 1.0, 1.05, 1.1)
GUIDANCES = (0.0, 0.15, 0.2, 0.25)
ASKED = {  # what is asked for
    "asked_digit": 0.989,
    "confident": 0.965,
    # Relative to what as many training pictures score. They are farther from the held-out ones than samples
    # are: 0.79 of their Fréchet distance here is as much as 1.1 of it from the test digits.
    "precision": 0.97,
    "recall": 0.83,
    "frechet": 0.79,
    # Relative to reconstructions of held-out digits. Those of test digits, by other hands, lie that much
    # farther from the training digits.
    "nearest_training_digit": 1.025,
}
SHOWN = (
    "frechet", "frechet_of_training_digits", "asked_digit", "confident", "precision",
    "precision_of_training_digits", "recall", "nearest_training_digit",
    "nearest_training_digit_of_reconstructions",
)  # fmt: skip


@dataclass
class ChoiceSettings:
    """How to choose. Raises ValueError for fewer samples than can be compared."""

    number: int = setting(SAMPLES, "samples for each setting")

    def __post_init__(self):
        at_least(self, FEWEST_SAMPLES, "number")


def margin(figures: dict) -> float:
    """The least of what is reached relative to what is asked for: below 1 where something is missed."""
    pairs = (  # what is reached, what is asked for
        (figures["asked_digit"], ASKED["asked_digit"]),
        (figures["confident"], ASKED["confident"]),
        (figures["precision"], ASKED["precision"] * figures["precision_of_training_digits"]),
        (figures["recall"], ASKED["recall"] * figures["recall_of_training_digits"]),
        (ASKED["frechet"] * figures["frechet_of_training_digits"], figures["frechet"]),
        (
            figures["nearest_training_digit"],
            ASKED["nearest_training_digit"] * figures["nearest_training_digit_of_reconstructions"],
        ),
    )
    return min(reached / max(asked, 1e-9) for reached, asked in pairs)


def best_settings(subject: Subject, number: int) -> dict:
    """The pair with the widest margin, and top-p 1: arguments of `sample`. number: samples for each pair."""
    fit = datasets.load(subject.dataset, subject.folders.data, "fit").images
    reference = Reference(subject.evaluator, fit, subject.pictures.images, number)
    redrawn = nearest(subject.reconstructions[:number], fit)
    margins = []
    for temperature, guidance in itertools.product(TEMPERATURES, GUIDANCES):
        settings = {"temperature": temperature, "top_p": 1.0, "guidance": guidance}
        figures = samples(subject.model, reference, settings)
        figures["nearest_training_digit_of_reconstructions"] = redrawn
        margins.append((margin(figures), settings))
        rounded = {name: round(figures[name], 3) for name in SHOWN}
        print(settings | {"margin": round(margins[-1][0], 3)} | rounded, flush=True)
    return max(margins, key=lambda pair: pair[0])[1]


def run(folders: Folders, number: int = SAMPLES, evaluator: ClassifierSettings | None = None) -> None:
    """Choose on the last 5,000 training pictures, unless that is done, and store the choice in config.json.

    Networks that were trained with the split "train" have seen these pictures.
    """
    subject = Subject(folders, split="held-out", evaluator=evaluator)
    of = subject.of(VQVAE_FILE, PRIOR_FILE, "evaluator", "dataset") | {
        "chosen_on": subject.split,
        "samples": number,
        "temperatures": TEMPERATURES,
        "guidances": GUIDANCES,
        "asked": ASKED,
    }
    best = records.measured(folders, "chosen_defaults", of, lambda: best_settings(subject, number))
    print("defaults:", best)
    config = config_so_far(folders.out)
    if config.get("defaults") != best:
        write_json(folders.out / CONFIG, config | {"defaults": best})


def main() -> None:
    run_stage(
        "python -m train.choose_defaults",
        __doc__,
        ChoiceSettings,
        lambda s, folders: run(folders, s.number),
    )


if __name__ == "__main__":
    main()
