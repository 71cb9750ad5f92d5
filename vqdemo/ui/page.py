"""The page as Gradio builds it: which parts stand where, and how it looks as a whole."""

from pathlib import Path

import gradio as gr

from vqdemo.ui import description
from vqdemo.ui.endpoints.api import add_endpoints
from vqdemo.ui.endpoints.limits import MAX_UPLOAD_BYTES
from vqdemo.ui.layout import (
    BELOW,
    COLUMNS,
    GROUND,
    LINK_PICTURE,
    OPEN,
    STATIC,
    STYLES,
    check_size,
    fingerprint,
    link_tags,
    text_for,
    translations,
)
from vqdemo.ui.serving.blocks import ServedBlocks
from vqdemo.ui.serving.files import files_route
from vqdemo.ui.views import ADDRESS, COURSE, FILES, MODEL, view

# Fonts that machines have: nothing is downloaded.
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"]

THEME = gr.themes.Base(primary_hue="indigo", neutral_hue="slate", font=FONT, font_mono=MONO)

LOOK = {
    "theme": THEME.set(body_background_fill=GROUND[0], body_background_fill_dark=GROUND[1]),
    "css_paths": list(STYLES),
    "favicon_path": STATIC / "icon.svg",
    "footer_links": ["api"],
    "max_file_size": MAX_UPLOAD_BYTES,
}


def place(columns: dict, *page) -> None:
    """Put columns, by their id, with the views that each holds, on the page that is being built.

    `page`: what ``view`` is given of each view besides its name.
    """
    for column, parts in columns.items():
        hidden = [] if column in OPEN else ["off"]
        with gr.Column(elem_id=column, elem_classes=hidden):
            for part in parts:
                if isinstance(part, dict):
                    place(part, *page)
                else:
                    view(part, *page)


def build(model, folder: str | Path) -> ServedBlocks:
    """The whole page for one model (see ``vqdemo.load``) and the folder that it was loaded from."""
    check_size(model)
    text = text_for(model)
    translated = translations(model)
    described = description.model_json(model, folder)
    content = description.written(described)
    name = description.name_of(content)
    texts = f"texts-{fingerprint(translated)}-"
    translated = {texts + code: file for code, file in translated.items()}
    with ServedBlocks(LOOK, title=text["title"]) as demo:
        place(COLUMNS, text, name, texts)
        for part in BELOW:
            view(part, text, name, texts)
        add_endpoints(model)
    demo.link_tags = lambda address: link_tags(text, f"{address}/{ADDRESS}/{LINK_PICTURE}")
    demo.own_routes = [
        files_route(MODEL, {name: content, **description.weight_files(described, folder), **translated}),
        COURSE,
        FILES,
    ]
    return demo
