"""The VQ-VAE: the blank code, quantizer, codebook learning, and the augmentations of its training."""

import math

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from train import palette
from train.data import drawings
from train.data.augment import edit, random_cells, to_pixels
from vqdemo.storage import file_of, fingerprint_of, round_as_stored
from vqdemo.vqvae import BLANK, VQVAE, VectorQuantizer, VQVAEConfig, blank_cells, perplexity


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def quantizer() -> VectorQuantizer:
    torch.manual_seed(0)
    return VectorQuantizer(num_codes=12, code_dim=5)


@pytest.fixture
def vectors() -> torch.Tensor:
    return torch.randn(3, 5, 4, 4, generator=generator(), requires_grad=True)


@pytest.fixture
def blank() -> torch.Tensor:
    """Which cells of `vectors` have no ink: about a third."""
    return torch.rand(3, 4, 4, generator=generator(5)) < 0.35


def members_of(vectors: torch.Tensor, blank: torch.Tensor) -> torch.Tensor:
    """The vectors of inked cells (M,D)."""
    return vectors.detach().movedim(1, -1)[~blank]


# ---- the blank cell

SHAPES = [(7, 4, 0.1), (7, 4, 0.0), (14, 2, 0.1), (14, 2, 0.5)]  # grid, patch, ink_threshold


def small_vqvae(grid: int, patch: int, threshold: float) -> VQVAE:
    torch.manual_seed(0)
    shape = {"num_codes": 9, "width": 16, "encoder_blocks": 1, "decoder_blocks": 2}
    model = VQVAE(VQVAEConfig(grid=grid, patch=patch, ink_threshold=threshold, **shape)).eval()
    return model.requires_grad_(False)


@pytest.mark.parametrize("grid, patch, threshold", SHAPES)
def test_code_0_is_the_cell_without_a_pixel_above_the_threshold(grid, patch, threshold):
    """Whatever its neighbours hold; a pixel at the threshold is no ink, and one above it is."""
    model = small_vqvae(grid, patch, threshold)
    blank = torch.rand(30, grid, grid, generator=generator()) < 0.5
    ink = torch.rand(30, 1, 28, 28, generator=generator(1))
    images = torch.where(to_pixels(blank, patch), threshold * ink, ink)
    brightest = (torch.arange(28) % patch == 0)[:, None] & (torch.arange(28) % patch == 0)
    images[:, :, brightest] = torch.where(
        blank[:, None], torch.tensor(threshold), torch.tensor(threshold) + 1e-3
    ).flatten(2)
    images = torch.where(to_pixels(~blank, patch) & ~brightest, images.clamp(max=threshold), images)
    assert torch.equal(blank_cells(images, model.config), blank)
    assert torch.equal(model.encode(images) == BLANK, blank)
    assert torch.equal(model.encode(ink) == BLANK, blank_cells(ink, model.config))
    assert (model.encode(torch.zeros(1, 1, 28, 28)) == BLANK).all()
    assert (model.encode(torch.ones(1, 1, 28, 28)) != BLANK).all()


@pytest.mark.parametrize("grid, patch, threshold", SHAPES)
def test_nothing_at_all_is_drawn_in_cells_of_code_0(grid, patch, threshold):
    """So blank is exact both ways: these cells are blank again in the picture's own codes."""
    model = small_vqvae(grid, patch, threshold)
    codes = torch.randint(9, (30, grid, grid), generator=generator())
    codes[:, :2] = BLANK
    images = model.decode(codes)
    assert not images[to_pixels(codes == BLANK, patch)].any()
    assert images.any()
    assert (model.encode(images)[codes == BLANK] == BLANK).all()


def test_the_vector_of_code_0_stays_zero_whatever_is_learned(quantizer):
    members = torch.randn(500, 5, generator=generator())

    def is_zero() -> bool:
        return not quantizer.codebook[BLANK].any()

    assert is_zero()
    quantizer.initialise(members, generator())
    assert is_zero()
    for step in range(20):
        codes = quantizer.distances(members.T[None, ..., None]).argmin(-1).flatten() + 1
        quantizer.update(members + step, codes, decay=0.8)
        quantizer.restart_dead(members, threshold=30.0, generator=generator(step))
        assert is_zero()
    assert quantizer.codebook[1:].any(1).all()


