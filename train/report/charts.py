"""Charts, each light and dark, as SVG: the codebook, learning curves, rate and distortion.

`python -m train.report.charts --weights weights` draws what it finds figures for: the codebook from the
weights, the curves from the logs in `runs`, rate against distortion from metrics.json
(train/studies/rate_distortion.py). Tiles are mean pictures around a code, none of MNIST's.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

import vqdemo
from train.runtime.folders import add_weights_argument, usage_errors
from train.runtime.log import read_log
from vqdemo.model import VQModel

# Paper, ink, faint lines, and the colours of two curves; the page's own.
THEMES = {
    "light": {
        "paper": "#ffffff",
        "ink": "#1f2433",
        "faint": "#d9dde6",
        "first": "#4f46e5",
        "second": "#d97706",
    },
    "dark": {
        "paper": "#0d1117",
        "ink": "#e6e9f0",
        "faint": "#343b4a",
        "first": "#a5b4fc",
        "second": "#fbbf24",
    },
}


def codebook(figure: Figure, model: VQModel, colours: dict) -> None:
    """Left the codebook by two principal components, as tiles; right the frequency of each code for ink."""
    vectors = model.vqvae.quantizer.codebook.cpu().double().numpy()
    centred = vectors - vectors.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    places, share = left[:, :2] * sizes[:2], (sizes[:2] ** 2).sum() / (sizes**2).sum()
    embedded, used = figure.subplots(1, 2, width_ratios=(3, 2))
    shades = LinearSegmentedColormap.from_list("ink", [colours["paper"], colours["ink"]])
    for place, tile in zip(places, model.tiles, strict=True):
        box = OffsetImage(tile, zoom=1.3, cmap=shades, norm="linear", interpolation="nearest")
        frame = {"edgecolor": colours["faint"], "facecolor": colours["paper"], "linewidth": 0.6}
        embedded.add_artist(AnnotationBbox(box, place, pad=0.05, bboxprops=frame))
    embedded.set(xlim=padded(places[:, 0]), ylim=padded(places[:, 1]), xticks=[], yticks=[])
    embedded.spines[:].set_visible(False)
    embedded.set_title(
        f"the {len(vectors)} codes, by two principal components of\n"
        f"their vectors ({share:.0%} of the variance)"
    )
    inked = np.delete(model.usage, model.background)
    share = 100 * np.sort(inked)[::-1] / inked.sum()
    used.bar(np.arange(1, len(share) + 1), share, color=colours["first"], width=0.8)
    used.set(xlabel="codes, the most frequent first", ylabel="% of the cells with ink")
    used.set_title(f"how often each is used\n({model.usage[model.background]:.0%} of all cells are blank)")


def padded(values: np.ndarray, by: float = 0.08) -> tuple[float, float]:
    """Limits of an axis with room around its values."""
    room = by * np.ptp(values)
    return values.min() - room, values.max() + room


def curves(figure: Figure, runs: Path, colours: dict) -> None:
    """Training error of the VQ-VAE and nats of the prior, epoch by epoch."""
    pixels, nats = figure.subplots(1, 2)
    log = read_log(runs / "vqvae.csv")
    pixels.plot([row["epoch"] for row in log], [row["mse"] for row in log], color=colours["first"])
    pixels.set(xlabel="epoch", yscale="log", title="VQ-VAE: squared error of a training pixel")
    log = read_log(runs / "prior.csv")
    for name, words, colour in (
        ("nats_per_grid", "whole grid", "first"),
        ("nats_with_known_cells_after", "with known cells after", "second"),
    ):
        nats.plot([row["epoch"] for row in log], [row[name] for row in log], color=colours[colour])
        # The curve's name stands over its second half, where it falls away from it.
        middle = log[len(log) // 2]
        nats.annotate(
            words,
            (middle["epoch"], middle[name]),
            xytext=(0, 5),
            textcoords="offset points",
            color=colours[colour],
        )
    nats.set(xlabel="epoch", title="prior: nats of a training grid")


def rate_distortion(figure: Figure, points: list[dict], colours: dict) -> None:
    """Squared error against bits per cell, log2 of the perplexity, for codebooks of different sizes."""
    axes = figure.subplots()
    rate, error = [p["bits_per_cell"] for p in points], [p["mse"] for p in points]
    axes.plot(rate, error, "o-", color=colours["first"])
    for point in points:
        axes.annotate(
            f"K = {point['codes']}",
            (point["bits_per_cell"], point["mse"]),
            xytext=(6, 6),
            textcoords="offset points",
        )
    axes.set(xlabel="bits per cell (entropy of code use)", ylabel="squared error of a test pixel")
    # Room for what stands beside the points.
    axes.set(xlim=padded(np.array(rate), 0.15), ylim=padded(np.array(error), 0.15))
    axes.set_title(f"rate and distortion after {points[0]['epochs']} epochs each")


def draw(path: Path, size: tuple[float, float], chart, *arguments) -> None:
    """Call chart(figure, *arguments, colours) for each theme; write path-light.svg and path-dark.svg."""
    for theme, colours in THEMES.items():
        ink, paper = colours["ink"], colours["paper"]
        style = {
            "figure.facecolor": paper,
            "axes.facecolor": paper,
            "text.color": ink,
            "axes.labelcolor": ink,
            "axes.edgecolor": colours["faint"],
            "xtick.color": ink,
            "ytick.color": ink,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "font.size": 9,
            "axes.titlesize": 9,
            "axes.titlelocation": "left",
            "svg.hashsalt": "vqdemo",
            "svg.fonttype": "path",
        }
        with rc_context(style):
            figure = Figure(figsize=size, layout="constrained")
            chart(figure, *arguments, colours)
            target = path.with_name(f"{path.name}-{theme}.svg")
            figure.savefig(target, metadata={"Date": None})
        print(f"wrote {target}")


def run(folder: Path, runs: Path) -> None:
    """Draw every chart whose figures are there, beside the weights."""
    draw(folder / "codebook", (9, 4.2), codebook, vqdemo.load(folder))
    if (runs / "vqvae.csv").exists() and (runs / "prior.csv").exists():
        draw(folder / "curves", (9, 3), curves, runs)
    metrics = folder / "metrics.json"
    points = (
        json.loads(metrics.read_text(encoding="utf-8")).get("rate_distortion") if metrics.exists() else None
    )
    if points:
        draw(folder / "rate_distortion", (5, 3.2), rate_distortion, points)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m train.report.charts", description=__doc__.splitlines()[0]
    )
    add_weights_argument(parser)
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the logs (default: runs)")
    arguments = parser.parse_args()
    with usage_errors(parser):
        run(arguments.out, arguments.runs)


if __name__ == "__main__":
    main()
