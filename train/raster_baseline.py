"""The yardstick of the prior: a plain Gated PixelCNN in raster order, of the same size and trained with as much arithmetic.

It is blind to known cells that come after the one it fills. What it would be worth if it were not takes p(known cells), a sum over all
that the unknown cells before them may hold. It is estimated by sequential Monte Carlo, twice, with equally many particles:
    * the baseline fills them in raster order (Gordon et al. 1993), each is weighed by the probability it gave to the known cells that it
      passed, and they are drawn anew by weight when few of them carry most of it;
    * the prior, which knows what is to come, fills them, and each is weighed by the baseline's probability over the prior's.
Either mean weight is an unbiased estimate of p(known cells), whatever fills the particles. Its logarithm is too low on average, and the
nats of the unknown cells come out too low with it, the more so the worse the particles are. So the higher of the two is the nearer one:
the second where much is unknown before the first known cell, of which particles filled blindly know nothing.

Its figures go into metrics.json, beside those of the prior, which train/evaluate.py has written there; its weights, whose training takes
three quarters of an hour and whose correction half of one, into raster_baseline.safetensors beside the prior's.
"""

import argparse
import json
import math
from dataclasses import asdict, replace
from functools import partial

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

import vqdemo
from train import data, prior
from train.checkpoint import load_kept, note_of, write_atomically
from train.device import best_device
from train.evaluate import read_metrics
from train.masks import judged
from train.output import Folders, add_folder_arguments, dataset_of, folders_from, read_config, totals, write_json
from train.prior import PriorSettings
from train.prior_quality import log_probs
from train.vqvae_quality import encode
from vqdemo.model import BATCH, VQModel, load_vqvae
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig
from vqdemo.sampling import Cache, Choice
from vqdemo.storage import fingerprint_of

# One stack, wider and deeper: as many weights, and as much arithmetic in all (metrics.json has both, and the CPU seconds).
SETTINGS = PriorSettings(backward=0, after=0, width=112, layers=6, joins=1, marginal_share=0.0, epochs=17)


def trained(settings: PriorSettings, folders: Folders) -> tuple[PixelCNN, float]:
    """The baseline and the CPU seconds of its training: read from the folder of weights, or trained, or trained further."""
    vqvae = load_vqvae(folders.out)
    path, note = folders.out / "raster_baseline.safetensors", note_of(settings=asdict(settings), vqvae=fingerprint_of(vqvae))
    network = PixelCNN(prior.config_of(settings, vqvae, len(data.class_names(dataset_of(folders.out)))))
    if noted := load_kept(path, network, note):
        return network.eval().requires_grad_(False), json.loads(noted["cpu_seconds"])
    own = replace(folders, runs=folders.runs / "raster_baseline")
    own.runs.mkdir(exist_ok=True)
    network = prior.train(settings, vqvae, own, best_device())
    seconds = totals(own.runs / "prior.csv")["cpu_seconds"]
    write_atomically(path, network.state_dict(), note | note_of(cpu_seconds=seconds))
    return network, seconds


