"""The public interface on the bundled weights: what it promises, and what it says to bad input."""

import itertools
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import vqdemo
from train.data.masks import evaluation_masks
from vqdemo import sampling
from vqdemo.model import VQModel
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig
from vqdemo.sampling import SamplingParams
from vqdemo.vqvae import VQVAE, VQVAEConfig

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"


@pytest.fixture(scope="module")
def model() -> VQModel:
    return vqdemo.load(WEIGHTS)


@pytest.fixture(scope="module")
def grids(model) -> np.ndarray:
    return model.sample(12, seed=0)


@pytest.fixture(scope="module")
def tiny() -> VQModel:
    """Two by two cells and three codes, random weights: small enough to add up every possible grid."""
    torch.manual_seed(0)
    prior = PixelCNN(PixelCNNConfig(grid=2, num_codes=3, num_labels=4, width=16, layers=3, head_width=16))
    for parameter in prior.parameters():
        parameter.data.mul_(2)
    return VQModel(VQVAE(VQVAEConfig(grid=2, num_codes=3, width=8)), prior, list("abcd"), {})


# ---- what it promises


def test_shapes_types_and_ranges(model, grids):
    k = model.num_codes
    assert model.grid_shape == (7, 7)
    images = model.decode(grids)
    assert (images.shape, images.dtype) == ((12, 28, 28), np.float32)
    assert images.min() >= 0
    assert images.max() <= 1
    codes = model.encode(images)
    assert (codes.shape, codes.dtype) == ((12, 7, 7), np.int64)
    assert codes.min() >= 0
    assert codes.max() < k
    log_p = model.log_prob(grids)
    assert (log_p.shape, log_p.dtype) == ((12,), np.float32)
    assert (log_p < 0).all()
    p = model.conditionals(grids[0])
    assert (p.shape, p.dtype) == ((7, 7, k), np.float32)
    assert np.allclose(p.sum(-1), 1, atol=1e-5)
    assert model.tiles.shape == (k, 12, 12)
    assert math.isclose(model.usage.sum(), 1, rel_tol=1e-3)  # stored in float16


def test_arrays_tensors_and_lists_are_the_same_to_it(model, grids):
    images = model.decode(grids)
    for form in (torch.from_numpy, lambda array: array.tolist()):
        assert np.array_equal(model.encode(form(images)), model.encode(images))
        assert np.array_equal(model.decode(form(grids)), images)
        assert np.array_equal(model.conditionals(form(grids[0])), model.conditionals(grids[0]))


def test_blank_is_exact_both_ways(model, grids):
    """A cell has the blank code exactly where its patch has no ink, and draws none."""
    assert model.background == 0
    assert (model.encode(np.zeros((1, 28, 28))) == model.background).all()
    images = model.decode(grids)
    inked = images.reshape(-1, 7, 4, 7, 4).max((2, 4))
    assert not inked[grids == model.background].any()
    threshold = model.vqvae.config.ink_threshold
    assert np.array_equal(model.encode(images) != model.background, inked > threshold)


def test_one_code_changes_the_picture_only_near_its_cell(model, grids):
    changed = grids.copy()
    changed[:, 3, 3] = (changed[:, 3, 3] + 17) % model.num_codes
    difference = np.abs(model.decode(changed) - model.decode(grids))
    near = difference[:, 10:18, 10:18].sum()  # the 4x4 patch and 2 pixels around it
    assert near > 0.7 * difference.sum()


def test_equal_seeds_give_equal_grids_and_others_differ(model):
    for guidance in (0.0, 1.0):
        first = model.sample(5, guidance=guidance, seed=4)
        assert np.array_equal(first, model.sample(5, guidance=guidance, seed=4))
        assert not np.array_equal(first, model.sample(5, guidance=guidance, seed=5))
    assert not np.array_equal(model.sample(3), model.sample(3))


@pytest.mark.slow
def test_known_cells_never_change_for_1000_masks(model):
    """1,000 random masks in one batch, with the sampler's hardest settings, and 40 by `complete`."""
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(model.num_codes, (1000, 7, 7), generator=generator)
    known = torch.rand(1000, 7, 7, generator=generator) < torch.rand(1000, 1, 1, generator=generator)
    start = torch.where(known, truth, -1)
    params = SamplingParams(temperature=1.5, top_p=0.9, guidance=0.5)
    uniform = torch.rand(1000, 7, 7, generator=generator)
    for rows in torch.arange(1000).split(250):
        filled = sampling.fill_cached(
            model.prior, start[rows], torch.randint(10, (len(rows),)), params, uniform[rows]
        )
        assert torch.equal(filled[known[rows]], truth[rows][known[rows]])
        assert filled.min() >= 0
    for i in range(40):
        filled = model.complete(start[i], 2, label=None if i % 2 else i % 10, seed=i)
        assert (filled[:, known[i].numpy()] == truth[i][known[i]].numpy()).all()
        assert filled.min() >= 0
        assert filled.max() < model.num_codes


