"""How long the networks' trainings took, as their logs tell it."""

from functools import partial

from train.measure.subject import PRIOR_FILE, VQVAE_FILE, Measurement, Subject
from train.runtime.log import totals
from train.runtime.weights_folder import config_so_far


def measure(subject: Subject, network: str) -> dict | None:
    """Seconds by the clock and of the CPU; None where runs/ does not have the whole log."""
    found = totals(subject.folders.runs / f"{network}.csv")
    if not found or found["epochs"] != config_so_far(subject.folders.out)["training"].get(network, {}).get(
        "epochs"
    ):
        return None
    return {kind: round(found[kind]) for kind in ("seconds", "cpu_seconds")}


MEASUREMENTS = [
    Measurement(f"training_of_{network}", (file,), partial(measure, network=network))
    for network, file in (("vqvae", VQVAE_FILE), ("prior", PRIOR_FILE))
]