def arithmetic(config: PixelCNNConfig, settings: PriorSettings, images: int) -> float:
    """PFLOP of a training on so many images: forward, backward and the optimizer's steps, a multiplication and an addition being two."""
    network = PixelCNN(config)
    optimizer = prior.optimizer_of(network, settings, "cpu")
    codes = torch.zeros(settings.batch, config.grid, config.grid, dtype=torch.long)
    labels = codes[:, 0, 0]
    with FlopCounterMode(display=False) as counter:
        whole, masked, log_p = prior.Lesson(network, compiled=False)(codes, codes, codes > 0, labels)
        (whole.mean() + masked.mean() + log_p.mean()).backward()
        optimizer.step()
    return counter.get_total_flops() * (images // settings.batch) * settings.epochs / 1e15


@torch.no_grad()
def nats_of_cells(network: PixelCNN, codes: Tensor, labels: Tensor) -> Tensor:
    """-log p of every cell given those before it: (N,G,G), (N,) -> (N,G,G)."""
    result = []
    for some, its_labels in zip(codes.split(BATCH), labels.split(BATCH), strict=True):
        logits = network(some, torch.zeros_like(some, dtype=torch.bool), its_labels).movedim(-1, 1)
        result.append(torch.nn.functional.cross_entropy(logits, some, reduction="none"))
    return torch.cat(result)


@torch.no_grad()
def evidence_filled_blindly(
    network: PixelCNN, codes: Tensor, label: int, known: Tensor, particles: int, generator: torch.Generator
) -> float:
    """Estimate of log p(known cells | label) of one grid, from particles of the network itself: codes int64 (G,G), known bool (G,G)."""
    grid = len(codes)
    cache = Cache(network, torch.tensor([label]), None)  # one particle, as long as nothing has been drawn
    filled = torch.full((1, grid, grid), -1)
    log_weights, log_evidence = torch.zeros(1), 0.0
    last = int(known.flatten().nonzero().max()) if known.any() else -1
    for row in range(last // grid + 1):
        cache.start_row(row, filled[:, row])
        for column in range(grid):
            log_p = cache.logits(column).log_softmax(-1)
            if known[row, column]:
                filled[:, row, column] = codes[row, column]
                log_weights = log_weights + log_p[:, codes[row, column]]
                weights = log_weights.softmax(0)
                if len(filled) > 1 and weights.square().sum() > 2 / particles:  # fewer than half as many would do
                    log_evidence += float(log_weights.logsumexp(0)) - math.log(particles)
                    evenly = (torch.arange(particles) + torch.rand(1, generator=generator)) / particles
                    chosen = torch.searchsorted(weights.cumsum(0), evenly).clamp(max=particles - 1)
                    cache.select(chosen)
                    filled, log_weights = filled[chosen], torch.zeros(particles)
            else:
                if len(filled) == 1:
                    everyone = torch.zeros(particles, dtype=torch.long)
                    cache.select(everyone)
                    filled, log_weights, log_p = filled[everyone], log_weights[everyone], log_p[everyone]
                filled[:, row, column] = torch.multinomial(log_p.exp(), 1, generator=generator)[:, 0]
            cache.write(column, filled[:, row, column])
    return log_evidence + float(log_weights.logsumexp(0)) - math.log(len(filled))


def evidence_filled_by_prior(
    network: PixelCNN, model: VQModel, codes: Tensor, label: int, known: Tensor, particles: int, generator: torch.Generator
) -> float:
    """The same estimate from completions that the prior draws of the known cells."""
    seed = int(torch.randint(2**62, (1,), generator=generator))
    filled = model.complete_each(torch.where(known, codes, -1).expand(particles, -1, -1), label, Choice(), seed)
    log_p = -nats_of_cells(network, filled, torch.full((particles,), label)).sum((1, 2))
    log_weights = log_p - torch.from_numpy(model.log_prob(filled, known, label))
    return float(log_weights.logsumexp(0)) - math.log(particles)


def evidence(
    name: str, model: VQModel, network: PixelCNN, codes: Tensor, labels: Tensor, known: Tensor, particles: int
) -> dict[str, Tensor]:
    """Estimates of log p(known cells | label) of grids, (N,), by either way of filling particles."""
    result = {}
    for way, estimate in (("filled_blindly", evidence_filled_blindly), ("filled_by_prior", partial(evidence_filled_by_prior, model=model))):
        given = {"known": known, "particles": particles, "generator": torch.Generator().manual_seed(0)}
        digits = tqdm(zip(codes, labels.tolist(), strict=True), f"{name}, {way}", len(codes), mininterval=2)
        result[way] = torch.tensor([estimate(network, codes=grid, label=label, **given) for grid, label in digits])
    return result


def compare(model: VQModel, network: PixelCNN, digits: data.Pictures, few: int, particles: int) -> dict:
    """Nats of the unknown cells of the baseline, by mask, given the true labels.

    On the first `few` grids the baseline is corrected, too: "corrected" has its nats there by each way to the evidence, how many more
    the prior's are, and the standard error of that difference.
    """
    codes, labels = encode(model.vqvae, digits.images), digits.labels
    cells = nats_of_cells(network, codes, labels)
    table = {}
    for name, known in judged(codes.shape[1]).items():
        unknown = (cells * ~known).sum((1, 2))
        table[name] = {"baseline": float(unknown.mean()), "baseline_on_few": float(unknown[:few].mean()), "corrected": {}}
        prior = torch.from_numpy(-log_probs(model, codes[:few], labels[:few], known))
        if known.flatten()[int((~known).flatten().int().argmax()) :].any():  # some come after an unknown cell
            ways = evidence(name, model, network, codes[:few], labels[:few], known, particles)
        else:
            ways = {"exact": -(cells[:few] * known).sum((1, 2))}
        for way, its in ways.items():
            corrected = cells[:few].sum((1, 2)) + its  # -log p(all) + log p(known)
            table[name]["corrected"][way] = {
                "baseline": float(corrected.mean()),
                "prior_above": float((prior - corrected).mean()),
                "standard_error": float((prior - corrected).std() / few**0.5),
            }
    return table


def run(folders: Folders, settings: PriorSettings = SETTINGS, number: int = 0, few: int = 100, particles: int = 256) -> None:
    """Train the baseline, measure it on the split that metrics.json is of, and add its figures there.

    number: use only so many pictures, 0 for all. Raises ValueError if metrics.json belongs to other weights.
    """
    metrics = read_metrics(folders.out)
    network, seconds = trained(settings, folders)
    dataset, model = dataset_of(folders.out), vqdemo.load(folders.out)
    digits = data.load(dataset, folders.data, metrics["data"]["split"], number)
    priors = PriorSettings(**read_config(folders.out)["training"]["prior"])
    images, its_images = (len(data.load(dataset, folders.data, its.split, its.images).labels) for its in (settings, priors))
    metrics["prior"]["raster_baseline"] = {
        "weights": sum(p.numel() for part in (network.before, network.head) for p in part.parameters()),
        "cpu_seconds": seconds,
        "petaflop": arithmetic(network.config, settings, images),
        "petaflop_of_the_prior": arithmetic(model.prior.config, priors, its_images),
        "particles": particles,
        "corrected_grids": few,
        "nats": compare(model, network, digits, few, particles),
    }
    write_json(folders.out / "metrics.json", metrics)
    print(json.dumps(metrics["prior"]["raster_baseline"], indent=2))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.raster_baseline", description=__doc__.splitlines()[0])
    add_folder_arguments(parser)
    parser.add_argument("--few", type=int, default=100, help="grids that are corrected by sequential Monte Carlo (default: 100)")
    arguments = parser.parse_args()
    run(folders_from(arguments), few=arguments.few)


if __name__ == "__main__":
    main()
