"""How the notebook baselines are trained: Adam at a constant rate, timed by the CPU's clock."""

import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from train.runtime.log import log_row


def train(
    name: str,
    model: nn.Module,
    settings,
    examples: Tensor,
    loss_of: Callable[[Tensor], Tensor],
    figures_of: Callable[[], dict],
    log: Path,
) -> None:
    """Train on examples (N,...), with the `epochs`, `batch` and `learning_rate` of the settings.

    loss_of: a batch of the examples -> its loss. figures_of: further figures for the log, after each epoch;
    the CPU seconds that the log tells do not count the time these take.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    used = 0.0
    for epoch in range(settings.epochs):
        started = time.process_time()
        order = torch.randperm(len(examples)).split(settings.batch)
        for rows in tqdm(order, desc=f"{name} {epoch + 1}/{settings.epochs}", mininterval=2):
            loss = loss_of(examples[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        used += time.process_time() - started
        log_row(log, {"epoch": epoch + 1, "cpu_seconds": round(used, 1), **figures_of()})
    model.eval().requires_grad_(False)
