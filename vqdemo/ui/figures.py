"""What the page tells of measured quality: figures of ``metrics.json``, which lies beside the weights, with a peer's.

The peer is the public notebook with the same parts (7x7 codes out of 128, a raster PixelCNN), measured on the same test digits.
"""

import json
from pathlib import Path

# name of the row in text.py; where the figure lies in metrics.json; how it is written; the peer's, as written
ROWS = (
    ("error", ("vqvae", "mse"), "{:.5f}", "0.00549"),
    ("likeness", ("vqvae", "ssim"), "{:.3f}", "0.934"),
    ("used", ("vqvae", "codes_in_use"), "{:.0f} / {codes}", "57 / 128"),
    ("even", ("vqvae", "perplexity"), "{:.0f}", "6"),
    ("read", ("vqvae", "read_as_true_digit"), "{:.1%}", None),
    ("confident", ("prior", "samples", "confident"), "{:.0%}", "75%"),
    ("asked", ("prior", "samples", "asked_digit"), "{:.0%}", None),
)
TYPICAL = ("prior", "conditionals", "mean_nats_a_cell")


def read_metrics(folder: str | Path) -> dict | None:
    """The measurements in a folder of weights; None where there are none."""
    try:
        return json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def shown(metrics: dict | None, num_codes: int) -> dict:
    """What the page shows of them: the mean surprise of a test digit's cell, and the rows that there are."""
    rows = []
    for name, keys, form, peer in ROWS:
        value = at(metrics, keys)
        if value is not None:
            rows.append({"name": name, "ours": form.format(value, codes=num_codes), "peer": peer})
    return {"typical_nats_a_cell": at(metrics, TYPICAL), "rows": rows}


def at(metrics, keys) -> float | None:
    for key in keys:
        metrics = metrics.get(key) if isinstance(metrics, dict) else None
    return metrics if isinstance(metrics, (int, float)) else None
