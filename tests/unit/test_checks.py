"""Arguments of the public functions: a table of bad ones with their errors, then any input, by hypothesis.

A public function returns a right answer, or raises TypeError or ValueError that says what was wrong.
"""

import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import vqdemo

torch.set_num_threads(1)
MODEL = vqdemo.load(Path(__file__).resolve().parents[2] / "weights")
K, G = MODEL.num_codes, MODEL.grid_shape[0]

# ---- bad input, and what is said about it

NAN_IMAGE = np.full((1, 28, 28), np.nan)
GRID = np.zeros((1, 7, 7), int)
ONE = np.zeros((7, 7), int)

BAD_CALLS = {
    "encode: wrong shape": (
        lambda m: m.encode(np.zeros((28, 28))),
        ValueError,
        r"shape \(N, 28, 28\).*\(28, 28\)",
    ),
    "encode: empty": (lambda m: m.encode(np.zeros((0, 28, 28))), ValueError, "at least one"),
    "encode: NaN": (lambda m: m.encode(NAN_IMAGE), ValueError, "NaN"),
    "encode: 0 to 255": (lambda m: m.encode(np.full((1, 28, 28), 200)), ValueError, r"\[0, 1\].*200"),
    "encode: negative": (lambda m: m.encode(np.full((1, 28, 28), -0.5)), ValueError, "-0.5"),
    "encode: string": (lambda m: m.encode("seven"), TypeError, "'seven'"),
    "encode: strings": (lambda m: m.encode([[["a"] * 28] * 28]), TypeError, "numbers"),
    "encode: None": (lambda m: m.encode(None), TypeError, "None"),
    "encode: ragged": (lambda m: m.encode([[[0.0], [0.0, 1.0]]]), ValueError, "different lengths"),
    "encode: tensor without values": (
        lambda m: m.encode(torch.zeros(1, 28, 28, device="meta")),
        TypeError,
        "images must hold numbers that numpy can read.*meta",
    ),
    "encode: sparse": (
        lambda m: m.encode(torch.zeros(1, 28, 28).to_sparse()),
        TypeError,
        "images must hold numbers that numpy can read.*Sparse",
    ),
    "encode: 8-bit floats": (
        lambda m: m.encode(torch.zeros(1, 28, 28).to(torch.float8_e4m3fn)),
        TypeError,
        "images must hold numbers that numpy can read.*Float8",
    ),
    "encode: conjugate": (
        lambda m: m.encode(torch.zeros(1, 28, 28, dtype=torch.complex64).conj()),
        TypeError,
        "images must hold numbers that numpy can read.*conjugate",
    ),
    "encode: negative bit": (
        lambda m: m.encode(torch.zeros(1, 28, 28, dtype=torch.complex64).conj().imag),
        TypeError,
        "images must hold numbers that numpy can read.*negative",
    ),
    "encode: list of tensors without values": (
        lambda m: m.encode([torch.zeros(28, 28, device="meta")]),
        TypeError,
        "images must hold numbers that numpy can read.*meta",
    ),
    "decode: code K": (lambda m: m.decode(GRID + K), ValueError, f"0 to {K - 1}; found {K}"),
    "decode: unknown": (lambda m: m.decode(GRID - 1), ValueError, "found -1"),
    "decode: code -2": (lambda m: m.decode(GRID - 2), ValueError, "found -2"),
    "decode: one grid": (lambda m: m.decode(ONE), ValueError, r"\(N, 7, 7\)"),
    "decode: floats": (lambda m: m.decode(GRID + 0.5), TypeError, "integers"),
    "decode: NaN": (lambda m: m.decode(GRID + np.nan), TypeError, "integers"),
    "decode: booleans": (lambda m: m.decode(GRID > 0), TypeError, "integers"),
    "decode: empty": (lambda m: m.decode([]), ValueError, "at least one"),
    "decode: string": (lambda m: m.decode("7"), TypeError, "'7'"),
    "complete: batch": (lambda m: m.complete(GRID, 1), ValueError, r"\(7, 7\)"),
    "complete: code -2": (lambda m: m.complete(ONE - 2, 1), ValueError, "-1 for unknown; found -2"),
    "complete: code K": (lambda m: m.complete(ONE + K, 1), ValueError, f"found {K}"),
    "complete: n 0": (lambda m: m.complete(ONE, 0), ValueError, "n must be from 1 to 100000"),
    "complete: n huge": (lambda m: m.complete(ONE, 10**9), ValueError, "n must be from 1 to 100000"),
    "complete: n 1.5": (lambda m: m.complete(ONE, 1.5), TypeError, "n must be a whole number"),
    "complete: n True": (lambda m: m.complete(ONE, True), TypeError, "n must be a whole number"),
    "complete: n without a value": (
        lambda m: m.complete(ONE, torch.tensor(1, device="meta")),
        TypeError,
        "n must be a whole number",
    ),
    "complete: label 11": (lambda m: m.complete(ONE, 1, label=11), ValueError, "label.*from 0 to 9.*11"),
    "complete: label -1": (lambda m: m.complete(ONE, 1, label=-1), ValueError, "label"),
    "complete: label 'a'": (lambda m: m.complete(ONE, 1, label="a"), TypeError, "label"),
    "sample: temperature 0": (lambda m: m.sample(1, temperature=0), ValueError, "temperature"),
    "sample: temperature -1": (lambda m: m.sample(1, temperature=-1), ValueError, "temperature.*-1"),
    "sample: temperature NaN": (lambda m: m.sample(1, temperature=math.nan), ValueError, "temperature"),
    "sample: temperature infinite": (lambda m: m.sample(1, temperature=math.inf), ValueError, "temperature"),
    "sample: temperature string": (lambda m: m.sample(1, temperature="hot"), TypeError, "temperature.*'hot'"),
    "sample: temperature None": (lambda m: m.sample(1, temperature=None), TypeError, "temperature"),
    "sample: temperature without a value": (
        lambda m: m.sample(1, temperature=torch.tensor(1.0, device="meta")),
        TypeError,
        "temperature must be a number",
    ),
    "sample: temperature complex": (
        lambda m: m.sample(1, temperature=torch.tensor(1j)),
        TypeError,
        "temperature must be a number",
    ),
    "sample: temperature huge": (lambda m: m.sample(1, temperature=10**400), ValueError, "temperature"),
    "sample: top_p 0": (lambda m: m.sample(1, top_p=0), ValueError, "top_p"),
    "sample: top_p 1.1": (lambda m: m.sample(1, top_p=1.1), ValueError, "top_p"),
    "sample: guidance -1": (lambda m: m.sample(1, guidance=-1), ValueError, "guidance"),
    "sample: guidance list": (lambda m: m.sample(1, guidance=[1]), TypeError, "guidance"),
    "sample: seed -1": (lambda m: m.sample(1, seed=-1), ValueError, "seed"),
    "sample: seed huge": (lambda m: m.sample(1, seed=2**63), ValueError, "seed"),
    "sample: seed string": (lambda m: m.sample(1, seed="x"), TypeError, "seed"),
    "log_prob: unknown": (lambda m: m.log_prob(GRID - 1), ValueError, "found -1"),
    "log_prob: known shape": (lambda m: m.log_prob(GRID, np.ones((2, 7, 7), bool)), ValueError, "known"),
    "log_prob: known numbers": (lambda m: m.log_prob(GRID, ONE), TypeError, "known must be booleans"),
    "log_prob: label 10": (lambda m: m.log_prob(GRID, label=10), ValueError, "label"),
    "log_prob: known of one row": (
        lambda m: m.log_prob(GRID, np.ones(7, bool)),
        ValueError,
        r"known must have shape",
    ),
    "conditionals: batch": (lambda m: m.conditionals(GRID), ValueError, r"\(7, 7\)"),
    "generation_order: code K": (lambda m: m.generation_order(ONE + K), ValueError, f"found {K}"),
    "generation_order: batch": (lambda m: m.generation_order(GRID), ValueError, r"\(7, 7\)"),
    "conditionals: code -2": (lambda m: m.conditionals(ONE - 2), ValueError, "found -2"),
    "conditionals: label 10": (lambda m: m.conditionals(ONE, label=10), ValueError, "label"),
    "conditionals: empty": (lambda m: m.conditionals([]), ValueError, r"\(7, 7\)"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_input_is_named(name):
    call, kind, message = BAD_CALLS[name]
    with pytest.raises(kind, match=message):
        call(MODEL)


# ---- any input at all

# The same inputs each time; HYPOTHESIS_EXAMPLES=1000 tries that many, and others each time.
MORE = int(os.environ.get("HYPOTHESIS_EXAMPLES", "0"))
often = settings(max_examples=MORE or 60, deadline=None, derandomize=not MORE)
seldom = settings(often, max_examples=MORE or 20)  # where the prior is asked, if the input is good

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-2, K + 1),
    st.floats(),
    st.text(),
    st.binary(),
    st.complex_numbers(),
    st.dates(),
    st.builds(lambda: 10**5000),
    st.builds(object),
)
nested = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=40,
)
kinds = st.one_of(arrays.scalar_dtypes(), arrays.unicode_string_dtypes(), arrays.array_dtypes())
shapes = st.one_of(
    arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9),
    st.sampled_from([(G, G), (1, G, G), (1, 28, 28), (0, G, G)]),
)
any_array = arrays.arrays(kinds, shapes)
anything = st.one_of(nested, any_array)

