"""The same model for programs: five named endpoints for ``gradio_client`` and plain HTTP, which are also the tools of the MCP server.

What programs are told of an endpoint is its signature and its docstring, whose sections Gradio reads.
"""

import base64
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from vqdemo.ui.endpoints import limits, uploads
from vqdemo.ui.endpoints.arguments import SIDE, Settings, whole_number

SANE = 1e9  # a number beyond it is a mistake, and would overflow
Rows = list[list[float]]
Codes = list[list[int]]


def add_endpoints(model) -> None:
    """Add the endpoints to the page that is being built."""

    def encode(image: Rows | str | dict[str, Any]) -> Codes:
        """Turn a picture of a digit into its grid of codes.

        Args:
            image: 28 rows of 28 numbers in [0, 1], 0 the ground and 1 the ink, taken as they are; or a picture file, framed as
                MNIST frames its digits unless it has 28x28 pixels: a string "data:image/png;base64,…", or uploaded by Gradio's clients.
        Returns:
            The codes, row by row: whole numbers.
        """
        return model.encode(to_image(image)[None])[0].tolist()

    def decode(codes: Codes) -> Rows:
        """Turn a full grid of codes into the picture that it stands for.

        Args:
            codes: the grid's rows of whole numbers, as encode gives them; every cell known.
        Returns:
            28 rows of 28 numbers in [0, 1], which encode takes as they are.
        """
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
        """Fill every unknown cell of a grid, n times, given all the known ones, which come back unchanged.

        Args:
            codes: the grid's rows of whole numbers, as encode gives them, with -1 in every cell that is to be filled.
            n: how many completions, 1 to 64.
            label: which digit (class) is wanted, by its number from 0; null for any.
            temperature: above 0, at most 5; lower is safer, higher is wilder; null for the default.
            top_p: above 0, at most 1: choose among the likeliest codes that together reach this probability; null for the default.
            guidance: 0 to 5: how strongly the label is exaggerated; null for the default.
            seed: a whole number from 0; equal seeds give equal results; null for another result each time.
        Returns:
            {"grids": the n grids, "images": their n pictures,
            "log_probs": the natural-log probability of each one's filled cells given the known ones}
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
        """Draw n new digits from the prior alone.

        Args:
            n: how many, 1 to 64.
            label: which digit (class) is wanted, by its number from 0; null for any.
            temperature: above 0, at most 5; lower is safer, higher is wilder; null for the default.
            top_p: above 0, at most 1: choose among the likeliest codes that together reach this probability; null for the default.
            guidance: 0 to 5: how strongly the label is exaggerated; null for the default.
            seed: a whole number from 0; equal seeds give equal results; null for another result each time.
        Returns:
            {"grids": the n grids, "images": their n pictures, "log_probs": the natural-log probability of each}
        """
        n = whole_number(n, "n", 1, limits.MAX_GRIDS)
        settings = Settings.of(model, label, temperature, top_p, guidance, seed)
        return with_images(model.sample(n, **settings.arguments()), known=None, label=settings.label)

    def conditionals(codes: Codes, label: int | None = None) -> list[list[list[float]]]:
        """Tell what the prior expects in each cell, given all the other known cells.

        Args:
            codes: the grid's rows of whole numbers, as encode gives them, with -1 where unknown.
            label: which digit (class) is meant, by its number from 0; null for any.
        Returns:
            For each cell, row by row, the probability of every code.
        """
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
    """What a client sends as an image -> float32 (28, 28)."""
    if isinstance(image, dict) and isinstance(image.get("path"), str):
        return uploads.digit(uploaded(image["path"]))
    if isinstance(image, str) and image.startswith("data:"):
        try:
            picture = base64.b64decode(image.partition(";base64,")[2], validate=True)
        except ValueError as error:
            raise ValueError('A picture as a string is "data:image/png;base64," and the base64 of its file.') from error
        return uploads.digit(picture)
    if not isinstance(image, list):
        came = type(image).__name__
        raise TypeError(
            f"An image is a picture file or {SIDE} rows of {SIDE} numbers in [0, 1]; {came} came."
        )
    return to_array(image, (SIDE, SIDE), (int, float), "An image", "numbers in [0, 1]").astype(np.float32)


def uploaded(path: str) -> bytes:
    """The content of a file that came in by Gradio's upload, and of no other.

    The file is emptied, since nothing that visitors send is kept, and left for Gradio to delete, which keeps a list of its files.
    """
    folder, file = Path(gr.utils.get_upload_folder()).resolve(), Path(path).resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        raise ValueError("The file was not uploaded: with gradio_client, use handle_file(path).")
    content = file.read_bytes()
    file.write_bytes(b"")
    return content


def to_grid(model, codes) -> np.ndarray:
    return to_array(codes, model.grid_shape, (int,), "A grid", "whole numbers").astype(np.int64)


def to_array(rows, shape: tuple[int, int], types: tuple, name: str, what: str) -> np.ndarray:
    """Nested lists of one exact shape and type; their range is the model's to check."""
    good = isinstance(rows, list) and len(rows) == shape[0]
    good = good and all(isinstance(row, list) and len(row) == shape[1] for row in rows)
    if not good or not all(type(value) in types and abs(value) < SANE for row in rows for value in row):
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
