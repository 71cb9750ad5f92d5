"""Baselines and studies, on little data: the programs run, and their figures say what they claim."""

import itertools
import json
import math
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import small_model
import torch
from PIL import Image

from train import vqvae
from train.baselines import known_pixels, notebook_prior, notebook_vqvae, raster_evidence, raster_prior
from train.baselines.known_pixels import KnownPixelsSettings
from train.baselines.notebook_prior import NotebookPriorSettings
from train.baselines.notebook_vqvae import NotebookSettings
from train.baselines.raster_network import Particles, RasterPrior, RasterPriorSettings
from train.data import datasets
from train.measure.bits_per_pixel import bits_of_codes, bits_of_pixels
from train.measure.classifier import ClassifierSettings
from train.measure.subject import Subject
from train.prior import PriorSettings
from train.report import charts, table
from train.runtime.folders import Folders
from train.studies import rate_distortion, seeds
from train.studies.rate_distortion import RateDistortionSettings
from train.vqvae import VQVAESettings
from vqdemo.model import VQModel
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig
from vqdemo.vqvae import VQVAE, VQVAEConfig

ROOT = Path(__file__).resolve().parents[2]
EVALUATOR = ClassifierSettings(images=600, epochs=1)


@pytest.fixture
def folders(tmp_path, mnist_folder):
    """The bundled weights' files in a folder of their own."""
    shutil.copytree(ROOT / "weights", tmp_path / "weights")
    (tmp_path / "runs").mkdir()
    return Folders(mnist_folder, tmp_path / "weights", tmp_path / "runs")


def subject_of(folders: Folders, number: int = 200) -> Subject:
    return Subject(folders, number=number, evaluator=EVALUATOR, pixel_coder_steps=5)


def test_notebook_baseline_learns_and_its_codebook_has_a_gradient():
    torch.manual_seed(0)
    model = notebook_vqvae.NotebookVQVAE(NotebookSettings())
    images = torch.rand(4, 1, 28, 28)
    decoded, loss = model(images, 0.009)
    assert decoded.shape == images.shape
    loss.backward(retain_graph=True)
    used = model.encode(images).flatten().unique()
    assert (model.codebook.grad.abs().sum(1) > 0).nonzero().flatten().tolist() == used.tolist()
    decoded.sum().backward()
    assert model.encoder[0].weight.grad.abs().sum() > 0  # straight through the quantizer


def changes_by_cell(logits_of, codes):
    """For each cell: which cells' logits, bool (49,), move when its code is changed. codes int64 (2,7,7),
    logits (2,7,7,K).
    """
    logits = logits_of(codes)
    for cell in range(49):
        changed = codes.flatten(1).clone()
        changed[:, cell] = (changed[:, cell] + 1) % 5
        yield cell, ((logits_of(changed.view(2, 7, 7)) - logits).abs() > 1e-6).any(-1).any(0).flatten()


def test_notebook_prior_is_causal_and_samples_what_it_says():
    torch.manual_seed(0)
    prior = notebook_prior.NotebookPrior(NotebookPriorSettings(width=8), num_codes=5).requires_grad_(False)
    for cell, moved in changes_by_cell(
        lambda codes: prior(codes).movedim(1, -1), torch.randint(5, (2, 7, 7))
    ):
        assert not moved[: cell + 1].any()
        assert cell % 7 == 6 or moved[cell + 1]
    # Of a single cell: its frequencies are the softmax's.
    drawn = notebook_prior.sample(prior, 2_000, grid=1, seed=0)
    p = prior(drawn[:1]).softmax(1).flatten()
    assert (drawn.flatten().bincount(minlength=5) / 2_000 - p).abs().max() < 0.04


