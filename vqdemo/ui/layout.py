"""What the page is made of, in both editions: which views stand where, their files and their sentences.

views.py and page.py make Gradio components of it, ../site.py plain files. Gradio is not needed here.
"""

import functools
import hashlib
import html
import json
import math
import re
from pathlib import Path

from vqdemo.strokes import SIDE
from vqdemo.ui import texts

STATIC = Path(__file__).parent / "static"
GROUND = ("#f5f5f2", "#111318")  # of the page, as --page in colours.css: light, dark

# The style of the page, in the order in which its files are read: of rules of equal rank the later one wins.
STYLES = tuple(
    STATIC / "styles" / f"{name}.css"
    for name in (
        "colours",
        "layout",
        "top",
        "bench",
        "text",
        "controls",
        "boards",
        "parts",
        "rtl",
        "forced_colors",
        "print",
    )
)

# What is always there, then the views of which one is open (see static/views/nav). A column may hold
# another one.
COLUMNS = {
    "top": ("header", "nav", "lessons", "share"),
    "bench": (
        "draw_pad",
        "code_grid",
        "reconstruction",
        "belief",
        "completion",
        {"sheet": ("sheet", "what_if", "palette")},
    ),
    "samples": ("samples",),
    "graft": ("graft",),
    "codebook": ("codebook",),
    "how": (
        "how",
        "how_encoder",
        "how_quantizer",
        "how_learning",
        "how_decoder",
        "how_prior",
        "how_film",
        "how_losses",
    ),
    "teach": ("teach",),
}
OPEN = ("top", "bench", "sheet")  # the columns that show at first
BELOW = ("framing", "status")  # what lies over the page: views below all columns

LINK_PICTURE = "link_picture.png"  # in static/; tests/tools/link_picture.py draws it
LINK_PICTURE_SIZE = (1200, 630)  # pixels
LINK_TAGS = """\
<meta name="description" content="{lead}" />
<meta property="og:type" content="website" />
<meta property="og:title" content="{title}" />
<meta property="og:description" content="{lead}" />
<meta property="og:image" content="{picture}" />
<meta property="og:image:width" content="{width}" />
<meta property="og:image:height" content="{height}" />
<meta property="og:image:alt" content="{alt}" />
<meta name="twitter:card" content="summary_large_image" />"""


def views_of(columns: dict) -> list[str]:
    """The names of the views in columns, in their order on the page."""
    return [
        name
        for parts in columns.values()
        for part in parts
        for name in (views_of(part) if isinstance(part, dict) else [part])
    ]


def all_views() -> list[str]:
    return [*views_of(COLUMNS), *BELOW]


def text_for(model, language: str = texts.SOURCE) -> dict:
    """The sentences of a language with the model's own numbers."""
    numbers = {
        "cells": math.prod(model.grid_shape),
        "codes": model.num_codes,
        "strokes": model.num_codes - 1,
        "numbers": model.vqvae.config.code_dim,
    }

    def with_numbers(part):
        if isinstance(part, dict):
            return {name: with_numbers(inner) for name, inner in part.items()}
        for name, number in numbers.items():
            part = part.replace(f"{{{name}}}", str(number))
        return part

    return with_numbers(texts.sentences(language))


def translations(model) -> dict[str, bytes]:
    """For each language but English its file, {code}.json: all sentences, and each view's HTML with them."""
    return {f"{language}.json": translation(model, language) for language in texts.LANGUAGES[1:]}


def translation(model, language: str) -> bytes:
    text = text_for(model, language)
    filled_in = {name: filled(html_of(name), sentences_of(name, text)) for name in all_views()}
    return as_json({"text": text, "html": filled_in})


def check_size(model) -> None:
    """Raises ValueError if the page cannot draw the pictures of a model."""
    if model.image_size != SIDE:
        size = model.image_size
        raise ValueError(
            f"the page draws pictures of {SIDE}x{SIDE} pixels, and these weights take {size}x{size}"
        )


def link_tags(text: dict, picture: str) -> str:
    """What other sites show of a link to the page (Open Graph: https://ogp.me). `picture`: its address."""
    width, height = LINK_PICTURE_SIZE
    words = {"title": text["title"], "lead": text["header"]["lead"], "alt": text["header"]["picture"]}
    words = {name: html.escape(each) for name, each in {**words, "picture": picture}.items()}
    return LINK_TAGS.format(width=width, height=height, **words)


def html_of(name: str) -> str:
    """The HTML of a view, before its sentences are filled in."""
    return (STATIC / "views" / name / f"{name}.html").read_text(encoding="utf-8")


def style_of(name: str) -> str:
    """The style of a view: ``{name}.css``, then that of its parts, each named like the part's script."""
    folder = STATIC / "views" / name
    own = folder / f"{name}.css"
    parts = sorted(set(folder.glob("*.css")) - {own})
    return "\n".join(path.read_text(encoding="utf-8") for path in (own, *parts))


def classes_of(name: str) -> list[str]:
    """The classes of a view's element."""
    return ["view", name.replace("_", "-")]


def sentences_of(name: str, text: dict) -> dict:
    """A view's own sentences, and under "status" those of the status line."""
    return {**text.get(name, {}), "status": text["status"]}


def filled(template: str, sentences: dict) -> str:
    """A view's HTML with its sentences, escaped, for each {{text.name}} or {{text.name.name}}.

    Gradio's templates (Handlebars) fill them in alike. Raises KeyError for a sentence that does not exist.
    """

    def sentence(found: re.Match) -> str:
        return html.escape(functools.reduce(lambda part, name: part[name], found[1].split("."), sentences))

    return re.sub(r"\{\{text\.([\w.]+)\}\}", sentence, template)


def fingerprint(files: dict[str, bytes]) -> str:
    """Twelve letters that change with any file, or its address."""
    contents = hashlib.sha256()
    for address, content in sorted(files.items()):
        contents.update(f"{address} {len(content)}\n".encode() + content)
    return contents.hexdigest()[:12]


def as_json(value) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
