"""What the page tells of measured quality: figures of ``metrics.json``, beside the notebook baseline's.

That is the VQ-VAE of the usual notebooks and its PixelCNN, trained and measured by
train/baselines/notebook_vqvae.py on the same digits.
"""

import hashlib
import json
import math
from pathlib import Path

from vqdemo.storage import weight_files

# Name of the row in texts/en.py; where the figure lies in metrics.json, and under "notebook_baseline"; how
# many digits follow the point; what it is: a "number", a "share", or a number "of codes".
ROWS = (
    ("error", ("reconstruction", "mse"), 5, "number"),
    ("likeness", ("reconstruction", "ssim"), 3, "number"),
    ("used", ("reconstruction", "codes_in_use"), 0, "of codes"),
    ("even", ("readability", "inked_perplexity"), 0, "number"),
    ("needed", ("readability", "codes_a_digit"), 0, "number"),
    ("read", ("reconstruction", "read_as_true_digit"), 1, "share"),
    ("confident", ("samples", "without_label", "confident"), 0, "share"),
    ("asked", ("samples", "with_label", "asked_digit"), 0, "share"),
)
# The mean length of a test digit by the prior, in nats, without and with its label.
TYPICAL = {
    "any": ("likelihood", "without_label", "everything", "mean"),
    "given": ("likelihood", "with_label", "everything", "mean"),
}


def read_metrics(folder: str | Path) -> dict | None:
    """The measurements in a folder of weights; None where there are none, or only those of other weights."""
    try:
        metrics = json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    sha256 = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in weight_files(folder)}
    measured = at(metrics, ("weights",), dict) or {}
    return metrics if sha256.items() <= measured.items() else None


def shown(metrics: dict | None, num_codes: int) -> dict:
    """What the page shows of them: the mean length of a test digit, the rows, and what was measured on."""
    baseline = metrics.get("notebook_baseline") if isinstance(metrics, dict) else None
    codes = {"ours": num_codes, "baseline": at(baseline, ("settings", "codes"))}
    rows = []
    for name, keys, digits, kind in ROWS:
        figures = {"ours": at(metrics, keys), "baseline": at(baseline, keys)}
        if figures["ours"] is None:
            continue
        rows.append({"name": name, "digits": digits, "share": kind == "share", **figures})
        if kind == "of codes":
            rows[-1]["of"] = codes
    pictures, name = at(metrics, ("data", "pictures")), at(metrics, ("data", "set"), str)
    measured_on = {"pictures": pictures, "set": name} if pictures and name else None
    lengths = {name: at(metrics, keys) for name, keys in TYPICAL.items()}
    typical_bits = {name: nats and round(nats / math.log(2), 1) for name, nats in lengths.items()}
    return {"typical_bits": typical_bits, "rows": rows, "measured_on": measured_on}


def at(metrics, keys, kind=(int, float)):
    """The entry under one key after the other, None if there is none of that kind."""
    for key in keys:
        metrics = metrics.get(key) if isinstance(metrics, dict) else None
    return metrics if isinstance(metrics, kind) else None
