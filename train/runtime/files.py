"""Files that are written whole or not at all, and how a file is told from another."""

import hashlib
import json
import os
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn


def read_json(path: Path) -> dict:
    """What a JSON file holds, {} if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write_json(path: Path, content: dict) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)


def write_tensors(
    path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str] | None = None
) -> None:
    """Write a safetensors file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, partial, metadata)
    partial.chmod(0o644)  # safetensors writes for the owner alone
    os.replace(partial, path)


def metadata_of(**entries) -> dict[str, str]:
    """Whatever a file was made with, as the metadata of a safetensors file: each entry as JSON."""
    return {name: json.dumps(value, sort_keys=True) for name, value in entries.items()}


def load_if_made_with(path: Path, model: nn.Module, metadata: dict[str, str]) -> dict[str, str]:
    """Load a network from a file that `write_tensors` wrote with this metadata, and perhaps more.

    Returns all of the file's metadata; {} if there is no such file, and the network is then as it was.
    """
    if not path.exists():
        return {}
    with safe_open(path, framework="pt") as file:
        found = file.metadata() or {}
    if not metadata.items() <= found.items():
        return {}
    model.load_state_dict(load_file(path))
    return found


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
