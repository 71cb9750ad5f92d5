"""The baseline of the prior: a plain Gated PixelCNN in raster order, of about equal size and training.

Method
    [1] van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu (2016), "Conditional Image
        Generation with PixelCNN Decoders", arXiv:1606.05328: vertical and horizontal stacks of masked
        convolutions, gated activations, labels in every gate.
    [2] Gordon, Salmond, Smith (1993), "Novel approach to nonlinear/non-Gaussian Bayesian state estimation":
        particles that are weighted by what is observed and resampled.

Where it differs from [1]
    * The vertical stack has residual connections, too.
    * Each gate adds a learned vector for its cell's position to the label's.
    * A masked convolution is written as a linear map of the cells that it may see, not as a kernel multiplied
      by zeros.

What it is compared by
    It is blind to known cells that come after the one it fills. What it would be worth if it were not takes
    p(known cells), a sum over all that the unknown cells before them may hold. Sequential Monte Carlo [2]
    estimates it twice, with equally many particles:
        * the baseline fills them in raster order, each is weighted by the probability that it gave to the
          known cells it passed, and they are resampled when few of them carry most of the weight;
        * the prior, which knows what is to come, fills them, and each is weighted by the baseline's
          probability over the prior's.
    Either mean weight is an unbiased estimate of p(known cells). Its logarithm is too low on average, and so
    are the nats of the unknown cells, the more the worse the particles are. So the higher of the two
    estimates is nearer the truth: the second where much is unknown before the first known cell, of which
    particles filled blindly know nothing.

`python -m train.baselines.raster_prior` trains it, which takes three quarters of an hour, and corrects it,
which takes half of one. Its weights go into runs/raster_prior.safetensors, its figures into metrics.json as
"raster_prior" and "raster_prior_corrected".
"""

import json
import math
import time
from dataclasses import asdict, dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from train import prior
from train.data import datasets
from train.data.codes import encode, with_warped
from train.data.masks import evaluation_masks
from train.measure import records
from train.measure.likelihood import log_probs
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Subject
from train.prior import PriorSettings
from train.runtime import checkpoint
from train.runtime.device import autocast, best_device
from train.runtime.files import load_if_made_with, metadata_of, write_tensors
from train.runtime.folders import run_stage
from train.runtime.log import log_row, totals
from train.runtime.muon import Muon
from train.runtime.schedule import learning_rate
from train.runtime.settings import setting, show
from train.runtime.weights_folder import config_so_far
from vqdemo.model import VQModel
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


# ---- the network

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


# ---- training


def optimizer_of(network: RasterPrior, settings: RasterPriorSettings, device: str) -> Muon:
    """As the prior's: Muon for the matrices inside, AdamW for biases, embeddings and logits."""
    parts = (network.layers, network.head.gates, network.head.out, network.head.mix)
    return Muon.inside(network, parts, settings, device)


def loss_of(network: RasterPrior, codes: Tensor, labels: Tensor) -> Tensor:
    """Mean nats of a cell of codes int64 (N,G,G)."""
    return F.cross_entropy(network(codes, labels).float().movedim(-1, 1), codes)


def new_network(s: RasterPriorSettings, model: VQModel) -> RasterPrior:
    """A baseline for the codes and labels of a model, untrained."""
    return RasterPrior(s, model.grid_shape[0], model.num_codes, model.num_labels)


def train(s: RasterPriorSettings, subject: Subject, made_with: dict, device: str) -> RasterPrior:
    """Train on the codes of the training pictures; returns the network on the CPU.

    Resumes where a run was cut off whose checkpoint was `made_with` the same settings and VQ-VAE.
    """
    show("raster-order prior", s)
    folders, vqvae = subject.folders, subject.model.vqvae
    digits = datasets.load(subject.dataset, folders.data, "train", s.images)
    codes = encode(vqvae, digits.images)
    torch.manual_seed(s.seed)
    network = new_network(s, subject.model).to(device)
    optimizer = optimizer_of(network, s, device)
    path = folders.runs / "raster_prior.checkpoint.safetensors"
    first = checkpoint.resume(path, network, optimizer, made_with)
    steps = len(codes) // s.batch
    for epoch in range(first, s.epochs):
        network.train()
        started, cpu = time.time(), time.process_time()
        generator = checkpoint.epoch_generator(s.seed, epoch)
        torch.manual_seed(generator.initial_seed())  # of dropout
        order = torch.randperm(len(codes), generator=generator)
        warp_share = s.warp_share if epoch < s.epochs - s.plain_epochs else 0.0
        total = 0.0
        for step in tqdm(range(steps), desc=f"raster-order prior {epoch + 1}/{s.epochs}", mininterval=2):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(epoch * steps + step, s.epochs * steps, group["peak"])
            rows = order[step * s.batch : (step + 1) * s.batch]
            batch = with_warped(vqvae, codes[rows], digits.images[rows], warp_share, generator)
            dropped = torch.rand(s.batch, generator=generator) < s.no_label_share
            labels = torch.where(dropped, network.no_label, digits.labels[rows])
            with autocast(device, bool(s.bf16)):
                loss = loss_of(network, batch.to(device), labels.to(device))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            total += float(loss.detach())
        row = {
            "epoch": epoch + 1,
            "seconds": round(time.time() - started, 1),
            "cpu_seconds": round(time.process_time() - cpu, 1),
            "nats_per_grid": round(total / steps * vqvae.config.grid**2, 3),
        }
        log_row(folders.runs / "raster_prior.csv", row)
        checkpoint.save(path, network, optimizer, epoch + 1, made_with)
    return network.cpu().eval().requires_grad_(False)


