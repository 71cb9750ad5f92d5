"""The three folders of a run, and the command line that names them."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from train.runtime import distributed
from train.runtime.settings import add_arguments, from_arguments
from vqdemo.storage import read_config


@dataclass
class Folders:
    """Where a run reads and writes."""

    data: Path  # MNIST and its relatives; downloaded when absent
    out: Path  # the folder of weights
    runs: Path  # checkpoints, logs and measurements


def trained_weights(text: str) -> Path:
    """The folder of weights that an argument names. Raises ArgumentTypeError if it is none."""
    try:
        read_config(Path(text))
    except (FileNotFoundError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return Path(text)


def add_weights_argument(parser: argparse.ArgumentParser) -> None:
    """Add --weights, a folder of weights that is there."""
    parser.add_argument(
        "--weights",
        dest="out",
        metavar="WEIGHTS",
        type=trained_weights,
        default="weights",  # text, so that it is looked for, too
        help="folder of the weights (default: weights)",
    )


def add_folder_arguments(parser: argparse.ArgumentParser, out: str = "--out") -> None:
    """Add --data, --runs and the folder of weights: --out, or --weights where it must be there already."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("MNIST_DIR") or "data"),
        help="folder of MNIST or its like, downloaded when absent (default: $MNIST_DIR, else data)",
    )
    if out == "--weights":
        add_weights_argument(parser)
    else:
        parser.add_argument(
            out,
            dest="out",
            type=Path,
            default=Path("weights"),
            help="folder of the weights (default: weights)",
        )
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        help="folder of checkpoints, logs and measurements (default: runs)",
    )


def folders_from(arguments: argparse.Namespace) -> Folders:
    """The folders of parsed arguments; makes that of runs. That of weights is made when they are written."""
    arguments.runs.mkdir(parents=True, exist_ok=True)
    return Folders(arguments.data, arguments.out, arguments.runs)


@contextmanager
def usage_errors(parser: argparse.ArgumentParser) -> Iterator[None]:
    """Within it, ValueError and FileNotFoundError, raised for bad input, end the program as usage errors."""
    try:
        yield
    except (FileNotFoundError, ValueError) as error:
        parser.error(str(error))


def run_stage(program: str, description: str, settings_class, run, out: str = "--out") -> None:
    """Call run(settings, folders) as the command line says; several processes may share the work.

    out: see `add_folder_arguments`.
    """
    parser = argparse.ArgumentParser(prog=program, description=description.splitlines()[0])
    add_folder_arguments(parser, out)
    add_arguments(parser, settings_class)
    arguments = parser.parse_args()
    with usage_errors(parser):
        settings = from_arguments(settings_class, arguments)
        with distributed.group():
            run(settings, folders_from(arguments))