def test_what_lies_in_blank_cells_changes_nothing_that_is_learned(quantizer, vectors, blank):
    """Commitment loss and usage entropy are those of the inked cells alone, and so are the gradients."""
    quantized = quantizer(vectors, blank)
    other = torch.where(blank[:, None], 50 * torch.randn(3, 5, 4, 4, generator=generator(9)), vectors)
    for name, part in quantizer(other, blank)._asdict().items():
        assert torch.allclose(part, getattr(quantized, name)), name
    inked = members_of(vectors, blank).T[None, ..., None]
    alone = quantizer(inked, torch.zeros(1, *inked.shape[2:], dtype=torch.bool))
    assert torch.allclose(quantized.commitment_loss, alone.commitment_loss)
    assert torch.allclose(quantized.usage_entropy, alone.usage_entropy)
    wanted = torch.randn(3, 5, 4, 4, generator=generator(1))
    loss = quantized.commitment_loss + quantized.usage_entropy + (quantized.vectors * wanted).sum()
    loss.backward()
    assert torch.equal(vectors.grad.any(1), ~blank)


def test_a_batch_without_ink_is_survived(quantizer, vectors):
    blank, nobody = torch.ones(3, 4, 4, dtype=torch.bool), torch.zeros(0, 5)
    quantized = quantizer(vectors, blank)
    assert not quantized.vectors.any()
    assert not quantized.codes.any()
    assert float(quantized.commitment_loss.detach()) == 0
    assert float(quantized.usage_entropy.detach()) < 1e-6
    (quantized.commitment_loss - quantized.usage_entropy + quantized.vectors.sum()).backward()
    assert not vectors.grad.any()
    before = quantizer.codebook.clone()
    quantizer.initialise(nobody, generator())
    assert torch.equal(quantizer.codebook, before)
    quantizer.count.fill_(0.5)
    assert quantizer.restart_dead(nobody, threshold=1.0, generator=generator()) == 0
    assert torch.equal(quantizer.codebook, before)
    quantizer.update(nobody, torch.zeros(0, dtype=torch.long), decay=0.9)
    assert quantizer.codebook.isfinite().all()


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"num_codes": 1}, "num_codes must be 2 or more"),
        ({"ink_threshold": 1.0}, "ink_threshold must be a number in"),
        ({"ink_threshold": -0.1}, "ink_threshold must be a number in"),
        ({"ink_threshold": float("nan")}, "not nan"),
        ({"ink_threshold": "0.1"}, "not '0.1'"),
    ],
)
def test_what_no_network_can_be_built_with_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        VQVAEConfig(**wrong)


# ---- the quantizer


def test_nearest_code_is_the_one_that_brute_force_finds(quantizer, vectors, blank):
    vectors = vectors.detach()
    codes = quantizer.nearest(vectors, blank)
    assert torch.equal(codes, quantizer(vectors, blank).codes)
    for n, row, column in torch.cartesian_prod(torch.arange(3), torch.arange(4), torch.arange(4)).tolist():
        vector = vectors[n, :, row, column]
        distances = [float((vector - code).square().sum()) for code in quantizer.codebook[1:]]
        nearest = 1 + distances.index(min(distances))
        assert int(codes[n, row, column]) == (BLANK if blank[n, row, column] else nearest)


def test_a_codebook_vector_is_its_own_code(quantizer):
    codes = torch.randint(12, (2, 4, 4), generator=generator())
    assert torch.equal(quantizer.nearest(quantizer.lookup(codes), codes == BLANK), codes)


def test_gradient_of_inked_cells_goes_straight_through(quantizer, vectors, blank):
    quantized = quantizer(vectors, blank)
    assert torch.allclose(quantized.vectors, quantizer.lookup(quantized.codes), atol=1e-6)
    wanted = torch.randn(3, 5, 4, 4, generator=generator(1))
    (quantized.vectors * wanted).sum().backward()
    assert torch.allclose(vectors.grad, wanted.masked_fill(blank[:, None], 0))