@pytest.mark.slow
def test_notebook_baseline_and_sweep_write_their_figures(folders):
    before = json.loads((folders.out / "metrics.json").read_text())
    small = VQVAESettings(width=32, encoder_blocks=1, decoder_blocks=1, doodle_number=100, warmup_steps=10)
    small_prior = NotebookPriorSettings(width=16, blocks=1, epochs=2)
    notebook_vqvae.run(
        subject_of(folders), NotebookSettings(epochs=2, images=600, our_epochs="1"), small, small_prior
    )
    rate_distortion.run(folders, RateDistortionSettings(codes="4,32", epochs=3, images=2_000), small)
    metrics = json.loads((folders.out / "metrics.json").read_text())
    notebook = metrics["notebook_baseline"]
    curve = notebook["curve"]
    assert [row["epoch"] for row in curve] == [1, 2]
    assert curve[1]["test_mse"] < curve[0]["test_mse"]
    assert curve[1]["cpu_seconds"] > curve[0]["cpu_seconds"] > 0
    (first, second), nats = notebook["prior"]["curve"], notebook["prior"]["nats_per_grid"]
    assert first["test_nats"] > second["test_nats"] == pytest.approx(nats, abs=0.001)
    assert 0 < second["test_nats"] < 49 * math.log(128)
    bits = notebook["bits_per_pixel"]
    assert bits["codes"] == pytest.approx(bits_of_codes(nats, 784))
    assert bits["total"] > bits["pixels"] > 0
    assert notebook["samples"]["without_label"]["number"] == 40
    few, many = metrics["rate_distortion"]
    assert few["bits_per_cell"] < many["bits_per_cell"]
    assert few["mse"] > many["mse"]
    untouched = before.keys() - {"notebook_baseline", "rate_distortion", "measured_of"}
    assert all(metrics[name] == before[name] for name in untouched)
    shown = table.markdown(metrics)
    assert f"{notebook['reconstruction']['mse']:.5f}" in shown
    assert f"= {bits['total']:.3f}" in shown
    charts.run(folders.out, folders.runs)
    for name in ("codebook-light", "codebook-dark", "rate_distortion-light", "rate_distortion-dark"):
        assert ET.parse(folders.out / f"{name}.svg").getroot().tag.endswith("svg")


# ---- the raster-order prior

SMALL_RASTER = RasterPriorSettings(
    images=600, width=16, layers=3, head_width=16, epochs=1, plain_epochs=1, corrected_grids=4, particles=16
)


def raster_network() -> RasterPrior:
    """A small network with random weights."""
    torch.manual_seed(0)
    network = RasterPrior(SMALL_RASTER, grid=7, num_codes=5, num_labels=3).eval().requires_grad_(False)
    for layer in network.layers:
        layer.position_embedding.normal_()
    return network


def test_raster_prior_sees_all_cells_before_a_cell_and_none_after():
    network, labels = raster_network(), torch.tensor([1, 3])
    moved_by = torch.zeros(49, 49, dtype=torch.bool)
    for cell, moved in changes_by_cell(lambda codes: network(codes, labels), torch.randint(5, (2, 7, 7))):
        moved_by[cell] = moved
    assert not moved_by.tril().any()  # neither itself nor any cell before it
    for cell in (0, 8, 24):
        assert moved_by[cell, cell + 1]


def test_particles_have_the_logits_of_a_full_pass_also_when_some_are_selected():
    network, chosen = raster_network(), torch.tensor([4, 4, 0, 2])
    codes = torch.randint(5, (5, 7, 7))
    before, after = network(codes, torch.full((5,), 2)), network(codes[chosen], torch.full((4,), 2))
    particles, selected = Particles(network, 2), False
    particles.start_row(0)
    particles.select(torch.zeros(5, dtype=torch.long))
    for row in range(7):
        if row:
            particles.start_row(row)
        for column in range(7):
            if (row, column) == (2, 3):
                particles.select(chosen)
                selected, codes = True, codes[chosen]
            expected = (after if selected else before)[:, row, column]
            assert torch.allclose(particles.logits(column), expected, atol=1e-5)
            particles.write(column, codes[:, row, column])


