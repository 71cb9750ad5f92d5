"""The learning rate over a training: a short linear warm-up, then a cosine to zero."""

import math


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over the first 2 %, then a cosine to zero."""
    warm = max(1, steps // 50)
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))
