"""The parts of the page: each a ``gr.HTML`` whose template, style and script are a folder in ``static/views``.

The files are served and loaded as they are. A script is an ES module that exports ``mount``; all import the same
``static/state``, which is how the parts share one state, and ``static/start.js`` starts it.
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
FILED = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in STATIC.rglob("*") if path.is_file()}
CONTENTS = b"".join(name.encode() + content for name, content in sorted(FILED.items()))
ADDRESS = f"vqdemo/{hashlib.sha256(CONTENTS).hexdigest()[:12]}"
FILES = Mount(f"/{ADDRESS}", StaticFiles(directory=STATIC))

MOUNT = """
Promise.all(props.scripts.map((script) => import(new URL(script, document.baseURI)))).then(([page, view]) => {
  view.mount(element, props);
  page.start(props.text.status);
});
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
    """One part of the page, made of ``{name}.html``, ``.css`` and ``.js`` in ``static/views/{name}``.

    A function rather than a subclass: Gradio writes a stub file beside the source of every component class.
    """
    folder = STATIC / "views" / name
    return gr.HTML(
        html_template=(folder / f"{name}.html").read_text(encoding="utf-8"),
        css_template=(folder / f"{name}.css").read_text(encoding="utf-8"),
        js_on_load=MOUNT,
        apply_default_css=False,
        elem_classes=["view", name.replace("_", "-")],
        scripts=[f"{ADDRESS}/start.js", f"{ADDRESS}/views/{name}/{name}.js"],
        text={**text.get(name, {}), "status": text["status"]},
    )