@pytest.mark.slow
def test_sequential_monte_carlo_finds_the_evidence():
    """The baseline's correction against p(known cells) added up over every way to fill the unknown ones."""
    torch.manual_seed(1)
    network = RasterPrior(SMALL_RASTER, grid=2, num_codes=3, num_labels=2).eval()
    for parameter in network.parameters():
        parameter.data.mul_(2)
    every = torch.tensor(list(itertools.product(range(3), repeat=4))).view(-1, 2, 2)
    prior = PixelCNN(
        PixelCNNConfig(grid=2, num_codes=3, num_labels=2, width=8, layers=2, head_width=16)
    ).eval()
    model = VQModel(VQVAE(VQVAEConfig(grid=2, num_codes=3, width=8)), prior, ["0", "1"], {})
    log_p = -raster_evidence.nats_of_cells(network, every, torch.ones(81, dtype=torch.long)).sum((1, 2))
    assert abs(log_p.exp().sum() - 1) < 1e-5
    for bits in itertools.product([False, True], repeat=4):
        known = torch.tensor(bits).view(2, 2)
        truth = torch.tensor([[2, 0], [1, 2]])
        expected = log_p[(every == truth)[:, known].all(1)].logsumexp(0)
        generator = torch.Generator().manual_seed(0)
        given = {"codes": truth, "label": 1, "known": known, "particles": 8_000, "generator": generator}
        assert abs(raster_evidence.evidence_filled_blindly(network, **given) - expected) < 0.05
        assert abs(raster_evidence.evidence_filled_by_prior(network, model, **given) - expected) < 0.05


@pytest.mark.slow
def test_raster_prior_writes_its_figures_beside_the_priors(folders, monkeypatch):
    raster_prior.run(subject_of(folders, number=100), SMALL_RASTER)
    metrics = json.loads((folders.out / "metrics.json").read_text())
    blind, corrected = metrics["raster_prior"], metrics["raster_prior_corrected"]
    assert blind["cpu_seconds"] > 0
    assert corrected["grids"] == 4
    assert 0 < blind["petaflop"] < corrected["petaflop_of_the_prior"]  # which is larger
    nats = blind["nats"]
    assert nats["everything"]["mean"] > nats["top half"]["mean"] > nats["centre"]["mean"] > 0
    for mask in ("everything", "bottom half"):  # of which nothing known comes later
        assert list(corrected["nats"][mask]) == ["exact"]
        exact = corrected["nats"][mask]["exact"]["baseline"]
        assert exact == pytest.approx(nats[mask]["mean_of_corrected_grids"], rel=1e-4)
    ways = corrected["nats"]["top half"]
    blindly, by_prior = ways["filled_blindly"], ways["filled_by_prior"]
    assert blindly["baseline"] != pytest.approx(nats["top half"]["mean_of_corrected_grids"])
    difference = by_prior["prior_above"] - blindly["prior_above"]
    assert blindly["baseline"] - by_prior["baseline"] == pytest.approx(difference, abs=1e-3)
    shown = table.markdown(metrics)
    assert f"{nats['left half']['mean']:.2f}" in shown
    assert f"; {corrected['nats']['left half']['filled_by_prior']['prior_above']:+.2f} ±" in shown
    monkeypatch.setattr(raster_prior, "train", None)  # it is kept, and not trained again
    raster_prior.run(subject_of(folders, number=100), SMALL_RASTER)
    again = json.loads((folders.out / "metrics.json").read_text())
    assert again["raster_prior"] == blind
    assert again["raster_prior_corrected"] == corrected


def test_a_classifier_of_known_pixels_sees_nothing_else(mnist_folder):
    images = datasets.mnist(mnist_folder, "test", 20).images[:, None].float() / 255
    known = torch.zeros(20, 7, 7, dtype=torch.bool)
    known[:, 2:5, 1:] = True
    pixels = torch.zeros(28, 28, dtype=torch.bool)
    pixels[8:20, 4:] = True
    other = torch.where(pixels, images, torch.rand(images.shape))
    assert torch.equal(known_pixels.hide(images, known), known_pixels.hide(other, known))
    seen = known_pixels.hide(images, known)
    assert torch.equal(seen[..., pixels], images[..., pixels])
    assert (seen[..., ~pixels] < 0).all()  # no grey of a picture


@pytest.mark.slow
def test_what_known_pixels_tell_stands_beside_what_the_prior_knows(folders):
    settings = KnownPixelsSettings(images=4_000, epochs=3, batch=64)
    figures = known_pixels.run(folders, settings, number=1_000)
    metrics = json.loads((folders.out / "metrics.json").read_text())
    assert metrics["known_pixels"] == figures
    assert figures.keys() == metrics["label_accuracy"].keys() - {"nothing"}
    assert figures["centre"]["accuracy"] > 0.5  # by chance 0.1
    shown = f"{figures['centre']['probability_of_truth']:.3f}"
    row = next(line for line in table.markdown(metrics).splitlines() if line.startswith("| centre"))
    assert shown in row
    assert (
        row.count("|") == table.markdown(metrics).split("| unknown cells")[1].splitlines()[0].count("|") + 1
    )


