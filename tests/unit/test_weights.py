"""Loading weights from a folder or from the Hub, whole or damaged.

The Hub is tests/tools/hub_server.py, and each client is a process of its own.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import hub_server
import pytest
import small_model
import torch
from app_process import ROOT
from safetensors.torch import load_file, save_file

import vqdemo
from train.runtime.files import fingerprint
from vqdemo.storage import FILES, weight_files
from vqdemo.ui.quality_table import read_metrics

LOAD = """
import json, sys, vqdemo
for line in sys.stdin:
    source, revision = json.loads(line)
    try:
        model = vqdemo.load(source, revision=revision)
        print(model.num_codes, model.grid_shape[0], ",".join(model.labels), flush=True)
    except (FileNotFoundError, ValueError) as error:
        print(type(error).__name__, str(error).replace("\\n", " "), flush=True)
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return small_model.write(tmp_path_factory.mktemp("weights"), labels=("cat", "dog", "eel"))


@pytest.fixture
def folder(small, tmp_path) -> Path:
    """A copy of the small weights, to be spoilt."""
    for file in small.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


@pytest.fixture(scope="module")
def hub():
    with hub_server.running() as hub:
        yield hub


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@contextmanager
def loader(endpoint: str, cache: Path):
    """vqdemo.load in a process that takes the endpoint for the Hub; answers with what it printed."""
    own = {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(cache),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD],
        cwd=ROOT,
        env=os.environ | own,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def load(source: str, revision: str | None = None) -> str:
        process.stdin.write(json.dumps([source, revision]) + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    yield load
    process.stdin.close()
    process.wait(timeout=60)


@pytest.fixture(scope="module")
def load(hub, cache):
    with loader(hub.url, cache) as load:
        yield load


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# ---- from the Hub


def test_fetched_once_then_kept_and_usable_without_the_hub(hub, load, cache, small):
    hub.put("user/kept", {**files_of(small), "README.md": b"a card", "junk.bin": b"x" * 1000})
    assert load("user/kept") == "16 14 cat,dog,eel"
    fetched = [line.split("/")[-1] for line in hub.requests if line.startswith("GET") and "/resolve/" in line]
    assert sorted(fetched) == sorted(files_of(small))
    assert set(fetched) <= set(FILES)
    assert load("user/kept") == "16 14 cat,dog,eel"
    assert sum(line.startswith("GET") and "/resolve/" in line for line in hub.requests) == len(fetched)
    with loader("http://127.0.0.1:9", cache) as without_hub:
        assert without_hub("user/kept") == "16 14 cat,dog,eel"
        said = without_hub("user/unknown")
    assert "FileNotFoundError user/unknown is not on this machine, and the Hub cannot be reached" in said


def test_revisions_are_branches_tags_and_commits(hub, load, small, tmp_path):
    first = hub.put("user/many", files_of(small))
    other = small_model.write(tmp_path / "other", grid=7, num_codes=8, labels=("a", "b"))
    hub.put("user/many", files_of(other))
    hub.put("user/many", files_of(small), branch="v1")
    assert load("user/many") == "8 7 a,b"
    assert load("user/many", "v1") == "16 14 cat,dog,eel"
    assert load("user/many", first) == "16 14 cat,dog,eel"


@pytest.mark.parametrize(
    "source, revision, words",
    [
        ("user/absent", None, "user/absent is no folder, and the Hub has no such repository"),
        ("user/repo", "v9", "user/repo has no revision v9"),
        ("user/empty", None, "config.json is missing"),
        ("nowhere", None, "neither a folder of weights nor a Hub repository"),
        ("user/re po", None, "no name of a Hub repository"),
    ],
)
def test_what_is_not_on_the_hub_is_said(hub, load, small, source, revision, words):
    hub.put("user/repo", files_of(small))
    hub.put("user/empty", {"README.md": b""})
    said = load(source, revision)
    assert said.startswith("FileNotFoundError")
    assert words in said


# ---- damaged files, each named with its cause


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-50] ^= 4
    path.write_bytes(bytes(data))


