"""The measurements: each gives a known value on data made for it, and is done anew only when it must be."""

import json
import math
import shutil

import numpy as np
import pytest
import torch

from train.choose_defaults import margin
from train.measure import records
from train.measure.calibration import calibration_error
from train.measure.completions import seam
from train.measure.readability import readability
from train.measure.reconstruction import ssim
from train.measure.samples import covered, frechet_distance, nearest
from train.runtime.folders import Folders
from vqdemo.vqvae import VQVAE, VQVAEConfig


def test_frechet_distance_of_two_gaussians():
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(40_000, 3, generator=generator)
    b = 2 * torch.randn(40_000, 3, generator=generator) + torch.tensor([1.0, 0.0, -2.0])
    assert math.isclose(frechet_distance(a, b), 5 + 3 * (1 + 4 - 2 * 2), rel_tol=0.03)
    assert abs(frechet_distance(a, a)) < 1e-6


def test_calibration_error_is_the_gap_between_confidence_and_being_right():
    confidence = np.array([0.8] * 10 + [0.3] * 10)
    right = np.array([True] * 8 + [False] * 2 + [True] * 3 + [False] * 7)
    assert calibration_error(confidence, right) < 1e-9
    assert math.isclose(calibration_error(confidence, ~right), (0.6 + 0.4) / 2)


def test_precision_and_recall_tell_few_modes_from_many():
    generator = torch.Generator().manual_seed(0)
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])

    def cloud(modes: int) -> torch.Tensor:
        return centres[torch.randint(modes, (400,), generator=generator)] + torch.randn(
            400, 2, generator=generator
        )

    real, one_mode, elsewhere = cloud(4), cloud(1), cloud(4) + 100
    assert covered(one_mode, by=real) > 0.9  # precision
    assert covered(real, by=one_mode) < 0.4  # recall
    assert covered(elsewhere, by=real) == 0


