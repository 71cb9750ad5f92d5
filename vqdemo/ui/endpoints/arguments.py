"""The settings of sampling and completion as they arrive from outside: checked, bounded, with defaults."""

import math
from dataclasses import asdict, dataclass
from typing import ClassVar

from vqdemo.ui.endpoints import limits

SIDE = 28  # pixels of an image, each way


@dataclass(frozen=True)
class Settings:
    """What ``model.sample`` and ``model.complete`` take besides the grid and the number of results."""

    label: int | None
    temperature: float
    top_p: float
    guidance: float
    seed: int | None

    NAMES: ClassVar = ("label", "temperature", "top_p", "guidance", "seed")

    @classmethod
    def of(cls, model, label=None, temperature=None, top_p=None, guidance=None, seed=None) -> "Settings":
        """Settings from unchecked values; None means the model's default (for the digit: any; the seed: random)."""
        value = {"temperature": 1.0, "top_p": 1.0, "guidance": 0.0, **model.defaults}
        given = {"temperature": temperature, "top_p": top_p, "guidance": guidance}
        value.update({name: wanted for name, wanted in given.items() if wanted is not None})
        return cls(
            label=whole_number(label, "The digit", 0, model.num_labels - 1, optional=True),
            temperature=number(
                value["temperature"], "The temperature", 0, limits.MAX_TEMPERATURE, above=True
            ),
            top_p=number(value["top_p"], "Top-p", 0, 1, above=True),
            guidance=number(value["guidance"], "The guidance", 0, limits.MAX_GUIDANCE),
            seed=whole_number(seed, "The seed", 0, limits.MAX_SEED, optional=True),
        )

    def arguments(self) -> dict:
        return asdict(self)


def whole_number(value, name: str, least: int, most: int, optional: bool = False) -> int | None:
    if value is None and optional:
        return None
    if isinstance(value, float) and value.is_integer():  # JSON knows no whole numbers, and clients send 3.0
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}; {value!r:.40} came.")
    return value


def number(value, name: str, least: float, most: float, above: bool = False) -> float:
    good = type(value) in (int, float) and math.isfinite(value) and least <= value <= most
    if not good or (above and value == least):
        ground = f"above {least:g} and at most {most:g}" if above else f"from {least:g} to {most:g}"
        raise ValueError(f"{name} must be a number {ground}; {value!r:.40} came.")
    return float(value)
