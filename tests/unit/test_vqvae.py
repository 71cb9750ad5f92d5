"""The VQ-VAE: quantizer, gradients and codebook learning, and the augmentations of its training."""

import math

import pytest
import torch
import torch.nn.functional as F

from train import palette
from train.data import drawings
from train.data.augment import edit, random_cells, to_pixels
from vqdemo.vqvae import VQVAE, VectorQuantizer, VQVAEConfig, perplexity


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def quantizer() -> VectorQuantizer:
    torch.manual_seed(0)
    return VectorQuantizer(num_codes=12, code_dim=5)


def test_nearest_code_is_the_one_brute_force_finds(quantizer):
    vectors = torch.randn(3, 5, 4, 4, generator=generator())
    codes = quantizer.nearest(vectors)
    for n in range(3):
        for row in range(4):
            for column in range(4):
                distances = [
                    float((vectors[n, :, row, column] - code).square().sum()) for code in quantizer.codebook
                ]
                assert int(codes[n, row, column]) == distances.index(min(distances))


def test_a_codebook_vector_is_its_own_code(quantizer):
    codes = torch.randint(12, (2, 4, 4), generator=generator())
    assert torch.equal(quantizer.nearest(quantizer.lookup(codes)), codes)


def test_gradient_goes_straight_through(quantizer):
    vectors = torch.randn(2, 5, 4, 4, generator=generator(), requires_grad=True)
    quantized = quantizer(vectors)
    assert torch.allclose(quantized.vectors, quantizer.lookup(quantized.codes), atol=1e-6)
    wanted = torch.randn(2, 5, 4, 4, generator=generator(1))
    (quantized.vectors * wanted).sum().backward()
    assert torch.allclose(vectors.grad, wanted)


def test_commitment_loss_pulls_the_encoder_towards_its_code(quantizer):
    vectors = torch.randn(2, 5, 4, 4, generator=generator(), requires_grad=True)
    quantized = quantizer(vectors)
    quantized.commitment_loss.backward()
    expected = 2 * (vectors - quantizer.lookup(quantized.codes)) / vectors.numel()
    assert torch.allclose(vectors.grad, expected.detach(), atol=1e-7)


def test_codebook_converges_to_the_mean_of_its_members(quantizer):
    vectors = torch.randn(8, 5, 4, 4, generator=generator())
    codes = quantizer.nearest(vectors)  # held fixed: the update alone is tested
    for _ in range(400):
        quantizer.update(vectors, codes, decay=0.9)
    flat = vectors.movedim(1, -1).flatten(0, -2)
    for code in codes.unique().tolist():
        members = flat[codes.flatten() == code]
        assert torch.allclose(quantizer.codebook[code], members.mean(0), atol=1e-4)
        assert math.isclose(quantizer.count[code], len(members), rel_tol=1e-3)


def test_dead_codes_restart_at_encoder_outputs_and_the_others_stay(quantizer):
    vectors = torch.randn(4, 5, 4, 4, generator=generator())
    before = quantizer.codebook.clone()
    quantizer.count.fill_(10.0)
    quantizer.count[[2, 7]] = 0.01
    assert quantizer.restart_dead(vectors, threshold=1.0, generator=generator()) == 2
    flat = vectors.movedim(1, -1).flatten(0, -2)
    for code in range(12):
        if code in (2, 7):
            assert (flat == quantizer.codebook[code]).all(1).any()
        else:
            assert torch.equal(quantizer.codebook[code], before[code])
    assert quantizer.restart_dead(vectors, threshold=1.0, generator=generator()) == 0


def test_initial_codebook_beats_a_random_one(quantizer):
    centres = 5 * torch.randn(12, 5, generator=generator(3))
    members = centres[torch.randint(12, (2000,), generator=generator())] + 0.1 * torch.randn(
        2000, 5, generator=generator(1)
    )
    vectors = members.view(20, 10, 10, 5).movedim(-1, 1)
    quantizer.initialise(vectors, generator())
    error = F.mse_loss(quantizer.lookup(quantizer.nearest(vectors)), vectors)
    chance = VectorQuantizer(12, 5)
    chance.codebook.copy_(members[:12])
    assert error < 0.7 * F.mse_loss(chance.lookup(chance.nearest(vectors)), vectors)


def test_usage_entropy_is_highest_for_even_use_and_has_a_gradient(quantizer):
    quantizer.codebook.copy_(20 * quantizer.codebook)  # far apart: soft assignment is nearly hard
    even = quantizer.lookup(torch.arange(12).view(1, 3, 4))
    skewed = quantizer.lookup(torch.zeros(1, 3, 4, dtype=torch.long))
    assert math.isclose(quantizer(even).usage_entropy, math.log(12), rel_tol=1e-3)
    assert quantizer(skewed).usage_entropy < 0.01
    vectors = torch.randn(2, 5, 4, 4, generator=generator(), requires_grad=True)
    VectorQuantizer(12, 5)(vectors).usage_entropy.backward()
    assert vectors.grad.abs().sum() > 0