def test_guidance_sharpens_the_label_that_is_drawn(tiny):
    """A label is sampled from p(label | known)^(1+g) / p(label)^g, normalised, where g is the guidance."""
    codes = torch.tensor([[[0, -1], [-1, 2]], [[-1, -1], [-1, -1]]])
    known, nothing = tiny.prior.label_log_probs(codes, codes >= 0).exp()
    weights, as_guessed = tiny._label_weights(codes, SamplingParams())
    assert torch.allclose(weights, known, atol=1e-6)
    weights, without_evidence = tiny._label_weights(codes, SamplingParams(guidance=2.0))
    powers = known**3 / nothing**2
    assert torch.allclose(weights, powers / powers.sum(), atol=1e-6)
    assert torch.allclose(without_evidence, as_guessed, atol=1e-6)  # nothing known: nothing to sharpen


@pytest.mark.slow
def test_labels_are_drawn_in_even_shares(tiny):
    """Of the first n equal grids, for any n, each label gets n times its probability, within 2.5.

    Independent draws would be off by three or more of 40 every third time.
    """
    codes, n = torch.tensor([[[0, -1], [-1, 2]]]).expand(40, -1, -1), 40
    weights = tiny._label_weights(codes[:1], SamplingParams())[0]
    for seed in range(20):
        labels = tiny._sample_labels(codes, SamplingParams(), seed)
        counts = torch.nn.functional.one_hot(labels, len(weights)).cumsum(0)
        expected = torch.arange(1, n + 1)[:, None] * weights
        assert (counts - expected).abs().max() < 2.5
    first = torch.cat([tiny._sample_labels(codes[:1], SamplingParams(), seed) for seed in range(2000)])
    assert (first.bincount(minlength=len(weights)) / 2000 - weights).abs().max() < 0.05


@pytest.mark.parametrize("label", [None, 3])
def test_the_first_alternatives_are_the_same_for_any_number(model, grids, label):
    start = np.where(np.arange(49).reshape(7, 7) < 25, -1, grids[0])
    for guidance in (0.0, 0.7):
        many = model.complete(start, 16, label=label, guidance=guidance, seed=3)
        for n in (1, 4):
            few = model.complete(start, n, label=label, guidance=guidance, seed=3)
            assert np.array_equal(few, many[:n])
    assert np.array_equal(model.sample(3, label=label, seed=9), model.sample(7, label=label, seed=9)[:3])


def test_more_grids_than_a_batch_are_the_same_grids(tiny):
    """Batches change nothing, and what is drawn in one is not drawn again in the next."""
    many = tiny.sample(600, seed=5)
    assert np.array_equal(many[:300], tiny.sample(300, seed=5))
    assert not np.array_equal(many[:256], many[256:512])


def test_nothing_to_complete_gives_the_grid_back(model, grids):
    assert np.array_equal(model.complete(grids[0], 3), np.repeat(grids[:1], 3, axis=0))


def test_arguments_are_never_written_to(model, grids):
    codes = np.where(np.eye(7, dtype=bool), -1, grids[0])
    before = codes.copy()
    model.complete(codes, 2)
    model.conditionals(codes)
    assert np.array_equal(codes, before)


def test_probabilities_of_all_grids_add_up_to_one(tiny):
    """Over every way to fill the unknown cells, for every set of known cells, with and without a label."""
    every = np.array(list(itertools.product(range(3), repeat=4))).reshape(-1, 2, 2)
    for bits in itertools.product([False, True], repeat=4):
        known = np.array(bits).reshape(2, 2)
        agree = (every == [[2, 0], [1, 2]])[:, known].all(1)
        for label in (None, 2):
            assert math.isclose(np.exp(tiny.log_prob(every[agree], known, label)).sum(), 1, abs_tol=1e-4)


@pytest.mark.parametrize("name", evaluation_masks(7))
def test_log_prob_is_the_sum_of_a_chain_of_single_cells(model, grids, name):
    """log_prob is the sum over cells, each from a pass that is given no code of a later unknown cell."""
    known = evaluation_masks(7)[name]
    truth = torch.from_numpy(grids[:3])
    codes = torch.where(known, truth, -1)
    labels = torch.full((3,), 7)
    total = torch.zeros(3)
    for row, column in (divmod(cell, 7) for cell in model.generation_order(codes[0])):
        logits = model.prior(codes, known.expand(3, -1, -1), labels)
        own = logits[:, row, column].log_softmax(-1)
        total += own[torch.arange(3), truth[:, row, column]]
        codes[:, row, column] = truth[:, row, column]
    assert np.allclose(model.log_prob(grids[:3], known, label=7), total, rtol=1e-4, atol=1e-3)


