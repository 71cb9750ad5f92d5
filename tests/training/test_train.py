"""Training: the whole chain on little data, going on after a cut, and figures that belong to the committed weights."""

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import vqdemo
from train import evaluate, prior, vqvae
from train.data import augment, datasets
from train.data.masks import judged, random_known
from train.evaluate import fingerprints
from train.measure import reconstruction
from train.runtime import checkpoint, muon
from train.runtime.weights_folder import Folders
from vqdemo.vqvae import VQVAE, VQVAEConfig

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "weights"


# ---- the whole chain


def test_quick_training_makes_weights_that_load(mnist_folder, tmp_path):
    """`python -m train --quick` end to end, in a process of its own, and again: everything is done already."""
    command = [sys.executable, "-m", "train", "--quick", "--data", mnist_folder, "--out", tmp_path / "out", "--runs", tmp_path / "runs"]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=420, check=False)
    assert first.returncode == 0, first.stderr[-3000:]
    model = vqdemo.load(tmp_path / "out")
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["weights"] == fingerprints(tmp_path / "out")
    assert all(metrics["training"][name]["cpu_seconds"] > 0 for name in ("vqvae", "prior"))
    assert metrics["vqvae"]["mse"] < 0.03  # the mean image gives 0.067
    whole = metrics["prior"]["nats"]["everything"]["mean"]
    assert whole < 0.75 * 49 * np.log(model.num_codes)  # below guessing
    assert model.complete(np.full((7, 7), -1), 2, seed=0).shape == (2, 7, 7)
    for picture in ("out/samples.png", "out/completions.png", "out/curves-light.svg", "runs/reconstructions.png"):
        assert (tmp_path / picture).stat().st_size > 5_000, picture
    before = (tmp_path / "out" / "metrics.json").stat().st_mtime_ns
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=420, check=False)
    assert again.returncode == 0, again.stderr[-3000:]
    assert again.stdout.count("nothing to do") == 2
    assert (tmp_path / "out" / "metrics.json").stat().st_mtime_ns == before  # nor is anything measured again


def test_a_new_measurement_keeps_what_is_still_true(tmp_path):
    """Of other networks all; of ours what was measured of the same network on the same pictures."""
    bits, took = {"codes": 1, "pixels": 2, "total": 3}, {"vqvae": {"seconds": 5}, "prior": {"seconds": 6}}
    raster = {"petaflop": 1, "petaflop_of_the_prior": 2, "nats": {"centre": {"baseline": 3, "corrected": {"filled_by_prior": 4}}}}
    old = {"weights": {"vqvae.safetensors": "a", "prior.safetensors": "b", "config.json": "c"}, "data": {"split": "test"},
           "training": took, "peer": 7, "bits_per_pixel": bits, "prior": {"raster_baseline": raster}}  # fmt: skip
    (tmp_path / "metrics.json").write_text(json.dumps(old))

    def kept(**changed):
        metrics = {"weights": old["weights"] | changed.pop("weights", {}), "data": old["data"], "training": {}, "prior": {}} | changed
        evaluate.add_kept(metrics, tmp_path / "metrics.json")
        return metrics

    assert kept() == old
    assert kept(data={"split": "held-out"}) == {
        "weights": old["weights"], "data": {"split": "held-out"}, "training": took, "peer": 7, "prior": {},
    }  # fmt: skip
    other_prior = kept(weights={"prior.safetensors": "x", "config.json": "y"}, training={"prior": {"seconds": 9}})
    assert other_prior["training"] == {"vqvae": {"seconds": 5}, "prior": {"seconds": 9}}
    assert other_prior["bits_per_pixel"] == {"pixels": 2}
    assert other_prior["prior"] == {"raster_baseline": {"petaflop": 1, "nats": {"centre": {"baseline": 3}}}}
    other_vqvae = kept(weights={"vqvae.safetensors": "x", "prior.safetensors": "y", "config.json": "z"})
    assert (other_vqvae["training"], other_vqvae["prior"]) == ({}, {}) and "bits_per_pixel" not in other_vqvae


class Cut(Exception):
    """A run cut off."""


