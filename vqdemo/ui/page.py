"""The page as Gradio builds it: which parts stand where, and how it looks as a whole."""

from pathlib import Path

import gradio as gr

from vqdemo.strokes import SIDE
from vqdemo.ui import description
from vqdemo.ui.endpoints.api import add_endpoints
from vqdemo.ui.endpoints.limits import MAX_UPLOAD_BYTES
from vqdemo.ui.serving.blocks import ServedBlocks
from vqdemo.ui.serving.files import weights_route
from vqdemo.ui.views import FILES, MODEL, STATIC, text_for, view

# Fonts that machines have: nothing is downloaded.
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"]

# What stands on the page: what is always there, then the views of which one is open (see static/views/nav).
COLUMNS = {
    "top": ("header", "share", "nav"),
    "bench": ("draw_pad", "code_grid", "reconstruction", "what_if", "palette", "completion"),
    "samples": ("samples",),
    "graft": ("graft",),
    "codebook": ("codebook",),
    "how": ("how",),
}

GROUND = {"body_background_fill": "#f5f5f2", "body_background_fill_dark": "#111318"}  # as --page in page.css

THEME = gr.themes.Base(primary_hue="indigo", neutral_hue="slate", font=FONT, font_mono=MONO)

LOOK = {
    "theme": THEME.set(**GROUND),
    "css_paths": STATIC / "page.css",
    "favicon_path": STATIC / "icon.svg",
    "footer_links": ["api"],
    "max_file_size": MAX_UPLOAD_BYTES,
}


def build(model, folder: str | Path) -> ServedBlocks:
    """The whole page for one model (see ``vqdemo.load``) and the folder of weights that it was loaded from."""
    if model.image_size != SIDE:
        size = model.image_size
        raise ValueError(
            f"the page draws pictures of {SIDE}x{SIDE} pixels, and these weights take {size}x{size}"
        )
    text = text_for(model)
    described = description.model_json(model, folder)
    content = description.written(described)
    name = description.name_of(content)
    with ServedBlocks(LOOK, title=text["title"]) as demo:
        for column, names in COLUMNS.items():
            hidden = [] if column in ("top", "bench") else ["off"]
            with gr.Column(elem_id=column, elem_classes=hidden):
                for part in names:
                    view(part, text, name)
        view("framing", text, name)
        view("status", text, name)
        add_endpoints(model)
    demo.own_routes = [
        weights_route(MODEL, {name: content, **description.weight_files(described, folder)}),
        FILES,
    ]
    return demo
