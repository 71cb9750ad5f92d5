"""What the page tells of measured quality: figures of ``metrics.json``, which lies beside the weights, with
the peer's.

The peer is the VQ-VAE of the usual notebooks, and its PixelCNN, trained and measured by
train/baselines/peer.py on the same digits.
"""

import json
from pathlib import Path

# name of the row in text.py; where the figure lies in metrics.json, and under "peer"; how it is written
ROWS = (
    ("error", ("vqvae", "mse"), "{:.5f}"),
    ("likeness", ("vqvae", "ssim"), "{:.3f}"),
    ("used", ("vqvae", "codes_in_use"), "{:.0f} / {codes}"),
    ("even", ("vqvae", "perplexity"), "{:.0f}"),
    ("read", ("vqvae", "read_as_true_digit"), "{:.1%}"),
    ("leftover", ("vqvae", "erase_leftover"), "{:.1%}"),
    ("confident", ("prior", "samples_without_label", "confident"), "{:.0%}"),
    ("asked", ("prior", "samples", "asked_digit"), "{:.0%}"),
)
TYPICAL = ("prior", "conditionals", "mean_nats_a_cell")


def read_metrics(folder: str | Path) -> dict | None:
    """The measurements in a folder of weights; None where there are none."""
    try:
        return json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def shown(metrics: dict | None, num_codes: int) -> dict:
    """What the page shows of them: the mean surprise of a test digit's cell, the rows that there are, and
    what was measured on.
    """
    peer = metrics.get("peer") if isinstance(metrics, dict) else None
    peer_codes = at(peer, ("settings", "codes"))
    rows = []
    for name, keys, form in ROWS:
        ours, theirs = at(metrics, keys), at(peer, keys)
        if ours is not None:
            row = {"name": name, "ours": form.format(ours, codes=num_codes), "peer": None}
            if theirs is not None:
                row["peer"] = form.format(theirs, codes=peer_codes)
            rows.append(row)
    pictures, name = at(metrics, ("data", "pictures")), at(metrics, ("data", "set"), str)
    measured_on = {"pictures": f"{pictures:,}", "set": name} if pictures and name else None
    return {"typical_nats_a_cell": at(metrics, TYPICAL), "rows": rows, "measured_on": measured_on}


def at(metrics, keys, kind=(int, float)):
    """The entry under one key after the other, None if there is none of that kind."""
    for key in keys:
        metrics = metrics.get(key) if isinstance(metrics, dict) else None
    return metrics if isinstance(metrics, kind) else None
