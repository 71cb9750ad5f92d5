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
            temperature=checks.temperature(given(temperature, "temperature"), limits.MAX_TEMPERATURE),
            top_p=checks.top_p(given(top_p, "top_p")),
            guidance=checks.guidance(given(guidance, "guidance"), limits.MAX_GUIDANCE),
            seed=checks.seed(whole(seed), limits.MAX_SEED),
        )

    def arguments(self) -> dict:
        return asdict(self)


def whole(value):
    """Numbers such as 3.0 as integers, also in lists.

    JSON does not tell the two apart, and clients send either.
    """
    if isinstance(value, list):
        return [whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
