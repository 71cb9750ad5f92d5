"""The prior in the browser: it computes and draws what vqdemo's Python does, and its worker answers.

The scripts run under node, on files that Python writes, and once in Chromium.
"""

import json
import shutil
import subprocess
import threading
from dataclasses import asdict
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from app_process import ROOT
from safetensors.torch import save_file

import vqdemo
from train.data.masks import evaluation_masks, random_known
from vqdemo import noise
from vqdemo.model import VQModel
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig
from vqdemo.vqvae import VQVAE, VQVAEConfig

SCRIPT = ROOT / "tests" / "tools" / "prior.mjs"
LOGITS = 1e-4  # how far those of the two may be apart: float32 sums in another order
PROBABILITIES = 1e-5


@pytest.fixture(scope="module")
def model() -> VQModel:
    return vqdemo.load(ROOT / "weights")


@pytest.fixture(scope="module")
def digits(model, mnist_folder) -> torch.Tensor:
    """Codes of 500 test digits, int64 (500,7,7)."""
    from train.data.datasets import mnist

    return torch.from_numpy(model.encode(mnist(mnist_folder, "test", 500).images.numpy() / np.float32(255)))


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Answers of the page's scripts to questions [(name, given), ...] about a model, or about none."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed; on Debian: apt-get install nodejs")
    folder = tmp_path_factory.mktemp("prior")

    def ask(questions: list, prior: PixelCNN | None = None, dtype=torch.float32, simd: bool = True) -> list:
        given: dict = {"questions": questions, "simd": simd}
        if prior is not None:
            save_file(
                {k: t.to(dtype).contiguous() for k, t in prior.state_dict().items()},
                folder / "prior.safetensors",
            )
            given |= {"weights": str(folder / "prior.safetensors"), "config": asdict(prior.config)}
        (folder / "questions.json").write_text(json.dumps(given))
        command = ["node", SCRIPT, folder / "questions.json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def flat(values) -> list:
    return values.flatten().tolist()


def masks(grid: int) -> dict[str, torch.Tensor]:
    """The sets of known cells that the prior is measured on, and a few random ones."""
    scattered = random_known(3, grid, torch.Generator().manual_seed(0))
    return evaluation_masks(grid) | {f"random {i}": mask for i, mask in enumerate(scattered)}


# ---- noise ----


def test_the_uniform_numbers_are_the_same_to_the_bit(node):
    seeds, alternatives = [0, 1, 2**32, 2**53 + 1, 2**63 - 1], [0, 1, 2, 15, 100_000]
    pairs = [(seed, alternative) for seed in seeds for alternative in alternatives]
    given = [{"seed": str(seed), "alternative": alternative, "cells": 50} for seed, alternative in pairs]
    cells = node([("cellNumbers", each) for each in given])
    labels = node([("labelNumber", each) for each in given])
    for (seed, alternative), of_cells, of_label in zip(pairs, cells, labels, strict=True):
        its = range(alternative, alternative + 1)
        assert of_cells == noise.cell_numbers(seed, its, 50)[0].tolist()
        assert of_label == noise.label_numbers(seed, its)[0]


# ---- the same network ----


@torch.inference_mode()
def compare_logits(node, prior: PixelCNN, grids: torch.Tensor, **how) -> float:
    """The largest difference of any logit, of grids int64 (N,G,G) under every mask."""
    known = list(masks(prior.config.grid).values())
    labels = torch.arange(len(grids)) % (prior.config.num_labels + 1)
    theirs = torch.stack([prior(grids, mask.expand_as(grids), labels) for mask in known], 1)
    given = [
        {"codes": flat(grid), "known": flat(mask), "label": label}
        for grid, label in zip(grids, labels.tolist(), strict=True)
        for mask in known
    ]
    ours = torch.tensor(node([("logits", each) for each in given], prior, **how)).view_as(theirs)
    return float((ours - theirs).abs().max())


def test_logits_of_digits_under_every_mask(node, model, digits):
    assert compare_logits(node, model.prior, digits[:30]) < LOGITS


@pytest.mark.slow
def test_logits_of_500_digits_under_every_mask(node, model, digits):
    for some in digits.split(50):
        assert compare_logits(node, model.prior, some) < LOGITS


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_weights_of_16_bits(node, model, digits, dtype):
    rounded = PixelCNN(model.prior.config).eval().requires_grad_(False)
    rounded.load_state_dict(
        {name: tensor.to(dtype).float() for name, tensor in model.prior.state_dict().items()}
    )
    assert compare_logits(node, rounded, digits[:3], dtype=dtype) < LOGITS


def test_plain_loops_do_the_same(node, model, digits):
    assert compare_logits(node, model.prior, digits[:2], simd=False) < LOGITS


SHAPES = [
    {
        "grid": 5,
        "num_codes": 130,
        "num_labels": 3,
        "width": 20,
        "groups": 5,
        "after_features": 15,
        "head_width": 18,
        "layers": 2,
    },
    {
        "grid": 4,
        "num_codes": 5,
        "num_labels": 40,
        "width": 24,
        "groups": 8,
        "after_features": 8,
        "head_width": 16,
        "fusion_layers": 1,
    },
    {
        "grid": 9,
        "num_codes": 16,
        "num_labels": 2,
        "width": 12,
        "groups": 1,
        "after_features": 7,
        "after_layers": 1,
        "layers": 5,
    },
]


def of_shape(shape: dict, backward: bool) -> VQModel:
    """A model with random weights, larger than at initialisation, so that every part counts."""
    torch.manual_seed(0)
    prior = PixelCNN(PixelCNNConfig(**shape, backward=backward))
    for parameter in prior.parameters():
        parameter.data.mul_(1.7)
    labels = [str(i) for i in range(shape["num_labels"])]
    return VQModel(
        VQVAE(VQVAEConfig(grid=shape["grid"], num_codes=shape["num_codes"], width=8)), prior, labels, {}
    )


@pytest.mark.parametrize("backward", [False, True], ids=["raster order", "its reverse"])
@pytest.mark.parametrize("shape", SHAPES, ids=["small", "many labels", "wide grid"])
def test_it_follows_any_shape_of_the_network(node, shape, backward):
    model = of_shape(shape, backward)
    grids = torch.randint(
        shape["num_codes"], (6, shape["grid"], shape["grid"]), generator=torch.Generator().manual_seed(1)
    )
    assert compare_logits(node, model.prior, grids) < LOGITS
    part = torch.where(random_known(1, shape["grid"], torch.Generator().manual_seed(4))[0], grids[0], -1)
    assert compare_answers(node, model, [part]) < PROBABILITIES
    assert differing(node, model, [part], 4) == 0


# ---- the same answers ----


def compare_answers(node, model: VQModel, grids: list[torch.Tensor]) -> float:
    """The largest difference of any probability, of grids int64 (G,G), -1 where unknown."""
    questions, theirs = [], []
    for i, grid in enumerate(grids):
        for label in (None, i % model.num_labels):
            questions.append(("conditionals", {"codes": flat(grid), "label": label}))
            theirs.append(model.conditionals(grid, label=label).flatten())
        questions.append(("labelProbs", {"codes": flat(grid)}))
        theirs.append(model.label_probs(grid))
    ours = node(questions, model.prior)
    return max(np.abs(np.array(one) - other).max() for one, other in zip(ours, theirs, strict=True))


def cut(digits: torch.Tensor) -> list[torch.Tensor]:
    """Each digit under one of the masks, -1 where unknown."""
    known = list(masks(digits.shape[-1]).values())
    return [torch.where(known[i % len(known)], digit, -1) for i, digit in enumerate(digits)]


def test_conditionals_and_label_probabilities(node, model, digits):
    assert compare_answers(node, model, [*digits[:8], *cut(digits[8:30])]) < PROBABILITIES


@pytest.mark.slow
def test_conditionals_and_label_probabilities_of_500_digits(node, model, digits):
    assert compare_answers(node, model, [*digits[:100], *cut(digits[100:])]) < PROBABILITIES


def test_log_prob_of_alternatives(node, model, digits):
    questions, theirs = [], []
    for known in masks(7).values():
        for label in (None, 3):
            questions.append(
                (
                    "logProb",
                    {"codes": [flat(grid) for grid in digits[:9]], "known": flat(known), "label": label},
                )
            )
            theirs.append(model.log_prob(digits[:9], known, label))
    ours = node(questions, model.prior)
    assert np.abs(np.array(ours) - np.array(theirs)).max() < 1e-3


SETTINGS = [
    {},
    {"guidance": 0.8},
    {"temperature": 0.7, "top_p": 0.9},
    {"temperature": 1.4, "top_p": 0.8, "guidance": 2.0},
]


def differing(node, model: VQModel, grids: list[torch.Tensor], n: int) -> int:
    """How many of n completions of each grid, with several settings, with and without a label, differ."""
    questions, theirs = [], []
    for i, grid in enumerate(grids):
        settings = SETTINGS[i % 4] | {"label": None if i % 3 else i % model.num_labels, "seed": 1000 + i}
        questions.append(("complete", {"codes": flat(grid), "n": n, "ahead": i % 2 == 0} | settings))
        theirs.append(model.complete(grid, n, **settings).reshape(n, -1))
    ours = np.array(node(questions, model.prior))
    return int((ours != np.array(theirs)).any(-1).sum())


def test_the_same_seeds_give_the_same_codes(node, model, digits):
    assert differing(node, model, cut(digits[:14]), 4) <= 1  # a tie of rounded numbers


@pytest.mark.slow
def test_the_same_seeds_give_the_same_codes_in_999_of_1000_grids(node, model, digits):
    assert differing(node, model, cut(digits[:250]), 4) <= 1


def test_the_blind_completions_are_those_of_a_prior_without_known_cells_after(
    node, model, digits, monkeypatch
):
    """`PixelCNN.context_after` is told that no cell is known; labels are sampled as ever."""
    told = model.prior.context_after
    parts, questions = cut(digits[:12]), []
    for i, part in enumerate(parts):
        settings = SETTINGS[i % 4] | {"label": None if i % 3 else 3, "seed": i, "n": 3}
        questions.append(("complete", {"codes": flat(part), "blind": True} | settings))
    ours = np.array(node(questions, model.prior))

    def completed():
        given = [question[1] for question in questions]
        return np.array(
            [
                model.complete(
                    part, **{k: v for k, v in each.items() if k not in ("codes", "blind")}
                ).reshape(3, -1)
                for part, each in zip(parts, given, strict=True)
            ]
        )

    seeing = completed()
    monkeypatch.setattr(
        model.prior,
        "context_after",
        lambda codes, known, labels: told(codes, torch.zeros_like(known), labels),
        raising=False,
    )
    assert (ours != completed()).any(-1).sum() <= 1  # a tie of rounded numbers
    assert (ours != seeing).any(-1).mean() > 0.5, "being blind changes nothing"


# ---- properties of its own ----


def test_the_first_alternatives_are_the_same_for_any_number(node, model, digits):
    part = flat(cut(digits[:2])[1])
    for settings in ({"label": None}, {"label": 3, "guidance": 0.5}):
        asked = [{"n": 16}, {"n": 4}, {"n": 16, "ahead": True}, {"n": 5, "first": 7}, {"n": 40}]
        questions = [("complete", {"codes": part, "seed": 5} | each | settings) for each in asked]
        all16, four, ahead, middle, more = node(questions, model.prior)
        assert four == all16[:4]
        assert ahead == all16
        assert middle == all16[7:12]
        assert more[:16] == all16


def test_a_cell_depends_on_earlier_cells_and_known_later_ones_alone(node, model, digits):
    """To the bit: its logits do not depend on its own code, nor on those of later cells that are not known."""
    known = random_known(1, 7, torch.Generator().manual_seed(3))[0]
    order = model.prior.generation_order(torch.ones(7, 7, dtype=torch.bool)).tolist()
    first, questions = digits[0].flatten(), []
    for turn, cell in enumerate(order):
        for changed in (first.clone(), first.clone()):
            free = [other for other in order[turn:] if other == cell or not known.flatten()[other]]
            changed[free] = (changed[free] + 1 + len(questions) % 2) % model.num_codes
            questions.append(("logits", {"codes": flat(changed), "known": flat(known), "label": 4}))
    answers = np.array(node(questions, model.prior)).reshape(49, 2, 49, -1)
    plain = np.array(
        node([("logits", {"codes": flat(first), "known": flat(known), "label": 4})], model.prior)
    ).reshape(49, -1)
    for turn, cell in enumerate(order):
        own_is_known = bool(known.flatten()[cell])
        for logits in answers[turn]:
            assert np.array_equal(logits[cell], plain[cell])
            assert own_is_known or all(
                np.array_equal(logits[other], plain[other]) for other in order[: turn + 1]
            )
            assert turn == 48 or not np.array_equal(logits, plain)


@pytest.mark.parametrize(
    ("question", "given", "message"),
    [
        (
            "complete",
            {"codes": [-1] * 48, "n": 1, "seed": 0},
            "codes must be 49 whole numbers from -1 to {last}",
        ),
        ("complete", {"codes": [10_000] * 49, "n": 1, "seed": 0}, "from -1 to {last}"),
        (
            "complete",
            {"codes": [-1] * 49, "n": 0, "seed": 0},
            "n must be a whole number of at least 1, not 0",
        ),
        ("complete", {"codes": [-1] * 49, "n": 1, "seed": -1}, "seed must be a whole number from 0"),
        ("sample", {"n": 1, "seed": 0, "label": 10}, "label must be from 0 to 9, or null for any, not 10"),
        ("sample", {"n": 1, "seed": 0, "temperature": 0}, "temperature must be from 0.001 to 100, not 0"),
        ("sample", {"n": 1, "seed": 0, "top_p": 0}, "top_p must be above 0 and at most 1, not 0"),
        ("sample", {"n": 1, "seed": 0, "guidance": 21}, "guidance must be from 0 to 20, not 21"),
        ("conditionals", {"codes": [0.5] * 49}, "codes must be 49 whole numbers"),
        ("labelProbs", {"codes": None}, "codes must be 49 whole numbers"),
        ("logProb", {"codes": [[-1] * 49]}, "codes must be 49 whole numbers from 0 to {last}"),
        ("logProb", {"codes": [[0] * 49], "known": [True]}, "known must have 49 booleans, not 1"),
    ],
)
def test_bad_input_is_named(node, model, question, given, message):
    [answer] = node([(question, given)], model.prior)
    assert message.format(last=model.num_codes - 1) in answer["error"]


# ---- the worker, in Chromium ----

# Starts the worker and sends it messages, each once `after` of those it sends have come; gives back all that
# it sends until it has answered question `done`, or has failed.
TALK = """async ([script, messages, done]) => {
  const worker = new Worker(script, { type: "module" });
  const heard = [];
  const left = [...messages];
  const send = () => {
    while (left.length && left[0].after <= heard.length) worker.postMessage(left.shift().message);
  };
  await new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (!("loaded" in data)) heard.push(data);
      send();
      if ("failed" in data || (data.id === done && !("grid" in data))) resolve();
    };
    send();
  });
  worker.terminate();
  return heard.map((one) => (ArrayBuffer.isView(one.answer) ? { ...one, answer: [...one.answer] } : one));
}"""


@pytest.fixture(scope="module")
def talk(browser):
    """What the worker sends, on a page of a server of files."""

    class Quiet(SimpleHTTPRequestHandler):
        extensions_map = SimpleHTTPRequestHandler.extensions_map | {
            ".js": "text/javascript",
            "": "text/plain",
        }

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=ROOT))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    page = browser.new_page()
    page.goto(f"{address}/LICENSE")

    def talk(
        questions: list[dict], done: int, weights: str = "weights/prior.safetensors", after: int = 0
    ) -> list[dict]:
        """after: how many messages have to come before the last of the questions is sent."""
        config = json.loads((ROOT / "weights" / "config.json").read_text())["prior"]
        messages = [
            {"after": 0, "message": message}
            for message in [
                {"network": "prior", "address": f"{address}/{weights}", "config": config},
                *questions,
            ]
        ]
        messages[-1]["after"] = after
        return page.evaluate(TALK, [f"{address}/vqdemo/ui/static/networks/worker.js", messages, done])

    yield talk
    page.close()
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_the_worker_answers_as_python_does(talk, model, digits):
    part = cut(digits[:2])[1]
    known = flat(part >= 0)
    questions = [
        {"id": 1, "question": "complete", "given": {"codes": flat(part), "n": 4, "seed": 3, "ahead": True}},
        {"id": 2, "question": "sample", "given": {"n": 3, "seed": 4, "label": 7, "guidance": 0.5}},
        {"id": 3, "question": "conditionals", "given": {"codes": flat(digits[0])}},
        {"id": 4, "question": "logProb", "given": {"codes": [flat(digits[1])], "known": known}},
        {"id": 5, "question": "labelProbs", "given": {"codes": flat(part)}},
    ]
    heard = talk(questions, 5)
    assert heard[0] == {"ready": True, "simd": True}
    answers = {one["id"]: one["answer"] for one in heard if "answer" in one}
    completed = model.complete(part, 4, seed=3).reshape(4, -1).tolist()
    assert answers[1] == completed
    assert [one["grid"] for one in heard if one.get("id") == 1 and "grid" in one] == completed
    assert answers[2] == model.sample(3, label=7, guidance=0.5, seed=4).reshape(3, -1).tolist()
    assert np.abs(np.array(answers[3]) - model.conditionals(digits[0]).flatten()).max() < PROBABILITIES
    assert np.abs(np.array(answers[4]) - model.log_prob(digits[1:2], part >= 0)).max() < 1e-3
    assert abs(sum(answers[5]) - 1) < 1e-5


