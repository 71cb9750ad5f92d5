"""The prior: causal by gradient, exact as a probability, and equal however it is sampled."""

import pytest
import torch

from train.data.masks import evaluation_masks, random_known
from vqdemo import sampling
from vqdemo.pixelcnn import (
    EVIDENCE_WEIGHT,
    VERTICAL_OFFSETS,
    MaskedConv,
    PixelCNN,
    PixelCNNConfig,
    horizontal_offsets,
)
from vqdemo.sampling import Cache, SamplingParams

GRID = 7


@pytest.fixture(scope="module", params=[False, True], ids=["raster order", "its reverse"])
def prior(request) -> PixelCNN:
    """A small network with random weights, in both generation orders: causality is not learned."""
    torch.manual_seed(0)
    config = PixelCNNConfig(
        num_codes=16, width=24, layers=4, after_features=40, head_width=32, backward=request.param
    )
    network = PixelCNN(config).eval().requires_grad_(False)
    for parameter in network.parameters():  # larger than at initialisation, so that a leak would be seen
        parameter.mul_(1.7)
    return network


@pytest.mark.parametrize(
    ("offsets", "rows", "columns"),
    [
        pytest.param(VERTICAL_OFFSETS["A"], (-2, -1), (-1, 1), id="vertical A"),
        pytest.param(VERTICAL_OFFSETS["B"], (0, 0), (-1, 1), id="vertical B"),
        pytest.param(horizontal_offsets("A", GRID, 4), (0, 0), (-3, -1), id="horizontal A of 4 layers"),
        pytest.param(horizontal_offsets("A", GRID, 3), (0, 0), (-4, -1), id="horizontal A of 3 layers"),
        pytest.param(horizontal_offsets("B", GRID, 4), (0, 0), (-1, 0), id="horizontal B"),
    ],
)
def test_a_masked_convolution_sees_its_cells_only(offsets, rows, columns):
    """By gradient, each output cell depends on exactly the rectangle that the mask allows."""
    conv = MaskedConv(4, 6, offsets)
    for row in range(GRID):
        for column in range(GRID):
            x = torch.randn(1, GRID, GRID, 4, requires_grad=True)
            conv(x)[0, row, column].sum().backward()
            expected = torch.zeros(GRID, GRID, dtype=torch.bool)
            top, left = max(0, row + rows[0]), max(0, column + columns[0])
            expected[top : max(0, row + rows[1] + 1), left : max(0, column + columns[1] + 1)] = True
            assert torch.equal(x.grad[0].abs().sum(-1) > 0, expected)


def test_a_masked_convolution_is_a_convolution_with_a_masked_kernel():
    """Against torch's own convolution, its 5x5 kernel zero outside of the mask."""
    conv = MaskedConv(3, 4, VERTICAL_OFFSETS["A"])
    kernel = torch.zeros(4, 3, 5, 5)
    for index, (row, column) in enumerate(conv.offsets):
        kernel[:, :, 2 + row, 2 + column] = conv.weight[:, 3 * index : 3 * index + 3]
    x = torch.randn(2, 3, GRID, GRID)
    expected = torch.nn.functional.conv2d(x, kernel, conv.bias, padding=2)
    assert torch.allclose(conv(x.movedim(1, -1)).movedim(-1, 1), expected, atol=1e-5)


@pytest.mark.parametrize("name", ["width", "after_features"])
def test_channels_fall_into_equal_groups(name):
    with pytest.raises(ValueError, match=f"{name}, 20, must be a multiple of its groups, 8"):
        PixelCNNConfig(**{name: 20})


def known_masks() -> dict[str, torch.Tensor]:
    scattered = random_known(6, GRID, torch.Generator().manual_seed(1))
    return evaluation_masks(GRID) | {f"random {i}": mask for i, mask in enumerate(scattered)}


