"""What the page's scripts may ask of the server: one plain function a question, closed over the model.

Each takes one dict and returns one dict, and checks what it was given, since nothing else does (see asking.py). Images travel as base64
of 784 bytes.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable

import numpy as np
import torch

from ..sampling import SamplingParams
from ..storage import fingerprint_of
from . import atlas, figures, limits, pictures
from .settings import SIDE, Settings, whole_number
from .shared import Shared

NEIGHBOURS = 6  # codes that the codebook view names as alike
SPACING = 0.095  # of the map's side, between two codes
PALEST = 0.4  # tiles are means, so their ink is pale: it is scaled up to full black, but no more than this asks for


def questions(model, identity: str, metrics: dict | None = None) -> dict[str, Callable]:
    """The questions of the page, by name. `identity`: see identity_of; `metrics`: see figures.py."""
    tiles = np.asarray(model.tiles)

    def look(images: np.ndarray) -> list[dict]:
        codes = model.encode(images)
        return [looked_at(*pair) for pair in zip(codes, model.decode(codes), strict=True)]

    looks, to_images = Shared(look), Shared(model.decode)

    async def describe(request: dict) -> dict:
        """All that the page must know about the model before the first stroke."""
        return description

    async def encode(request: dict) -> dict:
        """An image -> its codes, and the image decoded from them."""
        return (await looks(from_base64(request["image"])[None]))[0]

    async def decode(request: dict) -> dict:
        """Full grids of codes -> their images."""
        grids = request["grids"]
        if not isinstance(grids, list) or not 1 <= len(grids) <= limits.MAX_DECODED:
            raise ValueError(f"Between 1 and {limits.MAX_DECODED} grids can be decoded at once.")
        images = await to_images(np.stack([grid(one, least=0) for one in grids]))
        return {"images": [to_base64(image) for image in images]}

    def complete(request: dict) -> dict:
        """A grid with unknown cells (-1) and settings -> alternatives, the likeliest first, and in which order cells were filled."""
        n = whole_number(request.get("n", 4), "The number of alternatives", 1, limits.MAX_PAGE_ALTERNATIVES)
        settings = Settings.of(model, **{name: request.get(name) for name in Settings.NAMES})
        codes = grid(request["codes"])
        grids = model.complete(codes, n, **settings.arguments())
        log_probs = model.log_prob(grids, known=codes >= 0, label=settings.label)
        images = model.decode(grids)
        return {
            "order": model.generation_order(codes),
            "alternatives": [
                {"codes": grid.ravel().tolist(), "image": to_base64(image), "log_prob": float(log_prob)}
                for log_prob, grid, image in sorted(zip(log_probs, grids, images), key=lambda one: -one[0])
            ]
        }

    def sample(request: dict) -> dict:
        """Settings -> new digits, in the order in which they were drawn."""
        n = whole_number(request.get("n", 8), "The number of digits", 1, limits.MAX_SAMPLE_ROW)
        settings = Settings.of(model, **{name: request.get(name) for name in Settings.NAMES})
        grids = model.sample(n, **settings.arguments())
        images = model.decode(grids)
        return {
            "samples": [
                {"codes": codes.ravel().tolist(), "image": to_base64(image)}
                for codes, image in zip(grids, images, strict=True)
            ]
        }

    def conditionals(request: dict) -> dict:
        """For each cell, the probability of every code given all other known cells, as base64 of float32."""
        label = whole_number(request.get("label"), "The digit", 0, model.num_labels - 1, optional=True)
        probabilities = model.conditionals(grid(request["codes"]), label=label)
        return {"probabilities": base64.b64encode(probabilities.astype("<f4").tobytes()).decode()}

    def frame(request: dict) -> dict:
        """A picture file -> a digit framed as the training digits are."""
        try:
            data = base64.b64decode(request["data"], validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise ValueError("The picture did not arrive whole. Please try again.") from error
        return {"image": to_base64(pictures.digit(data))}

    def grid(codes, least: int = -1) -> np.ndarray:
        """The 49 numbers that the page sends, as a grid; -1 is an unknown cell."""
        rows, columns = model.grid_shape
        numbers = isinstance(codes, list) and all(type(code) is int for code in codes)
        if not numbers or len(codes) != rows * columns:
            raise ValueError(f"A grid is a list of {rows * columns} whole numbers.")
        if not all(least <= code < model.num_codes for code in codes):
            unknown = ", or -1 where unknown" if least < 0 else "; an unknown cell has no picture"
            raise ValueError(f"A code is a number from 0 to {model.num_codes - 1}{unknown}.")
        return np.array(codes, dtype=np.int64).reshape(rows, columns)

    drawings = [to_base64(image) for image in example_images(model)]
    seen = look(np.stack([from_base64(drawing) for drawing in drawings]))  # with the 8 bits that the page will send back
    description = {
        "id": identity,
        "grid_shape": list(model.grid_shape),
        "num_codes": int(model.num_codes),
        "labels": list(model.labels),
        "background": int(model.background),
        "tiles": [to_base64(tile / max(tile.max(), PALEST)) for tile in tiles],
        "usage": [round(float(share), 6) for share in model.usage],
        "order": atlas.order(tiles, int(model.background)),
        "nearest": atlas.nearest(tiles, NEIGHBOURS),
        "map": atlas.plane(tiles, SPACING),
        "defaults": {name: float(value) for name, value in model.defaults.items()},
        "examples": [
            {"label": label, "drawing": drawing, **codes_and_image}
            for label, (drawing, codes_and_image) in enumerate(zip(drawings, seen, strict=True))
        ],
        "blank": look(np.zeros((1, SIDE, SIDE), np.float32))[0],
        "figures": figures.shown(metrics, model.num_codes),
        "max_alternatives": limits.MAX_PAGE_ALTERNATIVES,
        "max_sample_row": limits.MAX_SAMPLE_ROW,
        "max_import_bytes": limits.MAX_IMPORT_BYTES,
        "max_upload_bytes": limits.MAX_UPLOAD_BYTES,
    }
    return {question.__name__: question for question in (describe, encode, decode, complete, sample, conditionals, frame)}


def example_images(model, tries: int = 7) -> np.ndarray:
    """One picture a digit (num_labels,S,S), drawn by the model itself: of a few samples with a fixed seed the one of middling probability.

    Not the likeliest, which is often too bare to be a digit: empty cells cost the least. All are sampled in one batch, since the app
    waits for them when it starts.
    """
    labels = torch.arange(model.num_labels).repeat_interleave(tries)
    unknown = torch.full((len(labels), *model.grid_shape), -1, device=model.device)
    choice = SamplingParams(temperature=0.8, guidance=1.0)
    samples = model.complete_each(unknown, labels, choice, seed=0).cpu().numpy()
    middling = []
    for label, grids in enumerate(samples.reshape(model.num_labels, tries, *model.grid_shape)):
        middling.append(grids[np.argsort(model.log_prob(grids, label=label))[tries // 2]])
    return model.decode(middling)


def identity_of(model) -> str:
    """Six letters that change with the weights of either network: by them a link, kept work and kept weights know whose they are."""
    return hashlib.sha256((fingerprint_of(model.vqvae) + fingerprint_of(model.prior)).encode()).hexdigest()[:6]


def looked_at(codes: np.ndarray, image: np.ndarray) -> dict:
    return {"codes": codes.ravel().tolist(), "image": to_base64(image)}


def to_base64(image: np.ndarray) -> str:
    """Values in [0, 1], any shape -> base64 of one byte a pixel."""
    return base64.b64encode((np.clip(image, 0, 1) * 255).round().astype(np.uint8).tobytes()).decode()


def from_base64(text: str) -> np.ndarray:
    """The inverse, for one 28x28 image -> float32 in [0, 1]."""
    try:
        pixels = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError, TypeError) as error:
        raise ValueError("An image is sent as base64 of its bytes.") from error
    if pixels.size != SIDE * SIDE:
        raise ValueError(f"An image has {SIDE * SIDE} bytes, one a pixel; {pixels.size} came.")
    return pixels.reshape(SIDE, SIDE).astype(np.float32) / 255
