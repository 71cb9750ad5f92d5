"""Training: the whole chain on little data, going on after a cut, and its parts."""

import json
import math
import os
import subprocess
import sys
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

import vqdemo
from train import prior, vqvae
from train.__main__ import QUICK_SAMPLES
from train.data import augment, datasets
from train.data.masks import evaluation_masks, random_known
from train.runtime import checkpoint, muon
from train.runtime.folders import Folders
from train.runtime.log import read_log
from train.runtime.weights_folder import config_so_far, fingerprints
from vqdemo.vqvae import BLANK, VQVAE, VQVAEConfig

ROOT = Path(__file__).resolve().parents[2]


# ---- the whole chain


@pytest.mark.slow
def test_quick_training_makes_weights_that_load(mnist_folder, tmp_path):
    """`python -m train --quick` end to end, in a process of its own, and again: everything is done already."""
    command = [
        sys.executable,
        "-m",
        "train",
        "--quick",
        "--data",
        mnist_folder,
        "--out",
        tmp_path / "out",
        "--runs",
        tmp_path / "runs",
    ]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}  # another test has the other core
    run = partial(
        subprocess.run,
        command,
        cwd=ROOT,
        env=one_thread,
        capture_output=True,
        text=True,
        timeout=420,
        check=False,
    )
    first = run()
    assert first.returncode == 0, first.stderr[-3000:]
    model = vqdemo.load(tmp_path / "out")
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["weights"] == fingerprints(tmp_path / "out")
    assert all(metrics[f"training_of_{name}"]["cpu_seconds"] > 0 for name in ("vqvae", "prior"))
    assert metrics["reconstruction"]["mse"] < 0.03  # the mean image gives 0.067
    whole = metrics["likelihood"]["with_label"]["everything"]["mean"]
    assert whole < 0.75 * 49 * np.log(model.num_codes)  # below guessing
    assert model.complete(np.full((7, 7), -1), 2, seed=0).shape == (2, 7, 7)
    for picture in (
        "out/samples.png",
        "out/completions.png",
        "out/curves-light.svg",
        "runs/reconstructions.png",
    ):
        assert (tmp_path / picture).stat().st_size > 5_000, picture
    before = (tmp_path / "out" / "metrics.json").stat().st_mtime_ns
    again = run()
    assert again.returncode == 0, again.stderr[-3000:]
    assert again.stdout.count("nothing to do") == 2
    assert (tmp_path / "out" / "metrics.json").stat().st_mtime_ns == before  # nor is anything measured again


class Cut(Exception):
    """A run cut off."""


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["vqvae", "prior"])
def test_a_cut_run_goes_on_and_ends_with_the_same_weights(stage, mnist_folder, tmp_path, monkeypatch):
    if stage == "vqvae":
        settings = vqvae.VQVAESettings(
            images=600,
            width=16,
            encoder_blocks=1,
            decoder_blocks=1,
            epochs=3,
            warmup_steps=4,
            doodle_number=64,
        )

        def train(runs):
            return vqvae.train(settings, Folders(mnist_folder, tmp_path, runs), "cpu")
    else:
        torch.manual_seed(0)
        network = VQVAE(VQVAEConfig(width=16)).eval().requires_grad_(False)
        settings = prior.PriorSettings(
            images=600, width=16, layers=2, head_width=16, epochs=3, plain_epochs=1, compile=0
        )

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
    if stage == "vqvae":
        assert not undisturbed["quantizer.codebook"][BLANK].any()
        middle = undisturbed["tiles"][:, 4:8, 4:8]
        assert middle[BLANK].max() <= settings.ink_threshold < middle.amax((1, 2)).median()
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


