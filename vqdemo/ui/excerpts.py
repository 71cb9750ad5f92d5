"""The Python behind each part of How it works: functions as they stand in the files, for the page to show.

They are found by name and copied when the page is built, so that they are never out of date. Files of
vqdemo/ are always there. Those of train/ are read as text, and left out where that folder is not beside
vqdemo/.
"""

import ast
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]

# Part of the page -> file and name of each class, function or method.
SOURCES = {
    "encoder": [("vqdemo/vqvae.py", "Encoder")],
    "quantizer": [
        ("vqdemo/vqvae.py", "blank_cells"),
        ("vqdemo/vqvae.py", "VectorQuantizer.distances"),
        ("vqdemo/vqvae.py", "VectorQuantizer.nearest"),
    ],
    "learning": [
        ("vqdemo/vqvae.py", "VectorQuantizer.forward"),
        ("vqdemo/vqvae.py", "VectorQuantizer.update"),
    ],
    "decoder": [("vqdemo/vqvae.py", "Decoder")],
    "prior": [("vqdemo/pixelcnn.py", "PixelCNN.forward"), ("vqdemo/sampling.py", "fill_reference")],
    "film": [("train/runtime/snapshots.py", "epochs_kept"), ("train/runtime/snapshots.py", "save")],
    "losses": [("train/vqvae.py", "loss_of"), ("train/prior.py", "nats_of_cells")],
}


def excerpts() -> dict[str, list[dict]]:
    """Of each part, its excerpts as `excerpt` gives them; none where their file is not there."""
    return {
        part: [excerpt(file, name) for file, name in sources if (ROOT / file).is_file()]
        for part, sources in SOURCES.items()
    }


def excerpt(file: str, name: str) -> dict:
    """A class or function, "f", or a method, "C.f", of a file below the project's folder: `file`; `line`, the
    number of its first line, from 1; `code`, its lines as they stand there, without their indentation.

    Raises LookupError if the file has no such thing.
    """
    text = (ROOT / file).read_text(encoding="utf-8")
    node: ast.Module | ast.ClassDef | ast.FunctionDef = ast.parse(text)
    for part in name.split("."):
        defined = (child for child in node.body if isinstance(child, (ast.ClassDef, ast.FunctionDef)))
        found = next((child for child in defined if child.name == part), None)
        if found is None:
            raise LookupError(f"{file} has no {name}")
        node = found
    assert not isinstance(node, ast.Module)  # a name has one part at least
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return {
        "file": file,
        "line": first,
        "code": dedent("\n".join(text.splitlines()[first - 1 : node.end_lineno])),
    }
