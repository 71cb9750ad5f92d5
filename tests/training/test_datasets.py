"""Other pictures than MNIST: read, trained on, measured and shown without a change of code."""

import string
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

import vqdemo
from train import choose_defaults, evaluate, prior, vqvae
from train.data import datasets
from train.measure.classifier import ClassifierSettings
from train.measure.subject import Subject
from train.prior import PriorSettings
from train.report import table
from train.runtime.folders import Folders
from train.vqvae import VQVAESettings
from vqdemo.ui.description import model_json
from vqdemo.ui.page import build

LAYOUT = {  # folder, and how the files of the training and of the test split begin
    "mnist": ("MNIST", "train", "t10k"),
    "fashion-mnist": ("FashionMNIST", "train", "t10k"),
    "kmnist": ("KMNIST", "train", "t10k"),
    "emnist-letters": ("EMNIST", "emnist-letters-train", "emnist-letters-test"),
}
SMALL = {
    "width": 8,
    "encoder_blocks": 1,
    "decoder_blocks": 1,
    "epochs": 1,
    "warmup_steps": 1,
    "doodle_number": 50,
}
SMALL_PRIOR = {"width": 8, "layers": 2, "head_width": 8, "epochs": 1, "plain_epochs": 0, "compile": 0}


def write_idx(folder: Path, dataset: str, images: np.ndarray, labels: np.ndarray) -> None:
    """The files of a data set as torchvision unpacks them; the test split is the first tenth of the training
    split.
    """
    name, *beginnings = LAYOUT[dataset]
    raw = folder / name / "raw"
    raw.mkdir(parents=True)
    for beginning, number in zip(beginnings, (len(images), len(images) // 10), strict=True):
        (raw / f"{beginning}-images-idx3-ubyte").write_bytes(
            struct.pack(">4i", 2051, number, 28, 28) + images[:number].tobytes()
        )
        (raw / f"{beginning}-labels-idx1-ubyte").write_bytes(
            struct.pack(">2i", 2049, number) + labels[:number].tobytes()
        )


def bars(number: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures uint8 (number,28,28) of a horizontal bar, lower for each class, and their classes uint8
    (number,).
    """
    labels = np.arange(number, dtype=np.uint8) % classes
    images = np.zeros((number, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[label : label + 2, 5:25] = 255
    return images, labels


@pytest.mark.parametrize("dataset", LAYOUT)
def test_data_sets_of_torchvision_are_read(dataset, tmp_path):
    letters = dataset == "emnist-letters"
    images, labels = bars(80, 26 if letters else 10)
    # EMNIST's files hold columns as rows, and count from 1.
    stored = images.transpose(0, 2, 1) if letters else images
    write_idx(tmp_path, dataset, np.ascontiguousarray(stored), labels + letters)
    train, test = datasets.load(dataset, tmp_path, "train"), datasets.load(dataset, tmp_path, "test")
    assert train.images.dtype == torch.uint8
    assert torch.equal(train.images, torch.from_numpy(images))
    assert train.labels.tolist() == labels.tolist()
    assert len(test.images) == 8
    assert [len(datasets.load(dataset, tmp_path, split).images) for split in ("fit", "held-out")] == [72, 8]
    names = datasets.class_names(dataset)
    assert len(names) == (26 if letters else 10)
    assert names == list(string.ascii_lowercase if letters else string.digits) or dataset in (
        "fashion-mnist",
        "kmnist",
    )


def write_folder(
    folder: Path, classes: list[str], each: int, ink: str = "black", paper: str = "white"
) -> Path:
    """PNGs in colour, wider than high: a disc that lies further right for each class, its size differing a
    little.
    """
    for number, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for index in range(each):
            picture = Image.new("RGB", (60, 40), paper)
            x, y, r = 18 + 12 * number, 10 + index % 20, 5 + index % 3
            ImageDraw.Draw(picture).ellipse((x - r, y - r, x + r, y + r), fill=ink)
            picture.save(folder / name / f"{index:03}.png")
    return folder


@pytest.mark.parametrize(("ink", "paper"), [("black", "white"), ("white", "black")])
def test_a_folder_of_pictures_is_read(ink, paper, tmp_path):
    """Grey, 28x28, ink light on dark whatever it was, every class in both splits, and no picture in both."""
    folder = write_folder(tmp_path / "discs", ["left", "right"], 30, ink, paper)
    train, test = datasets.load(str(folder), tmp_path, "train"), datasets.load(str(folder), tmp_path, "test")
    assert train.images.shape == (54, 28, 28)
    assert train.images.dtype == torch.uint8
    assert test.images.shape == (6, 28, 28)
    assert set(test.labels.tolist()) == set(train.labels.tolist()) == {0, 1}
    assert datasets.class_names(str(folder)) == ["left", "right"]
    assert train.images[:, 0].max() < 40
    assert train.images.flatten(1).amax(1).min() > 200
    columns = (train.images.float() * torch.arange(28)).sum((1, 2)) / train.images.float().sum((1, 2))
    assert columns[train.labels == 0].max() < columns[train.labels == 1].min()
    assert train.labels[:20].unique().numel() == 2  # shuffled: some of the first are of each class


def test_transparent_pictures_are_drawn_on_paper(tmp_path):
    for index in range(2):
        (tmp_path / "a").mkdir(exist_ok=True)
        picture = Image.new("RGBA", (28, 28), (0, 0, 0, 0))
        picture.paste((0, 0, 0, 255), (8, 8, 20, 20))
        picture.save(tmp_path / "a" / f"{index}.png")
    image = datasets.load(str(tmp_path), tmp_path, "train").images[0]
    assert image[14, 14] == 255
    assert image[2, 2] == 0


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "--dataset",
            "cifar",
            "'cifar' is none of mnist, fashion-mnist, kmnist, emnist-letters, and no folder",
        ),
        ("--dataset", "EMPTY", "has no subfolders"),
        ("--grid", "8", "7 or 14, not 8"),
        ("--codes", "1", "2 to 4096, not 1"),
    ],
)
def test_what_cannot_be_trained_is_refused(option, value, message, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["train.vqvae", option, str(tmp_path) if value == "EMPTY" else value])
    with pytest.raises(SystemExit):
        vqvae.main()
    assert message in capsys.readouterr().err


def test_fewer_pictures_than_a_batch_are_refused(tmp_path):
    folder = write_folder(tmp_path / "discs", ["left", "right"], 10)
    with pytest.raises(ValueError, match="has 18 training pictures, fewer than the 102 of one batch"):
        vqvae.run(VQVAESettings(dataset=str(folder), **SMALL), Folders(tmp_path, tmp_path / "out", tmp_path))


# ---- trained on, and shown


@pytest.mark.slow
def test_letters_on_a_larger_grid_reach_the_page(tmp_path, monkeypatch):
    """The two commands, with the options of one who has other data; then what the page is told of what they
    wrote.
    """
    images, labels = bars(520, 26)
    write_idx(
        tmp_path / "data", "emnist-letters", np.ascontiguousarray(images.transpose(0, 2, 1)), labels + 1
    )
    where = ["--data", tmp_path / "data", "--out", tmp_path / "out", "--runs", tmp_path / "runs"]
    chosen = {"dataset": "emnist-letters", "codes": 16, "grid": 14}
    for stage, options in ((vqvae, SMALL | chosen), (prior, SMALL_PRIOR)):
        flags = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", value)]
        monkeypatch.setattr(sys, "argv", [str(text) for text in ("train", *where, *flags)])
        stage.main()
    model = vqdemo.load(tmp_path / "out")
    assert model.labels == list(string.ascii_lowercase)
    assert (model.grid_shape, model.num_codes) == ((14, 14), 16)
    assert model.sample(2, label=25, seed=0).shape == (2, 14, 14)
    assert model.encode(images[:3] / 255).shape == (3, 14, 14)

    description = model_json(model, tmp_path / "out")
    assert description["labels"] == model.labels
    assert [len(example["codes"]) for example in description["examples"]] == [196] * 26
    assert description["networks"]["prior"]["config"]["num_labels"] == 26


@pytest.mark.slow
def test_a_folder_is_trained_on_measured_and_shown(tmp_path):
    discs = write_folder(tmp_path / "discs", ["left", "right"], 300)
    folders = Folders(tmp_path, tmp_path / "out", tmp_path / "runs")
    for folder in (folders.out, folders.runs):
        folder.mkdir()
    evaluator = ClassifierSettings(epochs=1)
    vqvae.run(VQVAESettings(dataset=str(discs), codes=8, **SMALL), folders)
    prior.run(PriorSettings(**SMALL_PRIOR), folders)
    choose_defaults.run(folders, number=20, evaluator=evaluator)
    metrics = evaluate.run(Subject(folders, evaluator=evaluator, pixel_coder_steps=5))
    assert metrics["data"] == {"set": "discs", "split": "test", "pictures": 60}
    assert "out_of_distribution" not in metrics  # which is of drawings unlike MNIST
    assert "measured on the discs test set" in table.markdown(metrics)
    model = vqdemo.load(folders.out)
    assert model.labels == ["left", "right"]
    assert build(model, folders.out) is not None
