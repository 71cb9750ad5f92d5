"""Publishing: front matter, model card, and uploads to a stand-in for the Hub (hub_server.py)."""

import json
import os
import re
import shutil
import subprocess
import sys

import hub_server
import pytest
import small_model
from app_process import ROOT
from huggingface_hub import ModelCard, SpaceCard

import vqdemo
from train import publish
from vqdemo import site, storage

PINS = dict(
    re.findall(
        r"^([\w-]+)(?:\[mcp\])?==([\d.]+)", (ROOT / "requirements.txt").read_text(), flags=re.MULTILINE
    )
)
COLORS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
# The parameters of https://huggingface.co/docs/hub/spaces-config-reference that a Gradio Space may have.
DOCUMENTED = {
    "title",
    "emoji",
    "colorFrom",
    "colorTo",
    "sdk",
    "python_version",
    "sdk_version",
    "suggested_hardware",
    "suggested_storage",
    "app_file",
    "app_build_command",
    "app_port",
    "base_path",
    "fullWidth",
    "header",
    "short_description",
    "models",
    "datasets",
    "tags",
    "thumbnail",
    "pinned",
    "hf_oauth",
    "disable_embedding",
    "startup_duration_timeout",
    "custom_headers",
    "preload_from_hub",
    "license",
}
WANTED = {
    "title",
    "emoji",
    "colorFrom",
    "colorTo",
    "sdk",
    "sdk_version",
    "python_version",
    "app_file",
    "short_description",
    "tags",
    "thumbnail",
    "datasets",
    "license",
    "pinned",
}


def test_the_front_matter_is_complete_and_agrees_with_the_pins():
    data = SpaceCard.load(ROOT / "README.md").data.to_dict()
    assert WANTED <= set(data) <= DOCUMENTED
    assert data["sdk"] == "gradio"
    assert data["sdk_version"] == PINS["gradio"]
    assert data["python_version"] in ("3.10.13", "3.12.12")  # those that ZeroGPU has; CPU Basic takes any
    assert (ROOT / data["app_file"]).is_file()
    assert {data["colorFrom"], data["colorTo"]} <= COLORS
    assert len(data["short_description"]) <= 60
    assert len(data["emoji"]) <= 2
    assert not data["emoji"].isascii()
    assert data["license"] == publish.LICENSE
    assert "MIT License" in (ROOT / "LICENSE").read_text()


def test_the_space_gets_cpu_wheels_of_the_pinned_torch():
    lines = [
        line for line in (ROOT / "pre-requirements.txt").read_text().splitlines() if not line.startswith("#")
    ]
    assert lines == ["--index-url https://download.pytorch.org/whl/cpu", f"torch=={PINS['torch']}"]
    assert "torchvision" not in PINS


def test_no_file_needs_lfs_set_up_by_hand():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert all((ROOT / path).stat().st_size < 10 * 2**20 for path in tracked if (ROOT / path).is_file())


# ---- the model card


def test_the_model_card_is_valid_and_complete():
    card = publish.model_card("user/digits", ROOT / "weights")
    again = ModelCard(str(card))  # huggingface_hub parses it anew, which fails on bad metadata
    data = again.data
    assert data.license == "mit"
    assert data.library_name == "vqdemo"
    assert data.pipeline_tag == "unconditional-image-generation"
    assert data.datasets == ["ylecun/mnist"]
    assert {"vq-vae", "pixelcnn", "safetensors"} <= set(data.tags)
    metrics = json.loads((ROOT / "weights" / "metrics.json").read_text())
    assert {result.metric_type: result.metric_value for result in data.eval_results} == {
        name: metrics["reconstruction"][name] for name in publish.METRICS
    }
    headings = re.findall(r"^## (.+)$", again.text, flags=re.MULTILINE)
    assert headings == ["Data", "Training", "Metrics", "Limits", "Licence"]
    assert not re.search(r"\{\w+\}", again.text)


