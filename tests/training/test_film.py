"""The training film: what train/report/film.py packs of a training's snapshots, and where it goes along."""

import json
import shutil
from pathlib import Path

import pytest
import small_film
import small_model
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from small_film import EPOCHS, WARMUP_STEPS

from train import publish
from train.report import film
from train.runtime import snapshots
from train.runtime.weights_folder import write_network
from vqdemo import site, storage
from vqdemo.vqvae import BLANK, VQVAE, VQVAEConfig


@pytest.fixture
def trained(tmp_path) -> tuple[Path, Path, torch.Tensor]:
    """Weights, runs, and which code of the snapshots each stored one was."""
    weights, runs = small_model.write(tmp_path / "weights"), tmp_path / "runs"
    return weights, runs, small_film.write_runs(weights, runs)


def metadata(path: Path) -> dict[str, str]:
    with safe_open(path, framework="pt") as file:
        return file.metadata()


@pytest.mark.parametrize("spread", [0.0, 1e-3, 1.0, 50.0])
def test_a_quantized_weight_is_off_by_half_a_scale_at_most(spread):
    tensor = spread * torch.randn(64, 32, 3, 3, generator=torch.Generator().manual_seed(0))
    whole, scale = film.quantize(tensor)
    assert whole.dtype == torch.int8
    assert whole.shape == tensor.shape
    assert (whole * scale - tensor).abs().max() <= scale / 2 * (1 + 1e-5)
    assert scale * 127 == pytest.approx(float(tensor.abs().max()), abs=1e-25)


def test_every_moment_is_its_snapshot_with_the_stored_codes(trained):
    weights, runs, order = trained
    film.run(weights, runs)
    for i, network in enumerate(small_film.networks(weights)):
        snapshot = load_file(runs / "snapshots" / f"{i}.safetensors")
        snapshot[film.CODEBOOK] = snapshot[film.CODEBOOK][order]
        for name, tensor in network.state_dict().items():
            if name.startswith(film.KEPT):
                error = (tensor - snapshot[name]).abs().max()
                assert error <= snapshot[name].abs().max() / 254 * 1.001, (i, name)
    final = load_file(weights / "vqvae.safetensors")[film.CODEBOOK].float()
    assert (network.quantizer.codebook - final).abs().max() <= final.abs().max() / 254 + 1e-3


def test_it_says_when_its_moments_were_and_how_the_losses_went(trained):
    weights, runs, _ = trained
    about = metadata(film.run(weights, runs))
    moments = json.loads(about["moments"])
    assert [moment["epoch"] for moment in moments] == [0, 0, *snapshots.epochs_kept(EPOCHS)]
    assert [moment["steps"] for moment in moments] == [WARMUP_STEPS] * 2 + [None] * 5
    assert [moment["rounds"] for moment in moments] == [False] + [True] * 6
    assert json.loads(about["curves"]) == {"mse": small_film.MSE, "commitment": small_film.COMMITMENT}


def test_the_map_is_one_plane_in_which_the_blank_code_stays(trained):
    weights, runs, _ = trained
    path = film.run(weights, runs)
    maps = {name: tensor for name, tensor in load_file(path).items() if name.endswith(".places")}
    assert set(maps) == {f"{i}.places" for i in range(1, 7)}
    every = torch.stack(list(maps.values()))
    assert every.min() >= 0
    assert every.max() <= 1 + 1e-6
    assert (every[:, BLANK] - every[0, BLANK]).abs().max() < 1e-6
    # Distances on the last map are those in the plane of two principal components, all by one factor.
    final = load_file(weights / "vqvae.safetensors")[film.CODEBOOK].float()[1:]
    left, sizes, _ = torch.linalg.svd(final - final.mean(0), full_matrices=False)
    wanted, found = torch.pdist(left[:, :2] * sizes[:2]), torch.pdist(maps["6.places"][1:])
    torch.testing.assert_close(found / found.max(), wanted / wanted.max(), atol=2e-3, rtol=0)
    shown = float((sizes[:2] ** 2).sum() / (sizes**2).sum())
    assert json.loads(metadata(path)["variance"]) == pytest.approx(shown, abs=1e-3)


