"""The prior: causal by gradient, exact as a probability, and equal however it is sampled."""

import pytest
import torch

from train.masks import judged, random_known
from vqdemo import sampling
from vqdemo.pixelcnn import HorizontalConv, PixelCNN, PixelCNNConfig, VerticalConv
from vqdemo.sampling import Choice

GRID = 7


@pytest.fixture(scope="module")
def prior() -> PixelCNN:
    """A small network with random weights: causality must not depend on training."""
    torch.manual_seed(0)
    config = PixelCNNConfig(num_codes=16, width=24, layers=6, context_width=32, context_blocks=2)
    network = PixelCNN(config).eval().requires_grad_(False)
    for parameter in network.parameters():  # larger than at initialisation, so that a leak would be seen
        parameter.mul_(1.7)
    return network


def cells_seen(output_of, row: int, column: int) -> torch.Tensor:
    """Which input cells a given output cell depends on, by gradient."""
    x = torch.randn(1, 4, GRID, GRID, requires_grad=True)
    output_of(x)[0, :, row, column].sum().backward()
    return x.grad[0].abs().sum(0) > 0


@pytest.mark.parametrize(("mask", "rows"), [("A", (-2, -1)), ("B", (-1, 0))])
def test_vertical_convolution_sees_its_rows_only(mask, rows):
    conv = VerticalConv(4, 6, mask)
    for row in range(GRID):
        for column in range(GRID):
            expected = torch.zeros(GRID, GRID, dtype=torch.bool)
            for r in (row + rows[0], row + rows[1]):
                if r >= 0:
                    expected[r, max(0, column - 1) : column + 2] = True
            assert torch.equal(cells_seen(conv, row, column), expected)


@pytest.mark.parametrize(("mask", "columns"), [("A", (-2, -1)), ("B", (-1, 0))])
def test_horizontal_convolution_sees_its_cells_only(mask, columns):
    conv = HorizontalConv(4, 6, mask)
    for column in range(GRID):
        expected = torch.zeros(GRID, GRID, dtype=torch.bool)
        for c in (column + columns[0], column + columns[1]):
            if c >= 0:
                expected[3, c] = True
        assert torch.equal(cells_seen(conv, 3, column), expected)


def known_masks() -> dict[str, torch.Tensor]:
    scattered = random_known(20, GRID, torch.Generator().manual_seed(1))
    return judged(GRID) | {f"random {i}": mask for i, mask in enumerate(scattered)}


@pytest.mark.parametrize(("name", "known"), known_masks().items(), ids=str)
def test_logits_depend_on_all_known_and_on_earlier_cells_and_on_nothing_else(prior, name, known):
    """d logits(i) / d input(j): zero for unknown j at or after i; non-zero for every known j and for every earlier j."""
    config, labels = prior.config, torch.tensor([3])
    codes = torch.randint(config.num_codes, (1, GRID, GRID), generator=torch.Generator().manual_seed(2))
    embeddings = {}

    def differentiable(module, inputs, output):
        leaf = output.detach().requires_grad_(True)
        embeddings[module] = leaf
        return leaf

    hooks = [m.register_forward_hook(differentiable) for m in (prior.embedding, prior.context_embedding)]
    try:
        logits, _ = prior(codes, known[None], labels)
    finally:
        [hook.remove() for hook in hooks]
    causal, context = embeddings[prior.embedding], embeddings[prior.context_embedding]

    for i in range(GRID * GRID):
        wanted = torch.randn(config.num_codes, generator=torch.Generator().manual_seed(i))
        own = (logits.flatten(2)[0, :, i] * wanted).sum()
        d_causal, d_context = torch.autograd.grad(own, [causal, context], retain_graph=True)
        through_causal = d_causal[0].abs().sum(-1).flatten() > 0
        seen_by_context = d_context[0].abs().sum(-1).flatten() > 0  # unknown cells are MASK there, whatever their code
        before = torch.arange(GRID * GRID) < i
        assert torch.equal(through_causal, before), f"cell {i} does not see exactly the cells before it"
        assert seen_by_context[known.flatten()].all(), f"cell {i} does not see every known cell"


def test_codes_of_unknown_cells_never_reach_the_context(prior):
    codes = torch.randint(prior.config.num_codes, (2, GRID, GRID))
    known = torch.rand(GRID, GRID) < 0.5
    codes[1] = torch.where(known, codes[0], (codes[0] + 1) % prior.config.num_codes)
    context, label_logits = prior.context(codes, known.expand(2, -1, -1), torch.tensor([10, 10]))
    assert torch.equal(context[0], context[1])
    assert torch.equal(label_logits[0], label_logits[1])


@pytest.mark.parametrize("guidance", [0.0, 0.7])
@pytest.mark.parametrize("top_p", [1.0, 0.8])
def test_fast_sampler_equals_plain_sampler(prior, guidance, top_p):
    generator = torch.Generator().manual_seed(5)
    n = 24
    codes = torch.randint(prior.config.num_codes, (n, GRID, GRID), generator=generator)
    for known in [*judged(GRID).values(), *random_known(6, GRID, generator), random_known(n, GRID, generator)]:
        start = torch.where(known, codes, -1)
        labels = torch.randint(11, (n,), generator=generator)
        uniform = torch.rand(n, GRID, GRID, generator=generator)
        choice = Choice(temperature=0.9, top_p=top_p, guidance=guidance)
        fast = sampling.fill(prior, start, labels, choice, uniform)
        assert torch.equal(fast, sampling.fill_plain(prior, start, labels, choice, uniform))
        assert torch.equal(fast[known.expand_as(fast)], codes[known.expand_as(fast)])
        assert fast.min() >= 0
        assert fast.max() < prior.config.num_codes


def test_fast_sampler_computes_the_logits_of_a_full_pass(prior, monkeypatch):
    """The logits that the fast sampler chooses from, against one plain pass over the finished grids, to 1e-5."""
    seen = []
    real = sampling.pick
    monkeypatch.setattr(sampling, "pick", lambda logits, *rest: (seen.append(logits), real(logits, *rest))[1])
    start = torch.full((5, GRID, GRID), -1)
    start[:, 4:] = 3
    labels = torch.arange(5)
    done = sampling.fill(prior, start, labels, Choice(), torch.rand(5, GRID, GRID))
    full, _ = prior(done, start >= 0, labels)
    expected = full.flatten(2)[:, :, : 4 * GRID].movedim(2, 0)
    assert (torch.stack(seen) - expected).abs().max() < 1e-5


def test_sampled_frequencies_follow_the_probabilities():
    logits = torch.tensor([[2.0, 0.0, 1.0, -1.0]]).expand(200_000, -1)
    uniform = torch.rand(200_000, generator=torch.Generator().manual_seed(0))
    codes = sampling.pick(logits, Choice(temperature=0.5), uniform)
    expected = (logits[0] / 0.5).softmax(-1)
    assert (codes.bincount(minlength=4) / 200_000 - expected).abs().max() < 0.005


def test_top_p_keeps_the_fewest_codes_that_reach_it():
    p = torch.tensor([[0.5, 0.3, 0.15, 0.05]])
    uniform = torch.linspace(0, 1 - 1e-6, 500)
    codes = sampling.pick(p.log().expand(500, -1), Choice(top_p=0.75), uniform)
    assert set(codes.tolist()) == {0, 1}
    assert abs((codes == 0).float().mean() - 0.5 / 0.8) < 0.01
