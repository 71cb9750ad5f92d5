"""The parts of the page: each a ``gr.HTML`` whose template, style and script are three files in ``static/``.

The files are served and loaded as they are. A script is an ES module that exports ``mount``; it imports
``state.js`` and its fellows like any other module, which is how the parts share one state.
"""

import hashlib
import math
from pathlib import Path

import gradio as gr
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from .text import TEXT

STATIC = Path(__file__).parent / "static"
# Their address holds a fingerprint of them, so that a browser never mixes old scripts with a new page.
CONTENTS = b"".join(path.read_bytes() for path in sorted(STATIC.rglob("*")) if path.is_file())
ADDRESS = f"vqdemo/{hashlib.sha256(CONTENTS).hexdigest()[:12]}"
FILES = Mount(f"/{ADDRESS}", StaticFiles(directory=STATIC))

START = """
import(new URL(props.script, document.baseURI)).then((view) => view.mount(element, props));
"""


def text_for(model) -> dict:
    """The sentences of text.py with the model's own numbers."""
    numbers = {"cells": math.prod(model.grid_shape), "codes": model.num_codes, "numbers": model.vqvae.config.code_dim}

    def told(part):
        if isinstance(part, dict):
            return {name: told(inner) for name, inner in part.items()}
        for name, number in numbers.items():
            part = part.replace(f"{{{name}}}", str(number))
        return part

    return told(TEXT)


def view(name: str, text: dict) -> gr.HTML:
    """One part of the page, made of the files ``static/{name}.html``, ``.css`` and ``.js``.

    A function rather than a subclass: Gradio writes a stub file beside the source of every component class.
    """
    return gr.HTML(
        html_template=(STATIC / f"{name}.html").read_text(encoding="utf-8"),
        css_template=(STATIC / f"{name}.css").read_text(encoding="utf-8"),
        js_on_load=START,
        apply_default_css=False,
        elem_classes=["view", name.replace("_", "-")],
        script=f"{ADDRESS}/{name}.js",
        text={**text.get(name, {}), "status": text["status"]},
    )