def trained(s: RasterPriorSettings, subject: Subject) -> tuple[RasterPrior, float]:
    """The baseline and the CPU seconds of its training; trained only where runs/ does not have it."""
    made_with = {
        name: value for name, value in asdict(s).items() if name not in ("corrected_grids", "particles")
    }
    made_with["vqvae"] = subject.identity()[VQVAE_FILE]
    runs, metadata = subject.folders.runs, metadata_of(made_with=made_with)
    network = new_network(s, subject.model)
    if found := load_if_made_with(runs / "raster_prior.safetensors", network, metadata):
        return network.eval().requires_grad_(False), json.loads(found["cpu_seconds"])
    network = train(s, subject, made_with, best_device())
    seconds = totals(runs / "raster_prior.csv")["cpu_seconds"]
    write_tensors(
        runs / "raster_prior.safetensors", network.state_dict(), metadata | metadata_of(cpu_seconds=seconds)
    )
    return network, seconds


# ---- how much arithmetic the trainings take


def petaflop(optimizer: Muon, loss, steps: int) -> float:
    """PFLOP of so many steps: loss(), its gradients and the step; a multiply-add counts two."""
    with FlopCounterMode(display=False) as counter:
        loss().backward()
        optimizer.step()
    return counter.get_total_flops() * steps / 1e15


def petaflop_of_baseline(s: RasterPriorSettings, subject: Subject) -> float:
    """Of the training of the baseline."""
    network = new_network(s, subject.model)
    images = len(datasets.load(subject.dataset, subject.folders.data, "train", s.images).labels)
    codes = torch.zeros(s.batch, *subject.model.grid_shape, dtype=torch.long)
    optimizer = optimizer_of(network, s, "cpu")
    return petaflop(optimizer, lambda: loss_of(network, codes, codes[:, 0, 0]), images // s.batch * s.epochs)


def petaflop_of_prior(subject: Subject) -> float:
    """Of the training of the prior, by the settings that config.json records."""
    settings = PriorSettings(**config_so_far(subject.folders.out)["training"]["prior"])
    network = type(subject.model.prior)(subject.model.prior.config)
    images = len(datasets.load(subject.dataset, subject.folders.data, settings.split, settings.images).labels)
    codes = torch.zeros(settings.batch, *subject.model.grid_shape, dtype=torch.long)
    loss = prior.PriorLoss(network, compiled=False)

    def one_step() -> Tensor:
        return sum(part.mean() for part in loss(codes, codes, codes > 0, codes[:, 0, 0]))

    return petaflop(
        prior.optimizer_of(network, settings, "cpu"), one_step, images // settings.batch * settings.epochs
    )


# ---- the likelihood of unknown cells, blind and corrected


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


def run(subject: Subject, s: RasterPriorSettings) -> None:
    """Train the baseline, measure it on the subject's pictures, and put its figures into metrics.json."""
    network, seconds = trained(s, subject)
    cells, few = nats_of_cells(network, subject.codes, subject.pictures.labels), slice(0, s.corrected_grids)
    blind = {
        "parameters": sum(weights.numel() for weights in network.parameters()),
        "cpu_seconds": seconds,
        "petaflop": petaflop_of_baseline(s, subject),
        "nats": blind_nats(cells, s.corrected_grids),
    }
    records.publish(subject.folders, "raster_prior", subject.of(*PICTURES, VQVAE_FILE), blind)
    codes, labels = subject.codes[few], subject.pictures.labels[few]
    corrected = {
        "grids": s.corrected_grids,
        "particles": s.particles,
        "petaflop_of_the_prior": petaflop_of_prior(subject),
        "nats": corrected_nats(subject.model, network, codes, labels, cells[few], s.particles),
    }
    records.publish(
        subject.folders, "raster_prior_corrected", subject.of(*PICTURES, VQVAE_FILE, PRIOR_FILE), corrected
    )


def main() -> None:
    run_stage(
        "python -m train.baselines.raster_prior",
        __doc__,
        RasterPriorSettings,
        lambda s, folders: run(Subject(folders), s),
        out="--weights",
    )


if __name__ == "__main__":
    main()
