"""What ours is compared with, on little data: the scripts run, and their figures say what they claim."""

import json
import math
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import torch

from train import charts, data, rate_distortion, spread, table
from train.baselines import peer
from train.bits import bits_of_codes, bits_of_pixels
from train.classifier import ClassifierSettings
from train.output import Folders
from train.prior import PriorSettings
from train.rate_distortion import RateDistortionSettings
from train.vqvae import VQVAESettings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folders(tmp_path, mnist_folder):
    """The bundled weights' files in a folder of their own."""
    shutil.copytree(ROOT / "weights", tmp_path / "weights")
    (tmp_path / "runs").mkdir()
    return Folders(mnist_folder, tmp_path / "weights", tmp_path / "runs")


def test_peer_learns_and_its_codebook_has_a_gradient():
    torch.manual_seed(0)
    model = peer.Peer(peer.PeerSettings())
    images = torch.rand(4, 1, 28, 28)
    decoded, loss = model(images, 0.009)
    assert decoded.shape == images.shape
    loss.backward(retain_graph=True)
    used = model.encode(images).flatten().unique()
    assert (model.codebook.grad.abs().sum(1) > 0).nonzero().flatten().tolist() == used.tolist()
    decoded.sum().backward()
    assert model.encoder[0].weight.grad.abs().sum() > 0  # straight through the quantizer
    assert (model.encode(model.decode(model.encode(images))) >= 0).all()


def test_peer_and_sweep_write_their_figures(folders):
    before = json.loads((folders.out / "metrics.json").read_text())
    small = VQVAESettings(width=32, encoder_blocks=1, decoder_blocks=1, doodle_number=100, warmup_steps=10)
    judge = ClassifierSettings(images=600, epochs=1)
    peer.run(folders, peer.PeerSettings(epochs=2, images=600, our_epochs="1"), small, judge, number=200, coder_steps=5)
    rate_distortion.run(folders, RateDistortionSettings(codes="4,32", epochs=3, images=2_000), small)
    metrics = json.loads((folders.out / "metrics.json").read_text())
    curve = metrics["peer"]["curve"]
    assert [row["epoch"] for row in curve] == [1, 2]
    assert curve[1]["test_mse"] < curve[0]["test_mse"]
    assert curve[1]["cpu_seconds"] > curve[0]["cpu_seconds"] > 0
    few, many = metrics["rate_distortion"]
    assert few["bits_a_cell"] < many["bits_a_cell"]
    assert few["mse"] > many["mse"]
    assert {name: metrics[name] for name in before if name not in ("peer", "rate_distortion")} == {
        name: before[name] for name in before if name not in ("peer", "rate_distortion")
    }
    shown = table.markdown(metrics)
    assert f"{metrics['peer']['vqvae']['mse']:.5f}" in shown
    charts.run(folders.out, folders.runs)
    for name in ("codebook-light", "codebook-dark", "rate_distortion-light", "rate_distortion-dark"):
        assert ET.parse(folders.out / f"{name}.svg").getroot().tag.endswith("svg")


def test_spread_is_over_seeds_and_each_is_trained_once(folders, capsys):
    """Two seeds, the first in a run of its own."""
    small = (
        VQVAESettings(images=600, width=16, encoder_blocks=1, decoder_blocks=1, epochs=1, warmup_steps=4, doodle_number=64),
        PriorSettings(images=600, width=16, layers=2, head_width=16, epochs=1, plain_epochs=1, compile=0),
    )
    judge = ClassifierSettings(images=600, epochs=1)
    assert spread.run(folders, spread.SpreadSettings(seeds="0", number=200), small, judge) == {}
    alone = json.loads((folders.runs / "seed_0" / "runs" / "figures.json").read_text())["figures"]
    capsys.readouterr()
    figures = spread.run(folders, spread.SpreadSettings(seeds="0,1", number=200), small, judge)
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
    images = data.mnist(mnist_folder, "test", 400).images

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
