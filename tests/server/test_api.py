"""The six endpoints through gradio_client, as a program would call them: good input and bad."""

import json
import urllib.request

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image, ImageDraw

from vqdemo.ui.endpoints import limits


@pytest.fixture(scope="module")
def call(app_url):
    client = Client(app_url, verbose=False)
    return lambda name, *arguments, **named: client.predict(*arguments, api_name=name, **named)


@pytest.fixture(scope="module")
def seven():
    """A seven as 28 rows of 28 numbers in [0, 1], drawn with a pen like MNIST's."""
    image = Image.new("L", (280, 280))
    ImageDraw.Draw(image).line([(80, 70), (200, 70), (130, 220)], fill=255, width=24, joint="curve")
    return (np.asarray(image.resize((28, 28), Image.Resampling.BOX)) / 255).tolist()


@pytest.fixture(scope="module")
def codes(call, seven):
    return call("/encode", seven)


@pytest.fixture(scope="module")
def question(codes):
    return [[-1] * 7] * 3 + codes[3:]


def test_encode_takes_numbers_and_decode_gives_them_back(call, seven, codes):
    assert np.shape(codes) == (7, 7) and np.min(codes) >= 0
    image = call("/decode", codes)
    assert np.shape(image) == (28, 28) and 0 <= np.min(image) <= np.max(image) <= 1
    assert np.mean((np.array(image) - seven) ** 2) < 0.02
    again = call("/decode", call("/encode", image))
    assert np.mean((np.array(again) - image) ** 2) < 0.01


def test_encode_takes_a_file(call, seven, codes, tmp_path):
    small = tmp_path / "small.png"
    Image.fromarray((np.array(seven) * 255).round().astype(np.uint8)).save(small)
    assert (np.array(call("/encode", handle_file(small))) == codes).mean() > 0.95  # 8 bits a pixel
    photo = tmp_path / "photo.jpg"
    large = Image.fromarray(((1 - np.array(seven)) * 220).astype(np.uint8)).resize((560, 560))
    large.save(photo)
    image = np.array(call("/decode", call("/encode", handle_file(photo))))
    assert np.corrcoef(image.ravel(), np.ravel(seven))[0, 1] > 0.6


def test_complete_keeps_what_is_known(call, question):
    answer = call("/complete", question, 3, seed=1)
    grids, known = np.array(answer["grids"]), np.array(question) >= 0
    assert grids.shape == (3, 7, 7) and (grids >= 0).all()
    assert (grids[:, known] == np.array(question)[known]).all()
    assert np.shape(answer["images"]) == (3, 28, 28)
    assert len(answer["log_probs"]) == 3 and max(answer["log_probs"]) < 0
    assert call("/complete", question, 3, seed=1) == answer
    assert call("/complete", question, 3, seed=2)["grids"] != answer["grids"]
    assert len(call("/complete", question)["grids"]) == 4  # defaults for all the rest


def test_log_probs_are_those_of_the_filled_cells_given_the_known_ones(call, codes):
    question = [row[:] for row in codes]
    question[3][3] = -1
    answer = call("/complete", question, 2, label=7, seed=0)
    expected = np.array(call("/conditionals", question, 7))[3, 3]
    for grid, log_prob in zip(answer["grids"], answer["log_probs"], strict=True):
        assert abs(np.exp(log_prob) - expected[grid[3][3]]) < 1e-4


def test_sample_takes_every_setting(call):
    answer = call("/sample", n=2, label=3, temperature=0.8, top_p=0.9, guidance=0.5, seed=7)
    assert np.shape(answer["grids"]) == (2, 7, 7) and np.shape(answer["images"]) == (2, 28, 28)
    assert call("/sample", n=2, label=3, temperature=0.8, top_p=0.9, guidance=0.5, seed=7) == answer
    assert len(call("/sample", n=limits.MAX_GRIDS)["grids"]) == limits.MAX_GRIDS


def test_conditionals_are_distributions(call, question):
    for label in (None, 7):
        probs = np.array(call("/conditionals", question, label))
        assert probs.shape[:2] == (7, 7)
        assert np.abs(probs.sum(axis=-1) - 1).max() < 1e-3 and probs.min() >= 0


def test_label_probs_tell_the_digit(call, codes):
    belief = np.array(call("/label_probs", codes))
    assert belief.shape == (10,) and abs(belief.sum() - 1) < 1e-4
    assert belief.argmax() == 7


