"""Filling the unknown cells of a grid, one at a time in raster order: the plain way and the fast way.

`fill_plain` runs the whole network once for each unknown cell. `fill` computes the same numbers once (the idea of Ramachandran et
al. 2017, "Fast Generation for Convolutional Autoregressive Models", arXiv:1704.06001): the stack `after` reads known cells only, so
it runs once; in the stack `before`, a row of the vertical part never depends on itself or on later rows, so each row is computed
when the row above is complete, and each cell of the horizontal part when the cell to its left has its code (`Cache`). Both draw a
cell's code by inverting the cumulative distribution at a uniform number fixed beforehand: equal numbers give equal codes.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from vqdemo.pixelcnn import CausalStack, PixelCNN, gate


class Choice(NamedTuple):
    """How a code is chosen from logits."""

    temperature: float = 1.0  # > 0; logits are divided by it
    top_p: float = 1.0  # in (0,1]; only the likeliest codes that together reach this probability are allowed
    guidance: float = 0.0  # >= 0; how far to go beyond the label's logits, away from those without a label


def guided(logits: Tensor, guidance: float) -> Tensor:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598): (2N,K), first half with label and second without, -> (N,K).

    With guidance 0: (N,K) as it is.
    """
    if guidance == 0:
        return logits
    with_label, without = logits.log_softmax(-1).chunk(2)
    return with_label + guidance * (with_label - without)


def pick(logits: Tensor, choice: Choice, uniform: Tensor) -> Tensor:
    """Logits (N,K) and uniform numbers (N,) in [0,1) -> codes int64 (N,)."""
    p = (guided(logits, choice.guidance) / choice.temperature).softmax(-1)
    if choice.top_p < 1:
        ordered, order = p.sort(-1, descending=True)
        before = ordered.cumsum(-1) - ordered  # probability of the codes likelier than this one
        p = p.scatter(-1, order, ordered * (before < choice.top_p))
    cumulative = p.double().cumsum(-1)
    threshold = uniform[:, None] * cumulative[:, -1:]
    return (cumulative <= threshold).sum(-1).clamp(max=p.shape[-1] - 1)


def twice_for_guidance(prior: PixelCNN, codes: Tensor, labels: Tensor, guidance: float) -> tuple[Tensor, Tensor]:
    """With guidance, each grid stands twice in the batch: with its label and, below, without."""
    if guidance == 0:
        return codes, labels
    return codes.repeat(2, 1, 1), torch.cat([labels, torch.full_like(labels, prior.no_label)])


