"""What the page's scripts may ask of the server: one plain function a question, closed over the model.

Each takes one dict and returns one dict, and checks what it was given, since nothing else does (see asking.py). Images travel as base64
of 784 bytes.
"""

import base64
import binascii
from collections.abc import Callable

import numpy as np

from vqdemo import checks
from vqdemo.strokes import SIDE
from vqdemo.ui import description
from vqdemo.ui.description import to_base64
from vqdemo.ui.endpoints import limits, uploads
from vqdemo.ui.endpoints.arguments import Settings
from vqdemo.ui.questions.shared import Shared


def questions(model, identity: str, metrics: dict | None = None) -> dict[str, Callable]:
    """The questions of the page, by name. `identity`: see identity_of; `metrics`: see quality_table.py."""
    described = description.describe(model, identity, metrics)

    def look(images: np.ndarray) -> list[dict]:
        codes = model.encode(images)
        return [looked_at(*pair) for pair in zip(codes, model.decode(codes), strict=True)]

    looks, to_images = Shared(look), Shared(model.decode)

    async def describe(request: dict) -> dict:
        """All that the page must know about the model before the first stroke."""
        return described

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
        n = checks.integer(request.get("n", 4), "The number of alternatives", 1, limits.MAX_PAGE_ALTERNATIVES)
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
        n = checks.integer(request.get("n", 8), "The number of digits", 1, limits.MAX_SAMPLE_ROW)
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
        label = checks.label(request.get("label"), model.num_labels)
        probabilities = model.conditionals(grid(request["codes"]), label=label)
        return {"probabilities": base64.b64encode(probabilities.astype("<f4").tobytes()).decode()}

    def frame(request: dict) -> dict:
        """A picture file -> a digit framed as the training digits are."""
        try:
            data = base64.b64decode(request["data"], validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise ValueError("The picture did not arrive whole. Please try again.") from error
        return {"image": to_base64(uploads.digit(data))}

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

    return {question.__name__: question for question in (describe, encode, decode, complete, sample, conditionals, frame)}


def looked_at(codes: np.ndarray, image: np.ndarray) -> dict:
    return {"codes": codes.ravel().tolist(), "image": to_base64(image)}


def from_base64(text: str) -> np.ndarray:
    """The inverse, for one 28x28 image -> float32 in [0, 1]."""
    try:
        pixels = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError, TypeError) as error:
        raise ValueError("An image is sent as base64 of its bytes.") from error
    if pixels.size != SIDE * SIDE:
        raise ValueError(f"An image has {SIDE * SIDE} bytes, one a pixel; {pixels.size} came.")
    return pixels.reshape(SIDE, SIDE).astype(np.float32) / 255
