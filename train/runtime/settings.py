"""Settings as dataclasses: one field a setting, explained once, where --help finds it."""

import argparse
import math
from dataclasses import MISSING, asdict, field, fields

from train.runtime import distributed

LARGEST_SEED = 2**32 - 1  # generators are seeded from multiples of it, in 64 bits


def setting(default, explanation: str):
    """A dataclass field with a default and the sentence that --help shows."""
    return field(default=default, metadata={"help": explanation})


def at_least(settings, least: float, *names: str) -> None:
    """Raises ValueError if one of these fields is less than `least`, or not finite."""
    for name in names:
        value = getattr(settings, name)
        if value == math.inf:
            raise ValueError(f"{name} must be finite, not {value}")
        if not value >= least:
            raise ValueError(f"{name} must be at least {least}, not {value}")


def in_range(settings, least: float, most: float, *names: str) -> None:
    """Raises ValueError if one of these fields is less than `least` or more than `most`."""
    for name in names:
        if not least <= getattr(settings, name) <= most:
            raise ValueError(f"{name} must be {least} to {most}, not {getattr(settings, name)}")


def below_one(settings, *names: str) -> None:
    """Raises ValueError if one of these fields is not in [0,1)."""
    for name in names:
        if not 0 <= getattr(settings, name) < 1:
            raise ValueError(f"{name} must be in [0,1), not {getattr(settings, name)}")


def one_of(settings, allowed: tuple, *names: str) -> None:
    """Raises ValueError if one of these fields has none of the allowed values."""
    for name in names:
        if getattr(settings, name) not in allowed:
            words = " or ".join(str(value) for value in allowed)
            raise ValueError(f"{name} must be {words}, not {getattr(settings, name)!r}")


def numbers_of(settings, name: str) -> list[int]:
    """The different whole numbers that a field lists, separated by commas.

    Raises ValueError if there is something else in it.
    """
    text = getattr(settings, name)
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"{name} must be whole numbers separated by commas, not {text!r}") from None
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{name} must be different numbers, not {text!r}")
    return numbers


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