# ---- studies


@pytest.mark.slow
def test_seed_variance_is_over_seeds_and_each_is_trained_once(folders, capsys):
    """Two seeds, the first in a run of its own."""
    small = (
        VQVAESettings(
            images=600,
            width=16,
            encoder_blocks=1,
            decoder_blocks=1,
            epochs=1,
            warmup_steps=4,
            doodle_number=64,
        ),
        PriorSettings(images=600, width=16, layers=2, head_width=16, epochs=1, plain_epochs=1, compile=0),
    )

    def figures_of(seed):
        return json.loads((folders.runs / f"seed_{seed}/runs/measurements/figures.json").read_text())[
            "result"
        ]

    assert seeds.run(folders, seeds.SeedSettings(seeds="0", number=200), small, EVALUATOR) == {}
    alone = figures_of(0)
    capsys.readouterr()
    figures = seeds.run(folders, seeds.SeedSettings(seeds="0,1", number=200), small, EVALUATOR)
    assert capsys.readouterr().out.count("nothing to do") == 2  # both networks of seed 0
    other = figures_of(1)
    for name, row in figures.items():
        assert row["mean"] == pytest.approx((alone[name] + other[name]) / 2)
        assert row["standard_deviation"] == pytest.approx(abs(alone[name] - other[name]) / 2**0.5)
    mse = figures["mse"]
    assert mse["standard_deviation"] > 0
    metrics = json.loads((folders.out / "metrics.json").read_text())
    assert metrics["seed_variance"]["figures"] == figures
    assert f"{mse['mean']:.5f} ± {mse['standard_deviation']:.5f}" in table.markdown(metrics)


def test_studies_use_the_data_set_of_the_weights(folders, monkeypatch):
    """Both stop at their first training."""
    small_model.change(folders.out, training={"vqvae": {"dataset": "kmnist"}})

    def settings_of_the_training(run) -> VQVAESettings:
        trained = []

        def train(settings, *_):
            trained.append(settings)
            raise InterruptedError

        monkeypatch.setattr(vqvae, "train", train)
        with pytest.raises(InterruptedError):
            run()
        return trained[0]

    settings = settings_of_the_training(lambda: rate_distortion.run(folders, RateDistortionSettings("8")))
    assert (settings.dataset, settings.codes) == ("kmnist", 8)
    settings = settings_of_the_training(lambda: seeds.run(folders, seeds.SeedSettings("5,6")))
    assert (settings.dataset, settings.seed) == ("kmnist", 5)


@pytest.mark.slow
def test_studies_measure_other_pictures_than_mnist(folders, tmp_path):
    """A folder of two kinds of bars, 300 pictures each."""
    for name, box in (("high", (4, 5, 24, 9)), ("low", (4, 19, 24, 23))):
        (tmp_path / "bars" / name).mkdir(parents=True)
        for index in range(300):
            picture = Image.new("L", (28, 28))
            picture.paste(255 - index % 50, box)
            picture.save(tmp_path / "bars" / name / f"{index:03}.png")
    small_model.change(folders.out, training={"vqvae": {"dataset": str(tmp_path / "bars")}})
    small = (
        VQVAESettings(
            width=8, encoder_blocks=1, decoder_blocks=1, epochs=1, warmup_steps=1, doodle_number=50
        ),
        PriorSettings(width=8, layers=1, head_width=8, epochs=1, plain_epochs=0, compile=0),
    )
    rate_distortion.run(folders, RateDistortionSettings(codes="4", epochs=1), small[0])
    seeds.run(folders, seeds.SeedSettings(), small, EVALUATOR)
    of = json.loads((folders.out / "metrics.json").read_text())["measured_of"]
    assert of["rate_distortion"]["dataset"] == of["seed_variance"]["dataset"] == str(tmp_path / "bars")


@pytest.mark.slow
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

    nothing, fine = (
        bits_of_pixels(Redraws(levels), images[:300], images[350:], steps=40) for levels in (1, 64)
    )
    assert 8 > nothing > 1.1 * fine > 0
    assert math.isclose(bits_of_codes(math.log(2) * 784, 784), 1)