def test_the_card_of_other_weights_speaks_of_their_pictures(tmp_path):
    folder = small_model.write(tmp_path / "letters")
    small_model.change(
        folder,
        training={
            name: {"dataset": "emnist-letters", "images": 0, "epochs": 1} for name in ("vqvae", "prior")
        },
    )
    card = publish.model_card("user/letters", folder)
    assert "EMNIST: its training pictures, of the classes cat" in card.text
    assert "MNIST" not in card.text.replace("EMNIST", "")
    assert "emnist" in card.data.tags
    assert card.data.datasets is None


def test_only_measurements_of_these_very_files_are_published(tmp_path):
    folder = tmp_path / "weights"
    shutil.copytree(ROOT / "weights", folder)
    measured, other = tmp_path / "measured", tmp_path / "other"
    measured.mkdir()
    other.mkdir()
    publish.stage_model("user/digits", folder, measured)
    assert (measured / "metrics.json").read_bytes() == (folder / "metrics.json").read_bytes()
    assert "measurements of exactly these files" in (measured / "README.md").read_text()
    small_model.change(folder, defaults={"temperature": 0.5, "top_p": 1.0, "guidance": 0.0})
    publish.stage_model("user/digits", folder, other)
    assert not (other / "metrics.json").exists()
    card = ModelCard.load(other / "README.md")
    assert "These weights have not been measured." in card.text
    assert "metrics.json" not in card.text
    assert card.data.eval_results is None


# ---- uploads


@pytest.fixture
def hub():
    with hub_server.running() as hub:
        yield hub


