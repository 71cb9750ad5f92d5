"""Pictures of samples, of completions, and of originals beside their reconstructions.

`python -m train.report.montages --weights weights` writes samples.png and completions.png beside the weights:
sampled digits only. What shows pictures of the data set, reconstructions.png, goes into the folder of runs,
which is not published.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import vqdemo
from train.data import datasets, drawings
from train.data.masks import evaluation_masks
from train.runtime.folders import Folders, add_folder_arguments, folders_from, usage_errors
from train.runtime.weights_folder import dataset_of
from vqdemo.model import VQModel

MASKS = ("top half", "bottom half", "left half", "centre", "random half")
INK, PAPER, HIDDEN = np.array([0.07, 0.09, 0.15]), np.array([1.0, 1.0, 1.0]), np.array([0.80, 0.86, 0.97])


def tinted(pictures: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """Grey (N,S,S), 1 is ink -> colour (N,S,S,3); unknown cells, by bool (G,G), have blue paper."""
    paper = np.broadcast_to(PAPER, (*pictures.shape[1:], 3))
    if known is not None:
        patch = pictures.shape[-1] // len(known)
        paper = np.where(known.repeat(patch, 0).repeat(patch, 1)[..., None], PAPER, HIDDEN)
    return (pictures[..., None] * INK + (1 - pictures[..., None]) * paper).clip(0, 1)


def montage(rows: list[np.ndarray], gap: int = 2) -> np.ndarray:
    """Rows of colour pictures, each (N,S,S,3) -> one picture, `gap` pixels of paper between them."""
    framed = [np.pad(row, ((0, 0), (gap, gap), (gap, gap), (0, 0)), constant_values=1.0) for row in rows]
    return np.concatenate([np.concatenate(list(row), axis=1) for row in framed], axis=0)


def save(picture: np.ndarray, path: Path, columns: list[str], rows: list[str], scale: float = 2.0) -> None:
    """One picture (H,W,3) with the names of its columns above and of its rows at the left."""
    height, width = picture.shape[:2]
    figure = Figure(
        figsize=(scale * width / 100 + 0.5, scale * height / 100 + 0.4), dpi=100, facecolor="white"
    )
    axes = figure.add_axes(
        (0.4 / figure.get_figwidth(), 0, 1 - 0.5 / figure.get_figwidth(), 1 - 0.35 / figure.get_figheight())
    )
    axes.imshow(picture, interpolation="nearest")
    axes.set_xticks((np.arange(len(columns)) + 0.5) * width / len(columns), columns)
    axes.set_yticks((np.arange(len(rows)) + 0.5) * height / len(rows), rows)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0, labelsize=9)
    axes.spines[:].set_visible(False)
    figure.savefig(path, bbox_inches="tight", pad_inches=0.05)
    print(f"wrote {path}")


def samples(model: VQModel, each: int = 10) -> np.ndarray:
    """A row for each label: its first samples at the default settings, none picked."""
    grids = [
        model.sample(each, label=label, seed=label, **model.defaults) for label in range(model.num_labels)
    ]
    return montage([tinted(model.decode(row)) for row in grids])


def completions(model: VQModel, digits: int = 8, each: int = 4) -> np.ndarray:
    """A row for each sampled digit: itself, then under each mask four completions without a label."""
    rows = []
    for index in range(digits):
        digit = model.sample(1, label=index % model.num_labels, seed=100 + index, **model.defaults)
        row = [tinted(model.decode(digit))]
        for name in MASKS:
            known = evaluation_masks(model.grid_shape[0])[name].numpy()
            filled = model.complete(np.where(known, digit[0], -1), each, seed=index, **model.defaults)
            row.append(tinted(model.decode(filled), known))
        rows.append(np.concatenate(row))
    return montage(rows)


def originals(pictures: datasets.Pictures, number: int = 10) -> dict[str, np.ndarray]:
    """Pictures to be redrawn, by kind, each float (N,S,S).

    The first picture of each of so many labels, and out-of-distribution drawings.
    """
    first = [int((pictures.labels == label).nonzero()[0]) for label in pictures.labels.unique()[:number]]
    digits = pictures.images[first]
    drawn = {"test": digits} | drawings.out_of_distribution(digits, len(digits))
    return {name: images.numpy() / 255 for name, images in drawn.items()}


def reconstructions(model: VQModel, drawn: dict[str, np.ndarray]) -> np.ndarray:
    """For each kind of picture, a row of originals and below it what the VQ-VAE makes of them."""
    pairs = [(tinted(pictures), tinted(model.decode(model.encode(pictures)))) for pictures in drawn.values()]
    return montage([row for pair in pairs for row in pair])


def run(folders: Folders) -> None:
    """Write all three pictures."""
    model, dataset = vqdemo.load(folders.out), dataset_of(folders.out)
    save(samples(model), folders.out / "samples.png", [""] * 10, model.labels)
    picture = completions(model)
    columns = ["digit"] + [f"{name} erased" if column == 1 else "" for name in MASKS for column in range(4)]
    save(picture, folders.out / "completions.png", columns, [])
    drawn = originals(datasets.load(dataset, folders.data, "test"))
    rows = [words for name in drawn for words in (name, "redrawn")]
    save(reconstructions(model, drawn), folders.runs / "reconstructions.png", [], rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m train.report.montages", description=__doc__.splitlines()[0]
    )
    add_folder_arguments(parser, out="--weights")
    arguments = parser.parse_args()
    with usage_errors(parser):
        run(folders_from(arguments))


if __name__ == "__main__":
    main()
