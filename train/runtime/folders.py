"""The three folders of a run, and the command line that names them."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from train.runtime import distributed
from train.runtime.settings import add_arguments, from_arguments


@dataclass
class Folders:
    """Where a run reads and writes."""

    data: Path  # MNIST and its relatives; downloaded when absent
    out: Path  # the folder of weights
    runs: Path  # checkpoints, logs and measurements


def add_folder_arguments(parser: argparse.ArgumentParser, out: str = "--out") -> None:
    """Add --data, --runs and the folder of weights: --out, or --weights where it is only read."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("MNIST_DIR") or "data"),
        help="folder of MNIST or its like, downloaded when absent (default: $MNIST_DIR, else data)",
    )
    parser.add_argument(
        out, dest="out", type=Path, default=Path("weights"), help="folder of the weights (default: weights)"
    )
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        help="folder of checkpoints, logs and measurements (default: runs)",
    )


def folders_from(arguments: argparse.Namespace) -> Folders:
    """The folders of parsed arguments; makes those that will be written to."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    arguments.runs.mkdir(parents=True, exist_ok=True)
    return Folders(arguments.data, arguments.out, arguments.runs)


def parsed(program: str, description: str, settings_class, out: str = "--out") -> tuple:
    """The command line of one stage: its settings and its folders. out: see `add_folder_arguments`."""
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
    """Call run(settings, folders) as the command line says; several processes may share the work."""
    settings, folders = parsed(program, description, settings_class)
    with distributed.group():
        run(settings, folders)
