"""Picture files that come in from outside, by Gradio's upload or as base64, read a few at a time: the largest
take up to a gigabyte of memory meanwhile.
"""

import base64
import threading
from pathlib import Path

import gradio as gr
import numpy as np

from vqdemo import strokes
from vqdemo.ui.endpoints import limits

reading = threading.BoundedSemaphore(limits.MAX_PICTURES_AT_ONCE)


def digit(data: bytes) -> np.ndarray:
    """The bytes of a picture file -> float32 (28, 28), by ``strokes.digit_from_picture`` within limits."""
    with reading:
        return strokes.digit_from_picture(data, limits.MAX_UPLOAD_BYTES, limits.MAX_UPLOAD_PIXELS)


def from_data_url(url: str) -> bytes:
    """The content of the file in "data:image/png;base64,..."."""
    try:
        return base64.b64decode(url.partition(";base64,")[2], validate=True)
    except ValueError as error:
        raise ValueError(
            'A picture as a string is "data:image/png;base64," and the base64 of its file.'
        ) from error


def uploaded(path: str) -> bytes:
    """The content of a file that came in by Gradio's upload, and of no other.

    The file is emptied, since nothing that visitors send is kept, and left for Gradio to delete, which keeps
    a list of its files.
    """
    folder, file = Path(gr.utils.get_upload_folder()).resolve(), Path(path).resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        raise ValueError("The file was not uploaded: with gradio_client, use handle_file(path).")
    content = file.read_bytes()
    file.write_bytes(b"")
    return content