@pytest.mark.browser
def test_what_is_no_longer_wanted_is_given_up(talk):
    """Of 200 samples the first have come when they are cancelled, and the next question is answered
    instead.
    """
    questions = [
        {"id": 1, "question": "sample", "given": {"n": 200, "seed": 0, "label": 1}},
        {"id": 2, "question": "conditionals", "given": {"codes": [0] * 49, "label": 1}},
        {"cancel": 1},
    ]
    heard = talk(questions, 2, after=3)
    assert [one for one in heard if one.get("id") == 2 and "answer" in one]
    of_first = [one for one in heard if one.get("id") == 1]
    assert 1 <= len(of_first) < 200
    assert not any("answer" in one for one in of_first)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("weights", "kind", "sentence"),
    [
        ("weights/nowhere.safetensors", "missing", "404"),
        ("weights/vqvae.safetensors", "unfit", "is not a prior's"),
        ("weights/config.json", "unfit", "not a safetensors file"),
    ],
)
def test_weights_that_are_none_are_named(talk, weights, kind, sentence):
    [failed] = talk([], 1, weights)
    assert failed["failed"] == kind
    assert sentence in failed["detail"]


@pytest.mark.browser
def test_a_wrong_question_is_named_and_the_next_is_answered(talk):
    questions = [
        {"id": 1, "question": "guess", "given": {}},
        {"id": 2, "question": "labelProbs", "given": {"codes": [10_000] * 49}},
        {"id": 3, "question": "labelProbs", "given": {"codes": [-1] * 49}},
    ]
    _, first, second, third = talk(questions, 3)
    assert 'no question "guess"' in first["error"]
    assert "whole numbers from -1 to" in second["error"]
    assert len(third["answer"]) == 10