def test_nearest_finds_copies():
    train = torch.randint(256, (50, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    assert nearest(train[:10, None].float() / 255, train) < 1e-3
    assert nearest(1 - train[:10, None].float() / 255, train) > 1


def test_seam_looks_at_the_border_only():
    known = torch.zeros(7, 7, dtype=torch.bool)
    known[:4] = True
    pictures = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    pictures[:, :, 15], pictures[:, :, 16] = 0.25, 0.75
    assert math.isclose(seam(pictures, known, 4), 0.5, rel_tol=1e-5)


def test_ssim_knows_equal_from_unequal():
    pictures = torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert abs(ssim(pictures, pictures) - 1) < 1e-5
    assert ssim(pictures, 1 - pictures) < 0
    noisy = (pictures + 0.1 * torch.randn(pictures.shape, generator=torch.Generator().manual_seed(1))).clamp(
        0, 1
    )
    assert 0.5 < ssim(pictures, noisy) < 0.99


def test_readability_of_an_untrained_network():
    """Blank is exact for any network."""
    torch.manual_seed(0)
    model = VQVAE(VQVAEConfig(num_codes=6, width=16, encoder_blocks=1, decoder_blocks=0)).eval()
    images = torch.randint(256, (40, 28, 28), dtype=torch.uint8)
    images[:, :8] = 0  # 14 of 49 cells
    figures = readability(model.requires_grad_(False), images)
    assert figures["blank_with_code_0"] == figures["codes_on_blank_cells"] == 1
    assert figures["codes_a_digit"] == 35
    assert 1 <= figures["inked_codes"] <= 5
    assert 1 <= figures["inked_perplexity"] <= figures["inked_codes"] + 1e-6
    alone = figures["alone"]
    assert abs(alone["spill"]) < 1e-6, "without 3x3 convolutions a code reaches its own patch only"
    assert alone["least_ink"] <= alone["ink"] <= alone["most_ink"]
    assert -1 <= alone["least_correlation"] <= alone["correlation"] <= 1


GOOD_ENOUGH = {
    "asked_digit": 0.995,
    "confident": 0.98,
    "precision": 0.8,
    "precision_of_training_digits": 0.8,
    "recall": 0.8,
    "recall_of_training_digits": 0.9,
    "frechet": 2.2,
    "frechet_of_training_digits": 3.0,
    "nearest_training_digit": 4.6,
    "nearest_training_digit_of_reconstructions": 4.4,
}


@pytest.mark.parametrize(
    ("figure", "missed"),
    [
        ("asked_digit", 0.96),
        ("confident", 0.95),
        ("precision", 0.77),
        ("recall", 0.74),
        ("frechet", 2.5),
        ("nearest_training_digit", 4.3),
    ],
)
def test_a_setting_is_as_good_as_the_figure_that_it_misses_first(figure, missed):
    assert 1 < margin(GOOD_ENOUGH) == pytest.approx(0.995 / 0.989)
    assert margin(GOOD_ENOUGH | {figure: missed}) < 1
    assert margin(GOOD_ENOUGH | {figure: missed}) > margin(
        GOOD_ENOUGH | {figure: missed * (1.1 if figure == "frechet" else 0.9)}
    )


# ---- records


@pytest.fixture
def folders(tmp_path):
    (tmp_path / "weights").mkdir()
    return Folders(tmp_path, tmp_path / "weights", tmp_path / "runs")


NETWORKS = {"vqvae.safetensors": "a", "prior.safetensors": "b"}
OF_VQVAE = {"vqvae.safetensors": "a", "split": "test"}
OF_BOTH = NETWORKS | {"split": "test"}
CURRENT = NETWORKS | {"split": "test", "defaults": {"guidance": 0.5}}


def put_together(folders, **changed):
    return records.put_together(folders, ["samples", "editing"], {"weights": NETWORKS}, CURRENT | changed)


def test_a_measurement_is_done_anew_only_for_other_weights(folders):
    done = []

    def measure(of):
        return records.measured(folders, "editing", of, lambda: done.append(of) or {"figure": len(done)})

    assert measure(OF_VQVAE) == measure(OF_VQVAE) == {"figure": 1}
    assert measure(OF_VQVAE | {"vqvae.safetensors": "x"}) == {"figure": 2}
    assert measure(OF_VQVAE | {"split": "held-out"}) == {"figure": 3}
    assert records.measured(folders, "nothing", OF_VQVAE, lambda: None) is None
    assert not records.path_of(folders, "nothing").exists()


def test_metrics_hold_what_is_true_of_the_weights_and_of_nothing_of_ours(folders):
    records.keep(folders, "editing", OF_VQVAE, {"figure": 1})
    records.keep(folders, "samples", OF_BOTH | {"defaults": {"guidance": 0.5}}, {"figure": 2})
    records.keep(folders, "rate_distortion", {"settings": {"epochs": 2}}, [3])
    whole = put_together(folders)
    assert list(whole) == ["weights", "samples", "editing", "rate_distortion", "measured_of"]
    assert json.loads((folders.out / "metrics.json").read_text()) == whole
    other_prior = put_together(folders, **{"prior.safetensors": "x"})
    assert list(other_prior) == ["weights", "editing", "rate_distortion", "measured_of"]
    assert list(put_together(folders, split="held-out")) == ["weights", "rate_distortion", "measured_of"]
    assert "samples" not in put_together(folders, defaults={"guidance": 0.0})


def test_metrics_stand_for_records_that_are_gone(folders):
    records.keep(folders, "editing", OF_VQVAE, {"figure": 1})
    whole = put_together(folders)
    shutil.rmtree(folders.runs)
    assert records.measured(folders, "editing", OF_VQVAE, None) == {"figure": 1}
    written = (folders.out / "metrics.json").stat().st_mtime_ns
    assert put_together(folders) == whole
    assert (folders.out / "metrics.json").stat().st_mtime_ns == written  # nothing was to be changed


def test_a_published_record_replaces_the_one_in_metrics_json(folders):
    records.publish(folders, "editing", OF_VQVAE, {"figure": 1})
    assert not (folders.out / "metrics.json").exists()  # there are no measured weights to put it beside
    whole = put_together(folders)
    records.publish(folders, "editing", OF_VQVAE, {"figure": 2})
    assert json.loads((folders.out / "metrics.json").read_text()) == whole | {"editing": {"figure": 2}}
