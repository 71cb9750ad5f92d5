"""Untrained weights (small_model.py) with a film of a training that never was: the network that is stored is
the last snapshot's, and the ones before are ever noisier. For tests of the film that need no training.
"""

from pathlib import Path

import small_model
import torch
from safetensors.torch import load_file

from train.report import film
from train.runtime import snapshots
from train.runtime.log import log_row
from train.runtime.weights_folder import config_so_far
from vqdemo.vqvae import BLANK, VQVAE, VQVAEConfig

EPOCHS, WARMUP_STEPS = 20, 150
MSE = [round(0.05 / (1 + epoch), 6) for epoch in range(EPOCHS)]
COMMITMENT = [round(0.2 - 0.005 * epoch, 6) for epoch in range(EPOCHS)]


def write_runs(weights: Path, runs: Path, epochs: int = EPOCHS) -> torch.Tensor:
    """Snapshots and log of so many epochs, as if they had led to the weights, int64 (K,): which code of the
    snapshots each stored one was.
    """
    small_model.change(
        weights, training={"vqvae": {"epochs": epochs, "warmup_steps": WARMUP_STEPS}, "prior": {}}
    )
    model = VQVAE(VQVAEConfig(**config_so_far(weights)["vqvae"]))
    final = load_file(weights / "vqvae.safetensors")
    model.load_state_dict(final)
    generator = torch.Generator().manual_seed(1)
    inked = torch.randperm(len(model.quantizer.codebook) - 1, generator=generator) + 1
    order = torch.cat([torch.tensor([BLANK]), inked])
    model.quantizer.codebook[order] = model.quantizer.codebook.clone()
    clean = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for number in snapshots.numbers_kept(epochs):
        for name, tensor in clean.items():
            noise = torch.randn(tensor.shape, generator=generator) * tensor.std() * 0.1 * (6 - number)
            model.state_dict()[name].copy_(tensor + noise)
        model.quantizer.codebook[BLANK] = 0
        snapshots.save(runs, number, model)
    for epoch in range(epochs):
        log_row(runs / "vqvae.csv", {"epoch": epoch + 1, "mse": MSE[epoch], "commitment": COMMITMENT[epoch]})
    return order


def write(folder: Path, **shape) -> Path:
    """A folder of weights, of a shape as for `small_model.write`, with its film."""
    weights = small_model.write(folder / "weights", **shape)
    write_runs(weights, folder / "runs")
    film.run(weights, folder / "runs")
    return weights


def networks(weights: Path) -> list[VQVAE]:
    """The VQ-VAE at each moment of a film, dequantized."""
    tensors = load_file(weights / film.FILM)
    config = VQVAEConfig(**config_so_far(weights)["vqvae"])
    found: list[VQVAE] = []
    while f"{len(found)}.{film.CODEBOOK}" in tensors:
        model, prefix = VQVAE(config).eval().requires_grad_(False), f"{len(found)}."
        own = model.state_dict()
        for name in [name for name in own if prefix + name in tensors]:
            own[name].copy_(tensors[prefix + name] * tensors[f"{prefix}{name}.scale"])
        found.append(model)
    return found