def conditionals_against_log_prob(model, grid, label) -> float:
    """The largest difference between a code's probabilities by the two, in four cells of a grid."""
    p, differences = model.conditionals(grid, label=label), []
    for row, column in [(0, 0), (3, 2), (6, 6), (2, 4)]:
        known = np.ones((7, 7), bool)
        known[row, column] = False
        every = np.repeat(grid[None], model.num_codes, axis=0)
        every[:, row, column] = np.arange(model.num_codes)
        differences.append(np.abs(np.exp(model.log_prob(every, known, label)) - p[row, column]).max())
    return max(differences)


def test_conditionals_agree_with_log_prob_given_a_label(model, grids):
    assert conditionals_against_log_prob(model, grids[1], 4) < 1e-4


@pytest.mark.slow
def test_conditionals_nearly_always_agree_with_log_prob_without_a_label(model, grids):
    """They estimate p(other cells | label) differently: digits that are hard to tell apart may differ."""
    differences = np.array([conditionals_against_log_prob(model, grid, None) for grid in grids])
    assert np.median(differences) < 1e-3
    assert (differences < 0.02).mean() > 0.8
    assert differences.max() < 0.2


def test_conditionals_ignore_the_cell_itself(model, grids):
    codes = grids[2].copy()
    expected = model.conditionals(codes, label=1)[4, 3]
    for value in (-1, 0, 5, model.num_codes - 1):
        codes[4, 3] = value
        assert np.allclose(model.conditionals(codes, label=1)[4, 3], expected, atol=1e-6)


def test_conditionals_with_other_cells_unknown_are_distributions(model, grids):
    codes = np.where(np.arange(49).reshape(7, 7) % 3 == 0, -1, grids[3])
    p = model.conditionals(codes)
    assert np.allclose(p.sum(-1), 1, atol=1e-5)
    assert np.isfinite(p).all()


def test_label_probs_are_a_distribution_given_the_known_cells(model, grids):
    torch_codes = torch.as_tensor(np.asarray(grids))
    expected = model.label_log_probs(torch_codes, torch_codes >= 0).exp().numpy()
    for grid, share in zip(grids, expected, strict=True):
        belief = model.label_probs(grid)
        assert belief.shape == (model.num_labels,) and belief.dtype == np.float32
        assert abs(belief.sum() - 1) < 1e-5 and (belief >= 0).all()
        np.testing.assert_allclose(belief, share, atol=1e-5)
    nothing = model.label_probs(np.full(model.grid_shape, -1))
    assert nothing.max() < 0.5, "an empty question must not be sure of a digit"


@pytest.mark.slow
def test_samples_follow_log_prob(tiny):
    """Frequencies of 20,000 sampled grids against exp(log_prob), with and without a label."""
    every = np.array(list(itertools.product(range(3), repeat=4))).reshape(-1, 2, 2)
    part = np.array([[-1, 1], [-1, -1]])
    for start, label in itertools.product([np.full((2, 2), -1), part], [None, 3]):
        known = start >= 0
        drawn = tiny.complete(start, 20_000, label=label, seed=1)
        fits = (every == start)[:, known].all(1)
        expected = np.exp(tiny.log_prob(every[fits], known, label))
        counts = np.array([(drawn == grid).all((1, 2)).mean() for grid in every[fits]])
        assert math.isclose(counts.sum(), 1, abs_tol=1e-9)
        assert np.abs(counts - expected).max() < 0.012


def test_cold_and_narrow_sampling_is_likelier(model):
    cold = model.log_prob(model.sample(16, label=3, temperature=0.5, seed=0), label=3).mean()
    plain = model.log_prob(model.sample(16, label=3, seed=0), label=3).mean()
    narrow = model.log_prob(model.sample(16, label=3, top_p=0.5, seed=0), label=3).mean()
    assert cold > plain
    assert narrow > plain


# ---- storage


@pytest.fixture
def copy(tmp_path) -> Path:
    return Path(shutil.copytree(WEIGHTS, tmp_path / "weights"))


def test_a_folder_of_weights_rebuilds_the_same_model(model, copy, grids):
    again = vqdemo.load(str(copy))
    assert np.array_equal(again.decode(grids), model.decode(grids))
    assert np.array_equal(again.sample(4, seed=1), model.sample(4, seed=1))
    assert again.defaults == model.defaults


@pytest.mark.parametrize("name", ["vqvae.safetensors", "prior.safetensors", "config.json"])
def test_missing_and_damaged_files_are_named(copy, name):
    whole = (copy / name).read_bytes()
    (copy / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=name):
        vqdemo.load(copy)
    (copy / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        vqdemo.load(copy)


def test_weights_of_another_shape_are_named(copy):
    config = json.loads((copy / "config.json").read_text())
    config["prior"]["width"] += 8
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"prior\.safetensors does not fit"):
        vqdemo.load(copy)
    del config["vqvae"]
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"config\.json does not describe"):
        vqdemo.load(copy)


def test_no_such_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        vqdemo.load(tmp_path / "nowhere")
