"""The page as Gradio builds it: which parts stand where, and how it looks as a whole."""

from pathlib import Path

import gradio as gr

from vqdemo.ui import description
from vqdemo.ui.endpoints.api import add_endpoints
from vqdemo.ui.endpoints.limits import MAX_UPLOAD_BYTES
from vqdemo.ui.layout import BELOW, COLUMNS, OPEN, STATIC, check_size, text_for
from vqdemo.ui.serving.blocks import ServedBlocks
from vqdemo.ui.serving.files import files_route
from vqdemo.ui.views import COURSE, FILES, MODEL, view

# Fonts that machines have: nothing is downloaded.
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"]

GROUND = {"body_background_fill": "#f5f5f2", "body_background_fill_dark": "#111318"}  # as --page in page.css

THEME = gr.themes.Base(primary_hue="indigo", neutral_hue="slate", font=FONT, font_mono=MONO)

LOOK = {
    "theme": THEME.set(**GROUND),
    "css_paths": STATIC / "page.css",
    "favicon_path": STATIC / "icon.svg",
    "footer_links": ["api"],
    "max_file_size": MAX_UPLOAD_BYTES,
}


def place(columns: dict, text: dict, model_name: str) -> None:
    """Put columns, by their id, with the views that each holds, on the page that is being built."""
    for column, parts in columns.items():
        hidden = [] if column in OPEN else ["off"]
        with gr.Column(elem_id=column, elem_classes=hidden):
            for part in parts:
                if isinstance(part, dict):
                    place(part, text, model_name)
                else:
                    view(part, text, model_name)


def build(model, folder: str | Path) -> ServedBlocks:
    """The whole page for one model (see ``vqdemo.load``) and the folder that it was loaded from."""
    check_size(model)
    text = text_for(model)
    described = description.model_json(model, folder)
    content = description.written(described)
    name = description.name_of(content)
    with ServedBlocks(LOOK, title=text["title"]) as demo:
        place(COLUMNS, text, name)
        for part in BELOW:
            view(part, text, name)
        add_endpoints(model)
    demo.own_routes = [
        files_route(MODEL, {name: content, **description.weight_files(described, folder)}),
        COURSE,
        FILES,
    ]
    return demo
