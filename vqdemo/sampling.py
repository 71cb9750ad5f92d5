"""Sampling: filling the unknown cells of a grid one at a time, in the generation order.

`fill_reference` runs the whole network once for each unknown cell. `fill_cached` computes the same numbers
once each, which is the idea of Ramachandran et al. (2017), "Fast Generation for Convolutional Autoregressive
Models", arXiv:1704.06001. The stack `after` reads known cells only, so it runs once. In the stack `before`,
what a row takes from the rows above is computed when those rows are complete. The horizontal part of a cell
is computed when the cell to its left has its code. `Cache` keeps all of it.

Both functions sample a code by inverting the cumulative distribution at a uniform number that is fixed
beforehand. So equal uniform numbers give equal codes.
"""

from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vqdemo.pixelcnn import GatedLayer, PixelCNN, gate


class SamplingParams(NamedTuple):
    """How a code is sampled from logits."""

    temperature: float = 1.0  # > 0; logits are divided by it
    top_p: float = 1.0  # in (0,1]; only the likeliest codes that together reach this probability are allowed
    guidance: float = 0.0  # >= 0; weight of classifier-free guidance, 0 for none


def guided(logits: Tensor, guidance: float) -> Tensor:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598): (2N,K) -> (N,K).

    The first half of the logits is conditional on the label and the second half is unconditional. With
    guidance 0 there is no second half, and the logits (N,K) are returned unchanged.
    """
    if guidance == 0:
        return logits
    with_label, without = logits.chunk(2)
    return with_label + guidance * (with_label - without)


def sample_codes(logits: Tensor, params: SamplingParams, uniform: Tensor) -> Tensor:
    """Samples a code from each row of logits: (N,K), or (2N,K) with guidance -> int64 (N,) in 0..K-1.

    uniform: float (N,) in [0,1), on the CPU.
    """
    p = (guided(logits, params.guidance) / params.temperature).softmax(-1).cpu()  # Apple's GPU lacks float64
    if params.top_p < 1:
        ordered, order = p.sort(-1, descending=True)
        likelier = ordered.cumsum(-1) - ordered  # total probability of the codes likelier than this one
        p = p.scatter(-1, order, ordered * (likelier < params.top_p))
    cumulative = p.double().cumsum(-1)
    threshold = uniform[:, None] * cumulative[:, -1:]
    return (cumulative <= threshold).sum(-1).clamp(max=p.shape[-1] - 1).to(logits.device)


def guidance_batch(prior: PixelCNN, codes: Tensor, labels: Tensor, guidance: float) -> tuple[Tensor, Tensor]:
    """Codes int64 (N,G,G), labels int64 (N,) -> the codes and labels that the network must run on.

    With guidance these are 2N: each grid with its label and then, in the second half, each grid without a
    label.
    """
    if guidance == 0:
        return codes, labels
    return codes.repeat(2, 1, 1), torch.cat([labels, torch.full_like(labels, prior.no_label)])


def unique_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    """The M different rows of a tensor (N,...) -> rows (M,...), and each row's index in them, int64 (N,)."""
    rows, index = x.cpu().unique(dim=0, return_inverse=True)  # Apple's GPU cannot
    return rows.to(x.device), index.to(x.device)


def add_linear(to: Tensor, layer: nn.Linear, x: Tensor) -> Tensor:
    """to + x @ layer.weight.T, without the layer's bias: to (...,C'), x (...,C) -> (...,C').

    Overwrites `to`. It is one operation, where `to + layer(x)` would be three.
    """
    flat = to.reshape(-1, to.shape[-1])
    return flat.addmm_(x.reshape(-1, x.shape[-1]), layer.weight.T).view_as(to)


