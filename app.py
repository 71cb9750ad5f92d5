"""The app: loads the weights, builds the page, serves it. This is the file that a Hugging Face Space runs.

Environment: VQDEMO_WEIGHTS (a folder, or "user/repo" on the Hub; the bundled weights if unset), and Gradio's own
GRADIO_SERVER_NAME and GRADIO_SERVER_PORT.
"""

import os
import sys
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported: the app calls no other host

import torch

import vqdemo
from vqdemo.ui import build

WEIGHTS = os.environ.get("VQDEMO_WEIGHTS") or str(Path(__file__).parent / "weights")

torch.set_num_threads(1)  # a second thread does not help grids this small, and hurts on a busy machine
try:
    demo = build(vqdemo.load(WEIGHTS))
except (FileNotFoundError, ValueError) as error:
    sys.exit(f"No usable weights: {error}\nTrain them with `python -m train`, or set VQDEMO_WEIGHTS.")

if __name__ == "__main__":
    demo.launch()
