"""A folder of untrained weights unlike the bundled ones, for tests of whatever must not depend on their
shape.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch

from train.runtime.weights_folder import write_network
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig
from vqdemo.vqvae import VQVAE, VQVAEConfig


@dataclass
class Untrained:
    """Stands for the settings that a training records."""


def write(
    folder: Path, grid: int = 14, num_codes: int = 16, labels: tuple[str, ...] = ("cat", "<b>dog</b>", "é")
) -> Path:
    """Write random weights of that shape for pictures of 28x28 pixels; the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    vqvae = VQVAE(
        VQVAEConfig(
            grid=grid,
            patch=28 // grid,
            num_codes=num_codes,
            code_dim=4,
            width=16,
            encoder_blocks=1,
            decoder_blocks=1,
        )
    )
    # Untrained outputs lie close together, nearest to one and the same code.
    vqvae.encoder.exit.weight.data.mul_(30)
    vqvae.tiles.uniform_()
    vqvae.usage.copy_(torch.rand(num_codes).softmax(0))
    prior = PixelCNN(
        PixelCNNConfig(
            grid=grid, num_codes=num_codes, num_labels=len(labels), width=16, layers=2, head_width=16
        )
    )
    write_network(folder, "vqvae", vqvae, Untrained())
    write_network(
        folder,
        "prior",
        prior,
        Untrained(),
        labels=list(labels),
        defaults={"temperature": 0.9, "top_p": 1.0, "guidance": 0.5},
    )
    return folder


def change(folder: Path, **entries) -> None:
    """Replace entries of config.json."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))