@torch.inference_mode()
def fill_reference(
    prior: PixelCNN, codes: Tensor, labels: Tensor, params: SamplingParams, uniform: Tensor
) -> Tensor:
    """Samples the cells that are -1, with one pass of the whole network for each. It tests `fill_cached`.

    codes: int64 (N,G,G). labels: int64 (N,) in 0..num_labels. uniform: float (N,G,G) in [0,1), on the CPU.
    Returns int64 (N,G,G) in 0..K-1, the known cells unchanged. Arguments are not checked.
    """
    known = codes >= 0
    codes = codes.clone()
    for cell in prior.generation_order((~known).any(0)).tolist():
        row, column = divmod(cell, codes.shape[2])
        batch, batch_labels = guidance_batch(prior, codes, labels, params.guidance)
        logits = prior(batch, known.repeat(len(batch) // len(codes), 1, 1), batch_labels)[:, row, column]
        sampled = sample_codes(logits, params, uniform[:, row, column])
        codes[:, row, column] = torch.where(known[:, row, column], codes[:, row, column], sampled)
    return codes


@torch.inference_mode()
def fill_cached(
    prior: PixelCNN, codes: Tensor, labels: Tensor, params: SamplingParams, uniform: Tensor
) -> Tensor:
    """`fill_reference` with each number computed once. Arguments and result are the same."""
    known = codes >= 0
    if bool(known.all()):
        return codes.clone()
    codes, known, uniform = (prior.in_order(x) for x in (codes, known, uniform))
    batch, batch_labels = guidance_batch(prior, codes, labels, params.guidance)
    copies = len(batch) // len(codes)
    # Until the first code is sampled, equal grids with equal labels are computed once: completions of one
    # grid share it.
    pairs, index = unique_rows(torch.cat([batch.flatten(1), batch_labels[:, None]], 1))
    grids, grid_labels = pairs[:, :-1].view(-1, *codes.shape[1:]), pairs[:, -1]
    cache = Cache(prior, grid_labels, prior.context_after(grids, grids >= 0, grid_labels))
    codes = codes.clone()
    open_cells = (~known).any(0)
    for row in range(int(open_cells.any(1).nonzero().max()) + 1):
        cache.start_row(row, grids[:, row])
        for column in open_cells[row].nonzero().flatten().tolist():
            logits = cache.logits(column)
            if grids is not batch:
                logits, grids = logits[index], batch
                cache.select(index)
            sampled = sample_codes(logits, params, uniform[:, row, column])
            codes[:, row, column] = torch.where(known[:, row, column], codes[:, row, column], sampled)
            cache.write(column, codes[:, row, column].repeat(copies))
    return prior.in_order(codes)


class Cache:
    """What the prior has computed so far for N grids, which are filled in raster order (`PixelCNN.in_order`).

    For each row, call `start_row` with the codes that it has. Then, from left to right, call `logits` and
    `write` for each cell without a code.
    """

    def __init__(self, prior: PixelCNN, labels: Tensor, after: list[Tensor]):
        """labels: int64 (N,). after: `PixelCNN.context_after` of the grids."""
        self.stack, self.head = prior.before, prior.head
        self.layers = cast(list[GatedLayer], list(self.stack.layers))
        self.fusion_layers = self.head.fusions
        layers, n, grid, width = self.layers, len(labels), prior.config.grid, prior.config.width
        # Of each fusion layer, the context of known cells after each cell, and a bias: (M,G,G,2W). `select`
        # leaves it as it is. after_index (N,) says which of the M each grid has.
        self.after = [x + layer.from_before.bias for x, layer in zip(after, self.fusion_layers, strict=True)]
        self.after_index = torch.arange(n, device=labels.device)
        # Of each layer, what label, position and biases add to its gates: (M,G,G,2C), for M different labels.
        different_labels, self.label_index = labels.unique(return_inverse=True)
        conditions = [layer.conditions(different_labels) for layer in layers]
        self.v_conditions = [
            v + layer.vertical.bias for layer, (v, _) in zip(layers, conditions, strict=True)
        ]
        self.h_conditions = [
            h + layer.horizontal.bias + layer.down.bias
            for layer, (_, h) in zip(layers, conditions, strict=True)
        ]
        zeros, empty = self.v_conditions[0].new_zeros, self.v_conditions[0].new_empty
        self.columns = slice(0, grid)
        self.row, self.computed = 0, 0  # the current row, and how many of its cells have their features
        # Of each layer, the padded input of its vertical convolution: the current row and as many above as it
        # sees.
        self.vertical = [layer.vertical.pad(zeros(n, 1, grid, width)) for layer in layers]
        # The same of its horizontal convolution. It never reads to the right of what is written, so one row's
        # space serves all rows.
        self.horizontal = [layer.horizontal.pad(zeros(n, 1, grid, width)) for layer in layers]
        self.features = empty(n, 1, grid, width)  # of the current row
        # Row mixing of each layer and of each fusion layer, and its values of the rows above.
        self.mixings = [layer.row_mixing for layer in layers]
        self.mixings += [layer.mixing_before for layer in self.fusion_layers]
        groups = prior.config.groups
        self.mixing_values = empty(len(self.mixings), groups, grid * grid, n, width // groups)
        # All that is added to the gates of the current row before its own cells are read: of each layer
        # (N,1,G,2C), and of each fusion layer (N,1,G,2W).
        self.gates: list[Tensor] = []
        self.fusion_gates: list[Tensor] = []

    def start_row(self, row: int, codes: Tensor) -> None:
        """Begins a row with its codes, int64 (N,G), -1 for MASK. The rows above must be complete."""
        if row > 0:
            self._finish_row()
        self.row, self.computed, self.gates = row, 0, []
        self._cells(0, self.columns).copy_(self.stack.embed(codes)[:, None])
        layers = self.layers
        for index, layer in enumerate(layers):
            neighbours = layer.vertical.gather(self.vertical[index], slice(0, 1), self.columns)
            gates = self._of_row(self.v_conditions[index], self.label_index)
            v = gate(add_linear(gates, layer.vertical, neighbours))
            if layer.residual:
                v = self._vertical_row(index) + v
            if index + 1 < len(layers):
                self._vertical_row(index + 1).copy_(v)
            gates = add_linear(self._of_row(self.h_conditions[index], self.label_index), layer.down, v)
            mixed = layer.row_mixing.mix_row(row, self.mixing_values[index])
            self.gates.append(add_linear(gates, layer.row_mixing.out, mixed))
        self.fusion_gates = []
        fusion_values = self.mixing_values[len(layers) :]
        for fusion, values, after in zip(self.fusion_layers, fusion_values, self.after, strict=True):
            gates, mixed = self._of_row(after, self.after_index), fusion.mixing_before.mix_row(row, values)
            self.fusion_gates.append(add_linear(gates, fusion.mixing_before.out, mixed))

    def logits(self, column: int) -> Tensor:
        """Logits (N,K) of a cell of the row. All cells to its left must have their codes."""
        self._compute_until(column + 1)
        features = self.features[:, 0, column]
        layers_and_gates = zip(self.fusion_layers, self.fusion_gates, strict=True)
        contexts = [
            torch.addmm(gates[:, 0, column], features, layer.from_before.weight.T)
            for layer, gates in layers_and_gates
        ]
        return self.head.fuse(contexts)

    def write(self, column: int, codes: Tensor) -> None:
        """Sets the codes int64 (N,) of a cell of the row."""
        self._cells(0, slice(column, column + 1)).copy_(self.stack.embed(codes)[:, None, None])

    def select(self, grids: Tensor) -> None:
        """Replaces the N grids by those at these indices, int64 (M,), which may repeat or leave out grids."""
        self.label_index, self.after_index = self.label_index[grids], self.after_index[grids]
        self.features = self.features[grids]
        per_grid = (self.vertical, self.horizontal, self.gates, self.fusion_gates)
        self.vertical, self.horizontal, self.gates, self.fusion_gates = (
            [x.index_select(0, grids) for x in tensors] for tensors in per_grid
        )
        values, above = self.mixing_values, slice(0, self.row * self.columns.stop)  # later rows are unwritten
        self.mixing_values = values.new_empty(*values.shape[:3], len(grids), values.shape[4])
        self.mixing_values[:, :, above] = values[:, :, above].index_select(3, grids)

    def _finish_row(self) -> None:
        """Stores what the rows below read of the current row."""
        self._compute_until(self.columns.stop)
        self._vertical_row(0).copy_(self._cells(0, self.columns))
        # The rows move up by one. What lands in the bottom row is overwritten next.
        self.vertical = [x.roll(-1, 1) if x.shape[1] > 1 else x for x in self.vertical]
        inputs = [self._cells(index, self.columns) for index in range(len(self.layers))]
        inputs += [self.features] * len(self.fusion_layers)
        cells = slice(self.row * self.columns.stop, (self.row + 1) * self.columns.stop)
        for mixing, x, values in zip(self.mixings, inputs, self.mixing_values, strict=True):
            values[:, cells] = mixing.values(x)

    def _compute_until(self, end: int) -> None:
        """Computes the features of the row's cells before column `end` that do not have them yet."""
        cells, self.computed = slice(self.computed, end), end
        if cells.start >= end:
            return
        skips: Tensor | int = 0
        h: Tensor | None = None
        for index, layer in enumerate(self.layers):
            if h is not None:
                self._cells(index, cells).copy_(h)
            neighbours = layer.horizontal.gather(self.horizontal[index], slice(0, 1), cells)
            gated = gate(add_linear(self.gates[index][:, :, cells], layer.horizontal, neighbours))
            h_new, skip = layer.out(gated).chunk(2, dim=-1)
            h, skips = (h_new if h is None else h + h_new), skips + skip
        self.features[:, :, cells] = F.relu(cast(Tensor, skips))

    def _of_row(self, conditions: Tensor, index: Tensor) -> Tensor:
        """The current row of conditions (M,G,G,C), for each grid the one at its index (N,) -> (N,1,G,C)."""
        # In a third of the time of conditions[index, row].
        return conditions[:, self.row].index_select(0, index)[:, None]

    def _cells(self, index: int, columns: slice) -> Tensor:
        """The current row of the horizontal input of a layer, without padding: a view (N,1,columns,C)."""
        padding = self.layers[index].horizontal.pad_columns
        return self.horizontal[index][:, :, padding + columns.start : padding + columns.stop]

    def _vertical_row(self, index: int) -> Tensor:
        """The current row of the vertical input of a layer, without padding: a view (N,1,G,C)."""
        padding = self.layers[index].vertical.pad_columns
        return self.vertical[index][:, -1:, padding : padding + self.columns.stop]
