"""Where a run reads and writes, and how trained networks are put into the folder of weights.

A folder of weights is at any moment either whole or none: its config.json describes the networks that lie beside it, or there is no
config.json. New files are written under names of their own, config.json last. From then on they are moved into place, config.json
last again; if that is cut off, `settle` does the rest when the folder is next looked at.
"""

import argparse
import csv
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import nn

from train.runtime import distributed
from train.runtime.checkpoint import write_atomically
from train.runtime.settings import add_arguments, from_arguments, same

CONFIG = "config.json"
NEW = ".new"  # what stands for a file until it is moved into place


@dataclass
class Folders:
    """The three folders of a run."""

    data: Path  # MNIST and its relatives; downloaded when absent
    out: Path  # weights
    runs: Path  # checkpoints and logs


def add_folder_arguments(parser: argparse.ArgumentParser, out: str = "--out") -> None:
    """--data, --out (or whatever the folder of weights is called where they are read) and --runs."""
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("MNIST_DIR") or "data"),
        help="folder of MNIST or its like, downloaded when absent (default: $MNIST_DIR, else data)",
    )  # fmt: skip
    parser.add_argument(out, dest="out", type=Path, default=Path("weights"), help="folder of the weights (default: weights)")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of checkpoints and logs (default: runs)")


def folders_from(arguments: argparse.Namespace) -> Folders:
    """The folders of parsed arguments; makes those that will be written to."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    arguments.runs.mkdir(parents=True, exist_ok=True)
    return Folders(arguments.data, arguments.out, arguments.runs)


def parsed(program: str, description: str, settings_class, out: str = "--out") -> tuple:
    """The command line of one stage: its settings and its folders; out: see `add_folder_arguments`."""
    parser = argparse.ArgumentParser(prog=program, description=description.splitlines()[0])
    add_folder_arguments(parser, out)
    add_arguments(parser, settings_class)
    arguments = parser.parse_args()
    try:
        settings = from_arguments(settings_class, arguments)
    except ValueError as error:
        parser.error(str(error))
    return settings, folders_from(arguments)


def run_stage(program: str, description: str, settings_class, run) -> None:
    """A stage that processes may share: run(settings, folders), as its command line says."""
    settings, folders = parsed(program, description, settings_class)
    with distributed.group():
        run(settings, folders)


# ---- the folder of weights


def read_config(out: Path) -> dict:
    """config.json as it is so far."""
    return read_json(out / CONFIG) or {"training": {}}


def dataset_of(out: Path) -> str:
    """The data set that the stored VQ-VAE was trained on."""
    return read_config(out)["training"].get("vqvae", {}).get("dataset", "mnist")


def read_json(path: Path) -> dict:
    """What a JSON file holds, {} if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write_json(path: Path, content: dict) -> None:
    """Write a JSON file whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)


def add_metrics(out: Path, **parts) -> None:
    """Put parts into the metrics.json of a folder of weights, in place of what it has of that name, and print them."""
    path = out / "metrics.json"
    write_json(path, json.loads(path.read_text(encoding="utf-8")) | parts)
    print(json.dumps(parts, indent=2))


def finished(out: Path, name: str, settings) -> bool:
    """Whether the folder already holds this network, trained with these very settings, the prior on codes of the VQ-VAE beside it."""
    if distributed.rank() == 0:
        settle(out)
    distributed.wait()
    config, path = read_config(out), out / f"{name}.safetensors"
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
    """Store a network, the dataclass that rebuilds it, the settings it was trained with, and further entries of config.json.

    A prior goes when the VQ-VAE on whose codes it was trained does.
    """
    settle(out)
    config = read_config(out)
    config["training"][name] = asdict(settings)
    prints = config.setdefault("sha256", {})
    path, before = out / f"{name}.safetensors", prints.get(f"{name}.safetensors")
    for stale in out.glob("*.safetensors" + NEW):
        stale.unlink()
    write_atomically(path.with_name(path.name + NEW), network.state_dict())
    prints[path.name] = fingerprint(path.with_name(path.name + NEW))
    if name == "vqvae" and "prior" in config and prints[path.name] != before:
        print(f"{out}/prior.safetensors was trained on the codes of another VQ-VAE: it is removed")
        for entry in (config, config["training"], prints):
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
    networks = [f"{name}.safetensors" for name in ("vqvae", "prior")]
    described = json.loads(new.read_text(encoding="utf-8"))["sha256"]
    (out / CONFIG).unlink(missing_ok=True)
    for name in networks:
        if (out / (name + NEW)).exists():
            os.replace(out / (name + NEW), out / name)
        elif name not in described:
            (out / name).unlink(missing_ok=True)
    os.replace(new, out / CONFIG)


def move(source: Path, out: Path) -> None:
    """Put both networks of one folder of weights into another in place of what is there."""
    for name in ("vqvae.safetensors", "prior.safetensors", CONFIG):
        shutil.copy(source / name, out / (name + ".partial"))
        os.replace(out / (name + ".partial"), out / (name + NEW))
    settle(out)
    shutil.rmtree(source)
    print(f"wrote the weights in {out}")


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def log_row(path: Path, row: dict) -> None:
    """Write an epoch's figures into a CSV file, after those of the epochs before it; what a cut-off run left of later ones goes."""
    rows = []
    if path.exists():
        with open(path, newline="", encoding="utf-8") as file:
            rows = [old for old in csv.DictReader(file) if list(old) == list(row) and int(old["epoch"]) < row["epoch"]]
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerows([*rows, row])
    os.replace(partial, path)


def read_log(path: Path) -> list[dict[str, float]]:
    """The figures that `log_row` wrote, an epoch each."""
    with open(path, newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def totals(log: Path) -> dict[str, float]:
    """Epochs, and seconds by the clock and of the CPU in all, that a training's log tells of; {} if there is none."""
    if not log.exists():
        return {}
    rows = read_log(log)
    return {"epochs": len(rows)} | {kind: sum(row[kind] for row in rows) for kind in ("seconds", "cpu_seconds")}