grids = arrays.arrays(np.int64, (G, G), elements=st.integers(0, K - 1))
questions = arrays.arrays(np.int64, (G, G), elements=st.integers(-1, K - 1))
pictures = arrays.arrays(np.float32, (2, 28, 28), elements=st.floats(0, 1, width=32))


def refused_in_words(function, *arguments, **named):
    """The result, or None after a TypeError or ValueError that says briefly what is wrong."""
    try:
        return function(*arguments, **named)
    except (TypeError, ValueError) as error:
        text = str(error)
        assert 15 < len(text) < 400, text
        assert "must" in text or "found" in text, text
        return None


@often
@given(anything)
def test_encode_takes_pictures_or_refuses(value):
    codes = refused_in_words(MODEL.encode, value)
    if codes is not None:
        assert codes.shape == (len(value), G, G) and codes.dtype == np.int64
        assert 0 <= codes.min() <= codes.max() < K


@often
@given(anything)
def test_decode_takes_codes_or_refuses(value):
    images = refused_in_words(MODEL.decode, value)
    if images is not None:
        assert images.shape == (len(value), 28, 28)
        assert 0 <= images.min() <= images.max() <= 1


@seldom
@given(anything, anything, anything)
def test_the_prior_takes_grids_or_refuses(codes, known, label):
    for function, arguments in (
        (MODEL.complete, (codes, 1)),
        (MODEL.log_prob, (codes, known, label)),
        (MODEL.conditionals, (codes, label)),
    ):
        answer = refused_in_words(function, *arguments)
        assert answer is None or np.isfinite(answer).all()


