"""The prior: two Gated PixelCNNs over the code grid, one reading forward, one reading the known cells backward.

Method
    [1] van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu (2016), "Conditional Image Generation with PixelCNN
        Decoders", arXiv:1606.05328: vertical and horizontal stacks of masked convolutions, gated activations, labels added in
        every gate.
    [2] Berglund, Raiko, Honkala, Karkkainen, Vetek, Karhunen (2015), "Bidirectional Recurrent Neural Networks as Generative
        Models", arXiv:1504.01575: what is missing in a sequence is predicted from a network that has read everything before it
        and one that has read everything after it.
    [3] Tolstikhin et al. (2021), "MLP-Mixer: An all-MLP Architecture for Vision", arXiv:2105.01601: places exchange what they hold
        by a learned map of places to places, alike for all pictures.

What it computes
    Some cells are known, K; the others, U, are to be filled, one at a time in the generation order,

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

    The generation order is raster order (row by row, left to right) or, with `backward=True`, its reverse: from the last cell to the
    first. Grids are then turned by 180° on their way in and out, and before, after, above and below are meant in the turned grid. Either
    is as exact. MNIST's digits are easier to predict in the reverse: 0.8 % fewer nats a grid, in trainings alike in all else.

    Convolutions look no further than a cell or two, so that what is known at the bottom takes many layers to reach the top. Every
    layer of either stack therefore also reads all rows above at once, and so does the head, of f the rows above and of b the rows
    below, by a map of places as in [3] (`RowsAbove`). It leaves out the cell's own row: what it gives is then at hand for a whole
    row before the row's first cell is drawn, and costs the sampler next to nothing.

    Without a label the prior is a mixture: each label counts by p(label | K). That is guessed twice, by a small classifier of the
    known cells, and by Bayes' rule from p(K | label), which the stack `before` gives when all but K is MASK: see `with_evidence`.

Where it differs from [1]
    * The stack `after` and the head that joins the two, and the maps of places; with `after=False` it is the plain PixelCNN again.
    * Where maps of places read the rows above, the later vertical convolutions need not: they see three cells of their own row.
    * Each gate adds a learned vector for its place to the label's.
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
    "B with maps": [(0, -1), (0, 0), (0, 1)],  # its own: maps of places read the rows above
}


def horizontal(mask: str, grid: int, layers: int) -> list[tuple[int, int]]:
    """The same for the horizontal stack. A: three cells to the left, or as many more as all layers need to see a whole row. B: the cell
    to the left and, as layer A did not see it, its own."""
    return [(0, -1), (0, 0)] if mask == "B" else [(0, column) for column in range(-max(3, grid - layers), 0)]


EVIDENCE = 0.5  # weight of log p(known cells | label) beside the classifier's guess of the label


@dataclass
class PixelCNNConfig:
    """Everything needed to rebuild the network; stored with its weights."""

    grid: int = 7  # cells along each side
    num_codes: int = 64  # K
    num_labels: int = 10  # classes; one more embedding stands for "no label"
    width: int = 80  # channels of either stack
    layers: int = 4  # gated layers of the stack `before`
    after_layers: int = 3  # the same of the stack `after`
    after_features: int = 104  # channels of what the stack `after` hands to the head; `before` hands on its width
    groups: int = 8  # maps of places in each `RowsAbove`, each for its share of the channels; divides width and after_features
    joins: int = 3  # layers of the head that join what is before and after
    head_width: int = 128  # channels of the head
    dropout: float = 0.05  # share of the channels dropped in training
    backward: bool = False  # generation order: False is raster order, True its reverse, from the last cell to the first
    after: bool = True  # False is the plain PixelCNN of [1]: blind to what is known later, and without maps of places

    def __post_init__(self):
        for name in ("width", "after_features"):
            if self.after and getattr(self, name) % self.groups:
                raise ValueError(f"the prior's {name}, {getattr(self, name)}, must be a multiple of its groups, {self.groups}")


class MaskedConv(nn.Linear):
    """A convolution that sees only the cells at `offsets`, each (row, column) relative to its own, zero outside of the grid."""

    def __init__(self, channels: int, out_channels: int, offsets: list[tuple[int, int]]):
        super().__init__(len(offsets) * channels, out_channels)
        self.offsets = offsets
        rows, columns = zip(*offsets, strict=True)
        self.above, self.beside = -min(rows), max(abs(column) for column in columns)
        self.side_by_side = self.above == 0 and list(columns) == list(range(columns[0], columns[-1] + 1))

    def pad(self, x: Tensor) -> Tensor:
        """(N,H,W,C) -> the same with as much zero around it as the offsets reach: `above` rows, `beside` columns each side."""
        return F.pad(x, (0, 0, self.beside, self.beside, self.above, 0))

    def seen(self, padded: Tensor, rows: slice, columns: slice) -> Tensor:
        """What cells of some rows and columns (numbered without padding) see: padded (N,H',W',C) -> (N,rows,columns,offsets*C)."""
        if self.side_by_side and columns.stop - columns.start == 1:  # what one cell sees is in one piece: no need to copy it
            first = columns.start + self.beside + self.offsets[0][1]
            return padded[:, rows, first : first + len(self.offsets)].flatten(2)[:, :, None]
        seen = [
            padded[:, rows.start + self.above + r : rows.stop + self.above + r,
                   columns.start + self.beside + c : columns.stop + self.beside + c]
            for r, c in self.offsets
        ]  # fmt: skip
        return torch.cat(seen, -1)

    def forward(self, x: Tensor) -> Tensor:
        """(N,H,W,C) -> (N,H,W,C')."""
        return super().forward(self.seen(self.pad(x), slice(0, x.shape[1]), slice(0, x.shape[2])))


FEW = 5_000  # numbers, of which the calls cost more than what is computed


def gate(x: Tensor) -> Tensor:
    """tanh(a) * sigmoid(b) of the two halves a, b of the channels: (...,2C) -> (...,C).

    Where there is more to compute than a few numbers, tanh(a) is faster as 2 sigmoid(2a) - 1.
    """
    a, b = x.chunk(2, dim=-1)
    if not torch.compiler.is_compiling() and x.numel() < FEW:
        return torch.tanh(a) * torch.sigmoid(b)
    share = torch.sigmoid(b)
    return torch.addcmul(-share, torch.sigmoid(2 * a), share, value=2)


def drop_channels(x: Tensor, share: float, training: bool) -> Tensor:
    """Dropout of whole channels of each grid: (N,G,G,C) -> the same."""
    return x * F.dropout(x.new_ones(len(x), 1, 1, x.shape[-1]), share, training) if training else x


class RowsAbove(nn.Module):
    """What the rows above hold, ([3], causal): (N,G,G,C) -> (N,G,G,C'). Each cell adds up their cells, by learned weights for any two
    places, another set for each group of channels."""

    def __init__(self, config: PixelCNNConfig, channels: int, out_channels: int):
        super().__init__()
        cells, row = config.grid**2, torch.arange(config.grid**2) // config.grid
        self.grid = config.grid
        self.weight = nn.Parameter(0.02 * torch.randn(config.groups, cells, cells))  # [group, to, from]
        self.register_buffer("above", (row[:, None] > row).float(), persistent=False)
        self.enter = nn.Linear(channels, channels, bias=False)
        self.leave = nn.Linear(channels, out_channels, bias=False)

    def entered(self, x: Tensor) -> Tensor:
        """What is to be added up, for any number of rows: (N,R,G,C) -> (groups,R*G,N,C/groups)."""
        x = self.enter(x.contiguous())  # else it would be one small product a grid
        return x.unflatten(-1, (len(self.weight), -1)).flatten(1, 2).permute(2, 1, 0, 3)

    def added_up(self, weight: Tensor, entered: Tensor) -> Tensor:
        """weight (groups,R*G,S), entered (groups,S,N,C/groups) -> (N,R,G,C)."""
        sums = (weight @ entered.flatten(2)).unflatten(-1, entered.shape[2:])  # (groups,R*G,N,C/groups)
        return sums.permute(2, 1, 0, 3).flatten(2).unflatten(1, (-1, self.grid))

    def of_row(self, row: int, entered: Tensor) -> Tensor:
        """What one row adds up of what `entered` gave for the rows above; further rows are not read: -> (N,1,G,C)."""
        end = row * self.grid
        return self.added_up(self.weight[:, end : end + self.grid, :end], entered[:, :end])

    def forward(self, x: Tensor) -> Tensor:
        return self.leave(self.added_up(self.weight * self.above, self.entered(x)))


class GatedLayer(nn.Module):
    """One layer of [1], figure 2: the vertical stack feeds the horizontal one; each is gated and knows label and place.

    The first layer (mask A) has no residual connections: they would carry a cell's own code past the mask.
    """

    def __init__(self, config: PixelCNNConfig, mask: str, layers: int, features: int):
        super().__init__()
        width = config.width
        self.residual = mask == "B"
        self.dropout = config.dropout
        self.vertical = MaskedConv(width, 2 * width, VERTICAL["B with maps" if mask == "B" and config.after else mask])
        self.horizontal = MaskedConv(width, 2 * width, horizontal(mask, config.grid, layers))
        self.down = nn.Linear(width, 2 * width)  # vertical to horizontal
        self.above = RowsAbove(config, width, 2 * width) if config.after else None
        self.out = nn.Linear(width, width + features)  # what continues the horizontal stack, and the skip connection
        self.by_label = nn.Embedding(config.num_labels + 1, 4 * width)  # half for either stack, as is the next
        self.by_place = nn.Parameter(torch.zeros(config.grid, config.grid, 4 * width))
        nn.init.normal_(self.by_label.weight, std=0.1)

    def conditions(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """What label and place add to the vertical and to the horizontal gates: int64 (N,) -> twice (N,G,G,2C)."""
        return (self.by_label(labels)[:, None, None] + self.by_place).chunk(2, dim=-1)

    def forward(self, v: Tensor, h: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """v, h (N,G,G,C), labels (N,) -> next v, next h, both (N,G,G,C), skip (N,G,G,F)."""
        for_v, for_h = self.conditions(labels)
        v_new = drop_channels(gate(self.vertical(v) + for_v), self.dropout, self.training)
        v_new = v + v_new if self.residual else v_new
        from_above = self.down(v_new) + for_h
        if self.above is not None:
            from_above = from_above + self.above(h)
        gated = drop_channels(gate(self.horizontal(h) + from_above), self.dropout, self.training)
        h_new, skip = self.out(gated).tensor_split([h.shape[-1]], dim=-1)
        return v_new, (h + h_new if self.residual else h_new), skip


class CausalStack(nn.Module):
    """Codes int64 (N,G,G), -1 for MASK, and labels (N,) -> features (N,G,G,F); those of a cell see exactly the cells before it."""

    def __init__(self, config: PixelCNNConfig, layers: int, features: int):
        super().__init__()
        self.mask_token = config.num_codes
        self.dropout = config.dropout
        self.embedding = nn.Embedding(config.num_codes + 1, config.width)
        self.layers = nn.ModuleList([GatedLayer(config, "A" if i == 0 else "B", layers, features) for i in range(layers)])

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


class Join(nn.Module):
    """One gated layer of the head, of W channels: what is made of a cell so far -> the same, with both sides read once more."""

    def __init__(self, config: PixelCNNConfig, first: bool):
        super().__init__()
        width, its_after, wide = config.width, config.after_features, config.head_width
        self.from_so_far = None if first else nn.Linear(wide, 2 * wide, bias=False)
        self.from_before = nn.Linear(width, 2 * wide)
        self.above = RowsAbove(config, width, 2 * wide) if config.after else None
        if config.after:
            self.from_after = nn.Linear(its_after, 2 * wide, bias=False)
            self.below = RowsAbove(config, its_after, 2 * wide)
        self.out = nn.Linear(wide, wide)

    def of_before(self, features: Tensor) -> Tensor:
        """What the stack `before` adds to each cell's gates: (N,G,G,C) -> (N,G,G,2W)."""
        gates = self.from_before(features)
        return gates if self.above is None else gates + self.above(features)

    def of_after(self, turned: Tensor) -> Tensor:
        """The same of the stack `after`, whose features come turned by 180°: (N,G,G,F) -> (N,G,G,2W)."""
        return (self.from_after(turned) + self.below(turned)).flip(1, 2)

    def forward(self, so_far: Tensor | None, gates: Tensor) -> Tensor:
        """so_far (...,W), None in the first layer; gates (...,2W): what both sides add to them -> (...,W)."""
        if so_far is None:
            return self.out(gate(gates))
        return so_far + self.out(gate(gates + self.from_so_far(so_far)))


class Head(nn.Module):
    """What both stacks say of a cell, as each of the joins takes it (...,2W) -> logits (...,K)."""

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        wide = config.head_width
        self.joins = nn.ModuleList([Join(config, first=i == 0) for i in range(config.joins)])
        self.mix = nn.Sequential(nn.ReLU(), nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, wide))
        self.logits = nn.Linear(wide, config.num_codes)

    def of_before(self, features: Tensor) -> list[Tensor]:
        """`Join.of_before` of each layer."""
        return [join.of_before(features) for join in self.joins]

    def of_after(self, turned: Tensor) -> list[Tensor]:
        """`Join.of_after` of each layer."""
        return [join.of_after(turned) for join in self.joins]

    def forward(self, before: list[Tensor], after: list[Tensor] | None) -> Tensor:
        """before, from `of_before`, and after, from `of_after`, None for the plain PixelCNN -> logits (...,K)."""
        x = None
        for index, join in enumerate(self.joins):
            x = join(x, before[index] if after is None else before[index] + after[index])
        return self.logits(F.relu(x + self.mix(x)))


class LabelGuess(nn.Module):
    """A classifier of what is known: codes int64 (N,G,G), -1 where unknown -> logits (N,num_labels)."""

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


def with_evidence(guess: Tensor, evidence: Tensor) -> Tensor:
    """log p(label | known cells), (...,num_labels), from the logits of `LabelGuess` and from log p(known cells | label).

    Either alone is often wrong, and seldom in the same way: the classifier overfits, and the evidence adds up small errors of many cells.
    """
    return (guess.log_softmax(-1) + EVIDENCE * evidence).log_softmax(-1)


class PixelCNN(nn.Module):
    """p(codes of the unknown cells | known cells, label). See the header for what it computes.

    Throughout: codes int64 (N,G,G), -1 where a cell has no code yet; known bool (N,G,G); labels int64 (N,) in 0..num_labels-1, or
    num_labels for "no label". Stacks and head know raster order only: what goes into and comes out of them is turned (`in_order`).
    """

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.config = config
        self.no_label = config.num_labels
        self.before = CausalStack(config, config.layers, config.width)
        self.after = CausalStack(config, config.after_layers, config.after_features) if config.after else None
        self.head = Head(config)
        self.guess = LabelGuess(config)

    def in_order(self, grids: Tensor) -> Tensor:
        """Grids (N,G,G,...) so turned that raster order is the generation order; turned once more they are as before."""
        return grids.flip(1, 2) if self.config.backward else grids

    def generation_order(self, unknown: Tensor) -> Tensor:
        """The cells of bool (G,G), numbered row by row, in the order in which they are filled: int64 (cells,)."""
        cells = unknown.flatten().nonzero().flatten()
        return cells.flip(0) if self.config.backward else cells

    def of_before(self, codes: Tensor, labels: Tensor) -> list[Tensor]:
        """What stands before each cell, as the head takes it: (N,G,G,2W) for each of its joins.

        Of grids that are turned already, as are those of `of_after` and `evidence`.
        """
        return self.head.of_before(self.before(codes, labels))

    def of_after(self, codes: Tensor, known: Tensor, labels: Tensor) -> list[Tensor] | None:
        """What is known after each cell, as the head takes it: (N,G,G,2W) for each of its joins; None for the plain PixelCNN."""
        if self.after is None:
            return None
        turned = torch.where(known, codes, -1).flip(1, 2)  # so that the last cell comes first
        return self.head.of_after(self.after(turned, labels))

    def forward(self, codes: Tensor, known: Tensor, labels: Tensor) -> Tensor:
        """Logits (N,G,G,K) of each cell given all cells before it (MASK where -1), the known cells after it, and the label."""
        codes, known = self.in_order(codes), self.in_order(known)
        return self.in_order(self.head(self.of_before(codes, labels), self.of_after(codes, known, labels)))

    def of_nothing_after(self) -> list[Tensor] | None:
        """`of_after` of an empty grid, for each label and, last, for none: (num_labels+1,G,G,2W) for each of the head's joins."""
        labels = torch.arange(self.no_label + 1, device=self.head.logits.weight.device)
        empty = labels.new_full((len(labels), self.config.grid, self.config.grid), -1)
        return self.of_after(empty, empty >= 0, labels)

    def evidence(self, grids: Tensor, before: list[Tensor], labels: Tensor, nothing: list[Tensor] | None) -> Tensor:
        """log p(known cells | label), (N,), of grids int64 (N,G,G), -1 where unknown: by the chain rule, each given those before it.

        before: `of_before` of these grids; nothing: from `of_nothing_after`.
        """
        logits = self.head(before, nothing and [x.index_select(0, labels) for x in nothing])
        return -F.cross_entropy(logits.movedim(-1, 1), grids, ignore_index=-1, reduction="none").sum((1, 2))

    def guess_label(self, codes: Tensor, known: Tensor, nothing: list[Tensor] | None = None) -> Tensor:
        """log p(label | known cells), (N,num_labels). nothing: from `of_nothing_after`, for those who keep it."""
        seen = torch.where(known, codes, -1)
        grids = self.in_order(seen).repeat_interleave(self.no_label, 0)
        labels = torch.arange(self.no_label, device=codes.device).repeat(len(codes))
        nothing = nothing or self.of_nothing_after()
        evidence = self.evidence(grids, self.of_before(grids, labels), labels, nothing)
        return with_evidence(self.guess(seen), evidence.unflatten(0, (-1, self.no_label)))