def test_perplexity():
    assert math.isclose(perplexity(torch.tensor([5, 5, 5, 5])), 4, rel_tol=1e-6)
    assert math.isclose(perplexity(torch.tensor([9, 0, 0])), 1, rel_tol=1e-6)


def test_a_cell_is_its_patch():
    """Without any 3x3 convolution after it, a code reaches its own 4x4 patch and nothing else."""
    torch.manual_seed(0)
    model = VQVAE(VQVAEConfig(width=16, encoder_blocks=1, decoder_blocks=0))
    codes = torch.zeros(1, 7, 7, dtype=torch.long)
    changed = codes.clone()
    changed[0, 2, 5] = 9
    difference = (
        model.decoder(model.quantizer.lookup(changed)) - model.decoder(model.quantizer.lookup(codes))
    )[0, 0]
    expected = torch.zeros(28, 28, dtype=torch.bool)
    expected[8:12, 20:24] = True
    assert torch.equal(difference != 0, expected)


def test_editing_augmentation_replaces_codes_and_pixels_of_the_same_cells():
    n, grid = 40, 7
    codebook = torch.randn(6, 3, generator=generator())
    codes = torch.randint(6, (n, grid, grid), generator=generator(1))
    codes[:, :3] = 4  # the most frequent: background
    images = torch.rand(n, 1, 28, 28, generator=generator(2))
    vectors = F.embedding(codes, codebook).movedim(-1, 1)
    edited, target = edit(vectors, codes, codebook, images, share=1.0, generator=generator(3))
    pixel_changed = F.max_pool2d((target != images).float(), 4)[:, 0] > 0
    vector_changed = (edited != vectors).any(1)
    assert pixel_changed.any()
    assert not (vector_changed & ~pixel_changed).any()
    blacked = F.max_pool2d(target, 4)[:, 0] == 0
    assert torch.equal(edited.movedim(1, -1)[blacked], codebook[4].expand(int(blacked.sum()), -1))
    untouched, same = edit(vectors, codes, codebook, images, share=0.0, generator=generator(3))
    assert torch.equal(untouched, vectors)
    assert torch.equal(same, images)


def test_cells_to_pixels():
    cells = random_cells(9, 7, generator())
    assert torch.equal(F.max_pool2d(to_pixels(cells, 4).float(), 4)[:, 0] > 0, cells)
    assert 0.05 < random_cells(4000, 7, generator()).float().mean() < 0.5


def test_shift_moves_and_never_wraps_around():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 5, 6] = 200
    moved = drawings.shift(image, torch.tensor([[3, -4]]))
    assert moved[0, 8, 2] == 200
    assert moved.sum() == 200
    assert drawings.shift(image, torch.tensor([[0, -7]])).sum() == 0


def test_rendered_strokes_have_the_asked_width():
    import numpy as np

    for width in (1.0, 2.0, 3.5):
        picture = drawings.render([np.array([[4.0, 14.0], [24.0, 14.0]])], width)
        assert abs(picture[:, 14].sum() / 255 - width) < 0.35


def test_palette_keeps_every_code_and_puts_like_beside_like():
    tiles = (
        torch.linspace(0, 1, 16)[torch.randperm(16, generator=generator())]
        .view(16, 1, 1)
        .expand(16, 3, 3)
        .contiguous()
    )
    order = palette.place(tiles, first=5)
    assert sorted(order.tolist()) == list(range(16))
    assert order[0] == 5

    def roughness(order):
        square = tiles[order].mean((1, 2)).view(4, 4)
        return square.diff(dim=0).abs().sum() + square.diff(dim=1).abs().sum()

    assert roughness(order) < 0.6 * roughness(torch.arange(16))


def test_renumbering_the_codes_changes_no_picture():
    torch.manual_seed(0)
    model = VQVAE(VQVAEConfig(width=16, encoder_blocks=1, decoder_blocks=1)).eval()
    images = torch.randint(256, (50, 28, 28), generator=generator(), dtype=torch.uint8)
    pictures = images[:, None].float() / 255
    before = model.decode(model.encode(pictures))
    palette.arrange(model, images)
    assert torch.allclose(model.decode(model.encode(pictures)), before, atol=1e-6)
    assert int(model.usage.argmax()) == 0
    assert math.isclose(float(model.usage.sum()), 1, rel_tol=1e-5)
