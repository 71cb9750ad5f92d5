"""Interrupted training goes on where its last epoch ended.

A checkpoint is one safetensors file: the model's tensors, the optimizer's, and the epoch and settings as
text. No random state is stored, since each epoch seeds its own generator from (seed, epoch); so a resumed run
repeats an undisturbed one.
"""

import json
from pathlib import Path

import torch
from safetensors import safe_open
from torch import nn

from train.runtime.files import write_tensors


def epoch_generator(seed: int, epoch: int) -> torch.Generator:
    """The generator of an epoch. Torch's own generator, of which dropout draws, is seeded from it."""
    return torch.Generator().manual_seed(seed * 100_003 + epoch)


def save(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int, settings: dict) -> None:
    """Write the state after `epoch` whole epochs."""
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": torch.as_tensor(value) for name, value in state.items()}
    write_tensors(path, tensors, {"epoch": str(epoch), "settings": json.dumps(settings, sort_keys=True)})


def resume(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, settings: dict) -> int:
    """Load a checkpoint of these very settings into model and optimizer.

    Returns the number of epochs done; 0 if there is no checkpoint, or one of other settings.
    """
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
