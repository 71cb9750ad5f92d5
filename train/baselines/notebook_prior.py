"""The notebook baseline's prior: the PixelCNN that those notebooks train on the codes of their VQ-VAE.

Method
    van den Oord, Kalchbrenner, Kavukcuoglu (2016), "Pixel Recurrent Neural Networks", arXiv:1601.06759:
    masked convolutions over the codes in raster order, in residual blocks.

Where it differs from ours (vqdemo/pixelcnn.py)
    * One stack of convolutions whose kernels are multiplied by a mask, as in that paper: some earlier cells
      stay unseen. No gates.
    * No label, no known cells: it samples from nothing, by one pass of the whole network a cell.
    * Adam at a constant rate, on the digits as they are.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.baselines import adam
from train.measure.latency import median_ms, one_thread
from train.runtime.device import autocast
from train.runtime.settings import setting, show


@dataclass
class NotebookPriorSettings:
    """Settings of the baseline's prior."""

    width: int = setting(128, "channels")
    blocks: int = setting(2, "residual blocks")
    epochs: int = setting(30, "passes over the training grids")
    batch: int = setting(128, "grids a step")
    learning_rate: float = setting(3e-4, "Adam's, constant")
    seed: int = setting(0, "seed of everything random")


class MaskedConv2d(nn.Conv2d):
    """A convolution whose kernel is zero for cells that come later in raster order.

    Mask A also hides the cell itself, mask B does not.
    """

    def __init__(self, mask: str, channels: int, out_channels: int, size: int):
        super().__init__(channels, out_channels, size, padding=size // 2)
        seen = torch.zeros(size * size)
        seen[: size * size // 2 + (mask == "B")] = 1
        self.register_buffer("seen", seen.view(size, size))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self.seen, self.bias, padding=self.padding)


class NotebookPrior(nn.Module):
    """Codes int64 (N,G,G) -> logits (N,K,G,G) of each cell given all cells before it."""

    def __init__(self, settings: NotebookPriorSettings, num_codes: int):
        super().__init__()
        width, self.num_codes = settings.width, num_codes
        self.enter = MaskedConv2d("A", num_codes, width, 7)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(width, width, 1),
                nn.ReLU(),
                MaskedConv2d("B", width, width // 2, 3),
                nn.ReLU(),
                nn.Conv2d(width // 2, width, 1),
                nn.ReLU(),
            )
            for _ in range(settings.blocks)
        )
        self.exit = nn.Sequential(
            nn.Conv2d(width, width, 1),
            nn.ReLU(),
            nn.Conv2d(width, width, 1),
            nn.ReLU(),
            nn.Conv2d(width, num_codes, 1),
        )

    def forward(self, codes: Tensor) -> Tensor:
        x = F.relu(self.enter(F.one_hot(codes, self.num_codes).movedim(-1, 1).float()))
        for block in self.blocks:
            x = x + block(x)
        return self.exit(x)


@torch.no_grad()
def nats(prior: NotebookPrior, codes: Tensor) -> float:
    """Mean -log p of a grid of codes int64 (N,G,G)."""
    total = sum(float(F.cross_entropy(prior(batch), batch, reduction="sum")) for batch in codes.split(500))
    return total / len(codes)


@torch.no_grad()
def sample(prior: NotebookPrior, n: int, grid: int, seed: int) -> Tensor:
    """New grids -> int64 (n,grid,grid)."""
    generator, codes = torch.Generator().manual_seed(seed), torch.zeros(n, grid, grid, dtype=torch.long)
    for row in range(grid):
        for column in range(grid):
            p = prior(codes)[:, :, row, column].softmax(1)
            codes[:, row, column] = torch.multinomial(p, 1, generator=generator)[:, 0]
    return codes


@one_thread()
def latencies(prior: NotebookPrior, grid: int) -> dict[str, float]:
    """Milliseconds of sampling on one thread."""
    return {f"sample_{n}": median_ms(lambda n=n: sample(prior, n, grid, seed=0), repeats=5) for n in (1, 64)}


def train(s: NotebookPriorSettings, num_codes: int, codes: Tensor, test: Tensor, log: Path) -> NotebookPrior:
    """Train on grids int64 (N,G,G)."""
    show("notebook prior", s)
    torch.manual_seed(s.seed)
    prior = NotebookPrior(s, num_codes).to(memory_format=torch.channels_last)

    def loss_of(batch: Tensor) -> Tensor:
        with autocast("cpu"):
            logits = prior(batch)
        return F.cross_entropy(logits.float(), batch)

    adam.train(
        "notebook prior", prior, s, codes, loss_of, lambda: {"test_nats": round(nats(prior, test), 3)}, log
    )
    return prior