@pytest.mark.parametrize("stage", ["vqvae", "prior"])
def test_a_cut_run_goes_on_and_ends_with_the_same_weights(stage, mnist_folder, tmp_path, monkeypatch):
    if stage == "vqvae":
        settings = vqvae.VQVAESettings(
            images=600, width=16, encoder_blocks=1, decoder_blocks=1, epochs=3, warmup_steps=4, doodle_number=64
        )  # fmt: skip

        def train(runs):
            return vqvae.train(settings, Folders(mnist_folder, tmp_path, runs), "cpu")
    else:
        torch.manual_seed(0)
        network = VQVAE(VQVAEConfig(width=16)).eval().requires_grad_(False)
        settings = prior.PriorSettings(images=600, width=16, layers=2, head_width=16, epochs=3, plain_epochs=1, compile=0)

        def train(runs):
            return prior.train(settings, network, Folders(mnist_folder, tmp_path, runs), "cpu")

    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    undisturbed = train(whole).state_dict()
    real_save = checkpoint.save

    def save_and_die(*arguments):
        real_save(*arguments)
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save", save_and_die)
        for _ in range(2):  # cut after the first epoch, and again after the second
            with pytest.raises(Cut):
                train(cut)
    resumed = train(cut).state_dict()
    for name, tensor in undisturbed.items():
        assert torch.equal(tensor, resumed[name]), name


def test_a_checkpoint_of_other_settings_is_not_used(tmp_path):
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    checkpoint.save(tmp_path / "c.safetensors", model, optimizer, 3, {"epochs": 5})
    assert checkpoint.resume(tmp_path / "c.safetensors", model, optimizer, {"epochs": 6}) == 0
    assert checkpoint.resume(tmp_path / "c.safetensors", model, optimizer, {"epochs": 5}) == 3


