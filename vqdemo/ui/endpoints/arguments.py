"""The settings of sampling and completion as they arrive from outside.

vqdemo/checks.py checks them. Here stands what this server allows of them at most, and what is meant by those
that are left out.
"""

from dataclasses import asdict, dataclass

from vqdemo import checks
from vqdemo.ui.endpoints import limits


@dataclass(frozen=True)
class Settings:
    """What ``model.sample`` and ``model.complete`` take besides the grid and the number of results."""

    label: int | None
    temperature: float
    top_p: float
    guidance: float
    seed: int | None

    @classmethod
    def of(cls, model, label=None, temperature=None, top_p=None, guidance=None, seed=None) -> "Settings":
        """Settings from unchecked values; None means the model's default, any label, or a new seed.

        Raises TypeError or ValueError naming the setting, what came and what is allowed.
        """
        default = model.defaults

        def given(value, name: str):
            return default[name] if value is None else value

        return cls(
            label=checks.label(whole(label), model.num_labels),
            temperature=at_most(
                limits.MAX_TEMPERATURE, checks.temperature(given(temperature, "temperature")), "temperature"
            ),
            top_p=checks.top_p(given(top_p, "top_p")),
            guidance=at_most(limits.MAX_GUIDANCE, checks.guidance(given(guidance, "guidance")), "guidance"),
            seed=at_most(limits.MAX_SEED, checks.seed(whole(seed)), "seed"),
        )

    def arguments(self) -> dict:
        return asdict(self)


def whole(value):
    """Numbers such as 3.0 as integers: JSON does not tell the two apart, and clients send either."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def at_most(limit: float, value: float | None, name: str) -> float | None:
    """The value; ValueError if it is more than this server allows."""
    if value is not None and value > limit:
        raise ValueError(f"{name} must be at most {limit:.10g} here, not {checks.describe(value)}")
    return value
