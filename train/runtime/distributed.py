"""One training in several processes: `torchrun --nproc-per-node 2 -m train`.

Each process takes its share of every batch.

All processes start from the same seed and draw the same random numbers, so that each knows the whole batch
and takes its share. Gradients are averaged by PyTorch's DistributedDataParallel. The quantizer learns without
gradients, from the encoder's outputs: those of all processes are gathered, so that k-means, running means and
restarts come out alike everywhere. So two processes compute what one would, up to rounding, dropout, and the
reward for even use of the codes, which is each process's own. Process 0 alone writes files.

In one process `share`, `gather`, `mean`, `total` and `averaging` return their argument, and the others do
nothing.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor, nn


@contextmanager
def group() -> Iterator[None]:
    """Within it, processes started by torchrun are one training (gloo between CPUs, nccl between GPUs)."""
    if not dist.is_torchelastic_launched():
        yield
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group()
    try:
        yield
        wait()  # whoever left early would tear the connections away from the others
    finally:
        dist.destroy_process_group()


def rank() -> int:
    """The number of this process, 0 for the one that writes."""
    return dist.get_rank() if dist.is_initialized() else 0


def size() -> int:
    """How many processes there are."""
    return dist.get_world_size() if dist.is_initialized() else 1


def wait() -> None:
    """Go on when all processes have come here."""
    if size() > 1:
        dist.barrier()


@contextmanager
def first_alone() -> Iterator[None]:
    """Process 0 goes through before the others: it downloads what they then find."""
    if rank() > 0:
        wait()
    yield
    if rank() == 0:
        wait()


def share(batch: Tensor) -> Tensor:
    """This process's part of a batch (N,...) -> (N/size,...).

    Raises ValueError if the batch cannot be shared evenly.
    """
    if len(batch) % size():
        raise ValueError(f"a batch of {len(batch)} cannot be shared evenly by {size()} processes")
    return batch[rank() :: size()] if size() > 1 else batch


class Gather(torch.autograd.Function):
    """Puts the parts of all processes together.

    The gradient of a part is the sum of its gradients in all processes.
    """

    @staticmethod
    def forward(ctx, part: Tensor) -> Tensor:
        parts = [torch.empty_like(part, memory_format=torch.contiguous_format) for _ in range(size())]
        dist.all_gather(parts, part.contiguous())
        return torch.stack(parts, dim=1).flatten(0, 1)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        gradient = gradient.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(gradient)
        return share(gradient)


def gather(part: Tensor) -> Tensor:
    """The parts (n,...) of all processes as one batch (n*size,...), the inverse of `share`."""
    return Gather.apply(part) if size() > 1 else part


def mean(figures: Tensor) -> Tensor:
    """The mean of what each process has measured."""
    return gather(figures[None]).mean(0) if size() > 1 else figures


def total(figure: float) -> float:
    """The sum of what each process has measured."""
    return float(mean(torch.tensor([figure]))) * size()


def averaging(module: nn.Module) -> nn.Module:
    """The module, its gradients averaged over all processes whenever they are computed."""
    return nn.parallel.DistributedDataParallel(module) if size() > 1 else module