def test_help_explains_every_setting():
    for stage, settings in (("train.vqvae", vqvae.VQVAESettings), ("train.prior", prior.PriorSettings), ("train", None), ("train.evaluate", None)):
        done = subprocess.run([sys.executable, "-m", stage, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert "--data" in done.stdout
        words = " ".join(done.stdout.split())
        for field in fields(settings) if settings else ():
            explanation = field.metadata["help"]
            assert f"--{field.name.replace('_', '-')} " in words and explanation.split()[-1] in words, field.name


# ---- its parts


def test_known_sets_cover_what_visitors_do():
    known = random_known(30_000, 7, torch.Generator().manual_seed(0))
    share = known.flatten(1).float().mean(1)
    assert 0.02 < (share == 0).float().mean() < 0.3  # nothing known
    assert (share == 1).float().mean() > 0.05  # all cells known
    masks = judged(7)
    sizes = {name: int((~mask).sum()) for name, mask in masks.items()}
    assert sizes == {"everything": 49, "centre": 9, "top rows": 28, "left columns": 28} | dict.fromkeys(
        ("top half", "bottom half", "left half", "right half", "random half"), 25
    )
    for name in ("top rows", "left columns"):
        assert (known[:3000] == masks[name]).all((1, 2)).any(), name  # the very masks that are judged occur in training


@pytest.mark.parametrize("shape", [(2, 30, 12), (1, 8, 40)], ids=["tall", "wide"])
def test_orthogonalised_matrices_keep_their_singular_vectors(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    u, _, vh = torch.linalg.svd(matrices, full_matrices=False)
    inside = u.mT @ muon.orthogonalised(matrices) @ vh.mT
    sizes = inside.diagonal(dim1=1, dim2=2)
    assert sizes.min() > 0.6
    assert sizes.max() < 1.3
    assert (inside - torch.diag_embed(sizes)).abs().max() < 1e-3


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_muon_steps_by_its_rate_and_leaves_the_rest_to_adamw(precision):
    generator = torch.Generator().manual_seed(0)
    matrix, unused, bias, alike = (torch.nn.Parameter(torch.randn(*shape, generator=generator)) for shape in ((6, 4), (6, 4), (6,), (6,)))
    alike.data.copy_(bias)
    ours = muon.Muon([matrix, unused], [bias], lr=0.1, others_lr=0.01, precision=precision, weight_decay=0.0)
    theirs = torch.optim.AdamW([alike], lr=0.01, weight_decay=0.0)
    before = matrix.detach().clone(), unused.detach().clone()
    for _ in range(3):
        matrix.grad = torch.randn(6, 4, generator=generator)
        bias.grad = torch.randn(6, generator=generator)
        alike.grad = bias.grad.clone()
        last = matrix.detach().clone()
        ours.step()
        theirs.step()
        moved = torch.linalg.svdvals(matrix.detach() - last) / (0.1 * (6 / 4) ** 0.5)
        assert moved.min() > 0.6
        assert moved.max() < 1.3
    assert not torch.equal(matrix, before[0])
    assert torch.equal(unused, before[1])
    muon.Muon([matrix, unused], [bias], lr=0.1, others_lr=0.01).load_state_dict(ours.state_dict())  # as a cut training does
    assert torch.equal(bias, alike)


@pytest.mark.parametrize("warp", [augment.warp, augment.affine])
def test_warping_is_gentle_and_random(warp):
    image = torch.zeros(64, 1, 28, 28)
    image[:, :, 10:18, 12:16] = 1
    warped = warp(image, torch.Generator().manual_seed(0))
    assert warped.min() >= 0
    assert warped.max() <= 1
    assert (warped.sum((1, 2, 3)) / 32 - 1).abs().max() < 0.3
    assert (warped[0] != warped[1]).any()
    rows = torch.arange(28) + 0.5
    centre = (warped.sum((1, 3)) * rows).sum(1) / warped.sum((1, 2, 3))
    assert (centre - 14).abs().max() < 1.5


def test_what_the_prior_learns_from_stays_framed_as_mnist_frames_digits(mnist_folder):
    """The box around it keeps its longer side, and the mass its centre; nothing happens to a picture without ink."""
    digits = datasets.mnist(mnist_folder, "train", 200).images[:, None].float() / 255
    warped = augment.warp(digits, torch.Generator().manual_seed(0))
    line = torch.arange(28.0)

    def longer_side(pictures):
        ink = pictures[:, 0] > 0.3
        return torch.stack([lines.sum(1) for lines in (ink.any(1), ink.any(2))]).amax(0).float()

    def centre(pictures):
        mass = pictures[:, 0] / pictures[:, 0].sum((1, 2), keepdim=True)
        return torch.stack([(mass.sum(axis) * line).sum(1) for axis in (1, 2)])

    sides = longer_side(warped) - longer_side(digits)
    assert sides.abs().max() <= 2 and sides.abs().mean() < 0.6
    assert (centre(warped) - centre(digits)).abs().max() < 0.3
    assert (warped - digits).abs().mean((1, 2, 3)).min() > 0.002
    assert not augment.warp(torch.zeros(3, 1, 28, 28), torch.Generator().manual_seed(0)).any()


def test_ssim_knows_equal_from_unequal():
    pictures = torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert abs(reconstruction.ssim(pictures, pictures) - 1) < 1e-5
    assert reconstruction.ssim(pictures, 1 - pictures) < 0
    noisy = (pictures + 0.1 * torch.randn(pictures.shape, generator=torch.Generator().manual_seed(1))).clamp(0, 1)
    assert 0.5 < reconstruction.ssim(pictures, noisy) < 0.99


# ---- the committed weights are what metrics.json says


@pytest.fixture(scope="module")
def metrics() -> dict:
    return json.loads((WEIGHTS / "metrics.json").read_text())


def test_metrics_belong_to_the_committed_weights(metrics):
    assert metrics["weights"] == fingerprints(WEIGHTS)
    assert metrics["data"] == {"set": "MNIST", "split": "test", "pictures": 10_000}


def test_figures_that_the_page_relies_on(metrics):
    figures = metrics["vqvae"]
    assert figures["mse"] <= 0.0024
    assert figures["ssim"] >= 0.973
    assert figures["codes_in_use"] == 64
    assert figures["perplexity"] >= 28
    assert figures["effect_within_2px"] >= 0.80
    assert figures["erase_leftover"] <= 0.06
    assert figures["foreign_mse"]["ratio_to_mnist"] <= 1.25


def test_figures_of_the_prior(metrics):
    figures = metrics["prior"]
    samples, free, read = figures["samples"], figures["samples_without_label"], figures["completions"]
    assert metrics["classifier"]["accuracy"] >= 0.993
    assert samples["asked_digit"] >= 0.97
    assert samples["confident"] >= 0.96
    assert samples["nearest_training_digit"] >= samples["nearest_training_digit_of_test_digits"]
    assert samples["frechet"] <= 2 * samples["frechet_of_training_digits"]
    assert free["frechet"] <= 1.5 * free["frechet_of_training_digits"]
    for drawn in (samples, free):
        assert drawn["precision"] >= 0.97 * drawn["precision_of_training_digits"]
        assert drawn["recall"] >= 0.83 * drawn["recall_of_training_digits"]
        # Codes smooth: test digits lie closer to training digits once they are redrawn.
        assert drawn["nearest_training_digit"] >= metrics["vqvae"]["nearest_training_digit"]
        # Defaults are chosen for samples with a label, and against held-out digits, which lie closer to training digits than test digits do.
        assert drawn["nearest_training_digit"] >= 0.97 * drawn["nearest_training_digit_of_test_digits"]
    for mask, share in {"random half": 0.90, "centre": 0.90, "bottom half": 0.85, "top half": 0.65, "left half": 0.65}.items():
        assert read[mask]["reads_as_true_digit"] >= share, mask
        assert read[mask]["step_at_seam"] <= 1.1 * read[mask]["step_in_reconstructions"], mask
    assert figures["conditionals"]["expected_calibration_error"] <= 0.02
    blind = {name: figures["nats"][name]["mean"] / its["baseline"] for name, its in figures["raster_baseline"]["nats"].items()}
    assert blind["everything"] <= 1.005
    for mask in ("top half", "left half", "centre", "random half"):
        assert blind[mask] <= 0.92, mask
    nats = figures["raster_baseline"]["nats"]
    # Either way of filling the particles puts the corrected baseline's nats too low on average: the higher ones are the nearer.
    corrected = {mask: max(its["corrected"].values(), key=lambda one: one["baseline"]) for mask, its in nats.items()}
    matched = [mask for mask, its in corrected.items() if its["prior_above"] <= its["standard_error"]]
    assert len({"top half", "bottom half", "left half", "centre", "random half"} & set(matched)) >= 3, corrected
    assert figures["nats"]["top half"]["mean"] <= 0.49 * figures["nats"]["everything"]["mean"]


def test_figures_beside_what_they_are_compared_with(metrics):
    peer, bits = metrics["peer"], metrics["bits_per_pixel"]
    assert bits["total"] <= 1.18
    assert bits["total"] < peer["bits_per_pixel"]["total"]
    end = peer["curve"][-1]
    assert any(ours["test_mse"] <= end["test_mse"] and ours["cpu_seconds"] <= end["cpu_seconds"] / 8 for ours in peer["ours"])
    assert metrics["prior"]["samples_without_label"]["frechet"] < peer["prior"]["samples_without_label"]["frechet"] / 10
    errors = {point["codes"]: point["mse"] for point in metrics["rate_distortion"]}
    assert list(errors) == [16, 32, 64, 128, 256]
    assert list(errors.values()) == sorted(errors.values(), reverse=True)
    spread = metrics["spread"]
    assert len(spread["seeds"]) == 3
    assert 0 < spread["figures"]["mse"]["spread"] < 0.1 * spread["figures"]["mse"]["mean"]


def test_figures_are_the_ones_measured_now(metrics, mnist_folder):
    """The VQ-VAE's fidelity on all test digits, computed afresh."""
    images = datasets.mnist(mnist_folder, "test").images
    network = vqdemo.load(WEIGHTS).vqvae
    pictures = images[:, None].float() / 255
    mse = F.mse_loss(reconstruction.decode(network, reconstruction.encode(network, images)), pictures)
    assert abs(float(mse) / metrics["vqvae"]["mse"] - 1) < 0.01


def test_test_digits_are_fixed_points_in_nearly_every_cell(metrics, mnist_folder):
    model = vqdemo.load(WEIGHTS)
    codes = model.encode(datasets.mnist(mnist_folder, "test", 1000).images / 255)
    assert (model.encode(model.decode(codes)) == codes).mean() > 0.9
