"""Picture files that visitors send, read a few at a time: the largest take up to a gigabyte meanwhile."""

import threading

import numpy as np

from vqdemo import strokes
from vqdemo.ui.endpoints import limits

turns = threading.BoundedSemaphore(limits.MAX_PICTURES_AT_ONCE)


def digit(data: bytes) -> np.ndarray:
    """The bytes of a picture file -> float32 (28, 28), as ``strokes.digit_from_picture``, within this server's limits."""
    with turns:
        return strokes.digit_from_picture(data, limits.MAX_UPLOAD_BYTES, limits.MAX_UPLOAD_PIXELS)
