"""metrics.json as the table that the README and the model card show: `python -m train.report.table` writes it into both."""

import json
from pathlib import Path

START, END = "<!-- table made by train/report/table.py -->\n", "<!-- end of table -->"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def rows(m: dict) -> list[tuple[str, str, str, str]]:
    """What is shown: the name of a row, ours, the peer's, and what real digits score. "" where there is no such figure."""
    v, p, ms = m["vqvae"], m["prior"], m["latency_ms"]
    samples, free, read = p["samples"], p["samples_without_label"], p["completions"]
    peer = m.get("peer", {})  # measured by train/baselines/notebook_vqvae.py
    theirs, drawn = peer.get("vqvae"), peer["prior"]["samples_without_label"] if peer else None

    def fidelity(v: dict | None) -> str:
        return f"{v['mse']:.5f}; {v['psnr_db']:.1f} dB; {v['ssim']:.3f}" if v else ""

    def bits(its: dict | None) -> str:
        return f"{its['codes']:.3f} + {its['pixels']:.3f} = {its['total']:.3f}" if its and "total" in its else ""

    def local(v: dict | None) -> str:
        return f"{percent(v['effect_within_0px'])}; {percent(v['effect_within_2px'])}" if v else ""

    def abroad(v: dict | None) -> str:
        foreign = v and v.get("foreign_mse")  # measured of weights trained on MNIST
        return "; ".join(f"{foreign[name] / v['mse']:.2f}" for name in ("shifted", "strokes", "letters", "all")) if foreign else ""

    training = m.get("training", {})
    lines = [
        (f"training, minutes by the clock (of the CPU): {'; '.join({'vqvae': 'VQ-VAE'}.get(name, name) for name in training)}",
         "; ".join(f"{its['seconds'] / 60:.0f} ({its['cpu_seconds'] / 60:.0f})" for its in training.values()),
         "; ".join(f"({its['curve'][-1]['cpu_seconds'] / 60:.0f})" for its in (peer, peer["prior"])) if peer else "", ""),
        ("reconstruction: MSE of pixels in [0,1]; PSNR; SSIM", fidelity(v), fidelity(theirs), ""),
        ("reconstructions that a classifier reads as the true digit", percent(v["read_as_true_digit"]),
         percent(theirs["read_as_true_digit"]) if theirs else "", percent(m["classifier"]["accuracy"])),
        ("codes in use; perplexity", f"{v['codes_in_use']}; {v['perplexity']:.1f}",
         f"{theirs['codes_in_use']}; {theirs['perplexity']:.1f}" if theirs else "", ""),
        ("bits per pixel: codes by the prior + pixels given the reconstruction",
         bits(m.get("bits_per_pixel")), bits(peer.get("bits_per_pixel")), ""),
        ("a code's effect within its own patch; within 2 pixels of it",
         local(v), local(theirs), ""),
        ("ink left in a cell set to the background code", percent(v["erase_leftover"]),
         percent(theirs["erase_leftover"]) if theirs else "", ""),
        ("drawings unlike MNIST, MSE relative to MNIST's: shifted digits; strokes; letters; all",
         abroad(v), abroad(theirs), ""),
        ("samples that read as the digit asked for; with confidence of 0.9 or more",
         f"{percent(samples['asked_digit'])}; {percent(samples['confident'])}", f"–; {percent(drawn['confident'])}" if drawn else "", ""),
        ("Fréchet distance of samples; of samples without a label", f"{samples['frechet']:.1f}; {free['frechet']:.1f}",
         f"–; {drawn['frechet']:.1f}" if drawn else "",
         f"{samples['frechet_of_training_digits']:.1f}"),
        ("precision; recall of samples", f"{samples['precision']:.2f}; {samples['recall']:.2f}",
         f"{drawn['precision']:.2f}; {drawn['recall']:.2f}" if drawn else "",
         f"{samples['precision_of_training_digits']:.2f}; {samples['recall_of_training_digits']:.2f}"),
        ("median distance to the nearest training digit: of samples; of test digits' reconstructions",
         f"{samples['nearest_training_digit']:.2f}; {v['nearest_training_digit']:.2f}",
         f"{drawn['nearest_training_digit']:.2f}; –" if drawn else "",
         f"{samples['nearest_training_digit_of_test_digits']:.2f}"),
        ("step across the border of what was filled, relative to reconstructions' there: largest of all masks",
         f"{max(r['step_at_seam'] / r['step_in_reconstructions'] for r in read.values()):.2f}", "", "1"),
        (f"expected calibration error of `conditionals` ({p['conditionals']['grids']:,} digits)",
         f"{p['conditionals']['expected_calibration_error']:.3f}", "", ""),
        ("one thread: sample of 1; of 64, guided; one full pass over these 64; `conditionals`; without label",
         "; ".join(f"{ms[name]:.0f} ms" for name in
                   ("sample_1", "sample_64", "full_pass_64", "conditionals", "conditionals_without_label")),
         "; ".join(f"{its:.0f} ms" for its in peer["prior"]["latency_ms"].values()) if peer else "", ""),
    ]  # fmt: skip
    return [line for line in lines if line[1]]


