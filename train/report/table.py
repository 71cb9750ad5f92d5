"""metrics.json as the table of the model card.

`python -m train.report.table` writes it there.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from train.runtime.folders import usage_errors
from train.runtime.weights_folder import metrics_of

START, END = "<!-- table made by train/report/table.py -->\n", "<!-- end of table -->"
STAGES = {"training_of_vqvae": "VQ-VAE", "training_of_prior": "prior"}
SEED_FIGURES = (  # name in metrics.json, in words, digits after the point
    ("mse", "test error", 5),
    ("perplexity", "perplexity", 1),
    ("nats: everything", "nats of a grid, each in its own codes", 2),
    ("nats: top half", "of the top half", 2),
    ("nats: random half", "of the random half", 2),
    ("frechet", "Fréchet distance of samples", 1),
    ("recall", "their recall", 2),
)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f}"


def cpu_minutes(network: dict) -> str:
    return minutes(network["curve"][-1]["cpu_seconds"])


def redrawn(m: dict) -> str:
    figures = m["reconstruction"]
    return f"{figures['mse']:.5f}; {figures['psnr_db']:.1f} dB; {figures['ssim']:.3f}"


def codes_used(m: dict) -> str:
    figures, on_ink = m["reconstruction"], m.get("readability")
    perplexity = on_ink["inked_perplexity"] if on_ink else figures["perplexity"]
    return f"{figures['codes_in_use']}; {perplexity:.1f}"


def blanks(m: dict) -> str:
    figures = m["readability"]
    return f"{percent(figures['blank_with_code_0'])}; {figures['codes_a_digit']:.1f}"


def alone(m: dict) -> str:
    figures = m["readability"]["alone"]
    return f"{figures['ink']:.2f}; {figures['correlation']:.2f}; {percent(figures['spill'])}"


def calibrated(m: dict) -> str:
    figures = m["calibration"]
    all_cells, inked = figures["expected_calibration_error"], figures["expected_calibration_error_inked"]
    return f"{all_cells:.3f}; {inked:.3f}"


def labels(table: dict, unknown: str) -> str:
    """How well a label is known with some cells unknown; "" if not measured."""
    if unknown not in table:
        return ""
    figures = table[unknown]
    return f"{percent(figures['accuracy'])}; {figures['probability_of_truth']:.3f}"


def bits(m: dict) -> str:
    figures = m["bits_per_pixel"]
    return f"{figures['codes']:.3f} + {figures['pixels']:.3f} = {figures['total']:.3f}"


def locality(m: dict) -> str:
    figures = m["editing"]
    return f"{percent(figures['effect_within_0px'])}; {percent(figures['effect_within_2px'])}"


def out_of_distribution(m: dict) -> str:
    families, mse = m["out_of_distribution"], m["reconstruction"]["mse"]
    return "; ".join(f"{families[name] / mse:.2f}" for name in ("shifted", "strokes", "letters", "all"))


def readable(m: dict) -> str:
    samples = m["samples"]["with_label"]
    return f"{percent(samples['asked_digit'])}; {percent(samples['confident'])}"


def distances(m: dict) -> str:
    return "; ".join(f"{m['samples'][kind]['frechet']:.1f}" for kind in ("with_label", "without_label"))


def coverage(figures: dict, of: str = "") -> str:
    return f"{figures['precision' + of]:.2f}; {figures['recall' + of]:.2f}"


def novelty(m: dict) -> str:
    of_samples = m["samples"]["with_label"]["nearest_training_digit"]
    return f"{of_samples:.2f}; {m['reconstruction']['nearest_training_digit']:.2f}"


def seams(m: dict) -> str:
    ratios = [row["step_at_seam"] / row["step_in_reconstructions"] for row in m["completions"].values()]
    return f"{max(ratios):.2f}"


def latencies(m: dict) -> str:
    names = ("sample_1", "sample_64", "full_pass_64", "conditionals", "conditionals_without_label")
    return "; ".join(f"{m['latency_ms'][name]:.0f} ms" for name in names)


def training_minutes(m: dict) -> str:
    stages = [m[name] for name in STAGES if name in m]
    return "; ".join(f"{minutes(stage['seconds'])} ({minutes(stage['cpu_seconds'])})" for stage in stages)


def rows(m: dict) -> list[tuple[str, str, str, str]]:
    """The name of each row, ours, the notebook baseline's, and what real digits score.

    "" stands for a figure that there is not. A row without ours is left out.
    """
    notebook = m.get("notebook_baseline")

    def ours(show: Callable[[dict], str], needs: str) -> str:
        return show(m) if needs in m else ""

    def both(show: Callable[[dict], str], needs: str) -> tuple[str, str]:
        return ours(show, needs), show(notebook) if notebook and needs in notebook else ""

    def theirs(show: Callable[[dict], str]) -> str:
        return show(notebook) if notebook else ""

    def drawn(show: Callable[[dict], str]) -> str:
        return show(notebook["samples"]["without_label"]) if notebook else ""

    floor = m["samples"]["with_label"]
    stages = "; ".join(words for name, words in STAGES.items() if name in m)
    return [row for row in [
        (f"training, minutes by the clock (of the CPU): {stages}", training_minutes(m),
         theirs(lambda n: "; ".join(f"({cpu_minutes(network)})" for network in (n, n["prior"]))), ""),
        ("reconstruction: MSE of pixels in [0,1]; PSNR; SSIM", *both(redrawn, "reconstruction"), ""),
        ("reconstructions that the evaluator, a classifier, reads as the true digit",
         *both(lambda x: percent(x["reconstruction"]["read_as_true_digit"]), "reconstruction"),
         percent(m["evaluator"]["accuracy"])),
        ("codes in use; perplexity (ours: of the codes on cells with ink)",
         *both(codes_used, "reconstruction"), ""),
        ("cells without ink that carry the blank code; codes that a digit needs",
         ours(blanks, "readability"), "", ""),
        ("a code alone on a blank grid: ink relative to its mean patch; correlation with it; ink elsewhere",
         ours(alone, "readability"), "", ""),
        ("bits per pixel: codes by the prior + pixels given the reconstruction",
         *both(bits, "bits_per_pixel"), ""),
        ("a code's effect within its own patch; within 2 pixels of it", *both(locality, "editing"), ""),
        ("ink left in a cell set to the blank code",
         *both(lambda x: percent(x["editing"]["erase_leftover"]), "editing"), ""),
        ("out-of-distribution drawings, MSE relative to MNIST's: shifted digits; strokes; letters; all",
         *both(out_of_distribution, "out_of_distribution"), ""),
        ("samples that read as the digit asked for; with confidence of 0.9 or more", readable(m),
         drawn(lambda d: f"–; {percent(d['confident'])}"), ""),
        ("Fréchet distance of samples; of samples without a label", distances(m),
         drawn(lambda d: f"–; {d['frechet']:.1f}"), f"{floor['frechet_of_training_digits']:.1f}"),
        ("precision; recall of samples",
         coverage(floor), drawn(coverage), coverage(floor, "_of_training_digits")),
        ("median distance to the nearest training digit: of samples; of test digits' reconstructions",
         novelty(m), drawn(lambda d: f"{d['nearest_training_digit']:.2f}; –"),
         f"{floor['nearest_training_digit_of_test_digits']:.2f}"),
        ("step across the border of completed cells, relative to reconstructions': largest of all masks",
         seams(m), "", "1"),
        (f"calibration error of `conditionals` ({m['calibration']['grids']:,} digits): all cells; inked ones",
         calibrated(m), "", ""),
        ("label of a whole grid by `label_probs`: right; mean probability of the true one",
         labels(m["label_accuracy"], "nothing"), "", ""),
        ("one thread: sample of 1; of 64, guided; one full pass over these 64; `conditionals`; without label",
         latencies(m), theirs(lambda n: "; ".join(f"{ms:.0f} ms" for ms in n["latency_ms"].values())), ""),
    ] if row[1]]  # fmt: skip


def race(notebook: dict | None) -> str:
    """A sentence on what a CPU second of training buys, beside the notebook baseline; "" if not measured."""
    if not notebook or "ours" not in notebook:
        return ""
    end = notebook["curve"][-1]
    ours = "; ".join(
        f"{run['test_mse']:.5f} after {run['cpu_seconds']:.0f} "
        f"({run['cpu_seconds'] / end['cpu_seconds']:.2f} of the baseline's)"
        for run in notebook["ours"]
    )
    theirs = f"the notebook baseline {end['test_mse']:.5f} after {end['cpu_seconds']:.0f}"
    return f"\nTest error by CPU seconds of training: {theirs}; ours {ours}.\n"


def seed_variance(variance: dict | None) -> str:
    """A sentence on how far figures differ between seeds; "" if not measured."""
    if not variance:
        return ""
    shown = "; ".join(
        f"{words} {variance['figures'][name]['mean']:.{digits}f} ± "
        f"{variance['figures'][name]['standard_deviation']:.{digits}f}"
        for name, words, digits in SEED_FIGURES
    )
    epochs = (
        f"{variance['epochs']['vqvae']} epochs of the VQ-VAE and {variance['epochs']['prior']} of the prior"
    )
    number = len(variance["seeds"])
    return f"\nMean and standard deviation over {number} seeds, each trained for {epochs}: {shown}.\n"


def cost(petaflop: float, seconds: float | None) -> str:
    """What a training took, in words; the CPU seconds as far as its log tells them."""
    return f"{petaflop:.2f} PFLOP" + (f" and {seconds:,.0f} CPU seconds" if seconds else "")


def by_mask(m: dict) -> str:
    """The prior's figures for each mask as a second table, beside those of the raster-order baseline."""
    raster, corrected = m.get("raster_prior"), m.get("raster_prior_corrected")
    pixels = m.get("known_pixels")
    above = "prior above the corrected baseline"
    if corrected:
        particles = f"{corrected['particles']:,} particles: filled blindly; by the prior"
        above += f" ({corrected['grids']} digits, {particles})"
    reads = "completions that read as the true digit"
    beside = ["blind baseline, nats", above] if raster and corrected else []
    guess = "label by `label_probs`: right; probability of the true one"
    seen = ["label by a classifier that sees the known pixels"] if pixels else []
    titles = ["unknown cells", "prior, nats", *beside, guess, *seen, reads]
    lines = [f"| {' | '.join(titles)} |\n", f"{'|---' * len(titles)}|\n"]
    for name, nats in m["likelihood"]["with_label"].items():
        cells = [f"{name} ({nats['unknown_cells']})", f"{nats['mean']:.2f}"]
        if raster and corrected:
            ways = corrected["nats"][name].values()
            cells.append(f"{raster['nats'][name]['mean']:.2f}")
            cells.append(
                "; ".join(f"{way['prior_above']:+.2f} ± {way['standard_error']:.2f}" for way in ways)
            )
        cells.append(labels(m["label_accuracy"], name))
        if pixels:
            cells.append(labels(pixels, name))
        filled = m["completions"].get(name)
        cells.append(f"{100 * filled['reads_as_true_digit']:.0f} %" if filled else "")
        lines.append(f"| {' | '.join(cells)} |\n")
    if raster and corrected:
        prior = cost(corrected["petaflop_of_the_prior"], m.get("training_of_prior", {}).get("cpu_seconds"))
        baseline = cost(raster["petaflop"], raster["cpu_seconds"])
        lines.append(f"\nTraining took the prior {prior}, the baseline {baseline}.\n")
    return "".join(lines)


