"""All that the page must know of a model before the first stroke: a JSON object, the same for every visitor.

Images are base64 of one byte a pixel, 0 the ground and 255 the ink; grids are lists of codes, row by row.
"""

import base64
import hashlib

import numpy as np
import torch

from vqdemo.sampling import SamplingParams
from vqdemo.storage import fingerprint_of
from vqdemo.ui import code_map, quality_table
from vqdemo.ui.endpoints import limits

NEIGHBOURS = 6  # codes that the codebook view names as alike
LEAST_INK = 0.4  # tiles are means, so their ink is pale: it is scaled up to black, by 1 / LEAST_INK at most
EXAMPLE_TRIES = 7  # samples of each digit, of which one becomes the example


def describe(model, identity: str, metrics: dict | None = None) -> dict:
    """The description of a model. `identity`: see identity_of; `metrics`: see quality_table.py."""
    tiles = np.asarray(model.tiles)
    drawings = as_bytes(example_images(model))
    examples = encoded(model, drawings)
    blank = np.zeros((1, model.image_size, model.image_size), np.uint8)
    return {
        "id": identity,
        "grid_shape": list(model.grid_shape),
        "num_codes": int(model.num_codes),
        "labels": list(model.labels),
        "background": int(model.background),
        "tiles": [to_base64(tile / max(tile.max(), LEAST_INK)) for tile in tiles],
        "usage": [round(float(share), 6) for share in model.usage],
        "order": code_map.order(tiles, int(model.background)),
        "nearest": code_map.nearest(tiles, NEIGHBOURS),
        "map": code_map.plane(tiles, int(model.background)),
        "defaults": {name: float(value) for name, value in model.defaults.items()},
        "examples": [
            {"label": label, "drawing": to_base64(drawing / 255), **example}
            for label, (drawing, example) in enumerate(zip(drawings, examples, strict=True))
        ],
        "blank": encoded(model, blank)[0],
        "figures": quality_table.shown(metrics, model.num_codes),
        "max_alternatives": limits.MAX_PAGE_ALTERNATIVES,
        "max_sample_row": limits.MAX_SAMPLE_ROW,
        "max_import_bytes": limits.MAX_IMPORT_BYTES,
        "max_upload_bytes": limits.MAX_UPLOAD_BYTES,
    }


def example_images(model) -> np.ndarray:
    """One picture a digit, float32 (num_labels,S,S) in [0,1]: of a few samples the one of median probability.

    Not the likeliest, which is often too bare to be a digit: empty cells cost the least. All are sampled in
    one batch, since the app waits for them when it starts.
    """
    labels = torch.arange(model.num_labels).repeat_interleave(EXAMPLE_TRIES)
    unknown = torch.full((len(labels), *model.grid_shape), -1, device=model.device)
    choice = SamplingParams(temperature=0.8, guidance=1.0)
    samples = model.complete_each(unknown, labels, choice, seed=0).cpu().numpy()
    medians = []
    for label, grids in enumerate(samples.reshape(model.num_labels, EXAMPLE_TRIES, *model.grid_shape)):
        medians.append(grids[np.argsort(model.log_prob(grids, label=label))[EXAMPLE_TRIES // 2]])
    return model.decode(medians)


def identity_of(model) -> str:
    """Six letters that change with the weights of either network; part of links and of kept work."""
    fingerprints = fingerprint_of(model.vqvae) + fingerprint_of(model.prior)
    return hashlib.sha256(fingerprints.encode()).hexdigest()[:6]


def encoded(model, drawings: np.ndarray) -> list[dict]:
    """The codes of drawings, uint8 (N,S,S) like the page's, and the pictures decoded from these codes."""
    codes = model.encode(drawings.astype(np.float32) / 255)
    pictures = model.decode(codes)
    return [
        {"codes": grid.ravel().tolist(), "image": to_base64(picture)}
        for grid, picture in zip(codes, pictures, strict=True)
    ]


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Values in [0,1], any shape -> uint8 of the same shape."""
    return (np.clip(images, 0, 1) * 255).round().astype(np.uint8)


def to_base64(image: np.ndarray) -> str:
    """Values in [0,1], any shape -> base64 of one byte a pixel."""
    return base64.b64encode(as_bytes(image).tobytes()).decode()
