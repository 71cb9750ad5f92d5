"""The prior: two Gated PixelCNNs over the code grid, one of all earlier cells, one of known later cells.

Method
    [1] van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu (2016), "Conditional Image
        Generation with PixelCNN Decoders", arXiv:1606.05328: vertical and horizontal stacks of masked
        convolutions, gated activations, and label conditioning in every gate.
    [2] Berglund, Raiko, Honkala, Karkkainen, Vetek, Karhunen (2015), "Bidirectional Recurrent Neural Networks
        as Generative Models", arXiv:1504.01575: a missing element of a sequence is predicted from one network
        that has read everything before it and one that has read everything after it.
    [3] Tolstikhin et al. (2021), "MLP-Mixer: An all-MLP Architecture for Vision", arXiv:2105.01601: token
        mixing, a learned linear map from positions to positions that is the same for all inputs.

What it computes
    Some cells are known, K. The others, U, are filled one at a time in the generation order:

        p(x_U | x_K, label) = product over i in U of p(x_i | all cells before i, known cells after i, label).

    All cells before i have their codes when cell i is filled: they were known, or have just been filled. A
    plain PixelCNN conditions on these alone. It is blind to known cells that come later: when it fills the
    top of a digit, it ignores the bottom. Here two stacks, each a Gated PixelCNN without its output layers,
    read the two sides of a cell:

        codes (MASK where none) ─────► stack `before` ─► f_i: all cells before i ──┐
                                                                                   ├─► head ─► logits of i
        known codes (MASK elsewhere) ─► stack `after` ─► b_i: known cells after i ─┘
          (turned by 180°)

    Neither f_i nor b_i depends on cell i. So each factor is a proper softmax, and one pass gives the exact
    likelihood. If every cell is known, one pass gives the distribution of each cell given all the others. And
    b does not change while cells are filled, so sampling computes b once and caches the stack `before` as for
    any PixelCNN (vqdemo/sampling.py).

    The generation order is raster order (row by row, left to right) or, with `backward=True`, its reverse.
    For the reverse, grids are turned by 180° on their way in and out. "Before", "after", "above" and "below"
    then refer to the turned grid. Both orders are exact. MNIST's digits are easier to predict in the reverse
    order: 0.8 % fewer nats per grid, with all else equal.

    No convolution reaches more than two rows, so known cells at the bottom would need many layers to
    influence the top. Therefore every layer of both stacks also mixes in all rows above at once, by token
    mixing [3] with a causal mask (`CausalRowMixing`). The head does the same: f of the rows above, and b of
    the rows below. The mask excludes the cell's own row. So the result for a whole row can be computed before
    the row's first cell is sampled, and it costs the sampler next to nothing.

    Without a label the prior is a mixture over labels, weighted by p(label | K). Two estimates of it are
    combined (`label_posterior`): a small classifier of the known cells, and Bayes' rule on p(K | label),
    which the stack `before` gives when all cells outside K are MASK.

Where it differs from [1]
    * There is a second stack, `after`, and a head that fuses the two. Token mixing is added to every layer.
    * Token mixing covers the rows above, so vertical convolutions after the first see three cells of their
      own row.
    * Each gate adds a learned position embedding to the label's embedding.
    * The vertical stack has residual connections, too.
    * Both stacks have a MASK token for a cell without a code (-1). They are trained to marginalise over it.
    * A masked convolution is written as a linear map of the unmasked neighbours, not as a kernel with zeros.
"""

from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Offsets = list[tuple[int, int]]  # neighbours of a cell as (rows, columns) relative to it

# The neighbours that a vertical masked convolution sees. Mask A, of the first layer, excludes the cell's own
# row. Mask B, of later layers, may include it: the first layer's output does not depend on that row.
VERTICAL_OFFSETS: dict[str, Offsets] = {
    "A": [(-2, -1), (-2, 0), (-2, 1), (-1, -1), (-1, 0), (-1, 1)],  # the two rows above
    "B": [(0, -1), (0, 0), (0, 1)],  # the cell's own row; row mixing covers the rows above
}

EVIDENCE_WEIGHT = 0.5  # of log p(known cells | label), relative to the classifier's log probability
SMALL_GATE_NUMBERS = 5_000  # below so many numbers, the overhead of a call outweighs its arithmetic


