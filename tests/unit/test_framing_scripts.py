"""static/drawing/framing.js frames the same pixels as vqdemo/strokes.py does; by node, where it is
installed.
"""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import vqdemo
from vqdemo.strokes import find_digit

SCRIPT = Path(vqdemo.__file__).parent / "ui/static/drawing/framing.js"
ASK = """
const lines = require("fs").readFileSync(0, "utf8").split("\\n");
import(lines[0]).then(({ findDigit, NoInk }) => {
  const { width, height, crop, ink, data } = JSON.parse(lines[1]);
  try {
    const picture = { width, height, data: new Uint8ClampedArray(Buffer.from(data, "base64")) };
    const found = findDigit(picture, { crop, ink });
    console.log(JSON.stringify({ ...found, image: [...found.image] }));
  } catch (error) {
    if (!(error instanceof NoInk)) throw error;
    console.log(JSON.stringify("no ink"));
  }
});
"""


def in_node(rgba, crop=None, ink=None):
    asked = {
        "width": rgba.shape[1], "height": rgba.shape[0], "crop": crop, "ink": ink,
        "data": base64.b64encode(np.ascontiguousarray(rgba).tobytes()).decode(),
    }  # fmt: skip
    sent = SCRIPT.as_uri() + "\n" + json.dumps(asked)
    done = subprocess.run(["node", "-e", ASK], input=sent, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def picture(rng, width, height, lit, lines, alpha):
    """A two or four strokes wide and far, on paper with grain -> uint8 (height, width, 4)."""
    page = Image.new("L", (width, height))
    points = [(width * x, height * y) for x, y in ((0.35, 0.3), (0.6, 0.25), (0.4, 0.7), (0.65, 0.72))]
    ImageDraw.Draw(page).line(points, fill=255, width=max(width // 30, 1), joint="curve")
    ink = np.asarray(page, float)[..., None] / 255
    y, x = np.mgrid[:height, :width][..., None]
    paper, pen = rng.integers(150, 256, 3), rng.integers(0, 100, 3)
    colours = paper + ink * (pen - paper)
    if lines:
        colours = np.where((y + x // 50) % (height // 8) < 2, np.minimum(colours, (120, 150, 200)), colours)
    if lit:
        colours = colours * (1 - 0.3 * x / width) * np.where(x + y / 3 < width * 0.6, 1, 0.6)
        colours = np.where(y > height * 0.9, 40, colours) + rng.normal(0, 3, colours.shape)
    rgba = np.concatenate([colours, np.full_like(ink, 255)], 2)
    if alpha:
        rgba[..., 3] = ink[..., 0] * 255
    return rgba.clip(0, 255).astype(np.uint8)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize(
    "width, height, lit, lines, alpha, wishes",
    [
        (400, 300, True, False, False, {}),
        (500, 700, True, True, False, {}),
        (281, 280, False, False, True, {}),
        (61, 47, False, False, False, {}),
        (28, 28, False, False, True, {}),
        (640, 480, True, True, False, {"crop": (100, 50, 600, 400), "ink": "dark"}),
    ],
    ids=["shadow", "ruled", "transparent", "small", "framed already", "crop"],
)
def test_the_browser_frames_as_python_does(width, height, lit, lines, alpha, wishes):
    rgba = picture(np.random.default_rng(width), width, height, lit, lines, alpha)
    here, there = find_digit(rgba, **wishes), in_node(rgba, **wishes)
    assert here.image.max() > 200
    apart = np.abs(np.array(there["image"]).reshape(28, 28) - here.image.astype(int))
    inked = here.image > 0
    assert (apart[inked] <= 4).mean() >= 0.95 and (apart[~inked] <= 4).mean() >= 0.95
    assert (there["ink"], there["several"]) == (here.ink, here.several)
    assert np.abs(np.subtract(there["box"], here.box)).max() <= 1


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_a_blank_page_has_no_ink_in_either():
    blank = np.full((90, 120, 4), 255, np.uint8)
    with pytest.raises(ValueError, match="no ink"):
        find_digit(blank)
    assert in_node(blank) == "no ink"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_a_pale_bar_with_a_black_dot_has_no_ink_in_either():
    page = np.full((40, 40, 4), 255, np.uint8)
    page[10:30, 18:22, :3] = 215
    page[20, 20, :3] = 0
    with pytest.raises(ValueError, match="no ink"):
        find_digit(page)
    assert in_node(page) == "no ink"
