"""The app: loads the weights, builds the page, serves it. This is the file that a Hugging Face Space runs.

Environment: VQDEMO_WEIGHTS (a folder, or "user/repo" on the Hub; the bundled weights if unset),
VQDEMO_REVISION (a branch, tag or commit of that repository), and Gradio's own GRADIO_SERVER_NAME and
GRADIO_SERVER_PORT.
"""

import os
import sys
from pathlib import Path

# Read when gradio and huggingface_hub are imported: neither sends usage statistics.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

if os.environ.get("SPACES_ZERO_GPU"):
    import spaces  # which such a Space has; before torch

    @spaces.GPU
    def gpu():
        """Never called: all work stays on the CPU, but ZeroGPU stops an app that cannot ask for its GPU."""


import torch

import vqdemo
from vqdemo.storage import find
from vqdemo.ui.page import build
from vqdemo.ui.serving.log import replace_unprintable
from vqdemo.ui.serving.memory import give_back

WEIGHTS = os.environ.get("VQDEMO_WEIGHTS") or str(Path(__file__).parent / "weights")

replace_unprintable()
give_back()
torch.set_num_threads(1)  # a second thread does not help grids this small, and hurts on a busy machine
try:
    folder = find(WEIGHTS, os.environ.get("VQDEMO_REVISION"))
    demo = build(vqdemo.load(folder), folder)
except (FileNotFoundError, ValueError) as error:
    sys.exit(f"No usable weights: {error}\nTrain them with `python -m train`, or set VQDEMO_WEIGHTS.")

if __name__ == "__main__":
    demo.launch()