def test_commitment_loss_pulls_the_encoder_towards_its_code(quantizer, vectors, blank):
    quantized = quantizer(vectors, blank)
    quantized.commitment_loss.backward()
    pull = 2 * (vectors - quantizer.lookup(quantized.codes)).masked_fill(blank[:, None], 0)
    assert torch.allclose(vectors.grad, (pull / (5 * (~blank).sum())).detach(), atol=1e-7)


def test_codebook_converges_to_the_mean_of_its_members(quantizer, vectors, blank):
    members = members_of(vectors, blank)
    codes = quantizer.nearest(vectors, blank)[~blank]  # held fixed: the update alone is tested
    for _ in range(400):
        quantizer.update(members, codes, decay=0.9)
    for code in codes.unique().tolist():
        own = members[codes == code]
        assert torch.allclose(quantizer.codebook[code], own.mean(0), atol=1e-4)
        assert math.isclose(quantizer.count[code], len(own), rel_tol=1e-3)


def test_dead_codes_restart_at_members_and_the_others_stay(quantizer):
    members = torch.randn(60, 5, generator=generator())
    before = quantizer.codebook.clone()
    quantizer.count.fill_(10.0)
    quantizer.count[[BLANK, 2, 7]] = 0.01  # no member ever has the blank code, which is not dead for that
    assert quantizer.restart_dead(members, threshold=1.0, generator=generator()) == 2
    for code in range(12):
        if code in (2, 7):
            assert (members == quantizer.codebook[code]).all(1).any()
        else:
            assert torch.equal(quantizer.codebook[code], before[code])
    assert quantizer.restart_dead(members, threshold=1.0, generator=generator()) == 0


def test_initial_codebook_beats_a_random_one(quantizer):
    centres = 5 * torch.randn(11, 5, generator=generator(3))
    noise = 0.1 * torch.randn(2000, 5, generator=generator(1))
    members = centres[torch.randint(11, (2000,), generator=generator())] + noise

    def error(quantizer: VectorQuantizer) -> torch.Tensor:
        vectors = members.view(20, 10, 10, 5).movedim(-1, 1)
        codes = quantizer.nearest(vectors, torch.zeros(20, 10, 10, dtype=torch.bool))
        return F.mse_loss(quantizer.lookup(codes), vectors)

    quantizer.initialise(members, generator())
    chance = VectorQuantizer(12, 5)
    chance.codebook[1:] = members[:11]
    assert error(quantizer) < 0.7 * error(chance)


def test_fewer_distinct_members_than_codes_are_a_codebook_too(quantizer):
    members = torch.randn(3, 5, generator=generator()).repeat(10, 1)
    quantizer.initialise(members, generator())
    assert torch.cdist(quantizer.codebook[1:], members[:3]).amin(1).max() < 1e-3


def test_usage_entropy_is_highest_for_even_use_and_has_a_gradient(quantizer, vectors, blank):
    VectorQuantizer(12, 5)(vectors, blank).usage_entropy.backward()
    assert vectors.grad.any()
    quantizer.codebook.copy_(20 * quantizer.codebook)  # far apart: soft assignment is nearly hard
    nowhere = torch.zeros(1, 1, 11, dtype=torch.bool)
    even = quantizer.lookup(torch.arange(1, 12).view(1, 1, 11))
    skewed = quantizer.lookup(torch.full((1, 1, 11), 4))
    assert math.isclose(quantizer(even, nowhere).usage_entropy, math.log(11), rel_tol=1e-3)
    assert quantizer(skewed, nowhere).usage_entropy < 0.01


def test_perplexity():
    assert math.isclose(perplexity(torch.tensor([5, 5, 5, 5])), 4, rel_tol=1e-6)
    assert math.isclose(perplexity(torch.tensor([9, 0, 0])), 1, rel_tol=1e-6)


# ---- the decoder, and what trains it for editing


def test_a_cell_is_its_patch():
    """Without any 3x3 convolution after it, a code reaches its own 4x4 patch and nothing else."""
    torch.manual_seed(0)
    model = VQVAE(VQVAEConfig(width=16, encoder_blocks=1, decoder_blocks=0))
    nowhere = torch.zeros(1, 7, 7, dtype=torch.bool)
    codes = torch.ones(1, 7, 7, dtype=torch.long)
    changed = codes.clone()
    changed[0, 2, 5] = 9
    before, after = (model.decoder(model.quantizer.lookup(grid), nowhere) for grid in (codes, changed))
    expected = torch.zeros(28, 28, dtype=torch.bool)
    expected[8:12, 20:24] = True
    assert torch.equal((after - before)[0, 0] != 0, expected)