@pytest.mark.parametrize(("name", "known"), known_masks().items(), ids=str)
def test_logits_depend_on_earlier_cells_and_known_later_ones_and_on_nothing_else(prior, name, known):
    """d logits(i) / d input(j): non-zero for every j before i and for every known j after i; zero for i
    itself and the others.

    Cells are numbered in generation order, as the stacks read them.
    """
    config, labels = prior.config, torch.tensor([3])
    codes = torch.randint(config.num_codes, (1, GRID, GRID), generator=torch.Generator().manual_seed(2))
    embedded = {}

    def differentiable(module, inputs, output):
        embedded[module] = output.detach().requires_grad_(True)
        return embedded[module]

    hooks = [stack.embedding.register_forward_hook(differentiable) for stack in (prior.before, prior.after)]
    try:
        logits = prior.in_order(prior(codes, known[None], labels))[0].flatten(0, 1)
    finally:
        [hook.remove() for hook in hooks]
    before, after = embedded[prior.before.embedding], embedded[prior.after.embedding]

    for i in range(GRID * GRID):
        wanted = torch.randn(config.num_codes, generator=torch.Generator().manual_seed(i))
        by_before, by_after = torch.autograd.grad(
            (logits[i] * wanted).sum(), [before, after], retain_graph=True
        )
        seen_before = by_before[0].abs().sum(-1).flatten() > 0
        # Unknown cells are MASK there, whatever their code.
        seen_after = by_after[0].flip(0, 1).abs().sum(-1).flatten() > 0
        cells = torch.arange(GRID * GRID)
        assert torch.equal(seen_before, cells < i), f"cell {i} does not see exactly the cells before it"
        assert torch.equal(seen_after, cells > i), f"cell {i} does not see exactly the places after it"


def test_codes_of_unknown_cells_after_a_cell_never_reach_it(prior):
    codes = torch.randint(prior.config.num_codes, (2, GRID, GRID))
    known = torch.rand(GRID, GRID) < 0.5
    codes[1] = torch.where(known, codes[0], (codes[0] + 1) % prior.config.num_codes)
    contexts = [prior.context_after(grid[None], known[None], torch.tensor([10])) for grid in codes]
    assert all(torch.equal(*pair) for pair in zip(*contexts, strict=True))
    log_p = prior.label_log_probs(codes, known.expand(2, -1, -1))
    assert torch.equal(log_p[0], log_p[1])


def test_the_generation_order_begins_at_either_end(prior):
    unknown = torch.zeros(GRID, GRID, dtype=torch.bool)
    unknown[1, 2:4] = unknown[5, 0] = True
    cells = [9, 10, 35]  # numbered row by row
    assert prior.generation_order(unknown).tolist() == (cells[::-1] if prior.config.backward else cells)


def test_evidence_is_the_chain_rule_over_known_cells(prior):
    """log p(known | label), against a pass for each known cell that is given the known cells before it."""
    codes = torch.randint(prior.config.num_codes, (2, GRID, GRID), generator=torch.Generator().manual_seed(5))
    known = torch.rand(2, GRID, GRID, generator=torch.Generator().manual_seed(6)) < 0.4
    labels = torch.arange(10)
    expected = torch.zeros(2, 10)
    # When it is each cell's turn.
    turn = prior.generation_order(torch.ones_like(known[0])).argsort().view(GRID, GRID)
    for grid, row, column in known.nonzero().tolist():
        before = known[grid] & (turn < turn[row, column])
        seen = torch.where(before, codes[grid], -1).expand(10, -1, -1)
        log_p = prior(seen, torch.zeros_like(seen, dtype=torch.bool), labels).log_softmax(-1)
        expected[grid] += log_p[:, row, column, codes[grid, row, column]]
    for label in labels.tolist():
        grids, same = prior.in_order(torch.where(known, codes, -1)), torch.full((2,), label)
        found = prior.evidence(grids, prior.context_before(grids, same), same, prior.empty_context())
        assert torch.allclose(found, expected[:, label], atol=1e-4)
    by_classifier = prior.label_classifier(torch.where(known, codes, -1)).log_softmax(-1)
    posterior = (by_classifier + EVIDENCE_WEIGHT * expected).log_softmax(-1)
    assert torch.allclose(prior.label_log_probs(codes, known), posterior, atol=1e-4)


def test_the_chain_rule_holds(prior):
    """log p(unknown | known), cell by cell: each factor from a pass that is given no later unknown code."""
    codes = torch.randint(prior.config.num_codes, (1, GRID, GRID), generator=torch.Generator().manual_seed(3))
    known = torch.rand(GRID, GRID, generator=torch.Generator().manual_seed(4)) < 0.4
    at_once = prior(codes, known[None], torch.tensor([2])).log_softmax(-1)
    partly = torch.where(known, codes[0], -1)[None]
    for row, column in (divmod(cell, GRID) for cell in prior.generation_order(~known).tolist()):
        alone = prior(partly, known[None], torch.tensor([2])).log_softmax(-1)[0, row, column]
        assert torch.allclose(alone, at_once[0, row, column], atol=1e-5)
        partly[0, row, column] = codes[0, row, column]


