"""The prior: two Gated PixelCNNs over the code grid, one reading forward, one reading the known cells backward.

Method
    [1] van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu (2016), "Conditional Image Generation with PixelCNN
        Decoders", arXiv:1606.05328: vertical and horizontal stacks of masked convolutions, gated activations, labels added in
        every gate.
    [2] Berglund, Raiko, Honkala, Karkkainen, Vetek, Karhunen (2015), "Bidirectional Recurrent Neural Networks as Generative
        Models", arXiv:1504.01575: what is missing in a sequence is predicted from a network that has read everything before it
        and one that has read everything after it.

What it computes
    Some cells are known, K; the others, U, are to be filled. With U in raster order (row by row, left to right),

        p(x_U | x_K, label) = product over i in U of p(x_i | all cells before i, known cells after i, label).

    Cells before i are all at hand when it is i's turn: they were known or have just been filled. A plain PixelCNN uses these
    alone, and is blind to known cells that come later: asked for the top of a digit, it ignores the bottom. Here two stacks, each
    a Gated PixelCNN without its last layers, read the two sides of a cell:

        codes (MASK where none) ──────────► stack `before` ── f_i: what stands before i ─┐
                                                                                         ├─► head ─► logits of cell i
        known codes (MASK elsewhere) ─ turned by 180° ─► stack `after` ─ b_i: what is known after i ─┘

    Neither f_i nor b_i depends on cell i itself, so each factor is a proper softmax and the likelihood is exact, in one pass. Two
    things follow. b does not change while cells are being filled, so sampling needs to compute it once and can cache the stack
    `before` as for any PixelCNN (vqdemo/sampling.py). And where every cell is known, one pass gives for all cells at once the
    distribution of each given all the others.

Where it differs from [1]
    * The stack `after` and the head that joins the two; with `after=False` it is the plain PixelCNN again.
    * Each gate adds a learned map of places to the label's vector.
    * Both stacks know a MASK token, for a cell without a code (-1). Predictions after it are marginal over it.
    * A masked convolution is written as a linear map of the cells that it may see, not as a kernel multiplied by zeros.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# The cells that a masked convolution sees, as (rows, columns) relative to its own. Mask A is the first layer's: it excludes what
# the cell must not know. Later layers see what earlier ones made of that, and may include their own place: mask B.
VERTICAL = {
    "A": [(-2, -1), (-2, 0), (-2, 1), (-1, -1), (-1, 0), (-1, 1)],  # the two rows above
    "B": [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0), (0, 1)],  # the row above and, as layer A saw none of it, its own
}
HORIZONTAL = {
    "A": [(0, -2), (0, -1)],  # the two cells to the left
    "B": [(0, -1), (0, 0)],  # the cell to the left and, as layer A did not see it, its own
}


@dataclass
class PixelCNNConfig:
    """Everything needed to rebuild the network; stored with its weights."""

    grid: int = 7  # cells along each side
    num_codes: int = 64  # K
    num_labels: int = 10  # classes; one more embedding stands for "no label"
    width: int = 64  # channels of either stack
    layers: int = 6  # gated layers of either stack; each looks one column further to either side
    head_width: int = 128  # channels of the head
    dropout: float = 0.1  # share of the channels dropped in training
    after: bool = True  # read the known cells after a cell; False is the plain raster-order PixelCNN of [1]


class MaskedConv(nn.Linear):
    """A convolution that sees only the cells at `offsets`, each (row, column) relative to its own, zero outside of the grid."""

    def __init__(self, channels: int, out_channels: int, offsets: list[tuple[int, int]]):
        super().__init__(len(offsets) * channels, out_channels)
        self.offsets = offsets
        rows, columns = zip(*offsets, strict=True)
        self.above, self.beside = -min(rows), max(abs(column) for column in columns)

    def pad(self, x: Tensor) -> Tensor:
        """(N,H,W,C) -> the same with as much zero around it as the offsets reach: `above` rows, `beside` columns each side."""
        return F.pad(x, (0, 0, self.beside, self.beside, self.above, 0))

    def at(self, padded: Tensor, rows: slice, columns: slice) -> Tensor:
        """The outputs of some rows and columns (numbered without padding): padded (N,H',W',C) -> (N,rows,columns,C')."""
        seen = [
            padded[:, rows.start + self.above + r : rows.stop + self.above + r,
                   columns.start + self.beside + c : columns.stop + self.beside + c]
            for r, c in self.offsets
        ]  # fmt: skip
        return super().forward(torch.cat(seen, -1))

    def forward(self, x: Tensor) -> Tensor:
        """(N,H,W,C) -> (N,H,W,C')."""
        return self.at(self.pad(x), slice(0, x.shape[1]), slice(0, x.shape[2]))


def gate(x: Tensor) -> Tensor:
    """tanh(a) * sigmoid(b) of the two halves a, b of the channels: (...,2C) -> (...,C)."""
    a, b = x.chunk(2, dim=-1)
    return torch.tanh(a) * torch.sigmoid(b)


def drop_channels(x: Tensor, share: float, training: bool) -> Tensor:
    """Dropout of whole channels of each grid: (N,G,G,C) -> the same."""
    return x * F.dropout(x.new_ones(len(x), 1, 1, x.shape[-1]), share, training) if training else x


class GatedLayer(nn.Module):
    """One layer of [1], figure 2: the vertical stack feeds the horizontal one; each is gated and knows label and place.

    The first layer (mask A) has no residual connections: they would carry a cell's own code past the mask.
    """

    def __init__(self, config: PixelCNNConfig, mask: str):
        super().__init__()
        width = config.width
        self.residual = mask == "B"
        self.dropout = config.dropout
        self.vertical = MaskedConv(width, 2 * width, VERTICAL[mask])
        self.horizontal = MaskedConv(width, 2 * width, HORIZONTAL[mask])
        self.down = nn.Linear(width, 2 * width)  # vertical to horizontal
        self.out = nn.Linear(width, 2 * width)  # half continues the horizontal stack, half is the skip connection
        self.by_label = nn.Embedding(config.num_labels + 1, 4 * width)  # half for either stack, as is the next
        self.by_place = nn.Parameter(torch.zeros(config.grid, config.grid, 4 * width))
        nn.init.normal_(self.by_label.weight, std=0.1)

    def conditions(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """What label and place add to the vertical and to the horizontal gates: int64 (N,) -> twice (N,G,G,2C)."""
        return (self.by_label(labels)[:, None, None] + self.by_place).chunk(2, dim=-1)

    def forward(self, v: Tensor, h: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """v, h (N,G,G,C), labels (N,) -> next v, next h, skip, each (N,G,G,C)."""
        for_v, for_h = self.conditions(labels)
        v_new = drop_channels(gate(self.vertical(v) + for_v), self.dropout, self.training)
        v_new = v + v_new if self.residual else v_new
        gated = drop_channels(gate(self.horizontal(h) + self.down(v_new) + for_h), self.dropout, self.training)
        h_new, skip = self.out(gated).chunk(2, dim=-1)
        return v_new, (h + h_new if self.residual else h_new), skip


class CausalStack(nn.Module):
    """Codes int64 (N,G,G), -1 for MASK, and labels (N,) -> features (N,G,G,C); those of a cell see exactly the cells before it."""

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.mask_token = config.num_codes
        self.dropout = config.dropout
        self.embedding = nn.Embedding(config.num_codes + 1, config.width)
        self.layers = nn.ModuleList([GatedLayer(config, "A" if i == 0 else "B") for i in range(config.layers)])

    def embed(self, codes: Tensor) -> Tensor:
        """(N,H,W) -> (N,H,W,C)."""
        return self.embedding(torch.where(codes < 0, self.mask_token, codes))

    def forward(self, codes: Tensor, labels: Tensor) -> Tensor:
        v = h = self.embed(codes)
        skips = 0
        for layer in self.layers:
            v, h, skip = layer(v, h, labels)
            skips = skips + skip
        return drop_channels(F.relu(skips), self.dropout, self.training)


class Head(nn.Module):
    """Features before (...,C) and after (...,C) a cell -> logits (...,K)."""

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        wide = config.head_width
        self.from_before = nn.Linear(config.width, 2 * wide)
        self.from_after = nn.Linear(config.width, 2 * wide, bias=False) if config.after else None
        self.mix = nn.Sequential(nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, wide))
        self.logits = nn.Linear(wide, config.num_codes)

    def forward(self, before: Tensor, after: Tensor | None) -> Tensor:
        x = self.from_before(before)
        x = gate(x if after is None else x + self.from_after(after))
        return self.logits(F.relu(x + self.mix(x)))


class LabelGuess(nn.Module):
    """p(label | known cells), for completing without a label: codes int64 (N,G,G), -1 where unknown -> logits (N,num_labels)."""

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.mask_token = config.num_codes
        self.embedding = nn.Embedding(config.num_codes + 1, 32)
        self.trunk = nn.Sequential(
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.Flatten(),
            nn.Dropout(0.3), nn.Linear(64 * config.grid**2, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, config.num_labels),
        )  # fmt: skip

    def forward(self, codes: Tensor) -> Tensor:
        return self.trunk(self.embedding(torch.where(codes < 0, self.mask_token, codes)).movedim(-1, 1))


class PixelCNN(nn.Module):
    """p(codes of the unknown cells | known cells, label). See the header for what it computes.

    Throughout: codes int64 (N,G,G), -1 where a cell has no code yet; known bool (N,G,G); labels int64 (N,) in 0..num_labels-1, or
    num_labels for "no label".
    """

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.config = config
        self.no_label = config.num_labels
        self.before = CausalStack(config)
        self.after = CausalStack(config) if config.after else None
        self.head = Head(config)
        self.guess = LabelGuess(config)

    def features_after(self, codes: Tensor, known: Tensor, labels: Tensor) -> Tensor | None:
        """What is known after each cell, (N,G,G,C): the causal stack on the known cells, turned so that the last comes first."""
        if self.after is None:
            return None
        turned = torch.where(known, codes, -1).flip(1, 2)
        return self.after(turned, labels).flip(1, 2)

    def forward(self, codes: Tensor, known: Tensor, labels: Tensor) -> Tensor:
        """Logits (N,G,G,K) of each cell given all cells before it (MASK where -1), the known cells after it, and the label."""
        return self.head(self.before(codes, labels), self.features_after(codes, known, labels))

    def guess_label(self, codes: Tensor, known: Tensor) -> Tensor:
        """log p(label | known cells), (N,num_labels)."""
        return self.guess(torch.where(known, codes, -1)).log_softmax(-1)
