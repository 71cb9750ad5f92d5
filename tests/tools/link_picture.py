"""The picture that other sites show of a link to the page: three boards, with a digit drawn by this script.

.venv/bin/python tests/tools/link_picture.py [--out vqdemo/ui/static/link_picture.png]
"""

import argparse
import io
from pathlib import Path

from moving_picture import believed, draw_three, opening
from PIL import Image
from visitor import settle

from vqdemo.ui.layout import LINK_PICTURE, LINK_PICTURE_SIZE, STATIC

SCALE = 1.5  # pixels of the picture for one of the page
STYLE = """
.gradio-container { --page-width: 100vw !important; --sides: 2rem !important; }
#top > :not(.header), #top select, .tools, .examples, .completion, .belief, #sheet, footer,
#bench :is(.caption, .count, .hint, .heading) { display: none !important; }
#top { display: block !important; }
#top h1 { position: static !important; clip-path: none !important; width: auto !important; height: auto !important;
  margin: 1.5rem 0 0.7rem !important; font-size: 2.3rem !important; }
#top p { display: block !important; font-size: 1.02rem !important; }
#bench { margin-top: 1rem !important; }
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=STATIC / LINK_PICTURE, metavar="FILE")
    target = parser.parse_args().out
    width, height = (round(side / SCALE) for side in LINK_PICTURE_SIZE)
    with opening({"width": width, "height": height}, SCALE) as opened:
        page = opened("light")
        page.locator(".draw-pad [data-do=clear]").click()
        draw_three(page)
        settle(page)
        believed(page)
        page.mouse.move(0, 0)
        page.add_style_tag(content=STYLE)
        page.evaluate("scrollTo(0, 0)")
        settle(page)
        picture = Image.open(io.BytesIO(page.screenshot(caret="hide")))
    assert picture.size == LINK_PICTURE_SIZE
    picture.convert("RGB").save(target, optimize=True)
    print(f"{target}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