def markdown(m: dict) -> str:
    """All of it, with its markers. m: the content of metrics.json."""
    measured_on = f"measured on the {m['data']['set']} {m['data']['split']} set"
    head = f"| {measured_on} | ours | notebook baseline | real digits |\n|---|---|---|---|\n"
    lines = "".join(f"| {' | '.join(row)} |\n" for row in rows(m))
    sentences = race(m.get("notebook_baseline")) + seed_variance(m.get("seed_variance"))
    return START + head + lines + sentences + "\n" + by_mask(m) + END


def insert(page: Path, table: str) -> None:
    """Replace what stands between the markers of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(START)
    page.write_text(before + table + rest.split(END, 1)[1], encoding="utf-8")


def run(folder: Path) -> str:
    """Write the table into the card of a folder of weights and return it.

    Raises FileNotFoundError if weights or card are missing, and ValueError if the weights are not measured.
    """
    metrics = metrics_of(folder)
    if not metrics:
        raise ValueError(
            f"{folder}/metrics.json is not of these weights: python -m train.evaluate measures them"
        )
    table = markdown(metrics)
    insert(folder / "README.md", table)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.report.table", description=__doc__.splitlines()[0])
    parser.parse_args()
    with usage_errors(parser):
        print(run(Path("weights")))


if __name__ == "__main__":
    main()
