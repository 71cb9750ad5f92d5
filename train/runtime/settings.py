"""Settings as dataclasses: one field a setting, explained once, where --help finds it."""

import argparse
from dataclasses import MISSING, asdict, field, fields

from train.runtime import distributed


def setting(default, explanation: str):
    """A dataclass field with a default and the sentence that --help shows."""
    return field(default=default, metadata={"help": explanation})


def at_least_one(settings, *names: str) -> None:
    """Raises ValueError if one of these fields is less than 1."""
    for name in names:
        if getattr(settings, name) < 1:
            raise ValueError(f"{name} must be at least 1, not {getattr(settings, name)}")


def add_arguments(parser: argparse.ArgumentParser, settings_class, only: tuple[str, ...] = ()) -> None:
    """One --option a field of the dataclass, or for these fields only; underscores are written as dashes."""
    for f in fields(settings_class):
        assert f.default is not MISSING, f"{f.name} needs a default"
        if f.name in only or not only:
            parser.add_argument(
                "--" + f.name.replace("_", "-"),
                type=type(f.default),
                default=f.default,
                metavar=type(f.default).__name__,
                help=f"{f.metadata['help']} (default: {f.default})".replace("%", "%%"),
            )


def from_arguments(settings_class, arguments: argparse.Namespace):
    """The dataclass filled from parsed arguments."""
    return settings_class(**{f.name: getattr(arguments, f.name) for f in fields(settings_class)})


def show(stage: str, settings) -> None:
    """Print a stage's settings, one a line."""
    if distributed.rank() == 0:
        print(
            f"{stage}:",
            *(f"  {name} = {value}" for name, value in asdict(settings).items()),
            sep="\n",
            flush=True,
        )


def same(settings, recorded: dict) -> bool:
    """Whether these are the recorded settings.

    A setting that is not recorded is newer than the record: it had what is its default now.
    """
    return asdict(type(settings)()) | recorded == asdict(settings)
