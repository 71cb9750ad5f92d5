"""Where a run reads and writes, and how trained networks are put into the folder of weights."""

import argparse
import csv
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import nn

from train.checkpoint import write_atomically
from train.settings import add_arguments, from_arguments


@dataclass
class Folders:
    """The three folders of a run."""

    data: Path  # MNIST; downloaded when absent
    out: Path  # weights
    runs: Path  # checkpoints and logs


def add_folder_arguments(parser: argparse.ArgumentParser, out: str = "--out") -> None:
    """--data, --out (or whatever the folder of weights is called where they are read) and --runs."""
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("MNIST_DIR") or "data"),
        help="folder of MNIST, downloaded when absent (default: $MNIST_DIR, else data)",
    )  # fmt: skip
    parser.add_argument(out, dest="out", type=Path, default=Path("weights"), help="folder of the weights (default: weights)")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of checkpoints and logs (default: runs)")


def folders_from(arguments: argparse.Namespace) -> Folders:
    """The folders of parsed arguments; makes those that will be written to."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    arguments.runs.mkdir(parents=True, exist_ok=True)
    return Folders(arguments.data, arguments.out, arguments.runs)


def run_stage(program: str, description: str, settings_class, run) -> None:
    """The command line of one stage: its folders and its settings, given to run(settings, folders)."""
    parser = argparse.ArgumentParser(prog=program, description=description.splitlines()[0])
    add_folder_arguments(parser)
    add_arguments(parser, settings_class)
    arguments = parser.parse_args()
    run(from_arguments(settings_class, arguments), folders_from(arguments))


def read_config(out: Path) -> dict:
    """config.json as it is so far."""
    path = out / "config.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"training": {}}


def write_json(path: Path, content: dict) -> None:
    """Write a JSON file whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)


def finished(out: Path, name: str, settings) -> bool:
    """Whether the folder already holds this network, trained with these very settings."""
    done = (out / f"{name}.safetensors").exists() and read_config(out)["training"].get(name) == asdict(settings)
    if done:
        print(f"{out}/{name}.safetensors was trained with these settings already: nothing to do")
    return done


def write_network(out: Path, name: str, network: nn.Module, settings, **more) -> None:
    """Store a network, the dataclass that rebuilds it, the settings it was trained with, and further entries of config.json."""
    config = read_config(out)
    config["training"][name] = asdict(settings)
    path = out / f"{name}.safetensors"
    write_atomically(path, network.state_dict())
    config.setdefault("sha256", {})[path.name] = fingerprint(path)
    write_json(out / "config.json", config | {name: asdict(network.config)} | more)
    print(f"wrote {path}")


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def log_row(path: Path, row: dict) -> None:
    """Append an epoch's figures to a CSV file; the first epoch starts it anew."""
    first = row["epoch"] == 1
    with open(path, "w" if first else "a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if first:
            writer.writeheader()
        writer.writerow(row)
