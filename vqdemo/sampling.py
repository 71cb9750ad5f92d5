"""Filling the unknown cells of a grid, one at a time in raster order: the plain way and the fast way.

`fill_plain` runs the whole network once for each unknown cell. `fill` computes the same numbers once: in the vertical stack a row
never depends on itself or on later rows, so each row is computed once, when the row above is complete; in the horizontal stack each
cell is computed once, when the cell to its left is known (the idea of Ramachandran et al. 2017, "Fast Generation for Convolutional
Autoregressive Models", arXiv:1704.06001, for a grid with conditioning). Both draw a cell's code by inverting the cumulative
distribution at a uniform number fixed beforehand, so that with equal numbers they give equal codes.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from vqdemo.pixelcnn import PixelCNN, gate


class Choice(NamedTuple):
    """How a code is chosen from logits."""

    temperature: float = 1.0  # > 0; logits are divided by it
    top_p: float = 1.0  # in (0,1]; only the likeliest codes that together reach this probability are allowed
    guidance: float = 0.0  # >= 0; how far to go beyond the label's logits, away from those without a label


def guided(logits: Tensor, guidance: float) -> Tensor:
    """Classifier-free guidance: (2N,K), first half with label and second without, -> (N,K). With guidance 0: (N,K) as it is."""
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
    n, known = len(codes), codes >= 0
    codes = codes.clone()
    for row, column in (~known).any(0).nonzero().tolist():
        batch, both = twice_for_guidance(prior, codes, labels, choice.guidance)
        context, _ = prior.context(batch, known.repeat(len(batch) // n, 1, 1), both)
        logits = prior.causal(batch, context)[:, :, row, column]
        new = pick(logits, choice, uniform[:, row, column])
        codes[:, row, column] = torch.where(known[:, row, column], codes[:, row, column], new)
    return codes


@torch.no_grad()
def fill(prior: PixelCNN, codes: Tensor, labels: Tensor, choice: Choice, uniform: Tensor) -> Tensor:
    """The same as `fill_plain`, computing each row of the vertical and each cell of the horizontal stack once."""
    known = codes >= 0
    if bool(known.all()):
        return codes.clone()
    batch, both = twice_for_guidance(prior, codes, labels, choice.guidance)
    copies = len(batch) // len(codes)
    context, _ = prior.context(batch, batch >= 0, both)
    conditions = [layer.condition(context) for layer in prior.layers]  # constant while cells are being filled
    codes = codes.clone()
    open_cells = (~known).any(0)
    last_row = int(open_cells.any(1).nonzero().max())
    grid, width = prior.config.grid, prior.config.width

    # inputs[l] is the map that layer l's vertical convolution reads, with two rows of padding above the grid.
    inputs = [codes.new_zeros(len(batch), width, grid + 2, grid, dtype=context.dtype) for _ in prior.layers]
    for row in range(last_row + 1):
        from_above = []  # what each layer's vertical stack adds to the horizontal stack in this row, (N,2C,G)
        for index, layer in enumerate(prior.layers):
            top = row if layer.vertical.shift else row + 1
            for_v = conditions[index][:, : 2 * width, row : row + 1]
            v = gate(layer.vertical.one_row(inputs[index][:, :, top : top + 2]) + for_v)
            if layer.residual:
                v = inputs[index][:, :, row + 2 : row + 3] + v
            if index + 1 < len(prior.layers):
                inputs[index + 1][:, :, row + 2 : row + 3] = v
            from_above.append((layer.down(v) + conditions[index][:, 2 * width :, row : row + 1])[:, :, 0])
        if bool(open_cells[row].any()):
            fill_row(prior, codes, known, row, from_above, choice, uniform, copies)
        inputs[0][:, :, row + 2] = prior.embed(codes[:, row : row + 1].repeat(copies, 1, 1))[:, :, 0]
    return codes


def fill_row(
    prior: PixelCNN, codes: Tensor, known: Tensor, row: int, from_above: list[Tensor], choice: Choice, uniform: Tensor, copies: int
) -> None:
    """The horizontal stack along one row, cell by cell; writes the chosen codes into codes (N,G,G)."""
    width, last = prior.config.width, int((~known[:, row]).any(0).nonzero().max())
    zero = from_above[0].new_zeros(from_above[0].shape[0], width)
    before = [(zero, zero) for _ in prior.layers]  # the two previous inputs of each layer's horizontal convolution
    for column in range(last + 1):
        skips, h = 0, None
        for index, layer in enumerate(prior.layers):
            far, near = before[index]
            pair = (far, near) if layer.horizontal.shift else (near, h)
            gated = gate(layer.horizontal.one_cell(torch.stack(pair, -1)) + from_above[index][:, :, column])
            h_new, skip = F.linear(gated, layer.out.weight.flatten(1), layer.out.bias).chunk(2, dim=1)
            if layer.residual:
                before[index] = (near, h)
                h_new = h + h_new
            h, skips = h_new, skips + skip
        if not bool(known[:, row, column].all()):
            logits = prior.head(skips[:, :, None, None])[:, :, 0, 0]
            new = pick(logits, choice, uniform[:, row, column])
            codes[:, row, column] = torch.where(known[:, row, column], codes[:, row, column], new)
        own = prior.embed(codes[:, row : row + 1, column : column + 1].repeat(copies, 1, 1))[:, :, 0, 0]
        before[0] = (before[0][1], own)