@torch.no_grad()
def fill_plain(prior: PixelCNN, codes: Tensor, labels: Tensor, choice: Choice, uniform: Tensor) -> Tensor:
    """Fill cells that are -1 in codes int64 (N,G,G); labels int64 (N,); uniform (N,G,G) in [0,1). -> int64 (N,G,G).

    The reference that `fill` is tested against: one pass of the whole network for each unknown cell.
    """
    known = codes >= 0
    codes = codes.clone()
    for row, column in (~known).any(0).nonzero().tolist():
        batch, both = twice_for_guidance(prior, codes, labels, choice.guidance)
        logits = prior(batch, known.repeat(len(batch) // len(codes), 1, 1), both)[:, row, column]
        new = pick(logits, choice, uniform[:, row, column])
        codes[:, row, column] = torch.where(known[:, row, column], codes[:, row, column], new)
    return codes


@torch.no_grad()
def fill(prior: PixelCNN, codes: Tensor, labels: Tensor, choice: Choice, uniform: Tensor) -> Tensor:
    """The same as `fill_plain`, computing each row of the vertical and each cell of the horizontal part once."""
    known = codes >= 0
    if bool(known.all()):
        return codes.clone()
    batch, both = twice_for_guidance(prior, codes, labels, choice.guidance)
    copies = len(batch) // len(codes)
    after = after_of_distinct(prior, batch, both)
    codes = codes.clone()
    cache = Cache(prior.before, both)
    for row in range(int((~known).any(0).any(1).nonzero().max()) + 1):
        cache.start_row(row)
        open_cells = (~known[:, row]).any(0).nonzero().flatten().tolist()
        for column in range(max(open_cells, default=-1) + 1):
            before = cache.features(column)
            if column in open_cells:
                logits = prior.head(before, None if after is None else after[:, row, column])
                new = pick(logits, choice, uniform[:, row, column])
                codes[:, row, column] = torch.where(known[:, row, column], codes[:, row, column], new)
            cache.write(column, codes[:, row, column].repeat(copies))
        cache.finish_row(codes[:, row].repeat(copies, 1))
    return codes


def after_of_distinct(prior: PixelCNN, codes: Tensor, labels: Tensor) -> Tensor | None:
    """`prior.features_after` of grids int64 (N,G,G) and labels (N,), computed once for each pair that occurs."""
    if prior.after is None:
        return None
    pairs, which = torch.cat([codes.flatten(1), labels[:, None]], 1).unique(dim=0, return_inverse=True)
    grids = pairs[:, :-1].view(-1, *codes.shape[1:])
    return prior.features_after(grids, grids >= 0, pairs[:, -1])[which]


class Cache:
    """What a causal stack has computed so far, for N grids that are filled in raster order.

    For each row: start_row; then from left to right features, write; then finish_row with all codes of the row.
    """

    def __init__(self, stack: CausalStack, labels: Tensor):
        """labels int64 (N,)."""
        self.stack = stack
        distinct, self.which = labels.unique(return_inverse=True)
        conditions = [layer.conditions(distinct) for layer in stack.layers]
        self.for_v, self.for_h = zip(*conditions, strict=True)  # each layer's (distinct labels,G,G,2C)
        n, grid, width = len(labels), self.for_v[0].shape[1], stack.embedding.embedding_dim
        # What each layer's vertical convolution reads, padded as it pads; rows are written when they are known.
        self.vertical = [layer.vertical.pad(self.for_v[0].new_zeros(n, grid, grid, width)) for layer in stack.layers]
        # The same for each layer's horizontal convolution, of the current row: (N,padding+G,C). It never reads right of what is
        # written, so that rows follow each other in one place.
        self.horizontal = [layer.horizontal.pad(self.for_v[0].new_zeros(n, 1, grid, width))[:, 0] for layer in stack.layers]
        self.from_above: list[Tensor] = []  # what each layer's vertical part adds to the gates of this row: (N,G,2C)
        self.row = 0

    def start_row(self, row: int) -> None:
        """The vertical part of a row; the rows above must be finished."""
        self.row, self.from_above = row, []
        rows, columns = slice(row, row + 1), slice(0, self.for_v[0].shape[2])
        for index, layer in enumerate(self.stack.layers):
            v = gate(layer.vertical.at(self.vertical[index], rows, columns) + self.for_v[index][self.which, row, None])
            if layer.residual:
                v = self._inner(index, row) + v
            if index + 1 < len(self.stack.layers):
                self._inner(index + 1, row).copy_(v)
            self.from_above.append(layer.down(v)[:, 0] + self.for_h[index][self.which, row])

    def features(self, column: int) -> Tensor:
        """Features (N,C) of a cell of the row, from all cells before it; those to its left must be written."""
        skips, h = 0, None
        for index, layer in enumerate(self.stack.layers):
            conv, row = layer.horizontal, self.horizontal[index]
            if layer.residual:
                row[:, conv.beside + column] = h
            first, last = conv.offsets[0][1], conv.offsets[-1][1]  # it sees neighbouring cells: one stretch of the row
            stretch = row[:, conv.beside + column + first : conv.beside + column + last + 1].flatten(1)
            seen = F.linear(stretch, conv.weight, conv.bias)
            h_new, skip = layer.out(gate(seen + self.from_above[index][:, column])).chunk(2, dim=-1)
            h, skips = (h + h_new if layer.residual else h_new), skips + skip
        return F.relu(skips)

    def write(self, column: int, codes: Tensor) -> None:
        """Codes int64 (N,) of a cell of the row, -1 for MASK."""
        first = self.stack.layers[0].horizontal
        self.horizontal[0][:, column + first.beside] = self.stack.embed(codes)

    def finish_row(self, codes: Tensor) -> None:
        """Codes int64 (N,G) of the whole row."""
        self._inner(0, self.row).copy_(self.stack.embed(codes)[:, None])

    def select(self, grids: Tensor) -> None:
        """Go on with these grids, int64 (N,), some perhaps more than once and others not at all."""
        self.which = self.which[grids]
        self.vertical = [x[grids] for x in self.vertical]
        self.horizontal = [x[grids] for x in self.horizontal]
        self.from_above = [x[grids] for x in self.from_above]

    def _inner(self, index: int, row: int) -> Tensor:
        """A row of what layer `index` reads, without padding: a view (N,1,G,C)."""
        conv = self.stack.layers[index].vertical
        grid = self.for_v[0].shape[2]
        return self.vertical[index][:, row + conv.above : row + conv.above + 1, conv.beside : conv.beside + grid]
