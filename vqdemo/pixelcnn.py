"""The prior: a Gated PixelCNN over the code grid that also reads every known cell, wherever it lies.

Method
    [1] van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu (2016), "Conditional Image Generation with PixelCNN
        Decoders", arXiv:1606.05328: vertical and horizontal stacks of masked convolutions, gated activations, and (section 2.3)
        conditioning on a spatial map added inside every gate.
    [2] Tolstikhin et al. (2021), "MLP-Mixer: An all-MLP Architecture for Vision", arXiv:2105.01601: mixing across places by one
        MLP shared by all channels, in the context network.
    [3] Ho & Salimans (2022), "Classifier-Free Diffusion Guidance", arXiv:2207.12598: labels are dropped in training, so that one
        network has logits with and without a label (vqdemo/sampling.py combines them).

What it computes
    Some cells are known, K; the others, U, are to be filled. With U in raster order,

        p(x_U | x_K, label) = product over i in U of p(x_i | x_j for j in U before i, x_K, label).

    Two parts supply the two things that each factor depends on. The *causal stack* is [1] unchanged: masked convolutions, so
    that cell i sees only cells before it. The *context network* sees the known cells only, in all directions, with a MASK token
    on the others; its output is the spatial conditioning of [1]. A cell that is known thus informs every unknown cell, also those
    before it in raster order, to which a plain PixelCNN is blind. Each factor is a softmax, so the likelihood is exact and
    takes one pass; and since the context does not change while cells are being filled, sampling can still be cached.

Where it differs from [1]
    * The context network, above. It also guesses the label from the known cells, for completing without a label.
    * The causal stack, too, knows a MASK token: a cell whose code is -1. Predictions after it are then marginal over it. So one
      pass gives every unknown cell's distribution given just the known ones, not only the first one's.
    * Masked convolutions are built as smaller kernels over a shifted input, not by multiplying a kernel by zeros: mask A (the
      cell itself excluded; first layer) shifts by one more than mask B (included; later layers).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass
class PixelCNNConfig:
    """Everything needed to rebuild the network; stored with its weights."""

    grid: int = 7  # cells along each side
    num_codes: int = 64  # K
    num_labels: int = 10  # classes; one more embedding stands for "no label"
    width: int = 96  # channels of the causal stack
    layers: int = 6  # gated layers of the causal stack
    context_width: int = 128  # channels of the context network and of the conditioning map
    context_blocks: int = 3  # blocks of the context network
    dropout: float = 0.1  # on gated activations and on the conditioning map, in training


class VerticalConv(nn.Conv2d):
    """Sees three columns of two rows: mask "A" the two rows above the cell's own, mask "B" its own row and the one above.

    Its own row is allowed under "B", since what it holds there was computed by an "A" layer from the rows above.
    """

    def __init__(self, channels: int, out_channels: int, mask: str):
        super().__init__(channels, out_channels, kernel_size=(2, 3))
        self.shift = {"A": 1, "B": 0}[mask]

    def forward(self, x: Tensor) -> Tensor:
        """(N,C,H,W) -> (N,C',H,W)."""
        padded = F.pad(x, (1, 1, 1 + self.shift, 0))
        return super().forward(padded)[:, :, : x.shape[2]]

    def one_row(self, rows: Tensor) -> Tensor:
        """The two rows that an output row sees, (N,C,2,W) -> that row (N,C',1,W)."""
        return super().forward(F.pad(rows, (1, 1)))


class HorizontalConv(nn.Conv2d):
    """Sees two cells of its own row: mask "A" the two left of the cell, mask "B" the cell itself and the one left of it."""

    def __init__(self, channels: int, out_channels: int, mask: str):
        super().__init__(channels, out_channels, kernel_size=(1, 2))
        self.shift = {"A": 1, "B": 0}[mask]

    def forward(self, x: Tensor) -> Tensor:
        """(N,C,H,W) -> (N,C',H,W)."""
        padded = F.pad(x, (1 + self.shift, 0))
        return super().forward(padded)[..., : x.shape[3]]

    def one_cell(self, pair: Tensor) -> Tensor:
        """The two cells that an output cell sees, (N,C,2) -> that cell (N,C')."""
        return F.linear(pair.flatten(1), self.weight.flatten(1), self.bias)


def gate(x: Tensor) -> Tensor:
    """tanh(a) * sigmoid(b) of the two halves a, b of the channels: (N,2C,...) -> (N,C,...)."""
    a, b = x.chunk(2, dim=1)
    return torch.tanh(a) * torch.sigmoid(b)


class GatedLayer(nn.Module):
    """One layer of [1], figure 2: the vertical stack feeds the horizontal one, each gated and conditioned.

    The first layer (mask "A") has no residual connections: they would carry a cell's own code past the mask.
    """

    def __init__(self, config: PixelCNNConfig, mask: str):
        super().__init__()
        width = config.width
        self.residual = mask == "B"
        self.vertical = VerticalConv(width, 2 * width, mask)
        self.horizontal = HorizontalConv(width, 2 * width, mask)
        self.down = nn.Conv2d(width, 2 * width, 1)  # vertical to horizontal
        self.condition = nn.Conv2d(config.context_width, 4 * width, 1)  # half for either stack
        self.out = nn.Conv2d(width, 2 * width, 1)  # half continues the horizontal stack, half is the skip connection
        self.dropout = nn.Dropout2d(config.dropout)  # drops whole channels

    def forward(self, v: Tensor, h: Tensor, context: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """v, h (N,C,G,G), context (N,Cc,G,G) -> next v, next h, skip, each (N,C,G,G)."""
        for_v, for_h = self.condition(context).chunk(2, dim=1)
        v_new = self.dropout(gate(self.vertical(v) + for_v))
        v_new = v + v_new if self.residual else v_new
        gated = self.dropout(gate(self.horizontal(h) + self.down(v_new) + for_h))
        h_new, skip = self.out(gated).chunk(2, dim=1)
        return v_new, (h + h_new if self.residual else h_new), skip


class ContextBlock(nn.Module):
    """All cells mixed by an MLP across cells [2], then each with its neighbours by a 3x3 convolution: (N,C,G,G) -> the same."""

    def __init__(self, width: int, cells: int):
        super().__init__()
        self.across = nn.Sequential(nn.Linear(cells, 2 * cells), nn.ReLU(), nn.Linear(2 * cells, cells))
        self.spatial = nn.Conv2d(width, width, 3, padding=1)
        self.mix = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.across(x.flatten(2)).view_as(x)
        return x + self.mix(F.relu(self.spatial(F.relu(x))))


class PixelCNN(nn.Module):
    """p(codes of the unknown cells | known cells, label). See the header for what it computes.

    Throughout: codes int64 (N,G,G), -1 where a cell has no code yet; known bool (N,G,G), the cells that the context network may
    read; labels int64 (N,) in 0..num_labels-1, or num_labels for "no label".
    """

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.config = config
        self.mask_token = config.num_codes
        self.no_label = config.num_labels

        wide, cells = config.context_width, config.grid**2
        self.context_embedding = nn.Embedding(config.num_codes + 1, wide)
        self.label_embedding = nn.Embedding(config.num_labels + 1, wide)
        self.position = nn.Parameter(0.1 * torch.randn(wide, config.grid, config.grid))
        self.context_blocks = nn.Sequential(*[ContextBlock(wide, cells) for _ in range(config.context_blocks)])
        self.neighbours = nn.Conv2d(wide, wide, 3, padding=1)  # a short way for the known cells next to an unknown one
        nn.init.zeros_(self.neighbours.weight)
        self.context_dropout = nn.Dropout(config.dropout)
        self.label_head = nn.Linear(wide * cells, config.num_labels)

        self.embedding = nn.Embedding(config.num_codes + 1, config.width)
        self.layers = nn.ModuleList([GatedLayer(config, "A" if i == 0 else "B") for i in range(config.layers)])
        self.mix = nn.Conv2d(config.width, config.width, 1)
        self.logits = nn.Conv2d(config.width, config.num_codes, 1)

    def embed(self, codes: Tensor) -> Tensor:
        """Codes (N,G,G) -> input of the causal stack (N,C,G,G), MASK where a code is -1."""
        return self.embedding(torch.where(codes < 0, self.mask_token, codes)).movedim(-1, 1)

    def context(self, codes: Tensor, known: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The conditioning map (N,Cc,G,G) from known cells and label, and label logits (N,num_labels).

        The label logits mean something only where labels == no_label.
        """
        seen = torch.where(known & (codes >= 0), codes, self.mask_token)
        cells = self.context_embedding(seen).movedim(-1, 1)
        x = cells + self.position + self.label_embedding(labels)[:, :, None, None]
        x = self.context_dropout(F.relu(self.context_blocks(x)))
        return x + self.neighbours(cells), self.label_head(x.flatten(1))

    def head(self, skips: Tensor) -> Tensor:
        """Sum of the skip connections (N,C,H,W) -> logits (N,K,H,W)."""
        return self.logits(F.relu(self.mix(F.relu(skips))))

    def causal(self, codes: Tensor, context: Tensor) -> Tensor:
        """Codes (N,G,G) and conditioning map (N,Cc,G,G) -> logits (N,K,G,G); those of a cell see only the cells before it."""
        v = h = self.embed(codes)
        skips = 0
        for layer in self.layers:
            v, h, skip = layer(v, h, context)
            skips = skips + skip
        return self.head(skips)

    def forward(self, codes: Tensor, known: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of every cell (N,K,G,G) and of the label (N,num_labels)."""
        context, label_logits = self.context(codes, known, labels)
        return self.causal(codes, context), label_logits
