"""Several processes train as one does: the same losses, and one and the same network in all of them."""

import os

import pytest
import torch
import torch.multiprocessing as mp
import two_processes

from train.runtime import distributed


@pytest.mark.slow
def test_two_processes_follow_the_loss_curve_of_one(mnist_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_folder))
    vqvae = {
        "images": 3_000,
        "epochs": 2,
        "width": 32,
        "encoder_blocks": 1,
        "decoder_blocks": 1,
        "doodle_number": 500,
    }
    prior = {"images": 2_500, "epochs": 2, "width": 16, "head_width": 32, "layers": 2}
    assert two_processes.compare(tmp_path, vqvae, prior) < 0.01


def gradients_of_the_whole(batch: torch.Tensor, part: torch.Tensor) -> None:
    """A network whose gradients are averaged, gone before the processes leave each other."""
    torch.manual_seed(0)
    alone, shared = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    shared.load_state_dict(alone.state_dict())
    # Each row also depends on another one, which may be the other process's.
    turned = torch.tensor([3, 4, 5, 0, 1, 2])
    (alone(batch) * alone(batch)[turned]).mean().backward()
    averaging = distributed.averaging(shared)
    mine = averaging(part)
    (mine * distributed.gather(mine)[distributed.share(turned)]).mean().backward()
    assert torch.allclose(shared.weight.grad, alone.weight.grad, rtol=1e-5)


def parts_of_a_batch(rank: int, folder: str) -> None:
    """One of two processes: what it shares comes back whole, and gradients are those of the whole batch."""
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2
    )
    batch = torch.arange(12.0).view(6, 2)
    part = distributed.share(batch)
    assert part.tolist() == batch[rank::2].tolist()
    assert torch.equal(distributed.gather(part), batch)
    assert distributed.mean(torch.tensor([4.0 * rank])) == 2
    with pytest.raises(ValueError, match="a batch of 5 cannot be shared evenly by 2"):
        distributed.share(batch[:5])
    gradients_of_the_whole(batch, part)
    distributed.wait()
    torch.distributed.destroy_process_group()
    # Gloo's threads outlive the group; one that drops a tensor while Python shuts down would abort it.
    os._exit(0)


@pytest.mark.slow
def test_shared_batches_come_back_whole_and_gradients_are_those_of_the_whole(tmp_path):
    mp.spawn(parts_of_a_batch, args=(str(tmp_path),), nprocs=2)


def test_one_process_needs_no_other():
    batch = torch.arange(6)
    assert distributed.share(batch) is batch
    assert distributed.gather(batch) is batch
    assert distributed.mean(batch) is batch
    network = torch.nn.Linear(2, 2)
    assert distributed.averaging(network) is network
    with distributed.group(), distributed.first_alone():
        distributed.wait()