def lose_a_tensor(path: Path) -> None:
    tensors = load_file(path)
    tensors.pop(next(iter(tensors)))
    save_file(tensors, path)


def without_checksums(path: Path) -> None:
    small_model.change(path.parent, sha256={})


def with_a_tensor(change):
    """Replace the first tensor of a file by what `change` makes of it."""

    def spoil(path: Path) -> None:
        tensors = load_file(path)
        name = next(iter(tensors))
        save_file(tensors | {name: change(tensors[name])}, path)
        without_checksums(path)

    return spoil


DAMAGES = {
    "missing": (Path.unlink, "is missing"),
    "empty": (lambda path: path.write_bytes(b""), "SHA-256"),
    "truncated": (truncate, "SHA-256"),
    "one bit differs": (flip_a_bit, "SHA-256"),
    "a pickle": (
        lambda path: (path.write_bytes(b"\x80\x04]\x94."), without_checksums(path)),
        "not a safetensors file",
    ),
    "truncated, no checksum": (
        lambda path: (truncate(path), without_checksums(path)),
        "damaged or not a safetensors file",
    ),
    "empty, no checksum": (
        lambda path: (path.write_bytes(b""), without_checksums(path)),
        "damaged or not a safetensors file",
    ),
    "another network's": (
        lambda path: (lose_a_tensor(path), without_checksums(path)),
        "does not fit the network",
    ),
    "whole numbers": (
        with_a_tensor(lambda tensor: tensor.round().to(torch.int32)),
        "is int32; allowed are float16, bfloat16, float32, float64",
    ),
    "not a number": (
        with_a_tensor(lambda tensor: tensor.fill_(torch.nan)),
        "holds numbers that are not finite",
    ),
    "infinite": (
        with_a_tensor(lambda tensor: tensor.fill_(-torch.inf)),
        "holds numbers that are not finite",
    ),
    "an LFS pointer": (
        lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n"),
        "git lfs pull",
    ),
}


@pytest.mark.parametrize("name", ["vqvae.safetensors", "prior.safetensors"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_weights_are_named_with_the_cause(folder, name, damage):
    spoil, words = DAMAGES[damage]
    spoil(folder / name)
    with pytest.raises((FileNotFoundError, ValueError)) as refusal:
        vqdemo.load(folder)
    assert str(folder / name) in str(refusal.value)
    assert words in str(refusal.value)


def without(*keys: str):
    def spoil(config: dict) -> dict:
        inner = config
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]
        return config

    return spoil


WIDTHS = ("width", "groups", "after_features", "head_width")


def having(*keys: str, value):
    def spoil(config: dict) -> dict:
        inner = config
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return config

    return spoil


@pytest.mark.parametrize(
    "spoil, words",
    [
        (without("prior"), 'no object "prior"'),
        (without("vqvae"), 'no object "vqvae"'),
        (without("labels"), "list of 3 names"),
        (without("defaults"), "object of numbers"),
        (having("labels", value=["one", "two"]), "list of 3 names"),
        (having("labels", value=[1, 2, 3]), "list of 3 names"),
        (having("defaults", "temperature", value="hot"), "object of numbers"),
        (having("defaults", "temperature", value=0), "temperature must be from 0.001"),
        (having("defaults", "top_p", value=float("nan")), "top_p must be above 0"),
        (having("defaults", value={}), "temperature, top_p and guidance"),
        (having("sha256", value=[]), "sha256 must be an object"),
        (having("vqvae", "grid", value="7"), "vqvae.grid must be a whole number"),
        (having("prior", "width", value=10**9), "prior.width must be a whole number from 1 to 4096"),
        (having("prior", "num_codes", value=0), "prior.num_codes must be a whole number"),
        (
            lambda config: config | {"prior": config["prior"] | dict.fromkeys(WIDTHS, 4096)},
            "prior would hold",
        ),
        (having("vqvae", "colour", value=1), "colour"),
        (having("vqvae", "num_codes", value=1), "num_codes must be 2 or more"),
        (having("vqvae", "ink_threshold", value="0.1"), "ink_threshold must be a number in"),
        (having("vqvae", "ink_threshold", value=1.5), "ink_threshold must be a number in"),
        (lambda config: [config], "must hold an object"),
    ],
)
def test_a_wrong_config_is_named_with_the_cause(folder, spoil, words):
    path = folder / "config.json"
    path.write_text(json.dumps(spoil(json.loads(path.read_text()))))
    with pytest.raises(ValueError, match=words) as refusal:
        vqdemo.load(folder)
    assert str(path) in str(refusal.value)


def test_no_json_is_named(folder):
    for text in ("{", '{"a":' * 100_000):
        (folder / "config.json").write_text(text)
        with pytest.raises(ValueError, match=r"config.json is not valid JSON"):
            vqdemo.load(folder)


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "meta", 3.5])
def test_a_device_that_is_not_there_is_named(folder, device):
    with pytest.raises(ValueError, match=f"device must be one that PyTorch has here.*{device}"):
        vqdemo.load(folder, device=device)


