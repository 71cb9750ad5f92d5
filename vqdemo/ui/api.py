"""The same model for programs: five named endpoints, typed and documented, for ``gradio_client`` and plain HTTP."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from .. import strokes
from . import limits
from .settings import SIDE, Settings, whole_number

Rows = list[list[float]]
Codes = list[list[int]]


def add_endpoints(model) -> None:
    """Add the endpoints to the page that is being built."""

    def encode(image: dict[str, Any] | Rows) -> Codes:
        """An image to its grid of codes.

        image: a picture file (``gradio_client.handle_file``), framed as MNIST frames its digits unless it has
        28 x 28 pixels already; or 28 rows of 28 numbers in [0, 1], 0 the ground and 1 the ink, taken as they are.
        Returns the codes, row by row.
        """
        return model.encode(to_image(image)[None])[0].tolist()

    def decode(codes: Codes) -> Rows:
        """A grid of codes to the image, 28 rows of 28 numbers in [0, 1], which ``/encode`` takes as it is."""
        return rounded(model.decode(known(to_grid(model, codes))[None])[0])

    def complete(
        codes: Codes,
        n: int = 4,
        label: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        guidance: float | None = None,
        seed: int | None = None,
    ) -> dict:
        """Fill every unknown cell (-1) of a grid, n times, given all the known ones, which come back unchanged.

        label: the digit wanted, 0 to 9, or null for any. temperature, top_p, guidance: null for the defaults.
        seed: equal seeds give equal results. Returns {"grids": n grids, "images": their n images, "log_probs":
        the natural-log probability of each one's filled cells given the known ones}.
        """
        n = whole_number(n, "n", 1, limits.MAX_GRIDS)
        settings = Settings.of(model, label, temperature, top_p, guidance, seed)
        codes = to_grid(model, codes)
        grids = model.complete(codes, n, **settings.arguments())
        return with_images(grids, known=codes >= 0, label=settings.label)

    def sample(
        n: int = 4,
        label: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        guidance: float | None = None,
        seed: int | None = None,
    ) -> dict:
        """n new digits from the prior alone; the settings and the result are those of ``/complete``."""
        n = whole_number(n, "n", 1, limits.MAX_GRIDS)
        settings = Settings.of(model, label, temperature, top_p, guidance, seed)
        return with_images(model.sample(n, **settings.arguments()), known=None, label=settings.label)

    def conditionals(codes: Codes, label: int | None = None) -> list[list[list[float]]]:
        """For each cell, the probability of every code given all OTHER known cells (-1 where unknown)."""
        label = whole_number(label, "label", 0, model.num_labels - 1, optional=True)
        return rounded(model.conditionals(to_grid(model, codes), label=label))

    def with_images(grids: np.ndarray, known, label) -> dict:
        return {
            "grids": grids.tolist(),
            "images": rounded(model.decode(grids)),
            "log_probs": rounded(model.log_prob(grids, known=known, label=label)),
        }

    for endpoint in (encode, decode, complete, sample, conditionals):
        gr.api(saying_what_is_wrong(endpoint), api_name=endpoint.__name__, concurrency_limit=2)


def saying_what_is_wrong(endpoint: Callable) -> Callable:
    """The same endpoint, with bad input answered by the model's message instead of a traceback."""

    @functools.wraps(endpoint)
    def answer(*arguments):
        try:
            return endpoint(*arguments)
        except (ValueError, TypeError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    return answer


def to_image(image) -> np.ndarray:
    """What a client sends as an image -> float32 (28, 28). A file must be one that came in by Gradio's upload."""
    if isinstance(image, dict) and isinstance(image.get("path"), str):
        folder, path = Path(gr.utils.get_upload_folder()).resolve(), Path(image["path"]).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise ValueError("The file was not uploaded: with gradio_client, use handle_file(path).")
        return strokes.digit_from_picture(path, limits.MAX_UPLOAD_BYTES, limits.MAX_UPLOAD_PIXELS)
    if not isinstance(image, list):
        came = type(image).__name__
        raise TypeError(
            f"An image is a picture file or {SIDE} rows of {SIDE} numbers in [0, 1]; {came} came."
        )
    return to_array(image, (SIDE, SIDE), (int, float), "An image", "numbers in [0, 1]").astype(np.float32)


def to_grid(model, codes) -> np.ndarray:
    return to_array(codes, model.grid_shape, (int,), "A grid", "whole numbers").astype(np.int64)


def to_array(rows, shape: tuple[int, int], types: tuple, name: str, what: str) -> np.ndarray:
    """Nested lists of one exact shape and type; their range is the model's to check."""
    good = isinstance(rows, list) and len(rows) == shape[0]
    good = good and all(isinstance(row, list) and len(row) == shape[1] for row in rows)
    if not good or not all(type(value) in types for row in rows for value in row):
        raise ValueError(f"{name} is a list of {shape[0]} rows of {shape[1]} {what}.")
    return np.array(rows)


def known(codes: np.ndarray) -> np.ndarray:
    if (codes < 0).any():
        raise ValueError(
            "A grid with unknown cells (-1) cannot be decoded: fill them first, as by /complete."
        )
    return codes


def rounded(values: np.ndarray) -> list:
    return np.asarray(values, np.float64).round(6).tolist()