def test_a_whole_number_may_come_as_a_float(call):
    assert call("/sample", n=2.0, label=3.0, seed=7.0) == call("/sample", n=2, label=3, seed=7)
    whole, floats = [[3] * 7] * 7, [[3.0] * 7] * 7
    for name in ("/decode", "/complete", "/conditionals", "/label_probs"):
        assert call(name, floats) == call(name, whole)


GRID = [[0] * 7] * 7


@pytest.mark.parametrize(
    "name, arguments, words",
    [
        ("/encode", ["a string"], "28 rows of 28 numbers"),
        ("/encode", [None], "28 rows of 28 numbers"),
        ("/encode", [[[0.5] * 28] * 27], r"shape \(28, 28\), not \(27, 28\)"),
        ("/encode", [[["a"] * 28] * 28], "numbers, not"),
        ("/encode", [[[10**400] * 28] * 28], "numbers, not"),
        ("/encode", [[[1e308] * 28] * 28], r"\[0, 1\]"),
        ("/encode", [[[7.0] * 28] * 28], "7"),  # out of range: the model says so in its own words
        ("/encode", [{"path": "/etc/hostname"}], "not uploaded"),
        ("/encode", [{"path": None, "url": "http://localhost/x.png"}], "28 rows of 28 numbers"),
        ("/decode", [[[0] * 7] * 6], r"shape \(7, 7\), not \(6, 7\)"),
        ("/decode", [[[0.5] * 7] * 7], "integers"),
        ("/decode", [[[-1] * 7] * 7], "unknown"),
        ("/decode", [[[10_000] * 7] * 7], "10000"),
        ("/decode", [[]], r"shape \(7, 7\)"),
        ("/complete", [[[-2] * 7] * 7], "-2"),
        ("/complete", [GRID, 0], "n must be from 1 to 64"),
        ("/complete", [GRID, 65], "n must be from 1 to 64"),
        ("/complete", [GRID, 1, 11], "label .* from 0 to 9"),
        ("/complete", [GRID, 1, None, 0], "temperature must be from 0.001 to 5, not 0"),
        ("/complete", [GRID, 1, None, -1], "temperature"),
        ("/complete", [GRID, 1, None, 6], "temperature must be from 0.001 to 5, not 6"),
        ("/complete", [GRID, 1, None, 200], "temperature must be from 0.001 to 5, not 200"),
        ("/complete", [GRID, 1, None, 1, 0], "top_p"),
        ("/complete", [GRID, 1, None, 1, 1, -1], "guidance must be from 0 to 5, not -1"),
        ("/complete", [GRID, 1, None, 1, 1, 6], "guidance must be from 0 to 5, not 6"),
        ("/complete", [GRID, 1, None, 1, 1, 60], "guidance must be from 0 to 5, not 60"),
        ("/complete", [GRID, 1, None, 1, 1, 0, "x"], "seed"),
        ("/complete", [GRID, 1, None, 1, 1, 0, 2**31], "seed .* must be from 0 to 2147483647, not"),
        ("/complete", [GRID, 1, None, 1, 1, 0, 2**63], "seed .* must be from 0 to 2147483647, not"),
        ("/sample", ["many"], "n must be"),
        ("/conditionals", [[[0] * 8] * 7], r"shape \(7, 7\), not \(7, 8\)"),
        ("/conditionals", [GRID, -1], "label"),
        ("/label_probs", [[[10_000] * 7] * 7], r"0 to \d+"),
        ("/label_probs", ["x"], "nested lists"),
    ],
)
def test_bad_input_is_answered_with_a_message(call, name, arguments, words):
    with pytest.raises(AppError, match=words) as refusal:
        call(name, *arguments)
    assert "Traceback" not in str(refusal.value) and len(str(refusal.value)) < 300


def test_a_file_that_is_no_picture(call, tmp_path):
    path = tmp_path / "note.png"
    path.write_text("no picture")
    with pytest.raises(AppError, match="not a picture"):
        call("/encode", handle_file(path))


def test_the_api_page_documents_all_six(app_url):
    with urllib.request.urlopen(f"{app_url}/gradio_api/info") as reply:
        endpoints = json.load(reply)["named_endpoints"]
    assert set(endpoints) == {"/encode", "/decode", "/complete", "/sample", "/conditionals", "/label_probs"}
    assert all(endpoint["description"] for endpoint in endpoints.values())
    names = [parameter["parameter_name"] for parameter in endpoints["/complete"]["parameters"]]
    assert names == ["codes", "n", "label", "temperature", "top_p", "guidance", "seed"]