@pytest.fixture
def run(hub, tmp_path):
    def run(*arguments: str) -> subprocess.CompletedProcess:
        own = {
            "HF_ENDPOINT": hub.url,
            "HF_HOME": str(tmp_path / "home"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_TOKEN": "hf_of_nobody",
        }
        return subprocess.run(
            [sys.executable, "-m", "train.publish", *arguments],
            cwd=ROOT,
            env=os.environ | own,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    return run


def test_a_dry_run_lists_each_file_and_sends_nothing(hub, run):
    done = run("--space", "user/app", "--zerogpu", "--dry-run")
    assert done.returncode == 0, done.stderr
    listed = {line.split()[1] for line in done.stdout.splitlines() if re.match(r"\s*[\d,]+  ", line)}
    assert {
        "app.py",
        "README.md",
        "requirements.txt",
        "vqdemo/ui/static/styles/colours.css",
        "weights/prior.safetensors",
    } <= listed
    assert "pre-requirements.txt" not in listed
    assert not [path for path in listed if "__pycache__" in path or path.startswith((".git/", ".venv"))]
    assert not hub.requests


@pytest.mark.slow
def test_weights_are_published_resumed_and_loaded_again(hub, run, tmp_path):
    done = run("--model", "user/digits")
    assert done.returncode == 0, done.stderr
    files = hub.files("user/digits")
    assert set(files) - {"film.safetensors"} == {  # which weights may have
        "README.md",
        "config.json",
        "metrics.json",
        "vqvae.safetensors",
        "prior.safetensors",
    }
    assert files["prior.safetensors"] == (ROOT / "weights" / "prior.safetensors").read_bytes()
    assert hub.large, "files of megabytes go by LFS"
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert vqdemo.load(tmp_path).num_codes == vqdemo.load(ROOT / "weights").num_codes


@pytest.mark.slow
def test_an_upload_that_was_cut_off_is_finished_by_the_same_command(hub, run, tmp_path):
    hub.refuse_large = 1
    assert run("--model", "user/digits").returncode != 0
    assert hub.files("user/digits") == {}, "no half of a model is ever seen"
    sent = len(hub.large)
    assert run("--model", "user/digits").returncode == 0
    files = len(storage.weight_files(ROOT / "weights")) + 1  # and the film of their training
    assert len(hub.large) == files
    puts = [line for line in hub.requests if line.startswith("PUT")]
    assert len(puts) <= 2 * files - sent, "what had arrived is not sent again"


@pytest.mark.slow
def test_a_space_is_published(hub, run):
    done = run("--space", "user/app")
    assert done.returncode == 0, done.stderr
    files = hub.files("user/app", kind="space")
    assert files["app.py"] == (ROOT / "app.py").read_bytes()
    assert b"whl/cpu" in files["pre-requirements.txt"]
    thumbnail = re.search(r"^thumbnail: (\S+)$", files["README.md"].decode(), re.MULTILINE)[1]
    assert thumbnail.removeprefix("https://huggingface.co/spaces/user/app/resolve/main/") in files


def test_a_static_space_has_a_complete_front_matter_and_the_whole_page(tmp_path):
    publish.stage_static("user/page", small_model.write(tmp_path / "weights"), tmp_path / "stage")
    data = SpaceCard.load(tmp_path / "stage" / "README.md").data.to_dict()
    assert WANTED - {"sdk_version", "python_version"} == set(data)
    assert data["sdk"] == "static"
    assert data["app_file"] == "index.html"
    assert "mcp-server" not in data["tags"]
    files = "https://huggingface.co/spaces/user/page/resolve/main/"
    assert (tmp_path / "stage" / data["thumbnail"].removeprefix(files)).is_file()
    assert data["thumbnail"] in (tmp_path / "stage" / "index.html").read_text()
    assert {data["colorFrom"], data["colorTo"]} <= COLORS
    assert len(data["short_description"]) <= 60
    (tmp_path / "stage" / "README.md").unlink()
    there = {path.relative_to(tmp_path / "stage").as_posix() for path in (tmp_path / "stage").rglob("*.*")}
    assert there == set(site.site(tmp_path / "weights"))


@pytest.mark.slow
def test_a_dry_run_lists_a_static_space(hub, run):
    done = run("--static", "user/page", "--dry-run")
    assert done.returncode == 0, done.stderr
    listed = {line.split()[1] for line in done.stdout.splitlines() if re.match(r"\s*[\d,]+  ", line)}
    assert {"index.html", "service-worker.js", "README.md"} <= listed
    assert not [path for path in listed if path.endswith(".py")]
    assert not hub.requests


@pytest.mark.slow
def test_a_static_space_is_published_and_replaced_in_one_commit(hub, run, tmp_path):
    weights = [
        small_model.write(tmp_path / "first"),
        small_model.write(tmp_path / "second", labels=("x", "y")),
    ]
    for folder in weights:
        done = run("--static", "user/page", "--weights", str(folder))
        assert done.returncode == 0, done.stderr
        files = hub.files("user/page", kind="space")
        assert set(files) - {"README.md"} == set(site.site(folder))
    commits = [line for line in hub.requests if line.startswith("POST") and "/commit/" in line]
    assert len(commits) == 2


def test_zerogpu_gets_a_torch_that_it_has(tmp_path):
    publish.stage_space("user/app", tmp_path, zerogpu=True)
    pins = (tmp_path / "requirements.txt").read_text()
    assert "torch==2.11.0\n" in pins
    assert f"torch=={PINS['torch']}" not in pins
    assert f"gradio[mcp]=={PINS['gradio']}\n" in pins


def test_damaged_weights_are_not_published(run, tmp_path):
    folder = small_model.write(tmp_path / "weights")
    (folder / "prior.safetensors").write_bytes(b"")
    done = run("--model", "user/digits", "--weights", str(folder))
    assert done.returncode == 2
    assert "prior.safetensors is damaged" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--space", "user/app", "--weights", "nowhere"), "--weights goes with --model or --static"),
        (("--static", "user/page", "--zerogpu"), "--zerogpu goes with --space"),
        (("--model", "user/digits", "--weights", "nowhere"), "nowhere is neither a folder of weights"),
        (("--model", "no name"), "Repo id must"),
    ],
)
def test_what_cannot_be_published_is_a_usage_error(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["train.publish", "--dry-run", *arguments])
    with pytest.raises(SystemExit) as end:
        publish.main()
    assert end.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_the_bundled_app_asks_for_the_gpu_that_it_does_not_use(tmp_path):
    """ZeroGPU stops an app in which no function carries @spaces.GPU: a stand-in for its package sees that one
    does.
    """
    (tmp_path / "spaces.py").write_text(
        "def GPU(function):\n    print('GPU', function.__name__)\n    return function\n"
    )
    own = {"SPACES_ZERO_GPU": "true", "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", "import app"],
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("GPU")
