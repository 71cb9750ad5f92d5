"""What the raster-order baseline would be worth if it were not blind to known cells that come after.

Method
    [1] Gordon, Salmond, Smith (1993), "Novel approach to nonlinear/non-Gaussian Bayesian state estimation":
        particles that are weighted by what is observed and resampled.

The baseline is blind to known cells that come after the one it fills. Its likelihood of the unknown cells
given all known ones takes p(known cells), a sum over all that the unknown cells before them may hold.
Sequential Monte Carlo [1] estimates it twice, with equally many particles:

    * the baseline fills them in raster order, each is weighted by the probability that it gave to the known
      cells it passed, and they are resampled when few of them carry most of the weight;
    * the prior, which knows what is to come, fills them, and each is weighted by the baseline's probability
      over the prior's.

Either mean weight is an unbiased estimate of p(known cells). Its logarithm is too low on average, and so are
the nats of the unknown cells, the more the worse the particles are. So the higher of the two estimates is
nearer the truth: the second where much is unknown before the first known cell, of which particles filled
blindly know nothing.
"""

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from train.baselines.raster_network import Particles, RasterPrior
from train.data.masks import evaluation_masks
from train.measure.likelihood import log_probs
from vqdemo.model import VQModel


@torch.no_grad()
def nats_of_cells(network: RasterPrior, codes: Tensor, labels: Tensor) -> Tensor:
    """-log p of every cell given those before it: int64 (N,G,G), (N,) -> (N,G,G)."""
    result = []
    for grids, their_labels in zip(codes.split(500), labels.split(500), strict=True):
        logits = network(grids, their_labels).movedim(-1, 1)
        result.append(F.cross_entropy(logits, grids, reduction="none"))
    return torch.cat(result)


@torch.no_grad()
def evidence_filled_blindly(
    network: RasterPrior, codes: Tensor, label: int, known: Tensor, particles: int, generator: torch.Generator
) -> float:
    """Estimate of log p(known cells | label) of one grid, from particles that the network itself fills.

    codes: int64 (G,G); known: bool (G,G).
    """
    grid = len(codes)
    filled = Particles(network, label)  # one particle, as long as nothing has been drawn
    log_weights, log_evidence = torch.zeros(1), 0.0
    last = int(known.flatten().nonzero().max()) if known.any() else -1
    for row in range(last // grid + 1):
        filled.start_row(row)
        for column in range(grid):
            log_p = filled.logits(column).log_softmax(-1)
            if known[row, column]:
                code = codes[row, column]
                log_weights = log_weights + log_p[:, code]
                weights = log_weights.softmax(0)
                # Weights that are worth less than half as many particles.
                if len(weights) > 1 and weights.square().sum() > 2 / particles:
                    log_evidence += float(log_weights.logsumexp(0)) - math.log(particles)
                    evenly = (torch.arange(particles) + torch.rand(1, generator=generator)) / particles
                    filled.select(torch.searchsorted(weights.cumsum(0), evenly).clamp(max=particles - 1))
                    log_weights = torch.zeros(particles)
                filled.write(column, code.expand(len(log_weights)))
            else:
                if len(log_weights) == 1:
                    copies = torch.zeros(particles, dtype=torch.long)
                    filled.select(copies)
                    log_weights, log_p = log_weights[copies], log_p[copies]
                filled.write(column, torch.multinomial(log_p.exp(), 1, generator=generator)[:, 0])
    return log_evidence + float(log_weights.logsumexp(0)) - math.log(len(log_weights))


def evidence_filled_by_prior(
    network: RasterPrior,
    model: VQModel,
    codes: Tensor,
    label: int,
    known: Tensor,
    particles: int,
    generator: torch.Generator,
) -> float:
    """The same estimate from completions that the prior draws of the known cells."""
    seed = int(torch.randint(2**31, (), generator=generator))
    filled = torch.from_numpy(
        model.complete(torch.where(known, codes, -1), particles, label=label, seed=seed)
    )
    log_p = -nats_of_cells(network, filled, torch.full((particles,), label)).sum((1, 2))
    log_weights = log_p - torch.from_numpy(model.log_prob(filled, known, label))
    return float(log_weights.logsumexp(0)) - math.log(particles)


def evidence(
    name: str,
    model: VQModel,
    network: RasterPrior,
    codes: Tensor,
    labels: Tensor,
    known: Tensor,
    particles: int,
) -> dict[str, Tensor]:
    """Estimates of log p(known cells | label) of grids, (N,), by either way of filling particles."""
    result = {}
    ways = {
        "filled_blindly": evidence_filled_blindly,
        "filled_by_prior": partial(evidence_filled_by_prior, model=model),
    }
    for way, estimate in ways.items():
        given = {"known": known, "particles": particles, "generator": torch.Generator().manual_seed(0)}
        digits = tqdm(zip(codes, labels.tolist(), strict=True), f"{name}, {way}", len(codes), mininterval=2)
        result[way] = torch.tensor(
            [estimate(network, codes=grid, label=label, **given) for grid, label in digits]
        )
    return result


def blind_nats(cells: Tensor, number: int) -> dict:
    """Mean nats of the unknown cells, by mask, from those of all cells (N,G,G).

    Also of the first `number` grids alone, those that are corrected.
    """
    table = {}
    for name, known in evaluation_masks(cells.shape[1]).items():
        unknown = (cells * ~known).sum((1, 2))
        table[name] = {
            "mean": float(unknown.mean()),
            "mean_of_corrected_grids": float(unknown[:number].mean()),
        }
    return table


def corrected_nats(
    model: VQModel, network: RasterPrior, codes: Tensor, labels: Tensor, cells: Tensor, particles: int
) -> dict:
    """The corrected baseline on grids (N,G,G), by mask and by the way to the evidence.

    "baseline": its mean nats; "prior_above": how many more the prior's are; and the standard error of that
    difference.
    """
    table = {}
    for name, known in evaluation_masks(codes.shape[1]).items():
        of_prior = torch.from_numpy(-log_probs(model, codes, labels, known))
        first_unknown = int((~known).flatten().int().argmax())
        if known.flatten()[first_unknown:].any():  # some known cells come after an unknown one
            ways = evidence(name, model, network, codes, labels, known, particles)
        else:
            ways = {"exact": -(cells * known).sum((1, 2))}
        table[name] = {}
        for way, log_evidence in ways.items():
            of_baseline = cells.sum((1, 2)) + log_evidence  # -log p(all) + log p(known)
            table[name][way] = {
                "baseline": float(of_baseline.mean()),
                "prior_above": float((of_prior - of_baseline).mean()),
                "standard_error": float((of_prior - of_baseline).std() / len(codes) ** 0.5),
            }
    return table
