"""The network of the raster-order baseline: a plain Gated PixelCNN, and the particles that it fills.

Method
    [1] van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu (2016), "Conditional Image
        Generation with PixelCNN Decoders", arXiv:1606.05328: vertical and horizontal stacks of masked
        convolutions, gated activations, labels in every gate.

Where it differs from [1]
    * The vertical stack has residual connections, too.
    * Each gate adds a learned vector for its cell's position to the label's.
    * A masked convolution is written as a linear map of the cells that it may see, not as a kernel multiplied
      by zeros.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.runtime.settings import setting
from vqdemo.pixelcnn import drop_channels, gate, horizontal_offsets


@dataclass
class RasterPriorSettings:
    """Settings of the baseline: a tenth fewer weights than the prior has, and a little more arithmetic."""

    images: int = setting(0, "use only so many of the training images, 0 for all")
    width: int = setting(112, "channels of either stack")
    layers: int = setting(6, "gated layers")
    head_width: int = setting(128, "channels of the head")
    dropout: float = setting(0.05, "share of the channels dropped")
    epochs: int = setting(10, "passes over the training images; the prior's 11 take less arithmetic")
    batch: int = setting(64, "grids a step")
    learning_rate: float = setting(0.006, "Muon's, of the matrices; peak of the schedule")
    adamw_learning_rate: float = setting(3e-3, "AdamW's, of all else; peak of the same schedule")
    weight_decay: float = setting(0.05, "weight decay, as a share of the learning rate")
    no_label_share: float = setting(0.1, "share of the grids whose label is dropped")
    warp_share: float = setting(
        0.75, "share of the digits that are turned, slanted and stretched before encoding"
    )
    plain_epochs: int = setting(2, "epochs at the end that see no warped digits")
    bf16: int = setting(1, "1: multiply in bfloat16 where the hardware does, 0: in float32 everywhere")
    seed: int = setting(0, "seed of everything random")
    corrected_grids: int = setting(100, "test grids that are corrected by sequential Monte Carlo")
    particles: int = setting(256, "particles a grid")


# The cells that a masked convolution sees, as (rows, columns) relative to its own. Mask A is the first
# layer's and excludes the cell itself; mask B, of all later layers, includes it. The vertical stack never
# sees its own row's codes.
VERTICAL = {
    "A": [(-2, -1), (-2, 0), (-2, 1), (-1, -1), (-1, 0), (-1, 1)],
    "B": [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0), (0, 1)],
}


def pad(x: Tensor, margin: int) -> Tensor:
    """(N,G,G,C) -> (N,G+2M,G+2M,C): zeros around the grid."""
    return F.pad(x, (0, 0, margin, margin, margin, margin))


class MaskedConv(nn.Linear):
    """A convolution that sees only the cells at `offsets` from its own."""

    def __init__(self, channels: int, out_channels: int, offsets: list[tuple[int, int]]):
        super().__init__(len(offsets) * channels, out_channels)
        self.offsets = offsets
        self.margin = max(abs(step) for offset in offsets for step in offset)

    def at(self, padded: Tensor, margin: int, rows: slice, columns: slice) -> Tensor:
        """The result for some rows and columns: padded (N,G+2M,G+2M,C) -> (N,rows,columns,C')."""
        seen = [
            padded[
                :,
                rows.start + margin + down : rows.stop + margin + down,
                columns.start + margin + right : columns.stop + margin + right,
            ]
            for down, right in self.offsets
        ]
        return super().forward(torch.cat(seen, -1))

    def forward(self, x: Tensor) -> Tensor:
        """(N,G,G,C) -> (N,G,G,C')."""
        return self.at(pad(x, self.margin), self.margin, slice(0, x.shape[1]), slice(0, x.shape[2]))


class GatedLayer(nn.Module):
    """One layer of [1], figure 2.

    The first (mask A) has no residual connections: they would carry a cell's code past the mask.
    """

    def __init__(self, settings: RasterPriorSettings, mask: str, grid: int, num_labels: int):
        super().__init__()
        width = settings.width
        self.residual = mask == "B"
        self.vertical = MaskedConv(width, 2 * width, VERTICAL[mask])
        self.horizontal = MaskedConv(width, 2 * width, horizontal_offsets(mask, grid, settings.layers))
        self.down = nn.Linear(width, 2 * width)  # from the vertical stack to the horizontal one
        self.out = nn.Linear(width, 2 * width)  # next horizontal input, and skip connection
        # Of both embeddings, one half is for either stack.
        self.label_embedding = nn.Embedding(num_labels + 1, 4 * width)
        self.position_embedding = nn.Parameter(torch.zeros(grid, grid, 4 * width))
        self.dropout = settings.dropout
        nn.init.normal_(self.label_embedding.weight, std=0.1)

    def conditions(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """What label and position add to vertical and horizontal gates: int64 (N,) -> twice (N,G,G,2C)."""
        return (self.label_embedding(labels)[:, None, None] + self.position_embedding).chunk(2, dim=-1)

    def vertical_step(self, convolved: Tensor, v: Tensor, conditions: Tensor) -> Tensor:
        """Its vertical convolution (...,2C) and v (...,C) of some cells -> the next v (...,C)."""
        new = drop_channels(gate(convolved + conditions), self.dropout, self.training)
        return v + new if self.residual else new

    def horizontal_step(self, convolved: Tensor, h: Tensor, from_above: Tensor) -> tuple[Tensor, Tensor]:
        """The same in the horizontal stack -> the next h and the skip connection, both (...,C)."""
        gated = drop_channels(gate(convolved + from_above), self.dropout, self.training)
        new, skip = self.out(gated).chunk(2, dim=-1)
        return (h + new if self.residual else new), skip

    def forward(self, v: Tensor, h: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """v, h (N,G,G,C), labels (N,) -> the next v and h, and the skip connection, all (N,G,G,C)."""
        for_v, for_h = self.conditions(labels)
        v = self.vertical_step(self.vertical(v), v, for_v)
        return v, *self.horizontal_step(self.horizontal(h), h, self.down(v) + for_h)


class Head(nn.Module):
    """Features of a cell (...,C) -> logits (...,K)."""

    def __init__(self, width: int, wide: int, num_codes: int):
        super().__init__()
        self.gates = nn.Linear(width, 2 * wide)
        self.out = nn.Linear(wide, wide)
        self.mix = nn.Sequential(nn.ReLU(), nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, wide))
        self.logits = nn.Linear(wide, num_codes)

    def forward(self, features: Tensor) -> Tensor:
        x = self.out(gate(self.gates(features)))
        return self.logits(F.relu(x + self.mix(x)))


class RasterPrior(nn.Module):
    """p(code of a cell | codes of all cells before it in raster order, label)."""

    def __init__(self, settings: RasterPriorSettings, grid: int, num_codes: int, num_labels: int):
        super().__init__()
        self.grid, self.no_label = grid, num_labels
        self.embedding = nn.Embedding(num_codes, settings.width)
        self.layers = nn.ModuleList(
            GatedLayer(settings, "B" if index else "A", grid, num_labels) for index in range(settings.layers)
        )
        self.dropout = settings.dropout
        self.head = Head(settings.width, settings.head_width, num_codes)

    def forward(self, codes: Tensor, labels: Tensor) -> Tensor:
        """Codes int64 (N,G,G) and labels int64 (N,), num_labels for none -> logits (N,G,G,K)."""
        v = h = self.embedding(codes)
        skips = 0
        for layer in self.layers:
            v, h, skip = layer(v, h, labels)
            skips = skips + skip
        return self.head(drop_channels(F.relu(skips), self.dropout, self.training))


class Particles:
    """Grids of one label that are filled in raster order; what has been computed of them is computed once.

    For each row: `start_row`; then, from left to right, `logits` and `write` for each of its cells.
    """

    def __init__(self, network: RasterPrior, label: int):
        self.network, self.margin = network, max(layer.horizontal.margin for layer in network.layers)
        self.margin = max(self.margin, 2)  # two rows are seen by the first vertical convolution
        self.conditions = [layer.conditions(torch.tensor([label])) for layer in network.layers]
        side, width = network.grid + 2 * self.margin, network.embedding.embedding_dim
        # What each layer reads, padded; the first layer's are the codes' embeddings.
        self.v = [torch.zeros(1, side, side, width) for _ in network.layers]
        self.h = [torch.zeros(1, side, side, width) for _ in network.layers]

    def start_row(self, row: int) -> None:
        """The vertical stack's part of a row; all rows above must have been written."""
        self.row, self.gates = slice(row, row + 1), []
        columns, layers = slice(0, self.network.grid), self.network.layers
        for index, layer in enumerate(layers):
            for_v, for_h = (condition[:, self.row] for condition in self.conditions[index])
            convolved = layer.vertical.at(self.v[index], self.margin, self.row, columns)
            v = layer.vertical_step(convolved, self.inside(self.v[index], columns), for_v)
            if index + 1 < len(layers):
                self.inside(self.v[index + 1], columns).copy_(v)
            self.gates.append(layer.down(v) + for_h)

    def logits(self, column: int) -> Tensor:
        """Logits (N,K) of a cell of the row."""
        cell, layers = slice(column, column + 1), self.network.layers
        skips = 0
        for index, layer in enumerate(layers):
            convolved = layer.horizontal.at(self.h[index], self.margin, self.row, cell)
            h, skip = layer.horizontal_step(
                convolved, self.inside(self.h[index], cell), self.gates[index][:, :, cell]
            )
            if index + 1 < len(layers):
                self.inside(self.h[index + 1], cell).copy_(h)
            skips = skips + skip
        return self.network.head(F.relu(skips[:, 0, 0]))

    def write(self, column: int, codes: Tensor) -> None:
        """Codes int64 (N,) of a cell of the row."""
        embedded = self.network.embedding(codes)[:, None, None]
        for padded in (self.v[0], self.h[0]):
            self.inside(padded, slice(column, column + 1)).copy_(embedded)

    def select(self, particles: Tensor) -> None:
        """Go on with these particles, int64 (N,): some perhaps more than once, others not at all."""
        self.v, self.h, self.gates = ([x[particles] for x in kind] for kind in (self.v, self.h, self.gates))

    def inside(self, padded: Tensor, columns: slice) -> Tensor:
        """Cells of the present row: a view (N,1,columns,C) of a padded tensor."""
        row = self.row.start + self.margin
        return padded[:, row : row + 1, columns.start + self.margin : columns.stop + self.margin]