@pytest.mark.slow
def test_help_explains_every_setting():
    stages = {
        "train.vqvae": vqvae.VQVAESettings,
        "train.prior": prior.PriorSettings,
        "train": None,
        "train.evaluate": None,
    }
    for stage, settings in stages.items():
        done = subprocess.run(
            [sys.executable, "-m", stage, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "--data" in done.stdout
        words = " ".join(done.stdout.split())
        for field in fields(settings) if settings else ():
            explanation = field.metadata["help"]
            assert f"--{field.name.replace('_', '-')} " in words and explanation.split()[-1] in words, (
                field.name
            )


# ---- its parts


@pytest.mark.parametrize(
    "settings, words",
    [
        (lambda: vqvae.VQVAESettings(grid=8), "the grid can be 7 or 14, not 8"),
        (lambda: vqvae.VQVAESettings(codes=1), "codes must be 2 to 4096, not 1"),
        (lambda: vqvae.VQVAESettings(epochs=0), "epochs must be at least 1, not 0"),
        (lambda: vqvae.VQVAESettings(doodle_share=1.0), "a batch must hold digits too"),
        (lambda: vqvae.VQVAESettings(split="test"), "split must be train or fit, not 'test'"),
        (lambda: vqvae.VQVAESettings(images=-5), "images must be at least 0, not -5"),
        (lambda: vqvae.VQVAESettings(width=0), "width must be at least 1, not 0"),
        (lambda: vqvae.VQVAESettings(doodle_share=-1), "doodle_share must be 0 to 1, not -1"),
        (lambda: vqvae.VQVAESettings(doodle_number=0), "doodle_number must be at least 1, not 0"),
        (lambda: vqvae.VQVAESettings(commitment=math.nan), "commitment must be at least 0, not nan"),
        (lambda: vqvae.VQVAESettings(learning_rate=math.inf), "learning_rate must be finite, not inf"),
        (lambda: vqvae.VQVAESettings(ema_decay=1.0), r"ema_decay must be in \[0,1\), not 1.0"),
        (lambda: vqvae.VQVAESettings(seed=-1), "seed must be 0 to 4294967295, not -1"),
        (lambda: prior.PriorSettings(batch=0), "batch must be at least 1, not 0"),
        (lambda: prior.PriorSettings(split="nonsense"), "split must be train or fit, not 'nonsense'"),
        (lambda: prior.PriorSettings(images=-5), "images must be at least 0, not -5"),
        (lambda: prior.PriorSettings(layers=0), "layers must be at least 1, not 0"),
        (lambda: prior.PriorSettings(groups=7), "width must be a multiple of groups, 7, not 80"),
        (lambda: prior.PriorSettings(after_features=6), "after_features must be a multiple of groups, 8"),
        (lambda: prior.PriorSettings(masked_weight=3.0), "masked_weight must be 0 to 2, not 3.0"),
        (lambda: prior.PriorSettings(dropout=1.0), r"dropout must be in \[0,1\), not 1.0"),
        (lambda: prior.PriorSettings(compile=2), "compile must be 0 or 1, not 2"),
        (lambda: prior.PriorSettings(seed=2**32), "seed must be 0 to 4294967295, not 4294967296"),
    ],
)
def test_settings_that_nothing_can_be_trained_with_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        settings()


@pytest.mark.parametrize("stage", [vqvae.VQVAESettings, prior.PriorSettings])
def test_every_setting_has_a_range(stage):
    """Numbers below all ranges and texts that name nothing are refused, whatever the setting."""
    for field in fields(stage):
        with pytest.raises(ValueError, match=r"nothing|-2"):
            stage(**{field.name: "nothing" if isinstance(field.default, str) else -2})


def test_settings_of_the_bundled_weights_are_accepted():
    training = config_so_far(ROOT / "weights")["training"]
    assert asdict(vqvae.VQVAESettings(**training["vqvae"])) == training["vqvae"]
    assert asdict(prior.PriorSettings(**training["prior"])) == training["prior"]


def test_quick_training_samples_each_class_of_every_data_set():
    assert max(len(datasets.class_names(dataset)) for dataset in datasets.NAMES) <= QUICK_SAMPLES


def test_batches_of_one_kind_of_grids_leave_the_log_whole(mnist_folder, tmp_path):
    """Single grids: some steps have only what the stack `before` is not told all of."""
    torch.manual_seed(0)
    network = VQVAE(VQVAEConfig(width=8, encoder_blocks=1, decoder_blocks=1)).eval().requires_grad_(False)
    settings = prior.PriorSettings(
        images=40,
        batch=1,
        width=8,
        layers=1,
        after_layers=1,
        after_features=8,
        fusion_layers=1,
        head_width=8,
        epochs=1,
        compile=0,
    )
    prior.train(settings, network, Folders(mnist_folder, tmp_path, tmp_path), "cpu")
    (row,) = read_log(tmp_path / "prior.csv")
    assert 0 < row["nats_per_grid"] < 2 * 49 * math.log(128)
    assert 0 < row["nats_with_known_cells_after"] < 2 * 49 * math.log(128)
    assert 0 < row["nats_of_the_label"] < 2 * math.log(10)


def test_known_sets_cover_what_visitors_do():
    known = random_known(30_000, 7, torch.Generator().manual_seed(0))
    share = known.flatten(1).float().mean(1)
    assert 0.02 < (share == 0).float().mean() < 0.3  # nothing known
    assert (share == 1).float().mean() > 0.05  # all cells known
    masks = evaluation_masks(7)
    sizes = {name: int((~mask).sum()) for name, mask in masks.items()}
    assert sizes == {"everything": 49, "centre": 9, "top rows": 28, "left columns": 28} | dict.fromkeys(
        ("top half", "bottom half", "left half", "right half", "random half"), 25
    )
    for name in ("top rows", "left columns"):
        # The very masks of the evaluation occur in training.
        assert (known[:3000] == masks[name]).all((1, 2)).any(), name


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
    matrix, unused, bias, alike = (
        torch.nn.Parameter(torch.randn(*shape, generator=generator)) for shape in ((6, 4), (6, 4), (6,), (6,))
    )
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
    # As a cut training does.
    muon.Muon([matrix, unused], [bias], lr=0.1, others_lr=0.01).load_state_dict(ours.state_dict())
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
    """The box around it keeps its longer side, and the mass its centre; nothing happens to a picture without
    ink.
    """
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