def edited(n: int, share: float, alone_share: float, swap_share: float = 0.0):
    """Pictures whose cells have one grey each, and vectors of that grey: before `edit`, and after it."""
    grey = 0.2 + 0.8 * torch.rand(n, 7, 7, generator=generator(1))
    blank = torch.rand(n, 7, 7, generator=generator(2)) < 0.4
    grey = grey.masked_fill(blank, 0)
    vectors = grey[:, None].expand(-1, 3, -1, -1)
    images = grey.repeat_interleave(4, 1).repeat_interleave(4, 2)[:, None]
    changed = edit(vectors, blank, images, share, swap_share, alone_share, generator(3))
    return (vectors, blank, images), changed


def test_editing_replaces_vectors_and_pixels_of_the_same_cells_by_the_same():
    (before, _, _), (vectors, blank, target) = edited(60, share=1.0, alone_share=0.2, swap_share=0.3)
    assert torch.equal(F.max_pool2d(target, 4)[:, 0], vectors[:, 0])
    assert torch.equal(-F.max_pool2d(-target, 4)[:, 0], vectors[:, 0])
    assert not vectors[:, 0][blank].any()
    assert vectors[:, 0][~blank].all()
    changed = vectors[:, 0] != before[:, 0]
    assert (changed & blank).any(), "some cells are blanked"
    assert (changed & ~blank).any(), "some get another picture's code"


def test_swapped_cells_are_few_and_get_codes_of_inked_cells_anywhere():
    (before, empty, _), (vectors, blank, target) = edited(60, share=1.0, alone_share=0.5, swap_share=1.0)
    assert torch.equal(blank, empty), "blank cells stay blank, inked ones inked"
    assert torch.equal(F.max_pool2d(target, 4)[:, 0], vectors[:, 0])
    changed = vectors[:, 0] != before[:, 0]
    assert 0 < changed.float().mean() < 0.1
    assert not changed[empty].any()
    assert torch.isin(vectors[:, 0][changed], before[:, 0][~empty]).all()
    no_ink = torch.zeros_like(target)
    _, _, nothing = edit(no_ink[:, :, :7, :7], torch.ones_like(empty), no_ink, 1.0, 1.0, 0.0, generator())
    assert not nothing.any(), "a batch without any ink is no error"


def test_without_editing_all_stays():
    for before, after in zip(*edited(60, share=0.0, alone_share=0.2), strict=True):
        assert torch.equal(before, after)


def test_a_code_is_alone_where_all_others_are_blanked():
    """The cells that are blanked otherwise are those that stay."""
    (_, empty, _), (_, some, _) = edited(60, share=1.0, alone_share=0.0)
    _, (_, all_others, _) = edited(60, share=1.0, alone_share=1.0)
    alone = (some != all_others).flatten(1).any(1)
    assert 0.3 < alone.float().mean() < 1, "the others get codes of another picture"
    assert torch.equal(all_others[alone], (~some | empty)[alone])


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
    assert not model.quantizer.codebook[BLANK].any()
    assert math.isclose(float(model.usage.sum()), 1, rel_tol=1e-5)


# ---- storing


def test_what_is_stored_is_stored_again_as_the_same(tmp_path):
    """Rounding to float16 is done once: a rounded network, stored and read again, is itself."""
    model = small_vqvae(7, 4, 0.1)
    exact = fingerprint_of(model)
    round_as_stored(model)
    rounded = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert fingerprint_of(model) == exact, "the fingerprint is of what is stored"
    round_as_stored(model)
    (tmp_path / "weights.safetensors").write_bytes(file_of(model))
    stored = load_file(tmp_path / "weights.safetensors")
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, rounded[name]), name
        assert stored[name].dtype == torch.float16
        assert torch.equal(stored[name].float(), tensor), name
    with torch.no_grad():
        model.decoder.exit.bias += 1
    assert fingerprint_of(model) != exact
