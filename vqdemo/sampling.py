"""Filling the unknown cells of a grid, one at a time in the generation order: the plain way and the fast way.

`fill_plain` runs the whole network once for each unknown cell. `fill` computes the same numbers once (the idea of Ramachandran et
al. 2017, "Fast Generation for Convolutional Autoregressive Models", arXiv:1704.06001): the stack `after` reads known cells only, so
it runs once; in the stack `before`, what a row takes from the rows above is computed when these are complete, and the horizontal part
of a cell when the cell to its left has its code (`Cache`). Both draw a cell's code by inverting the cumulative distribution at a
uniform number fixed beforehand: equal numbers give equal codes.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vqdemo.pixelcnn import PixelCNN, gate


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
    with_label, without = logits.chunk(2)
    return with_label + guidance * (with_label - without)


def pick(logits: Tensor, choice: Choice, uniform: Tensor) -> Tensor:
    """Logits (N,K) and, on the CPU, uniform numbers (N,) in [0,1) -> codes int64 (N,)."""
    p = (guided(logits, choice.guidance) / choice.temperature).softmax(-1).cpu()  # Apple's GPU knows no float64
    if choice.top_p < 1:
        ordered, order = p.sort(-1, descending=True)
        before = ordered.cumsum(-1) - ordered  # probability of the codes likelier than this one
        p = p.scatter(-1, order, ordered * (before < choice.top_p))
    cumulative = p.double().cumsum(-1)
    threshold = uniform[:, None] * cumulative[:, -1:]
    return (cumulative <= threshold).sum(-1).clamp(max=p.shape[-1] - 1).to(logits.device)


def twice_for_guidance(prior: PixelCNN, codes: Tensor, labels: Tensor, guidance: float) -> tuple[Tensor, Tensor]:
    """With guidance, each grid stands twice in the batch: with its label and, below, without."""
    if guidance == 0:
        return codes, labels
    return codes.repeat(2, 1, 1), torch.cat([labels, torch.full_like(labels, prior.no_label)])


def distinct(rows: Tensor) -> tuple[Tensor, Tensor]:
    """What differs among the rows of a tensor, (N,...) -> (M,...), and which of these each row is, (N,)."""
    found, which = rows.cpu().unique(dim=0, return_inverse=True)  # Apple's GPU cannot
    return found.to(rows.device), which.to(rows.device)


def add_linear(to: Tensor, layer: nn.Linear, x: Tensor) -> Tensor:
    """to + x @ layer.weight.T, without the layer's bias: (...,C'), (...,C) -> (...,C'). Overwrites `to`: one operation, where
    `to + layer(x)` would be three."""
    flat = to.reshape(-1, to.shape[-1])
    return flat.addmm_(x.reshape(-1, x.shape[-1]), layer.weight.T).view_as(to)


@torch.inference_mode()
def fill_plain(prior: PixelCNN, codes: Tensor, labels: Tensor, choice: Choice, uniform: Tensor) -> Tensor:
    """Fill cells that are -1 in codes int64 (N,G,G); labels int64 (N,); uniform (N,G,G) in [0,1), on the CPU. -> int64 (N,G,G).

    The reference that `fill` is tested against: one pass of the whole network for each unknown cell.
    """
    known = codes >= 0
    codes = codes.clone()
    for row, column in (divmod(cell, codes.shape[2]) for cell in prior.generation_order((~known).any(0)).tolist()):
        batch, both = twice_for_guidance(prior, codes, labels, choice.guidance)
        logits = prior(batch, known.repeat(len(batch) // len(codes), 1, 1), both)[:, row, column]
        new = pick(logits, choice, uniform[:, row, column])
        codes[:, row, column] = torch.where(known[:, row, column], codes[:, row, column], new)
    return codes


@torch.inference_mode()
def fill(prior: PixelCNN, codes: Tensor, labels: Tensor, choice: Choice, uniform: Tensor) -> Tensor:
    """The same as `fill_plain`, computing everything once."""
    known = codes >= 0
    if bool(known.all()):
        return codes.clone()
    codes, known, uniform = (prior.in_order(x) for x in (codes, known, uniform))
    batch, both = twice_for_guidance(prior, codes, labels, choice.guidance)
    copies = len(batch) // len(codes)
    # Until a first code is drawn, equal grids with equal labels are one: completions of one grid share what they know.
    pairs, which = distinct(torch.cat([batch.flatten(1), both[:, None]], 1))
    grids, its_labels = pairs[:, :-1].view(-1, *codes.shape[1:]), pairs[:, -1]
    cache = Cache(prior, its_labels, prior.of_after(grids, grids >= 0, its_labels))
    codes = codes.clone()
    open_cells = (~known).any(0)
    for row in range(int(open_cells.any(1).nonzero().max()) + 1):
        cache.start_row(row, grids[:, row])
        for column in open_cells[row].nonzero().flatten().tolist():
            logits = cache.logits(column)
            if grids is not batch:
                logits, grids = logits[which], batch
                cache.select(which)
            new = pick(logits, choice, uniform[:, row, column])
            codes[:, row, column] = torch.where(known[:, row, column], codes[:, row, column], new)
            cache.write(column, codes[:, row, column].repeat(copies))
    return prior.in_order(codes)


class Cache:
    """What the prior has computed so far, for N grids that are filled in raster order (turned, if that is not the generation order).

    For each row: `start_row` with the codes that it has; then, from left to right, `logits` and `write` for each cell without a code.
    """

    def __init__(self, prior: PixelCNN, labels: Tensor, after: list[Tensor] | None):
        """labels int64 (N,); after: what `PixelCNN.of_after` says of the grids."""
        self.stack, self.head = prior.before, prior.head
        # What is known after, and a bias, give each join's gates; one serves all that are selected from it.
        self.after = after and [x + join.from_before.bias for x, join in zip(after, self.head.joins, strict=True)]
        self.which_after = torch.arange(len(labels), device=labels.device)
        layers, n, grid, width = self.stack.layers, len(labels), prior.config.grid, prior.config.width
        distinct, self.which = labels.unique(return_inverse=True)
        conditions = [layer.conditions(distinct) for layer in layers]
        # What label, place and biases give each layer's gates, (distinct labels,G,G,2C).
        self.for_v = [for_v + layer.vertical.bias for layer, (for_v, _) in zip(layers, conditions, strict=True)]
        self.for_h = [for_h + layer.horizontal.bias + layer.down.bias for layer, (_, for_h) in zip(layers, conditions, strict=True)]
        zeros, empty = self.for_v[0].new_zeros, self.for_v[0].new_empty
        self.inner = slice(0, grid)
        self.row, self.done = 0, 0  # the present row, and how many of its cells have been computed
        # What each layer's vertical convolution reads for the present row: that row and as many above as it sees, padded as it pads.
        self.vertical = [layer.vertical.pad(zeros(n, 1, grid, width)) for layer in layers]
        # The same for each layer's horizontal convolution. It never reads right of what is written, so that rows follow each other in
        # one place.
        self.horizontal = [layer.horizontal.pad(zeros(n, 1, grid, width)) for layer in layers]
        self.features = empty(n, 1, grid, width)  # of the present row
        # What the maps of places add up, of the rows above: of each layer, and of each of the head's joins.
        self.maps = [] if after is None else [part.above for part in [*layers, *self.head.joins]]
        groups = prior.config.groups
        self.entered = empty(len(self.maps), groups, grid * grid, n, width // groups)
        # What the present row's cells are given, besides what the horizontal part and the features say: of each layer (N,1,G,2C), and
        # of each join (N,1,G,2W), None for the plain PixelCNN.
        self.gates: list[Tensor] = []
        self.others: list[Tensor | None] = [None] * len(self.head.joins)

    def start_row(self, row: int, codes: Tensor) -> None:
        """Begin a row: its codes int64 (N,G), -1 for MASK. All cells of the rows above must have their codes."""
        if row > 0:
            self._finish_row()
        self.row, self.done, self.gates = row, 0, []
        self._cells(0, self.inner).copy_(self.stack.embed(codes)[:, None])
        layers = self.stack.layers
        for index, layer in enumerate(layers):
            seen = layer.vertical.seen(self.vertical[index], slice(0, 1), self.inner)
            v = gate(add_linear(self._of_row(self.for_v[index], self.which), layer.vertical, seen))
            if layer.residual:
                v = self._vertical_row(index) + v
            if index + 1 < len(layers):
                self._vertical_row(index + 1).copy_(v)
            gates = add_linear(self._of_row(self.for_h[index], self.which), layer.down, v)
            if layer.above is not None:
                gates = add_linear(gates, layer.above.leave, layer.above.of_row(row, self.entered[index]))
            self.gates.append(gates)
        if self.after is not None:
            self.others = [
                add_linear(self._of_row(its_after, self.which_after), join.above.leave, join.above.of_row(row, its_entered))
                for join, its_entered, its_after in zip(self.head.joins, self.entered[len(layers) :], self.after, strict=True)
            ]

    def logits(self, column: int) -> Tensor:
        """Logits (N,K) of a cell of the row; all cells to its left must have their codes."""
        self._compute_until(column + 1)
        features = self.features[:, 0, column]
        gates = [
            join.from_before(features) if others is None else torch.addmm(others[:, 0, column], features, join.from_before.weight.T)
            for join, others in zip(self.head.joins, self.others, strict=True)
        ]
        return self.head(gates, None)

    def write(self, column: int, codes: Tensor) -> None:
        """Codes int64 (N,) of a cell of the row."""
        self._cells(0, slice(column, column + 1)).copy_(self.stack.embed(codes)[:, None, None])

    def select(self, grids: Tensor) -> None:
        """Go on with these grids, int64 (N,), some perhaps more than once and others not at all."""
        self.which, self.features = self.which[grids], self.features[grids]
        kinds = (self.vertical, self.horizontal, self.gates)
        self.vertical, self.horizontal, self.gates = ([x.index_select(0, grids) for x in kind] for kind in kinds)
        before, above = self.entered, slice(0, self.row * self.inner.stop)  # the others are yet to be written
        self.entered = before.new_empty(*before.shape[:3], len(grids), before.shape[4])
        self.entered[:, :, above] = before[:, :, above].index_select(3, grids)
        if self.after is not None:
            self.which_after, self.others = self.which_after[grids], [x.index_select(0, grids) for x in self.others]

    def _finish_row(self) -> None:
        """Keep what the rows below will read of the present one."""
        self._compute_until(self.inner.stop)
        self._vertical_row(0).copy_(self._cells(0, self.inner))
        self.vertical = [x.roll(-1, 1) if x.shape[1] > 1 else x for x in self.vertical]  # the row at the bottom is written anew
        if self.after is not None:
            read = [self._cells(index, self.inner) for index in range(len(self.stack.layers))] + [self.features] * len(self.head.joins)
            cells = slice(self.row * self.inner.stop, (self.row + 1) * self.inner.stop)
            for its_map, x, entered in zip(self.maps, read, self.entered, strict=True):
                entered[:, cells] = its_map.entered(x)

    def _compute_until(self, end: int) -> None:
        """The horizontal part of the row's cells up to `end`, those that are left to do."""
        cells, self.done = slice(self.done, end), end
        if cells.start >= end:
            return
        skips, h = 0, None
        for index, layer in enumerate(self.stack.layers):
            if layer.residual:
                self._cells(index, cells).copy_(h)
            seen = layer.horizontal.seen(self.horizontal[index], slice(0, 1), cells)
            gated = gate(add_linear(self.gates[index][:, :, cells], layer.horizontal, seen))
            h_new, skip = layer.out(gated).chunk(2, dim=-1)
            h, skips = (h + h_new if layer.residual else h_new), skips + skip
        self.features[:, :, cells] = F.relu(skips)

    def _of_row(self, conditions: Tensor, which: Tensor) -> Tensor:
        """What is added in the present row: (M,G,G,C) and which of these M is each grid's, (N,) -> (N,1,G,C)."""
        return conditions[:, self.row].index_select(0, which)[:, None]  # a third of the time of conditions[which, row]

    def _cells(self, index: int, columns: slice) -> Tensor:
        """Cells of the present row of what layer `index` reads horizontally, without padding: a view (N,1,columns,C)."""
        beside = self.stack.layers[index].horizontal.beside
        return self.horizontal[index][:, :, beside + columns.start : beside + columns.stop]

    def _vertical_row(self, index: int) -> Tensor:
        """The present row of what layer `index` reads vertically, without padding: a view (N,1,G,C)."""
        beside = self.stack.layers[index].vertical.beside
        return self.vertical[index][:, -1:, beside : beside + self.inner.stop]
