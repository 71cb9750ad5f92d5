"""metrics.json as the table that the README and the model card show: `python -m train.table` writes it into both."""

import json
from pathlib import Path

START, END = "<!-- table made by train/table.py -->\n", "<!-- end of table -->"


def rows(m: dict) -> list[tuple[str, str]]:
    """What is shown, in words and figures."""
    v, p, ms = m["vqvae"], m["prior"], m["latency_ms"]
    samples, free, read = p["samples"], p["samples_without_label"], p["completions"]

    def percent(share: float) -> str:
        return f"{100 * share:.1f} %"

    foreign = v.get("foreign_mse")  # of weights trained on MNIST
    lines = [
        ("reconstruction: MSE of pixels in [0,1]; PSNR; SSIM", f"{v['mse']:.5f}; {v['psnr_db']:.1f} dB; {v['ssim']:.4f}"),
        ("reconstructions that a classifier reads as the true digit", percent(v["read_as_true_digit"])),
        (f"the same of the originals, by that classifier ({m['data']['pictures']:,} pictures)", percent(m["classifier"]["accuracy"])),
        ("codes in use; perplexity", f"{v['codes_in_use']}; {v['perplexity']:.1f}"),
        ("a code's effect within its own patch; within 2 pixels of it",
         f"{percent(v['effect_within_0px'])}; {percent(v['effect_within_2px'])}"),
        ("ink left in a cell set to the background code", percent(v["erase_leftover"])),
        ("drawings unlike MNIST, MSE relative to MNIST's: shifted digits; strokes; letters; all",
         "; ".join(f"{foreign[name] / v['mse']:.2f}" for name in ("shifted", "strokes", "letters", "all")) if foreign else None),
        ("samples that read as the digit asked for; with confidence of 0.9 or more",
         f"{percent(samples['asked_digit'])}; {percent(samples['confident'])}"),
        ("Fréchet distance of samples; of samples without a label; of as many training digits",
         f"{samples['frechet']:.1f}; {free['frechet']:.1f}; {samples['frechet_of_training_digits']:.1f}"),
        (("precision; recall (training digits: "
         f"{samples['precision_of_training_digits']:.2f}; {samples['recall_of_training_digits']:.2f})"),
         f"{samples['precision']:.2f}; {samples['recall']:.2f}"),
        ("median distance of samples to the nearest training digit; of test digits",
         f"{samples['nearest_training_digit']:.2f}; {samples['nearest_training_digit_of_test_digits']:.2f}"),
        ("step across the border of what was filled, relative to reconstructions' there: largest of all masks",
         f"{max(r['step_at_seam'] / r['step_in_reconstructions'] for r in read.values()):.2f}"),
        (f"expected calibration error of `conditionals` ({p['conditionals']['grids']:,} digits)",
         f"{p['conditionals']['expected_calibration_error']:.3f}"),
        ("one thread: sample of 1; of 64, guided; one full pass over these 64; `conditionals`; without label",
         "; ".join(f"{ms[name]:.0f} ms" for name in
                   ("sample_1", "sample_64", "full_pass_64", "conditionals", "conditionals_without_label"))),
    ]  # fmt: skip
    return [(name, figures) for name, figures in lines if figures]


def by_mask(p: dict) -> str:
    """The prior's figures for each mask as a second table; beside them the raster-order baseline's, once it has been measured."""
    raster = p.get("raster_baseline")
    few = f" ({raster['corrected_grids']} digits)" if raster else ""
    names = ["unknown cells", "prior, nats", "blind baseline, nats", f"prior above the corrected baseline{few}",
             "completions that read as the true digit"]  # fmt: skip
    lines = [f"| {' | '.join(names)} |\n|---|---|---|---|---|\n"]
    for name, nats in p["nats"].items():
        blind = above = reads = ""
        if raster:
            its = raster["nats"][name]
            blind, above = f"{its['baseline']:.2f}", f"{its['prior_above_corrected']:+.2f} ± {its['standard_error']:.2f}"
        if name in p["completions"]:
            reads = f"{100 * p['completions'][name]['reads_as_true_digit']:.0f} %"
        lines.append(f"| {name} ({nats['unknown_cells']}) | {nats['mean']:.2f} | {blind} | {above} | {reads} |\n")
    return "".join(lines)


def markdown(metrics: dict) -> str:
    """Both tables, with their markers."""
    lines = [f"| {name} | {figures} |\n" for name, figures in rows(metrics)]
    return START + f"| measured on the {metrics['data']['set']} {metrics['data']['split']} set | |\n|---|---|\n" + "".join(lines) + "\n" + by_mask(metrics["prior"]) + END


def insert(page: Path, table: str) -> None:
    """Replace what stands between the markers of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(START)
    page.write_text(before + table + rest.split(END, 1)[1], encoding="utf-8")


def main() -> None:
    table = markdown(json.loads(Path("weights/metrics.json").read_text(encoding="utf-8")))
    for page in (Path("README.md"), Path("weights/README.md")):
        insert(page, table)
    print(table)


if __name__ == "__main__":
    main()