def race(peer: dict | None) -> str:
    """A sentence on what a CPU second of training buys, beside the peer; "" if it has not been measured."""
    if not peer:
        return ""
    end = peer["curve"][-1]
    ours = "; ".join(f"{run['test_mse']:.5f} after {run['cpu_seconds']:.0f} ({run['cpu_seconds'] / end['cpu_seconds']:.2f} of the peer's)"
                     for run in peer["ours"])  # fmt: skip
    return f"\nTest error by CPU seconds of training: the peer {end['test_mse']:.5f} after {end['cpu_seconds']:.0f}; ours {ours}.\n"


def luck(spread: dict | None) -> str:
    """A sentence on how far figures differ between seeds; "" if it has not been measured."""
    if not spread:
        return ""
    names = [("mse", "test error", 5), ("perplexity", "perplexity", 1), ("nats: everything", "nats of a grid, each in its own codes", 2),
             ("nats: top half", "of the top half", 2), ("nats: random half", "of the random half", 2),
             ("frechet", "Fréchet distance of samples", 1), ("recall", "their recall", 2)]  # fmt: skip
    its = spread["figures"]
    shown = "; ".join(f"{words} {its[name]['mean']:.{digits}f} ± {its[name]['spread']:.{digits}f}" for name, words, digits in names)
    epochs = f"{spread['epochs']['vqvae']} epochs of the VQ-VAE and {spread['epochs']['prior']} of the prior"
    return f"\nMean and standard deviation over {len(spread['seeds'])} seeds, each trained for {epochs}: {shown}.\n"


def cost(petaflop: float, seconds: float | None) -> str:
    """What a training took, in words; the CPU seconds as far as its log tells them."""
    return f"{petaflop:.2f} PFLOP" + (f" and {seconds:,.0f} CPU seconds" if seconds else "")


def by_mask(metrics: dict) -> str:
    """The prior's figures for each mask as a second table; beside them the raster-order baseline's, once it has been measured."""
    p = metrics["prior"]
    raster = p.get("raster_baseline")
    measured = raster and "petaflop_of_the_prior" in raster  # of this prior
    how = f" ({raster['corrected_grids']} digits, {raster['particles']:,} particles: filled blindly; by the prior)" if measured else ""
    names = ["unknown cells", "prior, nats", "blind baseline, nats", f"prior above the corrected baseline{how}",
             "completions that read as the true digit"]  # fmt: skip
    lines = [f"| {' | '.join(names)} |\n|---|---|---|---|---|\n"]
    for name, nats in p["nats"].items():
        blind = above = reads = ""
        if raster:
            its = raster["nats"][name]
            blind = f"{its['baseline']:.2f}"
            if measured:
                above = "; ".join(f"{one['prior_above']:+.2f} ± {one['standard_error']:.2f}" for one in its["corrected"].values())
        if name in p["completions"]:
            reads = f"{100 * p['completions'][name]['reads_as_true_digit']:.0f} %"
        lines.append(f"| {name} ({nats['unknown_cells']}) | {nats['mean']:.2f} | {blind} | {above} | {reads} |\n")
    if measured:
        prior = cost(raster["petaflop_of_the_prior"], metrics["training"].get("prior", {}).get("cpu_seconds"))
        lines.append(f"\nTraining took the prior {prior}, the baseline {cost(raster['petaflop'], raster['cpu_seconds'])}.\n")
    return "".join(lines)


def markdown(metrics: dict) -> str:
    """All of it, with its markers."""
    head = f"| measured on the {metrics['data']['set']} {metrics['data']['split']} set | ours | peer | real digits |\n|---|---|---|---|\n"
    lines = [f"| {' | '.join(row)} |\n" for row in rows(metrics)]
    return START + head + "".join(lines) + race(metrics.get("peer")) + luck(metrics.get("spread")) + "\n" + by_mask(metrics) + END


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
