"""The baseline of the prior: a plain Gated PixelCNN in raster order, of about equal size and training.

raster_network.py is the network, raster_evidence.py what it is compared by.

`python -m train.baselines.raster_prior` trains it, which takes three quarters of an hour, and corrects it,
which takes half of one. Its weights go into runs/raster_prior.safetensors, its figures into metrics.json as
"raster_prior" and "raster_prior_corrected".
"""

import json
import time
from dataclasses import asdict

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from train import prior
from train.baselines.raster_evidence import blind_nats, corrected_nats, nats_of_cells
from train.baselines.raster_network import RasterPrior, RasterPriorSettings
from train.data import datasets
from train.data.codes import encode, with_warped
from train.measure import records
from train.measure.subject import PICTURES, PRIOR_FILE, VQVAE_FILE, Subject
from train.prior import PriorSettings
from train.runtime import checkpoint
from train.runtime.device import autocast, best_device
from train.runtime.files import load_if_made_with, metadata_of, write_tensors
from train.runtime.folders import run_stage
from train.runtime.log import log_row, totals
from train.runtime.muon import Muon
from train.runtime.schedule import learning_rate
from train.runtime.settings import show
from train.runtime.weights_folder import config_so_far
from vqdemo.model import VQModel


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