def horizontal_offsets(mask: str, grid: int, layers: int) -> Offsets:
    """The neighbours that a horizontal masked convolution sees, in a stack of so many layers.

    Mask A: the three cells to the left, or more if all layers together need more to see a whole row.
    Mask B: the cell to the left and the cell itself, on which the output of mask A does not depend.
    """
    return [(0, -1), (0, 0)] if mask == "B" else [(0, column) for column in range(-max(3, grid - layers), 0)]


@dataclass
class PixelCNNConfig:
    """Everything needed to rebuild the network; stored in config.json. ValueError if it is impossible."""

    grid: int = 7  # cells along each side
    num_codes: int = 128  # K
    num_labels: int = 10  # classes; one more embedding stands for "no label"
    width: int = 80  # channels of both stacks
    layers: int = 4  # gated layers of the stack `before`
    after_layers: int = 3  # gated layers of the stack `after`
    after_features: int = 104  # channels of the features of the stack `after`; those of `before` have `width`
    groups: int = 8  # groups of channels with their own mixing weights; divides width and after_features
    fusion_layers: int = 2  # fusion layers of the head
    head_width: int = 128  # channels of the head
    dropout: float = 0.05  # share of the channels dropped in training
    backward: bool = False  # generation order: False is raster order, True its reverse

    def __post_init__(self):
        for name in ("width", "after_features"):
            channels = getattr(self, name)
            if channels % self.groups:
                raise ValueError(
                    f"the prior's {name}, {channels}, must be a multiple of its groups, {self.groups}"
                )


class MaskedConv(nn.Linear):
    """A convolution that sees only the neighbours at `offsets`. Outside of the grid it sees zeros."""

    def __init__(self, channels: int, out_channels: int, offsets: Offsets):
        super().__init__(len(offsets) * channels, out_channels)
        self.offsets = offsets
        rows, columns = zip(*offsets, strict=True)
        self.pad_rows = -min(rows)  # rows of zeros above
        self.pad_columns = max(abs(column) for column in columns)  # columns of zeros on each side
        self.one_run = self.pad_rows == 0 and list(columns) == list(range(columns[0], columns[-1] + 1))

    def pad(self, x: Tensor) -> Tensor:
        """(N,H,W,C) -> (N,pad_rows+H,pad_columns+W+pad_columns,C), with zeros around."""
        return F.pad(x, (0, 0, self.pad_columns, self.pad_columns, self.pad_rows, 0))

    def gather(self, padded: Tensor, rows: slice, columns: slice) -> Tensor:
        """The neighbours of the cells in R rows and Q columns: padded (N,H',W',C) -> (N,R,Q,offsets*C).

        `rows` and `columns` are numbered without the padding.
        """
        if self.one_run and columns.stop - columns.start == 1:  # adjacent neighbours of one cell: a view
            first = columns.start + self.pad_columns + self.offsets[0][1]
            return padded[:, rows, first : first + len(self.offsets)].flatten(2)[:, :, None]
        top, bottom = rows.start + self.pad_rows, rows.stop + self.pad_rows
        left, right = columns.start + self.pad_columns, columns.stop + self.pad_columns
        return torch.cat([padded[:, top + r : bottom + r, left + c : right + c] for r, c in self.offsets], -1)

    def forward(self, x: Tensor) -> Tensor:
        """(N,H,W,C) -> (N,H,W,C')."""
        return super().forward(self.gather(self.pad(x), slice(0, x.shape[1]), slice(0, x.shape[2])))


def gate(x: Tensor) -> Tensor:
    """tanh(a) * sigmoid(b), where a and b are the two halves of the channels: (...,2C) -> (...,C).

    For large tensors tanh(a) is computed as 2 sigmoid(2a) - 1, which is faster.
    """
    a, b = x.chunk(2, dim=-1)
    if not torch.compiler.is_compiling() and x.numel() < SMALL_GATE_NUMBERS:
        return torch.tanh(a) * torch.sigmoid(b)
    sigmoid_b = torch.sigmoid(b)
    return torch.addcmul(-sigmoid_b, torch.sigmoid(2 * a), sigmoid_b, value=2)


def drop_channels(x: Tensor, share: float, training: bool) -> Tensor:
    """Dropout of whole channels of each grid: (N,G,G,C) -> (N,G,G,C)."""
    return x * F.dropout(x.new_ones(len(x), 1, 1, x.shape[-1]), share, training) if training else x