@pytest.mark.parametrize(("guidance", "top_p"), [(0.0, 1.0), (0.7, 0.8)])
def test_the_cached_sampler_equals_the_reference(prior, guidance, top_p):
    generator = torch.Generator().manual_seed(5)
    n = 6
    codes = torch.randint(prior.config.num_codes, (n, GRID, GRID), generator=generator)
    for known in [
        *evaluation_masks(GRID).values(),
        *random_known(6, GRID, generator),
        random_known(n, GRID, generator),
    ]:
        start = torch.where(known, codes, -1)
        labels = torch.randint(11, (n,), generator=generator)
        uniform = torch.rand(n, GRID, GRID, generator=generator)
        params = SamplingParams(temperature=0.9, top_p=top_p, guidance=guidance)
        fast = sampling.fill_cached(prior, start, labels, params, uniform)
        assert torch.equal(fast, sampling.fill_reference(prior, start, labels, params, uniform))
        assert torch.equal(fast[known.expand_as(fast)], codes[known.expand_as(fast)])
        assert fast.min() >= 0
        assert fast.max() < prior.config.num_codes


def test_the_cached_sampler_computes_the_logits_of_a_full_pass(prior, monkeypatch):
    """The logits that the cached sampler samples from, against one pass over the finished grids, to 1e-5."""
    seen = []
    real = sampling.sample_codes
    monkeypatch.setattr(
        sampling, "sample_codes", lambda logits, *rest: (seen.append(logits), real(logits, *rest))[1]
    )
    start = torch.full((5, GRID, GRID), -1)
    start[:, 4:] = 3
    labels = torch.arange(5)
    done = sampling.fill_cached(prior, start, labels, SamplingParams(), torch.rand(5, GRID, GRID))
    expected = (
        prior(done, start >= 0, labels).flatten(1, 2)[:, prior.generation_order(start[0] < 0)].movedim(1, 0)
    )
    assert (torch.stack(seen) - expected).abs().max() < 1e-5


def test_a_cache_goes_on_with_selected_grids(prior):
    """What a particle filter needs: after `select`, the logits are those of the selected grids."""
    codes = torch.randint(prior.config.num_codes, (6, GRID, GRID), generator=torch.Generator().manual_seed(6))
    labels, chosen = torch.arange(6), torch.tensor([4, 4, 0, 5, 2])
    known = torch.rand(6, GRID, GRID, generator=torch.Generator().manual_seed(7)) < 0.3
    expected = prior.in_order(
        prior(prior.in_order(codes[chosen]), prior.in_order(known[chosen]), labels[chosen])
    )
    cache, going = Cache(prior, labels, prior.context_after(codes, known, labels)), codes
    for row in range(GRID):
        cache.start_row(row, going[:, row])
        for column in range(GRID):
            if (row, column) == (2, 3):
                cache.select(chosen)
                going = codes[chosen]
            logits = cache.logits(column)
            if (row, column) >= (2, 3):
                assert torch.allclose(logits, expected[:, row, column], atol=1e-5)
            cache.write(column, going[:, row, column])


def test_sampled_frequencies_follow_the_probabilities():
    logits = torch.tensor([[2.0, 0.0, 1.0, -1.0]]).expand(200_000, -1)
    uniform = torch.rand(200_000, generator=torch.Generator().manual_seed(0))
    codes = sampling.sample_codes(logits, SamplingParams(temperature=0.5), uniform)
    expected = (logits[0] / 0.5).softmax(-1)
    assert (codes.bincount(minlength=4) / 200_000 - expected).abs().max() < 0.005


def test_top_p_keeps_the_fewest_codes_that_reach_it():
    p = torch.tensor([[0.5, 0.3, 0.15, 0.05]])
    uniform = torch.linspace(0, 1 - 1e-6, 500)
    codes = sampling.sample_codes(p.log().expand(500, -1), SamplingParams(top_p=0.75), uniform)
    assert set(codes.tolist()) == {0, 1}
    assert abs((codes == 0).float().mean() - 0.5 / 0.8) < 0.01
