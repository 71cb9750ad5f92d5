"""The model for programs: six named endpoints, for ``gradio_client``, plain HTTP and the MCP server.

What programs are told of an endpoint is its signature and its docstring, whose sections Gradio reads.
Arguments are checked by vqdemo/checks.py, most of them behind the model's own door.
"""

import functools
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np

from vqdemo import checks
from vqdemo.strokes import SIDE
from vqdemo.ui.endpoints import limits, uploads
from vqdemo.ui.endpoints.arguments import Settings, whole

Rows = list[list[float]]
Codes = list[list[int]]


def add_endpoints(model) -> None:
    """Add the endpoints to the page that is being built."""
    endpoints = Endpoints(model)
    for name in ("encode", "decode", "complete", "sample", "conditionals", "label_probs"):
        gr.api(saying_what_is_wrong(getattr(endpoints, name)), api_name=name, concurrency_limit=2)


def saying_what_is_wrong(endpoint: Callable) -> Callable:
    """The same endpoint, with bad input answered by the model's message instead of a traceback."""

    @functools.wraps(endpoint)
    def answer(*arguments):
        try:
            return endpoint(*arguments)
        except (ValueError, TypeError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    return answer


class Endpoints:
    """One method an endpoint; each takes and returns what JSON can hold."""

    def __init__(self, model):
        self.model = model

    def encode(self, image: Rows | str | dict[str, Any]) -> Codes:
        """Turn a picture of a digit into its grid of codes.

        Args:
            image: 28 rows of 28 numbers in [0, 1], 0 the ground and 1 the ink, taken as they are; or a
                picture file, framed as MNIST frames its digits unless it has 28x28 pixels: a string
                "data:image/png;base64,…", or uploaded by Gradio's clients.
        Returns:
            The codes, row by row: whole numbers.
        """
        return self.model.encode(to_image(image)[None])[0].tolist()

    def decode(self, codes: Codes) -> Rows:
        """Turn a full grid of codes into the picture that it stands for.

        Args:
            codes: the grid's rows of whole numbers, as encode gives them; every cell known.
        Returns:
            28 rows of 28 numbers in [0, 1], which encode takes as they are.
        """
        grid = self.grid(codes)
        if (grid < 0).any():
            raise ValueError(
                "A grid with unknown cells (-1) cannot be decoded: fill them first, as by /complete."
            )
        return rounded(self.model.decode(grid[None])[0])

    def complete(
        self,
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
            codes: the grid's rows of whole numbers, as encode gives them, with -1 in every cell that is to be
                filled.
            n: how many completions, 1 to 64.
            label: which digit (class) is wanted, by its number from 0; null for any.
            temperature: 0.001 to 5; lower is safer, higher is wilder; null for the default.
            top_p: above 0, at most 1: choose among the likeliest codes that together reach this probability;
                null for the default.
            guidance: 0 to 5: how strongly the label is exaggerated; null for the default.
            seed: a whole number from 0 to 2147483647; equal seeds give equal results; null for a new one
                each time.
        Returns:
            {"grids": the n grids, "images": their n pictures,
            "log_probs": the natural-log probability of each one's filled cells given the known ones}
        """
        n = checks.integer(whole(n), "n", 1, limits.MAX_GRIDS)
        settings = Settings.of(self.model, label, temperature, top_p, guidance, seed)
        grid = self.grid(codes)
        grids = self.model.complete(grid, n, **settings.arguments())
        return self.with_images(grids, known=grid >= 0, label=settings.label)

    def sample(
        self,
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
            temperature: 0.001 to 5; lower is safer, higher is wilder; null for the default.
            top_p: above 0, at most 1: choose among the likeliest codes that together reach this probability;
                null for the default.
            guidance: 0 to 5: how strongly the label is exaggerated; null for the default.
            seed: a whole number from 0 to 2147483647; equal seeds give equal results; null for a new one
                each time.
        Returns:
            {"grids": the n grids, "images": their n pictures, "log_probs": the natural-log probability of
                each}
        """
        n = checks.integer(whole(n), "n", 1, limits.MAX_GRIDS)
        settings = Settings.of(self.model, label, temperature, top_p, guidance, seed)
        grids = self.model.sample(n, **settings.arguments())
        return self.with_images(grids, known=None, label=settings.label)

    def conditionals(self, codes: Codes, label: int | None = None) -> list[list[list[float]]]:
        """Tell what the prior expects in each cell, given all the other known cells.

        Args:
            codes: the grid's rows of whole numbers, as encode gives them, with -1 where unknown.
            label: which digit (class) is meant, by its number from 0; null for any.
        Returns:
            For each cell, row by row, the probability of every code.
        """
        return rounded(self.model.conditionals(whole(codes), label=whole(label)))

    def label_probs(self, codes: Codes) -> list[float]:
        """Tell which digit (class) a grid shows, as far as its known cells say.

        Args:
            codes: the grid's rows of whole numbers, as encode gives them, with -1 where unknown.
        Returns:
            The probability of every label, by its number from 0.
        """
        return rounded(self.model.label_probs(whole(codes)))

    def grid(self, codes: Codes) -> np.ndarray:
        """Rows of codes, -1 where unknown -> int64 (G,G), checked."""
        return checks.codes(
            whole(codes), self.model.grid_shape[0], self.model.num_codes, unknown=True, batch=False
        ).numpy()

    def with_images(self, grids: np.ndarray, known: np.ndarray | None, label: int | None) -> dict:
        return {
            "grids": grids.tolist(),
            "images": rounded(self.model.decode(grids)),
            "log_probs": rounded(self.model.log_prob(grids, known=known, label=label)),
        }


def to_image(image) -> np.ndarray:
    """What a client sends as an image -> numbers (28, 28); their range is the model's to check."""
    if isinstance(image, dict) and isinstance(image.get("path"), str):
        return uploads.digit(uploads.uploaded(image["path"]))
    if isinstance(image, str) and image.startswith("data:"):
        return uploads.digit(uploads.from_data_url(image))
    if not isinstance(image, list):
        came = type(image).__name__
        raise TypeError(
            f"An image is a picture file or {SIDE} rows of {SIDE} numbers in [0, 1]; {came} came."
        )
    array = checks.as_array(image, "image")
    checks.check_shape(array, "image", (SIDE, SIDE))
    return array


def rounded(values: np.ndarray) -> list:
    return np.asarray(values, np.float64).round(6).tolist()
