"""Interrupted training goes on where its last epoch ended.

A checkpoint is one safetensors file: the model's tensors, the optimizer's, and the epoch and settings as text. No random state
is stored, since each epoch seeds its own generator from (seed, epoch); so a resumed run repeats an undisturbed one.
"""

import json
import os
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn


def epoch_generator(seed: int, epoch: int) -> torch.Generator:
    """The only source of randomness within an epoch."""
    return torch.Generator().manual_seed(seed * 100_003 + epoch)


def write_atomically(path: Path, tensors: dict, metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, partial, metadata)
    partial.chmod(0o644)  # safetensors writes for the owner alone
    os.replace(partial, path)


def note_of(**what) -> dict[str, str]:
    """What a file was made with, as a safetensors file notes it."""
    return {name: json.dumps(value, sort_keys=True) for name, value in what.items()}


def load_kept(path: Path, model: nn.Module, note: dict[str, str]) -> dict[str, str]:
    """Load the weights of a file that `write_atomically` wrote with this note, or more; all that it notes, {} if there is no such file."""
    if not path.exists():
        return {}
    with safe_open(path, framework="pt") as file:
        noted = file.metadata() or {}
    if not note.items() <= noted.items():
        return {}
    model.load_state_dict(load_file(path))
    return noted


def save(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int, settings: dict) -> None:
    """Write the state after `epoch` whole epochs."""
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": torch.as_tensor(value) for name, value in state.items()}
    write_atomically(path, tensors, {"epoch": str(epoch), "settings": json.dumps(settings, sort_keys=True)})


def resume(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, settings: dict) -> int:
    """Load a checkpoint of these very settings, or whatever else it was saved with, into model and optimizer; the epochs done, or 0 when there is none to use."""
    if not path.exists():
        return 0
    with safe_open(path, framework="pt") as file:
        if file.metadata()["settings"] != json.dumps(settings, sort_keys=True):
            print(f"{path} was made with other settings, or for another VQ-VAE: starting anew")
            return 0
        weights, state = {}, {}
        for key in file.keys():  # noqa: SIM118, a file is no mapping
            kind, name = key.split(".", 1)
            if kind == "model":
                weights[name] = file.get_tensor(key)
            else:
                index, name = name.split(".", 1)
                state.setdefault(int(index), {})[name] = file.get_tensor(key)
        model.load_state_dict(weights)
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        epoch = int(file.metadata()["epoch"])
    print(f"{path}: going on after epoch {epoch}")
    return epoch
