"""The training film of the page's scripts, under node: each moment redraws as it does in Python, dequantized."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import small_film
import torch
from app_process import ROOT
from safetensors.torch import load_file

from train.runtime.weights_folder import config_so_far
from vqdemo.storage import FILM
from vqdemo.vqvae import blank_cells

SCRIPT = ROOT / "tests" / "tools" / "film.mjs"


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Drawings, uint8 (6,28,28), of which about half of the cells are blank."""
    random = np.random.default_rng(0)
    cells = random.random((6, 7, 7)) < 0.5
    ink = random.integers(0, 256, (6, 28, 28))
    return (ink * cells.repeat(4, 1).repeat(4, 2)).astype(np.uint8)


@pytest.mark.parametrize("grid", [7, 14])
def test_each_moment_is_pythons(images, grid, tmp_path):
    if shutil.which("node") is None:
        pytest.skip("node is not installed; on Debian: apt-get install nodejs")
    weights = small_film.write(tmp_path, grid=grid)
    config = config_so_far(weights)["vqvae"]
    given = {
        "film": str(weights / FILM),
        "config": config,
        "images": images.reshape(len(images), -1).tolist(),
    }
    (tmp_path / "given.json").write_text(json.dumps(given))
    done = subprocess.run(
        ["node", SCRIPT, tmp_path / "given.json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    pixels = torch.from_numpy(images)[:, None].float() / 255
    maps = load_file(weights / FILM)
    for i, network in enumerate(small_film.networks(weights)):
        frames = [answer["frames"][i] for answer in answers]
        ours = np.array([frame["image"] for frame in frames]).reshape(images.shape)
        if i == 0:
            blank = blank_cells(pixels, network.config)
            vectors = network.encoder(pixels).masked_fill(blank[:, None], 0)
            theirs = network.decoder(vectors, blank).clamp(0, 1)
            assert all(frame["codes"] is None and frame["map"] is None for frame in frames)
        else:
            codes = network.encode(pixels)
            theirs = network.decode(codes)
            assert [frame["codes"] for frame in frames] == codes.flatten(1).tolist()
            places = torch.tensor(frames[0]["map"])
            torch.testing.assert_close(places, maps[f"{i}.places"], atol=1e-6, rtol=0)
        assert np.abs(ours - 255 * theirs[:, 0].numpy()).max() < 0.51
        assert np.ptp(ours) > 50
    assert answers[0]["curves"] == {"mse": small_film.MSE, "commitment": small_film.COMMITMENT}
