"""The yardsticks: each must give a known value on data made for it."""

import math

import pytest
import torch

from train.choose_defaults import margin
from train.measure.samples import covered, frechet_distance, nearest, seam


def test_frechet_distance_of_two_gaussians():
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(40_000, 3, generator=generator)
    b = 2 * torch.randn(40_000, 3, generator=generator) + torch.tensor([1.0, 0.0, -2.0])
    assert math.isclose(frechet_distance(a, b), 5 + 3 * (1 + 4 - 2 * 2), rel_tol=0.03)
    assert abs(frechet_distance(a, a)) < 1e-6


def test_precision_and_recall_tell_few_modes_from_many():
    generator = torch.Generator().manual_seed(0)
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])

    def cloud(modes: int) -> torch.Tensor:
        return centres[torch.randint(modes, (400,), generator=generator)] + torch.randn(400, 2, generator=generator)

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


WELL = {"asked_digit": 0.995, "confident": 0.98, "precision": 0.8, "precision_of_training_digits": 0.8, "recall": 0.8,
        "recall_of_training_digits": 0.9, "frechet": 2.5, "frechet_of_training_digits": 3.0, "nearest_training_digit": 4.6,
        "nearest_training_digit_of_test_digits": 4.4}  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "missed"),
    [("asked_digit", 0.96), ("confident", 0.95), ("precision", 0.77), ("recall", 0.74), ("frechet", 3.1), ("nearest_training_digit", 4.3)],
)
def test_a_setting_is_as_good_as_the_figure_that_it_misses_first(figure, missed):
    assert 1 < margin(WELL) == pytest.approx(0.98 / 0.96)
    assert margin(WELL | {figure: missed}) < 1
    assert margin(WELL | {figure: missed}) > margin(WELL | {figure: missed * (1.1 if figure == "frechet" else 0.9)})