SETTINGS = ("n", "label", "temperature", "top_p", "guidance", "seed")


@often
@given(st.sampled_from(SETTINGS), scalars)
def test_sample_takes_settings_or_refuses(name, value):
    given_ = {"n": 1} | {name: value}
    if name == "n" and isinstance(value, int) and value > 64:
        return  # as many as one asks for: only the page and the API have a limit
    grids = refused_in_words(MODEL.sample, **given_)
    if grids is not None:
        assert grids.shape == (int(given_["n"]), G, G)
        assert 0 <= grids.min() <= grids.max() < K


@often
@given(pictures)
def test_every_picture_has_codes_and_every_grid_a_picture(images):
    codes = MODEL.encode(images)
    alone = np.concatenate([MODEL.encode(image[None]) for image in images])
    assert (codes == alone).mean() > 0.97  # in a batch the same but for ties
    assert MODEL.decode(codes).shape == images.shape


@often
@given(grids)
def test_lists_tensors_and_every_integer_type_mean_the_same(grid):
    wanted = MODEL.decode(grid[None])
    for same in (
        grid[None].tolist(),
        torch.tensor(grid[None]),
        grid[None].astype(np.uint8),
        grid[None].astype(">i4"),
        grid[None][:, ::1],
    ):
        assert (MODEL.decode(same) == wanted).all()


def test_bfloat16_tensors_are_taken():
    images = torch.rand(2, 28, 28).bfloat16()
    assert (MODEL.encode(images) == MODEL.encode(images.float())).all()


@seldom
@given(questions, st.integers(0, 9) | st.none(), st.integers(0, 2**63 - 1))
def test_a_completion_keeps_what_is_known_and_fills_the_rest(question, label, seed):
    filled = MODEL.complete(question, 2, label=label, seed=seed)
    assert (filled[:, question >= 0] == question[question >= 0]).all()
    assert 0 <= filled.min() <= filled.max() < K
    assert (filled == MODEL.complete(question, 2, label=label, seed=seed)).all()
    log_p = MODEL.log_prob(filled, known=question >= 0, label=label)
    assert (log_p <= 1e-4).all() and np.isfinite(log_p).all()


@seldom
@given(questions, st.integers(0, 9) | st.none())
def test_conditionals_are_distributions(question, label):
    p = MODEL.conditionals(question, label=label)
    assert p.shape == (G, G, K)
    assert (p >= 0).all() and np.abs(p.sum(-1) - 1).max() < 1e-4


@pytest.mark.parametrize("value", [[[[0] * 7] * 7] * 1, np.zeros((1, 7, 7), np.int8)])
def test_the_simplest_input_is_taken(value):
    assert MODEL.decode(value).shape == (1, 28, 28)
