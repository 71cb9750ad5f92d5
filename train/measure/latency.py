"""How long the prior takes: filling with the cache against the plain way; medians, on one thread.

`python -m train.measure.latency --weights weights` prints a table; train/evaluate.py stores the same figures
in metrics.json.
"""

import argparse
import time
from contextlib import contextmanager

import numpy as np
import torch

import vqdemo
from train.data.masks import evaluation_masks
from train.measure.subject import PRIOR_FILE, VQVAE_FILE, Measurement
from train.runtime.folders import add_weights_argument, usage_errors
from vqdemo import sampling
from vqdemo.model import VQModel
from vqdemo.sampling import SamplingParams


def median_ms(call, repeats: int) -> float:
    """Median wall time of a call in milliseconds, after one that is not counted."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    return round(float(np.median(times)), 2)


@contextmanager
def one_thread():
    """PyTorch computes on one thread for a while."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def label_asked(model: VQModel) -> int:
    """The label of what is sampled: 3, or the last one where there are fewer."""
    return min(3, model.num_labels - 1)


@torch.no_grad()
@one_thread()
def latencies(model: VQModel, repeats: int = 9) -> dict[str, float]:
    """Milliseconds of each kind of call, with the guidance of the weights' defaults."""
    guidance = model.defaults["guidance"]
    blank = np.zeros((1, model.image_size, model.image_size), np.float32)
    label = label_asked(model)
    grid = model.sample(1, label=label, seed=0)
    half = np.where(evaluation_masks(model.grid_shape[0])["random half"], grid[0], -1)
    many = torch.from_numpy(model.sample(64, label=label, seed=0)).to(model.device)
    labels = torch.full((len(many),), label, device=model.device)
    twice, both = sampling.guidance_batch(model.prior, many, labels, guidance)
    known = torch.zeros_like(twice, dtype=torch.bool)
    calls = {
        "encode_1": lambda: model.encode(blank),
        "decode_1": lambda: model.decode(grid),
        "sample_1": lambda: model.sample(1, label=label, guidance=guidance, seed=0),
        "sample_64": lambda: model.sample(64, label=label, guidance=guidance, seed=0),
        "full_pass_64": lambda: model.prior(twice, known, both),
        "complete_1_random_half": lambda: model.complete(half, 1, guidance=guidance, seed=0),
        "complete_64_random_half": lambda: model.complete(half, 64, guidance=guidance, seed=0),
        "conditionals": lambda: model.conditionals(grid[0], label=label),
        "conditionals_without_label": lambda: model.conditionals(grid[0]),
    }
    return {name: median_ms(call, repeats) for name, call in calls.items()}


@one_thread()
def plain_against_cached(model: VQModel, repeats: int = 5) -> list[tuple[str, int, float, float, float]]:
    """(what is unknown, grids, guidance, plain ms, cached ms), on one thread; equal codes are checked."""
    generator, rows = torch.Generator().manual_seed(0), []
    label = label_asked(model)
    for name in ("everything", "random half", "centre"):
        known = evaluation_masks(model.grid_shape[0])[name]
        for n in (1, 64):
            for guidance in (0.0, 0.5):
                codes = torch.from_numpy(model.sample(n, label=label, seed=0))
                uniform = torch.rand(codes.shape, generator=generator)
                arguments = (
                    model.prior,
                    torch.where(known, codes, -1),
                    torch.full((n,), label),
                    SamplingParams(guidance=guidance),
                    uniform,
                )
                assert torch.equal(sampling.fill_cached(*arguments), sampling.fill_reference(*arguments))
                plain = median_ms(lambda a=arguments: sampling.fill_reference(*a), 1 if n > 1 else repeats)
                cached = median_ms(lambda a=arguments: sampling.fill_cached(*a), repeats)
                rows.append((name, n, guidance, plain, cached))
    return rows


MEASUREMENT = Measurement(
    "latency_ms", (VQVAE_FILE, PRIOR_FILE, "defaults"), lambda subject: latencies(subject.model)
)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m train.measure.latency", description=__doc__.splitlines()[0]
    )
    add_weights_argument(parser)
    folder = parser.parse_args().out
    with usage_errors(parser):
        model = vqdemo.load(folder)
    print(f"{'unknown':12} {'grids':>5} {'guidance':>8} {'plain ms':>9} {'cached ms':>9} {'ratio':>6}")
    for name, n, guidance, plain, cached in plain_against_cached(model):
        print(f"{name:12} {n:5} {guidance:8} {plain:9.1f} {cached:9.1f} {plain / cached:6.1f}")
    for name, ms in latencies(model).items():
        print(f"{name:28} {ms:7.1f} ms")


if __name__ == "__main__":
    main()
