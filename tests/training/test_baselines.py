"""What ours is compared with, on little data: the scripts run, and their figures say what they claim."""

import json
import math
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import torch

from train.baselines import notebook_prior, notebook_vqvae, raster_prior
from train.data import datasets
from train.measure.bits_per_pixel import bits_of_codes, bits_of_pixels
from train.measure.classifier import ClassifierSettings
from train.prior import PriorSettings
from train.report import charts, table
from train.runtime.weights_folder import Folders
from train.studies import rate_distortion, seeds
from train.studies.rate_distortion import RateDistortionSettings
from train.vqvae import VQVAESettings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folders(tmp_path, mnist_folder):
    """The bundled weights' files in a folder of their own."""
    shutil.copytree(ROOT / "weights", tmp_path / "weights")
    (tmp_path / "runs").mkdir()
    return Folders(mnist_folder, tmp_path / "weights", tmp_path / "runs")


def test_peer_learns_and_its_codebook_has_a_gradient():
    torch.manual_seed(0)
    model = notebook_vqvae.Peer(notebook_vqvae.PeerSettings())
    images = torch.rand(4, 1, 28, 28)
    decoded, loss = model(images, 0.009)
    assert decoded.shape == images.shape
    loss.backward(retain_graph=True)
    used = model.encode(images).flatten().unique()
    assert (model.codebook.grad.abs().sum(1) > 0).nonzero().flatten().tolist() == used.tolist()
    decoded.sum().backward()
    assert model.encoder[0].weight.grad.abs().sum() > 0  # straight through the quantizer
    assert (model.encode(model.decode(model.encode(images))) >= 0).all()


def test_peers_prior_is_causal_and_samples_what_it_says():
    torch.manual_seed(0)
    settings = notebook_prior.PeerPriorSettings(width=8)
    prior = notebook_prior.PeerPrior(settings, num_codes=5).requires_grad_(False)
    codes = torch.randint(5, (2, 7, 7))
    logits = prior(codes)
    for cell in range(49):
        changed = codes.flatten(1).clone()
        changed[:, cell] = (changed[:, cell] + 1) % 5
        moved = ((prior(changed.view(2, 7, 7)) - logits).abs() > 1e-6).any(1).any(0).flatten()
        assert not moved[: cell + 1].any() and (cell % 7 == 6 or moved[cell + 1])
    drawn = notebook_prior.sample(prior, 2_000, grid=1, seed=0)  # of a single cell: its frequencies are the softmax's
    p = prior(drawn[:1]).softmax(1).flatten()
    assert (drawn.flatten().bincount(minlength=5) / 2_000 - p).abs().max() < 0.04


def test_peer_and_sweep_write_their_figures(folders):
    before = json.loads((folders.out / "metrics.json").read_text())
    small = VQVAESettings(width=32, encoder_blocks=1, decoder_blocks=1, doodle_number=100, warmup_steps=10)
    judge = ClassifierSettings(images=600, epochs=1)
    small_prior = notebook_prior.PeerPriorSettings(width=16, blocks=1, epochs=2)
    notebook_vqvae.run(folders, notebook_vqvae.PeerSettings(epochs=2, images=600, our_epochs="1"), small, small_prior, judge, number=200, coder_steps=5)
    rate_distortion.run(folders, RateDistortionSettings(codes="4,32", epochs=3, images=2_000), small)
    metrics = json.loads((folders.out / "metrics.json").read_text())
    curve = metrics["peer"]["curve"]
    assert [row["epoch"] for row in curve] == [1, 2]
    assert curve[1]["test_mse"] < curve[0]["test_mse"]
    assert curve[1]["cpu_seconds"] > curve[0]["cpu_seconds"] > 0
    first, second = metrics["peer"]["prior"]["curve"]
    assert first["test_nats"] > second["test_nats"] == pytest.approx(metrics["peer"]["prior"]["nats"], abs=0.001)
    assert 0 < second["test_nats"] < 49 * math.log(128)
    bits = metrics["peer"]["bits_per_pixel"]
    assert bits["codes"] == pytest.approx(bits_of_codes(metrics["peer"]["prior"]["nats"], 784)) and bits["total"] > bits["pixels"] > 0
    assert metrics["peer"]["prior"]["samples_without_label"]["number"] == 40
    few, many = metrics["rate_distortion"]
    assert few["bits_a_cell"] < many["bits_a_cell"]
    assert few["mse"] > many["mse"]
    assert {name: metrics[name] for name in before if name not in ("peer", "rate_distortion")} == {
        name: before[name] for name in before if name not in ("peer", "rate_distortion")
    }
    shown = table.markdown(metrics)
    assert f"{metrics['peer']['vqvae']['mse']:.5f}" in shown
    assert f"= {bits['total']:.3f}" in shown
    charts.run(folders.out, folders.runs)
    for name in ("codebook-light", "codebook-dark", "rate_distortion-light", "rate_distortion-dark"):
        assert ET.parse(folders.out / f"{name}.svg").getroot().tag.endswith("svg")


