"""metrics.json as the table that the README and the model card show: `python -m train.table` writes it into both."""

import json
from pathlib import Path

START, END = "<!-- table made by train/table.py -->\n", "<!-- end of table -->"


def rows(m: dict) -> list[tuple[str, str]]:
    """What is shown, in words and figures."""
    v, p = m["vqvae"], m["prior"]
    nats, samples, guess = p["nats"], p["samples"], p["completions"]

    def percent(share: float) -> str:
        return f"{100 * share:.1f} %"

    foreign = v["foreign_mse"]
    return [
        ("reconstruction: MSE of pixels in [0,1]; PSNR; SSIM", f"{v['mse']:.5f}; {v['psnr_db']:.1f} dB; {v['ssim']:.4f}"),
        ("reconstructions that a classifier reads as the true digit", percent(v["read_as_true_digit"])),
        (f"the same of the originals, by that classifier ({m['data']['pictures']:,} pictures)", percent(m["classifier"]["accuracy"])),
        ("codes in use; perplexity", f"{v['codes_in_use']}; {v['perplexity']:.1f}"),
        ("a code's effect within its own patch; within 2 pixels of it",
         f"{percent(v['effect_within_0px'])}; {percent(v['effect_within_2px'])}"),
        ("ink left in a cell set to the background code", percent(v["erase_leftover"])),
        ("drawings unlike MNIST, MSE relative to MNIST's: shifted digits; strokes; letters; all",
         "; ".join(f"{foreign[name] / v['mse']:.2f}" for name in ("shifted", "strokes", "letters", "all"))),
        ("prior, nats a grid, digit given", f"{nats['everything']['mean']:.2f}"),
        ("nats of the unknown cells, unknown being: top half; bottom; left; right; centre 3×3; random half",
         "; ".join(f"{nats[name]['mean']:.2f}" for name in nats if name != "everything")),
        ("samples that read as the digit asked for; with confidence of 0.9 or more",
         f"{percent(samples['asked_digit'])}; {percent(samples['confident'])}"),
        ("Fréchet distance of samples; of as many training digits",
         f"{samples['frechet']:.1f}; {samples['frechet_of_training_digits']:.1f}"),
        (("precision; recall (training digits: "
         f"{samples['precision_of_training_digits']:.2f}; {samples['recall_of_training_digits']:.2f})"),
         f"{samples['precision']:.2f}; {samples['recall']:.2f}"),
        ("median distance of samples to the nearest training digit; of test digits",
         f"{samples['nearest_training_digit']:.2f}; {samples['nearest_training_digit_of_test_digits']:.2f}"),
        ("completions without a label that read as the true digit, in the order of masks above",
         "; ".join(f"{100 * guess[name]['reads_as_true_digit']:.0f} %" for name in guess)),
        ("expected calibration error of `conditionals`", f"{p['conditionals']['expected_calibration_error']:.3f}"),
    ]  # fmt: skip


def markdown(metrics: dict) -> str:
    """The table, with its markers."""
    lines = [f"| {name} | {figures} |\n" for name, figures in rows(metrics)]
    return START + "| measured on the MNIST test set | |\n|---|---|\n" + "".join(lines) + END


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