class CausalRowMixing(nn.Module):
    """Token mixing [3] with a causal mask: each cell gets a weighted sum of all cells in the rows above.

    There is one weight for each pair of positions, and one set of weights for each group of channels.
    """

    mask: Tensor

    def __init__(self, config: PixelCNNConfig, channels: int, out_channels: int):
        super().__init__()
        cells, row = config.grid**2, torch.arange(config.grid**2) // config.grid
        self.grid = config.grid
        self.weight = nn.Parameter(0.02 * torch.randn(config.groups, cells, cells))  # [group, to, from]
        self.register_buffer("mask", (row[:, None] > row).float(), persistent=False)
        self.value = nn.Linear(channels, channels, bias=False)
        self.out = nn.Linear(channels, out_channels, bias=False)

    def values(self, x: Tensor) -> Tensor:
        """The vectors that are summed, for any number R of rows: (N,R,G,C) -> (groups,R*G,N,C/groups)."""
        x = self.value(x.contiguous())  # otherwise it would be one small product for each grid
        return x.unflatten(-1, (len(self.weight), -1)).flatten(1, 2).permute(2, 1, 0, 3)

    def mix(self, weight: Tensor, values: Tensor) -> Tensor:
        """The weighted sums: weight (groups,R*G,S), values (groups,S,N,C/groups) -> (N,R,G,C)."""
        sums = (weight @ values.flatten(2)).unflatten(-1, values.shape[2:])  # (groups,R*G,N,C/groups)
        return sums.permute(2, 1, 0, 3).flatten(2).unflatten(1, (-1, self.grid))

    def mix_row(self, row: int, values: Tensor) -> Tensor:
        """The sums for a row, which reads the rows above: values (groups,G*G,N,C/groups) -> (N,1,G,C)."""
        end = row * self.grid
        return self.mix(self.weight[:, end : end + self.grid, :end], values[:, :end])

    def forward(self, x: Tensor) -> Tensor:
        """(N,G,G,C) -> (N,G,G,C')."""
        return self.out(self.mix(self.weight * self.mask, self.values(x)))


