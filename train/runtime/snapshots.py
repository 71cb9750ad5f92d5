"""Snapshots of the VQ-VAE's training, kept for the page's training film (train/report/film.py).

There are seven at most: before the codebook is placed, just after, and after five of the epochs, some of
which are the same where there are few. Each is the whole network as a safetensors file in the folder of
runs, with the codes numbered as training has them.
"""

from pathlib import Path

from torch import nn

from train.runtime.files import write_tensors

SHARES = (0.05, 0.15, 0.35, 0.6, 1.0)  # of all epochs, after which a snapshot is kept


def epochs_kept(epochs: int) -> list[int]:
    """The five epochs, counted from 1, after which a snapshot is kept; of few epochs, some come twice."""
    return [max(1, round(share * epochs)) for share in SHARES]


def numbers_kept(epochs: int) -> list[int]:
    """The numbers of a training's snapshots: 0 and 1, and 2 to 6 for the epochs kept, each epoch once."""
    kept = epochs_kept(epochs)
    return sorted({0, 1} | {2 + kept.index(epoch) for epoch in kept})


def save(runs: Path, number: int, model: nn.Module) -> None:
    """Keep the network as snapshot `number`, 0 to 6."""
    write_tensors(runs / "snapshots" / f"{number}.safetensors", model.state_dict())
