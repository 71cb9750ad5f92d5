"""The folder of weights: how trained networks are put into it, and what it says of itself.

A folder of weights is at any moment either whole or none: its config.json describes the networks that lie
beside it, or there is no config.json. New files are first written under names of their own (.new),
config.json last. Then they are moved into place, config.json last again; if that is cut off, `settle` does
the rest when the folder is next looked at.
"""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from torch import nn

from train.runtime import distributed
from train.runtime.files import fingerprint, read_json, write_json, write_tensors
from train.runtime.settings import same
from vqdemo.storage import NETWORKS, stored_tensors

CONFIG = "config.json"
NEW = ".new"  # ends the name of a file that is yet to be moved into place


def config_so_far(out: Path) -> dict:
    """config.json as it is so far; without one, an empty record of trainings."""
    return read_json(out / CONFIG) or {"training": {}}


def dataset_of(out: Path) -> str:
    """The data set that the stored VQ-VAE was trained on."""
    return config_so_far(out)["training"].get("vqvae", {}).get("dataset", "mnist")


def fingerprints(out: Path) -> dict[str, str]:
    """SHA-256 of each file of weights, by its name."""
    return {name: fingerprint(out / name) for name in (*NETWORKS, CONFIG)}


def metrics_of(out: Path) -> dict:
    """metrics.json, if it was measured of exactly these files; else {}."""
    metrics = read_json(out / "metrics.json")
    return metrics if metrics and metrics.get("weights") == fingerprints(out) else {}


def finished(out: Path, name: str, settings) -> bool:
    """Whether the folder holds this network, trained with these settings.

    A prior must also have been trained on the codes of the VQ-VAE beside it.
    """
    if distributed.rank() == 0:
        settle(out)
    distributed.wait()
    config, path = config_so_far(out), out / f"{name}.safetensors"
    recorded = config["training"].get(name)
    if not path.exists() or recorded is None or not same(settings, recorded):
        return False
    vqvae = config.get("sha256", {}).get("vqvae.safetensors")
    if name == "prior" and config.get("prior_trained_on", vqvae) != vqvae:
        print(f"{path} was trained on the codes of another VQ-VAE: it is trained anew")
        return False
    if distributed.rank() == 0:
        print(f"{path} was trained with these settings already: nothing to do")
    return True


def write_network(out: Path, name: str, network: nn.Module, settings, **more) -> None:
    """Store a network, its config and the settings it was trained with; `more`: entries of config.json.

    A prior is removed when another VQ-VAE than the one that it was trained for is stored.
    """
    settle(out)
    config = config_so_far(out)
    config["training"][name] = asdict(settings)
    sha256 = config.setdefault("sha256", {})
    path, before = out / f"{name}.safetensors", sha256.get(f"{name}.safetensors")
    for stale in out.glob("*.safetensors" + NEW):
        stale.unlink()
    write_tensors(path.with_name(path.name + NEW), stored_tensors(network))
    sha256[path.name] = fingerprint(path.with_name(path.name + NEW))
    if name == "vqvae" and "prior" in config and sha256[path.name] != before:
        print(f"{out}/prior.safetensors was trained on the codes of another VQ-VAE: it is removed")
        for entry in (config, config["training"], sha256):
            for key in ("prior", "prior.safetensors", "prior_trained_on"):
                entry.pop(key, None)
    write_json(out / (CONFIG + NEW), config | {name: asdict(network.config)} | more)
    settle(out)
    print(f"wrote {path}")


def settle(out: Path) -> None:
    """Move new files into place, if all of them are there. May be cut off at any point, and done again."""
    new = out / (CONFIG + NEW)
    if not new.exists():
        return
    described = json.loads(new.read_text(encoding="utf-8"))["sha256"]
    (out / CONFIG).unlink(missing_ok=True)
    for name in NETWORKS:
        if (out / (name + NEW)).exists():
            os.replace(out / (name + NEW), out / name)
        elif name not in described:
            (out / name).unlink(missing_ok=True)
    os.replace(new, out / CONFIG)


def move(source: Path, out: Path) -> None:
    """Put both networks of one folder of weights into another in place of what is there."""
    out.mkdir(parents=True, exist_ok=True)
    for name in (*NETWORKS, CONFIG):
        shutil.copy(source / name, out / (name + ".partial"))
        os.replace(out / (name + ".partial"), out / (name + NEW))
    settle(out)
    shutil.rmtree(source)
    print(f"wrote the weights in {out}")