class GatedLayer(nn.Module):
    """One layer of [1], figure 2, with row mixing: a vertical and a horizontal part, which the first feeds.

    The first layer (mask A) has no residual connections: they would carry a cell's own code past the mask.
    """

    def __init__(self, config: PixelCNNConfig, mask: str, layers: int, features: int):
        super().__init__()
        width = config.width
        self.residual = mask == "B"
        self.dropout = config.dropout
        self.vertical = MaskedConv(width, 2 * width, VERTICAL_OFFSETS[mask])
        self.horizontal = MaskedConv(width, 2 * width, horizontal_offsets(mask, config.grid, layers))
        self.down = nn.Linear(width, 2 * width)  # vertical to horizontal
        self.row_mixing = CausalRowMixing(config, width, 2 * width)
        self.out = nn.Linear(width, width + features)  # next horizontal input, and skip connection
        self.label_embedding = nn.Embedding(config.num_labels + 1, 4 * width)  # two halves: v, h
        self.position_embedding = nn.Parameter(torch.zeros(config.grid, config.grid, 4 * width))  # the same
        nn.init.normal_(self.label_embedding.weight, std=0.1)

    def conditions(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Sum of label and position embeddings, int64 (N,) -> vertical (N,G,G,2C), horizontal (N,G,G,2C)."""
        conditions = self.label_embedding(labels)[:, None, None] + self.position_embedding
        vertical, horizontal = conditions.chunk(2, dim=-1)
        return vertical, horizontal

    def forward(self, v: Tensor, h: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """v, h (N,G,G,C), labels int64 (N,) -> next v and h, (N,G,G,C), and the skip connection (N,G,G,F)."""
        v_condition, h_condition = self.conditions(labels)
        v_new = drop_channels(gate(self.vertical(v) + v_condition), self.dropout, self.training)
        v_new = v + v_new if self.residual else v_new
        from_above = self.down(v_new) + h_condition
        from_above = from_above + self.row_mixing(h)
        gated = drop_channels(gate(self.horizontal(h) + from_above), self.dropout, self.training)
        h_new, skip = self.out(gated).tensor_split([h.shape[-1]], dim=-1)
        return v_new, (h + h_new if self.residual else h_new), skip


class CausalStack(nn.Module):
    """A Gated PixelCNN without its output layers. A cell's features depend on exactly the cells before it."""

    def __init__(self, config: PixelCNNConfig, layers: int, features: int):
        super().__init__()
        self.mask_token = config.num_codes
        self.dropout = config.dropout
        self.embedding = nn.Embedding(config.num_codes + 1, config.width)
        self.layers = nn.ModuleList(
            [GatedLayer(config, "A" if i == 0 else "B", layers, features) for i in range(layers)]
        )

    def embed(self, codes: Tensor) -> Tensor:
        """Codes int64 (N,H,W), -1 for MASK -> (N,H,W,C)."""
        return self.embedding(torch.where(codes < 0, self.mask_token, codes))

    def forward(self, codes: Tensor, labels: Tensor) -> Tensor:
        """Codes int64 (N,G,G), -1 for MASK, and labels int64 (N,) -> features (N,G,G,F)."""
        v = h = self.embed(codes)
        skips: Tensor | int = 0
        for layer in self.layers:
            v, h, skip = layer(v, h, labels)
            skips = skips + skip
        return drop_channels(F.relu(cast(Tensor, skips)), self.dropout, self.training)


class FusionLayer(nn.Module):
    """One gated residual layer of the head, of W channels. Its gates take in the features of both stacks."""

    def __init__(self, config: PixelCNNConfig, first: bool):
        super().__init__()
        width, after_width, head_width = config.width, config.after_features, config.head_width
        self.from_previous = None if first else nn.Linear(head_width, 2 * head_width, bias=False)
        self.from_before = nn.Linear(width, 2 * head_width)
        self.mixing_before = CausalRowMixing(config, width, 2 * head_width)
        self.from_after = nn.Linear(after_width, 2 * head_width, bias=False)
        self.mixing_after = CausalRowMixing(config, after_width, 2 * head_width)
        self.out = nn.Linear(head_width, head_width)

    def context_before(self, features: Tensor) -> Tensor:
        """What the features of the stack `before` (N,G,G,C) add to the gates -> (N,G,G,2W)."""
        gates = self.from_before(features)
        return gates + self.mixing_before(features)

    def context_after(self, turned_features: Tensor) -> Tensor:
        """What the features of the stack `after` (N,G,G,F), still turned, add to the gates -> (N,G,G,2W)."""
        return (self.from_after(turned_features) + self.mixing_after(turned_features)).flip(1, 2)

    def forward(self, x: Tensor | None, context: Tensor) -> Tensor:
        """x (...,W), None in the first layer; context (...,2W), the sum of both sides -> (...,W)."""
        if x is None or self.from_previous is None:  # the first layer
            return self.out(gate(context))
        return x + self.out(gate(context + self.from_previous(x)))


class Head(nn.Module):
    """Fuses the features of both stacks into the logits of each cell."""

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        width = config.head_width
        self.fusion_layers = nn.ModuleList(
            [FusionLayer(config, first=i == 0) for i in range(config.fusion_layers)]
        )
        self.mix = nn.Sequential(nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))
        self.logits = nn.Linear(width, config.num_codes)

    @property
    def fusions(self) -> list[FusionLayer]:
        return cast(list[FusionLayer], list(self.fusion_layers))

    def context_before(self, features: Tensor) -> list[Tensor]:
        """`FusionLayer.context_before` of each fusion layer."""
        return [layer.context_before(features) for layer in self.fusions]

    def context_after(self, turned_features: Tensor) -> list[Tensor]:
        """`FusionLayer.context_after` of each fusion layer."""
        return [layer.context_after(turned_features) for layer in self.fusions]

    def forward(self, before: list[Tensor], after: list[Tensor]) -> Tensor:
        """The contexts of both sides of each cell, one (...,2W) for each fusion layer -> logits (...,K)."""
        return self.fuse([one_side + other_side for one_side, other_side in zip(before, after, strict=True)])

    def fuse(self, contexts: list[Tensor]) -> Tensor:
        """The sums of both sides' contexts, one (...,2W) for each fusion layer -> logits (...,K)."""
        x = None
        for layer, context in zip(self.fusion_layers, contexts, strict=True):
            x = layer(x, context)
        return self.logits(F.relu(x + self.mix(x)))


