"""The course beside the page: the code of each part of How it works, and train/README.md as a page.

Both are files of the page, in the folder `course`, and are fetched only when they are to be seen.
"""

import html
import json
import re

from vqdemo.ui.excerpts import ROOT, excerpts

COURSE = ROOT / "train" / "README.md"
FOLDER = "course"
PAGE = "course.html"

# Part of How it works -> heading of the course.
SECTIONS = {
    "encoder": "Encoder",
    "quantizer": "Quantizer",
    "learning": "How it learns",
    "decoder": "Decoder",
    "prior": "Prior",
    "film": "Training",
    "losses": "Training",
}

INDEX = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>{title}</title>
    <link rel="stylesheet" href="../course.css" />
    <link rel="icon" href="../icon.svg" />
  </head>
  <body>
{body}
  </body>
</html>
"""


def files() -> dict[str, bytes]:
    """The files by name: excerpts.json (see views/parts/excerpts.js), and the course if it is there."""
    pages = {}
    if COURSE.is_file():
        pages[PAGE] = page(COURSE.read_text(encoding="utf-8")).encode()
    parts = {
        part: {"excerpts": found, "course": f"{PAGE}#{anchor(SECTIONS[part])}" if pages else None}
        for part, found in excerpts().items()
    }
    return {"excerpts.json": json.dumps(parts, ensure_ascii=False, indent=1).encode(), **pages}


def anchor(heading: str) -> str:
    """ "3. How it learns" -> "how-it-learns"."""
    return re.sub(r"\W+", "-", re.sub(r"^[\d.\s]+", "", heading).lower()).strip("-")


def page(markdown: str) -> str:
    """The course as HTML. Its headings have anchors; code, tables and formulas stand as they are written."""
    title = markdown.splitlines()[0].lstrip("# ")
    blocks = re.findall(r"^```.*?^```$|(?:^(?!```)[^\n]+\n?)+", markdown, flags=re.DOTALL | re.MULTILINE)
    return INDEX.format(title=html.escape(title), body="\n".join(block_html(block) for block in blocks))


def block_html(block: str) -> str:
    """A heading, paragraph, fenced code or table."""
    block = block.strip("\n")
    if found := re.fullmatch(r"(#+) (.+)", block):
        level, heading = len(found[1]), found[2]
        return f'<h{level} id="{anchor(heading)}">{inline(heading)}</h{level}>'
    if fenced := re.fullmatch(r"```\w*\n(.*)\n```", block, flags=re.DOTALL):
        return f"<pre>{html.escape(fenced[1])}</pre>"
    if block.startswith(("|", "$$")):
        return f"<pre>{html.escape(block)}</pre>"
    return f"<p>{inline(block)}</p>"


def inline(text: str) -> str:
    """Escaped, with `code` and **strong** marked."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