def test_the_blind_baseline_writes_its_figures_beside_the_priors(folders, monkeypatch):
    small = PriorSettings(images=600, width=16, layers=2, joins=1, head_width=16, backward=0, after=0, epochs=1, plain_epochs=1, compile=0)
    raster_prior.run(folders, small, number=100, few=4, particles=16)
    metrics = json.loads((folders.out / "metrics.json").read_text())
    its = metrics["prior"]["raster_baseline"]
    assert its["cpu_seconds"] > 0 and its["corrected_grids"] == 4
    assert 0 < its["petaflop"] < its["petaflop_of_the_prior"]  # which has two stacks
    nats = its["nats"]
    assert nats["everything"]["baseline"] > nats["top half"]["baseline"] > nats["centre"]["baseline"] > 0
    corrected = {mask: row["corrected"] for mask, row in nats.items()}
    for mask in ("everything", "bottom half"):  # of which nothing known comes later
        assert list(corrected[mask]) == ["exact"]
        assert corrected[mask]["exact"]["baseline"] == pytest.approx(nats[mask]["baseline_on_few"], rel=1e-4)
    blindly, ahead = corrected["top half"]["filled_blindly"], corrected["top half"]["filled_by_prior"]
    assert blindly["baseline"] != pytest.approx(nats["top half"]["baseline_on_few"])
    assert blindly["baseline"] - ahead["baseline"] == pytest.approx(ahead["prior_above"] - blindly["prior_above"], abs=1e-3)
    shown = table.markdown(metrics)
    assert f"{nats['left half']['baseline']:.2f}" in shown
    assert f"; {corrected['left half']['filled_by_prior']['prior_above']:+.2f} ±" in shown
    monkeypatch.setattr(raster_prior.prior, "train", None)  # it is kept, and not trained again
    shutil.rmtree(folders.runs)
    raster_prior.run(folders, small, number=100, few=4, particles=16)
    assert json.loads((folders.out / "metrics.json").read_text())["prior"]["raster_baseline"] == its


def test_spread_is_over_seeds_and_each_is_trained_once(folders, capsys):
    """Two seeds, the first in a run of its own."""
    small = (
        VQVAESettings(images=600, width=16, encoder_blocks=1, decoder_blocks=1, epochs=1, warmup_steps=4, doodle_number=64),
        PriorSettings(images=600, width=16, layers=2, head_width=16, epochs=1, plain_epochs=1, compile=0),
    )
    judge = ClassifierSettings(images=600, epochs=1)
    assert seeds.run(folders, seeds.SpreadSettings(seeds="0", number=200), small, judge) == {}
    alone = json.loads((folders.runs / "seed_0" / "runs" / "figures.json").read_text())["figures"]
    capsys.readouterr()
    figures = seeds.run(folders, seeds.SpreadSettings(seeds="0,1", number=200), small, judge)
    assert capsys.readouterr().out.count("nothing to do") == 2  # both networks of seed 0
    other = json.loads((folders.runs / "seed_1" / "runs" / "figures.json").read_text())["figures"]
    for name, its in figures.items():
        assert its["mean"] == pytest.approx((alone[name] + other[name]) / 2)
        assert its["spread"] == pytest.approx(abs(alone[name] - other[name]) / 2**0.5)
    assert figures["mse"]["spread"] > 0
    metrics = json.loads((folders.out / "metrics.json").read_text())
    assert metrics["spread"]["figures"] == figures
    assert f"{figures['mse']['mean']:.5f} ± {figures['mse']['spread']:.5f}" in table.markdown(metrics)


def test_a_better_reconstruction_leaves_fewer_bits(mnist_folder):
    images = datasets.mnist(mnist_folder, "test", 400).images

    class Redraws:
        """Stands for a VQ-VAE whose codes are the picture's grey levels, so many of them."""

        def __init__(self, levels: int):
            self.levels = levels

        def encode(self, pictures):
            return (pictures * (self.levels - 1)).round()[:, 0].long()

        def decode(self, codes):
            return codes[:, None].float() / max(1, self.levels - 1)

    nothing, fine = (bits_of_pixels(Redraws(levels), images[:300], images[350:], steps=40) for levels in (1, 64))
    assert 8 > nothing > 1.1 * fine > 0
    assert math.isclose(bits_of_codes(math.log(2) * 784, 784), 1)