class LabelClassifier(nn.Module):
    """A small convolutional classifier of the known cells."""

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.mask_token = config.num_codes
        self.embedding = nn.Embedding(config.num_codes + 1, 32)
        self.trunk = nn.Sequential(
            nn.Conv2d(32, 64, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(64 * config.grid**2, 128),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(128, config.num_labels),
        )

    def forward(self, codes: Tensor) -> Tensor:
        """Codes int64 (N,G,G), -1 where unknown -> logits (N,num_labels)."""
        return self.trunk(self.embedding(torch.where(codes < 0, self.mask_token, codes)).movedim(-1, 1))


def label_posterior(classifier_logits: Tensor, evidence: Tensor) -> Tensor:
    """log p(label | known cells) from both estimates.

    classifier_logits: of `LabelClassifier`, (...,num_labels). evidence: log p(known cells | label), of that
    shape.

    Both are often wrong, but seldom in the same way. The classifier overfits. The evidence adds up the small
    errors of many cells.
    """
    return (classifier_logits.log_softmax(-1) + EVIDENCE_WEIGHT * evidence).log_softmax(-1)


class PixelCNN(nn.Module):
    """p(codes of the unknown cells | known cells, label). The header of this file says what it computes.

    Throughout, codes are int64 (N,G,G), -1 where a cell has no code yet. `known` is bool (N,G,G). Labels are
    int64 (N,) in 0..num_labels-1, or num_labels for "no label". A context is a list of one (N,G,G,2W) for
    each fusion layer of the head.

    Stacks and head know raster order only. `forward`, `generation_order` and `label_log_probs` take grids as
    they are. `context_before`, `context_after` and `evidence` take grids that `in_order` has turned.
    """

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.config = config
        self.no_label = config.num_labels
        self.before = CausalStack(config, config.layers, config.width)
        self.after = CausalStack(config, config.after_layers, config.after_features)
        self.head = Head(config)
        self.label_classifier = LabelClassifier(config)

    def in_order(self, grids: Tensor) -> Tensor:
        """Turns grids (N,G,G,...) so that raster order is the generation order, or turns such grids back."""
        return grids.flip(1, 2) if self.config.backward else grids

    def generation_order(self, unknown: Tensor) -> Tensor:
        """The true cells of bool (G,G) in the order in which they are filled: int64, numbered row by row."""
        cells = unknown.flatten().nonzero().flatten()
        return cells.flip(0) if self.config.backward else cells

    def context_before(self, codes: Tensor, labels: Tensor) -> list[Tensor]:
        """The context of all cells before each cell (MASK where -1)."""
        return self.head.context_before(self.before(codes, labels))

    def context_after(self, codes: Tensor, known: Tensor, labels: Tensor) -> list[Tensor]:
        """The context of the known cells after each cell. Codes of other cells are not read."""
        turned = torch.where(known, codes, -1).flip(1, 2)  # so that the last cell comes first
        return self.head.context_after(self.after(turned, labels))

    def empty_context(self) -> list[Tensor]:
        """`context_after` of an empty grid for each label and, last, for no label."""
        labels = torch.arange(self.no_label + 1, device=self.head.logits.weight.device)
        empty = labels.new_full((len(labels), self.config.grid, self.config.grid), -1)
        return self.context_after(empty, empty >= 0, labels)

    def forward(self, codes: Tensor, known: Tensor, labels: Tensor) -> Tensor:
        """Logits (N,G,G,K) of each cell given all cells before it, known cells after it, and the label."""
        codes, known = self.in_order(codes), self.in_order(known)
        before, after = self.context_before(codes, labels), self.context_after(codes, known, labels)
        return self.in_order(self.head(before, after))

    def evidence(self, codes: Tensor, before: list[Tensor], labels: Tensor, empty: list[Tensor]) -> Tensor:
        """log p(known cells | label), float (N,), by the chain rule over the known cells.

        before: `context_before` of these codes, -1 where unknown, and labels. empty: `empty_context()`.
        """
        logits = self.head(before, [x.index_select(0, labels) for x in empty])
        return -F.cross_entropy(logits.movedim(-1, 1), codes, ignore_index=-1, reduction="none").sum((1, 2))

    def label_log_probs(self, codes: Tensor, known: Tensor, empty: list[Tensor] | None = None) -> Tensor:
        """log p(label | known cells), float (N,num_labels). empty: `empty_context()`, if it is kept."""
        known_codes = torch.where(known, codes, -1)
        pairs = self.in_order(known_codes).repeat_interleave(self.no_label, 0)  # each grid with each label
        labels = torch.arange(self.no_label, device=codes.device).repeat(len(codes))
        empty = empty or self.empty_context()
        evidence = self.evidence(pairs, self.context_before(pairs, labels), labels, empty)
        return label_posterior(self.label_classifier(known_codes), evidence.unflatten(0, (-1, self.no_label)))
