"""model.json: all that the page must know of a model before the first stroke, and where its weights are.

It is made once from a folder of weights, and is the same for every visitor. The page runs the networks
itself. Images are base64 of one byte a pixel, 0 the ground and 255 the ink; grids are lists of codes, row by
row.
"""

import base64
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from vqdemo import storage
from vqdemo.sampling import SamplingParams
from vqdemo.ui import code_map, quality_table
from vqdemo.ui.endpoints import limits

NEIGHBOURS = 6  # codes that the codebook view names as alike
LEAST_INK = 0.4  # tiles are means, so their ink is pale: it is scaled up to black, by 1 / LEAST_INK at most
FINGERPRINT = 12  # letters of a SHA-256 in the names of files
EXAMPLE_TRIES = 7  # samples of each digit, of which one becomes the example


def model_json(model, folder: str | Path) -> dict:
    """The content of model.json, for a model that was loaded from this folder of weights.

    Two networks: "vqvae" and "prior", each with its `config`, the name of its `file` of weights, relative to
    model.json, and the `bytes` and `sha256` of that file. "film" is described alike, or None.
    """
    tiles = np.asarray(model.tiles)
    drawings = as_bytes(example_images(model))
    examples = encoded(model, drawings)
    blank = np.zeros((1, model.image_size, model.image_size), np.uint8)
    return {
        "id": identity_of(folder),
        "networks": networks(model, folder),
        "film": film(model, folder),
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
        "figures": quality_table.shown(quality_table.read_metrics(folder), model.num_codes),
        "max_alternatives": limits.MAX_PAGE_ALTERNATIVES,
        "max_sample_row": limits.MAX_SAMPLE_ROW,
        "max_import_bytes": limits.MAX_IMPORT_BYTES,
        "max_upload_bytes": limits.MAX_UPLOAD_BYTES,
    }


def networks(model, folder: str | Path) -> dict:
    """Of each network by its name: its `config`, and `file`, `bytes` and `sha256` of its weights."""
    return {
        path.stem: file_entry(path, getattr(model, path.stem).config) for path in storage.weight_files(folder)
    }


def film(model, folder: str | Path) -> dict | None:
    """The same of the film of the VQ-VAE's training, whose networks have its config; None without a film."""
    path = storage.film_of(folder)
    return path and file_entry(path, model.vqvae.config)


def file_entry(path: Path, config) -> dict:
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    return {
        "config": asdict(config),
        "file": f"{path.stem}-{sha256[:FINGERPRINT]}.safetensors",
        "bytes": len(content),
        "sha256": sha256,
    }


def weight_files(description: dict, folder: str | Path) -> dict[str, Path]:
    """The stored files of weights by the names that a model.json gives them, in the order of their need."""
    paths = {path.stem: path for path in storage.weight_files(folder)}
    files = {network["file"]: paths[name] for name, network in description["networks"].items()}
    if description["film"]:
        files[description["film"]["file"]] = Path(folder) / storage.FILM
    return files


def written(description: dict) -> bytes:
    """model.json as a file."""
    return json.dumps(description, separators=(",", ":"), ensure_ascii=False).encode()


def name_of(content: bytes) -> str:
    """The name of a model.json that is kept for good: it changes with the content."""
    return f"model-{hashlib.sha256(content).hexdigest()[:FINGERPRINT]}.json"


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


def identity_of(folder: str | Path) -> str:
    """Six letters that change with the weights of either network; part of links and of kept work."""
    fingerprints = [hashlib.sha256(path.read_bytes()).hexdigest() for path in storage.weight_files(folder)]
    return hashlib.sha256("".join(fingerprints).encode()).hexdigest()[:6]


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
