"""How the peer's networks are trained: Adam at a constant rate, by the CPU's clock."""

import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from train.runtime.weights_folder import log_row


def train(name: str, model: nn.Module, s, examples: Tensor, loss_of: Callable, figures_of: Callable, log: Path) -> None:
    """Train on examples (N,...), `s` saying for how many epochs, in batches of what size and at what learning rate.

    loss_of: some of the examples -> loss. figures_of: () -> what the log tells of each epoch, beside its CPU seconds; these do not count
    the time that it takes.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=s.learning_rate)
    used = 0.0
    for epoch in range(s.epochs):
        started = time.process_time()
        for some in tqdm(torch.randperm(len(examples)).split(s.batch), desc=f"{name} {epoch + 1}/{s.epochs}", mininterval=2):
            loss = loss_of(examples[some])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        used += time.process_time() - started
        log_row(log, {"epoch": epoch + 1, "cpu_seconds": round(used, 1), **figures_of()})
    model.eval().requires_grad_(False)
