"""The VQ-VAE of the page's scripts, under node: a blank cell is blank there as it is in Python."""

import json
import shutil
import subprocess
from dataclasses import asdict

import numpy as np
import pytest
import torch
from app_process import ROOT

from vqdemo.storage import file_of, round_as_stored
from vqdemo.vqvae import BLANK, VQVAE, VQVAEConfig, blank_cells

SCRIPT = ROOT / "tests" / "tools" / "vqvae.mjs"
SHAPES = [(7, 4, 26 / 255), (7, 4, 0.2), (14, 2, 0.0), (14, 2, 0.4)]  # grid, patch, ink_threshold


@pytest.fixture
def node(tmp_path):
    """Codes of images and images of grids by the page's script, on what is stored of a network."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed; on Debian: apt-get install nodejs")

    def run(model: VQVAE, images: np.ndarray, grids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        (tmp_path / "vqvae.safetensors").write_bytes(file_of(model))
        given = {
            "weights": str(tmp_path / "vqvae.safetensors"),
            "config": asdict(model.config),
            "images": images.reshape(len(images), -1).tolist(),
            "grids": grids.reshape(len(grids), -1).tolist(),
        }
        (tmp_path / "given.json").write_text(json.dumps(given))
        done = subprocess.run(
            ["node", SCRIPT, tmp_path / "given.json"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        return np.reshape(answer["codes"], grids.shape), np.reshape(answer["images"], images.shape)

    return run


@pytest.mark.parametrize("grid, patch, threshold", SHAPES)
def test_a_cell_is_blank_by_its_own_pixels_and_draws_nothing(node, grid, patch, threshold):
    """Whatever its neighbours hold; a pixel at the threshold is no ink."""
    torch.manual_seed(0)
    shape = {"num_codes": 9, "width": 16, "encoder_blocks": 1, "decoder_blocks": 1}
    model = VQVAE(VQVAEConfig(grid=grid, patch=patch, ink_threshold=threshold, **shape)).eval()
    model.requires_grad_(False)
    round_as_stored(model)
    random = np.random.default_rng(0)
    brightest = round(threshold * 255)
    inked = random.random((20, grid, grid)) < 0.5
    cells = np.where(inked, random.choice([brightest + 1, 255], inked.shape), brightest)
    images = cells.repeat(patch, 1).repeat(patch, 2)
    images = np.where(
        random.random(images.shape) < 0.5, images, random.integers(0, brightest + 1, images.shape)
    )
    images[:, ::patch, ::patch] = cells  # one pixel decides
    codes = random.integers(0, 9, inked.shape)
    read, drawn = node(model, images, codes)
    assert np.array_equal(read != BLANK, inked)
    pixels = torch.tensor(images, dtype=torch.float32)[:, None] / 255
    assert np.array_equal(blank_cells(pixels, model.config).numpy(), ~inked)
    assert (read == model.encode(pixels).numpy()).mean() > 0.999  # but for codes that are equally near
    patches = drawn.reshape(20, grid, patch, grid, patch)
    assert not patches.swapaxes(2, 3)[codes == BLANK].any()
    assert patches.swapaxes(2, 3)[codes != BLANK].any()
    assert np.abs(drawn - 255 * model.decode(torch.tensor(codes))[:, 0].numpy()).max() < 0.51