def test_a_short_training_keeps_fewer_moments(tmp_path):
    weights, runs = small_model.write(tmp_path / "weights"), tmp_path / "runs"
    small_film.write_runs(weights, runs, epochs=2)
    shutil.copy(runs / "snapshots" / "2.safetensors", runs / "snapshots" / "4.safetensors")  # of another one
    moments = json.loads(metadata(film.run(weights, runs))["moments"])
    assert [moment["epoch"] for moment in moments] == [0, 0, 1, 2]
    assert len(small_film.networks(weights)) == 4


def test_the_film_of_the_default_network_has_8_mb_at_most(tmp_path):
    write_network(tmp_path, "vqvae", VQVAE(VQVAEConfig()), small_model.Untrained())
    small_film.write_runs(tmp_path, tmp_path / "runs")
    assert film.run(tmp_path, tmp_path / "runs").stat().st_size <= 8_000_000


def test_a_larger_film_is_refused(trained, monkeypatch):
    weights, runs, _ = trained
    monkeypatch.setattr(film, "MAX_BYTES", 20_000)
    with pytest.raises(ValueError, match=r"the film would have 0\.\d MB, and may have 0"):
        film.run(weights, runs)
    assert not (weights / film.FILM).exists()


@pytest.mark.parametrize(
    "spoil, error, words",
    [
        (lambda w, r: shutil.rmtree(r / "snapshots"), FileNotFoundError, r"0\.safetensors is missing"),
        (lambda w, r: (r / "vqvae.csv").unlink(), FileNotFoundError, r"vqvae\.csv is missing"),
        (lambda w, r: (w / "vqvae.safetensors").unlink(), FileNotFoundError, "vqvae.safetensors is missing"),
        (lambda w, r: small_model.write(w, num_codes=20), ValueError, r"codebooks are \(16, 4\)"),
        (
            lambda w, r: (r / "snapshots" / "6.safetensors").unlink(),
            FileNotFoundError,
            r"6\.safetensors is missing",
        ),
        (
            lambda w, r: shutil.copy(r / "snapshots" / "0.safetensors", r / "snapshots" / "6.safetensors"),
            ValueError,
            "of another training",
        ),
        (lambda w, r: small_model.change(w, training={"vqvae": {"epochs": 3}}), ValueError, "20 epochs, and"),
    ],
    ids=[
        "no snapshots",
        "no log",
        "no weights",
        "other codes",
        "not to the end",
        "another network",
        "another log",
    ],
)
def test_what_does_not_belong_together_is_refused(trained, spoil, error, words):
    weights, runs, _ = trained
    spoil(weights, runs)
    if words.startswith("codebooks"):  # small_model has written config.json anew
        small_model.change(
            weights, training={"vqvae": {"epochs": EPOCHS, "warmup_steps": WARMUP_STEPS}, "prior": {}}
        )
    with pytest.raises(error, match=words):
        film.run(weights, runs)
    assert not (weights / film.FILM).exists()


def test_it_goes_along_with_its_weights_and_with_no_others(trained, tmp_path):
    weights, runs, _ = trained
    small_model.change(
        weights,
        training={
            name: {"dataset": "mnist", "images": 0, "epochs": EPOCHS, "warmup_steps": WARMUP_STEPS}
            for name in ("vqvae", "prior")
        },
    )
    assert storage.film_of(weights) is None
    identity = json.loads(model_json(site.site(weights)))["id"]
    path = film.run(weights, runs)
    assert storage.film_of(weights) == path
    files = site.site(weights)
    described = json.loads(model_json(files))
    assert described["id"] == identity  # links and kept work are of the networks alone
    assert files[f"model/{described['film']['file']}"] == path.read_bytes()
    release = files["service-worker.js"].decode().partition("self.RELEASE = ")[2].partition(";\n\n")[0]
    kept = set(json.loads(release)["files"])
    assert f"model/{described['film']['file']}" in set(files) - kept

    (tmp_path / "stage").mkdir()
    publish.stage_model("user/film", weights, tmp_path / "stage")
    assert (tmp_path / "stage" / film.FILM).read_bytes() == path.read_bytes()
    assert film.FILM in (tmp_path / "stage" / "README.md").read_text()

    other = small_model.write(tmp_path / "other", num_codes=20)
    shutil.copy(path, other)
    assert storage.film_of(other) is None
    assert json.loads(model_json(site.site(other)))["film"] is None
    (other / film.FILM).write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"film\.safetensors is damaged"):
        storage.film_of(other)


def model_json(files: dict[str, bytes]) -> bytes:
    (name,) = [name for name in files if name.startswith("model/model-")]
    return files[name]
