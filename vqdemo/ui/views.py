"""The parts of the page: each a ``gr.HTML`` whose template, style and script are a folder of ``static/views``.

The files are served and loaded as they are. A script is an ES module that exports ``mount``. All import the same
modules of ``static/state``, which is how the parts share one state; ``static/start.js`` starts it.
"""

import hashlib
import math
from pathlib import Path

import gradio as gr
from starlette.routing import Mount

from vqdemo.ui.serving.files import FingerprintedFiles
from vqdemo.ui.text import TEXT

STATIC = Path(__file__).parent / "static"
# Their address holds a fingerprint of them, so that a browser never mixes old scripts with a new page.
CONTENTS = hashlib.sha256()
for path in sorted(STATIC.rglob("*.*")):
    CONTENTS.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
ADDRESS = f"vqdemo/{CONTENTS.hexdigest()[:12]}"
FILES = Mount(f"/{ADDRESS}", FingerprintedFiles(directory=STATIC))

# Scripts lie where the app is: there is the page, or what `<gradio-app src>` names on a page of another site.
MOUNT = """
const src = element.closest("gradio-app")?.getAttribute("src");
const app = new URL(src ? src.replace(/[/]*$/, "/") : ".", document.baseURI);
const addresses = props.scripts.map((script) => new URL(script, app).href);
Promise.all(addresses.map((address) => import(address))).then(
  ([page, view]) => {
    view.mount(element, props);
    page.start(props.text.status);
  },
  () => {
    element.textContent = props.text.status.no_script.replace("{address}", addresses.join(", "));
    element.setAttribute("role", "alert");
  },
);
"""


def text_for(model) -> dict:
    """The sentences of text.py with the model's own numbers."""
    numbers = {
        "cells": math.prod(model.grid_shape),
        "codes": model.num_codes,
        "strokes": model.num_codes - 1,
        "numbers": model.vqvae.config.code_dim,
    }

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