def test_a_folder_has_no_revisions(folder):
    with pytest.raises(ValueError, match="has no revisions: leave out revision 'main'"):
        vqdemo.load(folder, revision="main")


def test_a_home_folder_of_nobody_is_no_folder():
    with pytest.raises(FileNotFoundError, match="~nobody-of-that-name/weights"):
        vqdemo.load("~nobody-of-that-name/weights/here")


def test_figures_of_other_weights_are_not_shown(folder):
    measured = {"weights": {path.name: fingerprint(path) for path in weight_files(folder)}, "data": {}}
    (folder / "metrics.json").write_text(json.dumps(measured))
    assert read_metrics(folder) == measured
    measured["weights"]["prior.safetensors"] = "0" * 64
    (folder / "metrics.json").write_text(json.dumps(measured))
    assert read_metrics(folder) is None
    (folder / "metrics.json").write_text("[]")
    assert read_metrics(folder) is None


def test_a_byte_order_mark_is_no_fault(folder):
    """Some editors put one before a JSON file."""
    path = folder / "config.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert vqdemo.load(folder).num_codes == 16


def test_a_tilde_is_the_home_folder(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    assert vqdemo.load(f"~/{folder.name}").num_codes == 16


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_weights_stored_in_another_precision_are_read_too(folder, dtype):
    path = folder / "vqvae.safetensors"
    stored = load_file(path)
    save_file({name: tensor.to(dtype) for name, tensor in stored.items()}, path)
    without_checksums(path)
    codebook = vqdemo.load(folder).vqvae.quantizer.codebook
    assert codebook.dtype == torch.float32
    assert torch.allclose(codebook, stored["quantizer.codebook"].float(), rtol=0.01)


def test_networks_of_two_models_are_refused(folder, tmp_path):
    other = small_model.write(tmp_path / "other", num_codes=8, labels=("a", "b", "c"))
    config, theirs = (json.loads((one / "config.json").read_text()) for one in (folder, other))
    (folder / "prior.safetensors").write_bytes((other / "prior.safetensors").read_bytes())
    small_model.change(
        folder,
        prior=theirs["prior"],
        sha256=config["sha256"] | {"prior.safetensors": theirs["sha256"]["prior.safetensors"]},
    )
    with pytest.raises(ValueError, match="num_codes 16, the prior 8"):
        vqdemo.load(folder)


@pytest.mark.slow
def test_the_app_says_what_is_wrong_and_ends(folder):
    (folder / "prior.safetensors").unlink()
    environment = os.environ | {"VQDEMO_WEIGHTS": str(folder)}
    command = [sys.executable, ROOT / "app.py"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert f"No usable weights: {folder / 'prior.safetensors'} is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_weights_for_other_pictures_are_refused_by_the_page(folder):
    from vqdemo.ui.page import build

    model = vqdemo.load(folder)
    model.image_size = 56
    with pytest.raises(ValueError, match="28x28 pixels, and these weights take 56x56"):
        build(model, folder)
