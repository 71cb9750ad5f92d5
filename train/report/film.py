"""The training film of the page: the snapshots of a training (train/runtime/snapshots.py) in one small file.

`python -m train.report.film --runs runs --weights weights` packs them into weights/film.safetensors:

    {i}.encoder.*, {i}.decoder.*,     the network at moment i, counted from 0: int8, and for each tensor its
    {i}.quantizer.codebook            scale, "{i}.encoder.enter.weight.scale", a float32 to multiply with
    {i}.places                        float32 (K,2) in [0,1]: where each code's vector lies on a map; not of
                                      a moment at which nothing is rounded yet

and, in the file's metadata, each entry as JSON but for the first:

    vqvae                             SHA-256 of the vqvae.safetensors that this training led to
    moments                           of each: {"epoch": finished epochs, "steps": batches, where it is within
                                      the first epoch, else null, "rounds": whether there is a codebook}
    curves                            the log: {"mse": [...], "commitment": [...]}, means of each epoch
    variance                          share of the final codes' variance that the map shows

Quantization is symmetric: the scale is the largest magnitude / 127, so that no weight is off by more than
half a scale, 1/254 of the largest. Codes are numbered as in vqvae.safetensors. The map is the plane of the
two principal components of the final codes for patches with ink, and is the same at all moments; the blank
code, whose vector is always zero, stays where it is.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from train.runtime.files import fingerprint, metadata_of, write_tensors
from train.runtime.folders import usage_errors
from train.runtime.log import read_log
from train.runtime.snapshots import epochs_kept, numbers_kept
from train.runtime.weights_folder import config_so_far
from vqdemo.storage import FILM
from vqdemo.vqvae import BLANK

MAX_BYTES = 8_000_000
NEAR = 0.01  # of a code's mean length: how far the last snapshot's codes may be from the stored ones
CODEBOOK = "quantizer.codebook"
KEPT = ("encoder.", "decoder.", CODEBOOK)  # begin the names of what is needed to redraw a picture


def quantize(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """float (any shape) -> int8 of the same shape, and the float32 scalar to multiply it with."""
    scale = tensor.abs().max().clamp(min=1e-30) / 127
    return (tensor / scale).round().to(torch.int8), scale.float()


def final_order(final: Tensor, last: Tensor) -> Tensor:
    """Which code of a training each code of the stored network was: int64 (K,).

    Two codebooks (K,D): the stored one, renumbered (train/palette.py), and the last snapshot's.
    Raises ValueError if they are not the same but for order and rounding.
    """
    if final.shape != last.shape:
        raise ValueError(
            f"the snapshots' codebooks are {tuple(last.shape)}, the weights' {tuple(final.shape)}"
        )
    distance, order = torch.cdist(final, last, compute_mode="donot_use_mm_for_euclid_dist").min(1)
    if distance.max() > NEAR * final.norm(dim=1).mean():
        raise ValueError("the snapshots are of another training: their last codebook is not the weights'")
    return order


def places(codebooks: list[Tensor], final: Tensor) -> tuple[list[Tensor], float]:
    """Codebooks (K,D) -> map positions (K,2) in [0,1] of each, and the share of variance that they show."""
    inked = torch.cat([final[:BLANK], final[BLANK + 1 :]])
    mean = inked.mean(0)
    _, sizes, components = torch.linalg.svd(inked - mean, full_matrices=False)
    flat = [(codebook - mean) @ components[:2].T for codebook in codebooks]
    low = torch.stack([positions.amin(0) for positions in flat]).amin(0)
    high = torch.stack([positions.amax(0) for positions in flat]).amax(0)
    side = (high - low).max()  # one unit is as long across as down
    shift = (side - (high - low)) / 2
    variance = float((sizes[:2] ** 2).sum() / (sizes**2).sum())
    return [((positions - low + shift) / side).float() for positions in flat], variance


def moments_of(settings: dict, numbers: list[int]) -> list[dict]:
    """When the snapshots of these numbers were kept, from the settings of the training."""
    start = {"epoch": 0, "steps": settings["warmup_steps"]}
    kept = epochs_kept(settings["epochs"])
    return [
        start | {"rounds": number > 0}
        if number < 2
        else {"epoch": kept[number - 2], "steps": None, "rounds": True}
        for number in numbers
    ]


def run(weights: Path, runs: Path) -> Path:
    """Pack the snapshots and the log in `runs` into the film of the VQ-VAE in `weights`; its path.

    Raises FileNotFoundError if snapshots, log or weights are missing, and ValueError if they are of different
    trainings or the film would be larger than MAX_BYTES.
    """
    log, vqvae, config = runs / "vqvae.csv", weights / "vqvae.safetensors", weights / "config.json"
    for path in (log, vqvae, config):
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing")
    settings, rows = config_so_far(weights)["training"]["vqvae"], read_log(log)
    numbers = numbers_kept(settings["epochs"])
    paths = [runs / "snapshots" / f"{number}.safetensors" for number in numbers]
    if missing := [path for path in paths if not path.exists()]:
        raise FileNotFoundError(f"{missing[0]} is missing: python -m train.vqvae keeps snapshots")
    if len(rows) != settings["epochs"]:
        raise ValueError(
            f"{log} has {len(rows)} epochs, and the weights were trained for {settings['epochs']}"
        )

    snapshots = [load_file(path) for path in paths]
    final = load_file(vqvae)[CODEBOOK].float()
    order = final_order(final, snapshots[-1][CODEBOOK])
    moments = moments_of(settings, numbers)
    tensors = {}
    for i, snapshot in enumerate(snapshots):
        snapshot[CODEBOOK] = snapshot[CODEBOOK][order]
        for name in (name for name in snapshot if name.startswith(KEPT)):
            tensors[f"{i}.{name}"], tensors[f"{i}.{name}.scale"] = quantize(snapshot[name])
    rounding = [i for i, moment in enumerate(moments) if moment["rounds"]]
    positions, variance = places([snapshots[i][CODEBOOK] for i in rounding], final)
    tensors |= {f"{i}.places": each for i, each in zip(rounding, positions, strict=True)}

    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if size > MAX_BYTES:
        raise ValueError(f"the film would have {size / 1e6:.1f} MB, and may have {MAX_BYTES / 1e6:.0f}")
    curves = {name: [row[name] for row in rows] for name in ("mse", "commitment")}
    metadata = metadata_of(moments=moments, curves=curves, variance=round(variance, 3))
    write_tensors(weights / FILM, tensors, {"vqvae": fingerprint(vqvae)} | metadata)
    print(f"wrote {weights / FILM}: {len(paths)} moments, {(weights / FILM).stat().st_size / 1e6:.1f} MB")
    return weights / FILM


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.report.film", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--weights", type=Path, default=Path("weights"), help="folder of the weights (default: weights)"
    )
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder of snapshots and log (default: runs)"
    )
    arguments = parser.parse_args()
    with usage_errors(parser):
        run(arguments.weights, arguments.runs)


if __name__ == "__main__":
    main()
