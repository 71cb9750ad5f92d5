"""Command lines: bad input is a usage error, one sentence and exit status 2, and makes no folder of weights."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import small_model

from train import __main__, choose_defaults, evaluate, prior, vqvae
from train.measure import latency
from train.report import charts, montages, table
from train.studies import rate_distortion, seeds

ROOT = Path(__file__).resolve().parents[2]
OURS = ("--weights", str(ROOT / "weights"))
NOWHERE = ("--weights", "nowhere")
MISSING = "nowhere/config.json is missing"


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Calls main with arguments in an empty folder; the sentence of the usage error that ends it."""
    monkeypatch.chdir(tmp_path)

    def refused(main, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["program", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 2
        return capsys.readouterr().err.splitlines()[-1]

    return refused


@pytest.mark.parametrize(
    ("program", "arguments", "message"),
    [
        (vqvae, ("--split", "nonsense"), "split must be train or fit, not 'nonsense'"),
        (vqvae, ("--seed", "-1"), "seed must be 0 to 4294967295, not -1"),
        (vqvae, ("--width", "0"), "width must be at least 1, not 0"),
        (vqvae, ("--doodle-share", "-1"), "doodle_share must be 0 to 1, not -1.0"),
        (prior, ("--groups", "7"), "width must be a multiple of groups, 7, not 80"),
        (prior, ("--out", "nowhere"), MISSING),
        (choose_defaults, ("--number", "0"), "number must be at least 10, not 0"),
        (choose_defaults, ("--out", "nowhere"), "nowhere/vqvae.safetensors"),
        (evaluate, (*OURS, "--split", "nonsense"), "split must be train or test or fit or held-out"),
        (evaluate, (*OURS, "--number", "-3"), "number must be at least 0, not -3"),
        (evaluate, NOWHERE, MISSING),
        (latency, NOWHERE, MISSING),
        (charts, NOWHERE, MISSING),
        (montages, NOWHERE, MISSING),
        (montages, (), "weights/config.json is missing"),
        (table, (), "weights/metrics.json is not of these weights"),
        (seeds, (*OURS, "--seeds", "a,b"), "seeds must be whole numbers separated by commas, not 'a,b'"),
        (seeds, (*OURS, "--seeds", "1,-1"), "seed must be 0 to 4294967295, not -1"),
        (seeds, (*OURS, "--seeds", "0,0"), "seeds must be different numbers, not '0,0'"),
        (seeds, NOWHERE, MISSING),
        (rate_distortion, (*OURS, "--codes", "x"), "codes must be whole numbers separated by commas"),
        (rate_distortion, (*OURS, "--codes", "16,1"), "codes must be 2 to 4096, not 1"),
        (rate_distortion, (*OURS, "--images", "-5"), "images must be at least 0, not -5"),
        (__main__, ("--codes", "1"), "codes must be 2 to 4096, not 1"),
    ],
)
def test_bad_input_is_a_usage_error(program, arguments, message, refused, tmp_path):
    assert message in refused(program.main, *arguments)
    assert {path.name for path in tmp_path.iterdir()} <= {"runs"}


def test_damaged_weights_are_a_usage_error(refused, tmp_path):
    folder = small_model.write(tmp_path / "damaged")
    (folder / "prior.safetensors").write_bytes(b"")
    for program in (latency, charts, montages):
        assert "prior.safetensors is damaged" in refused(program.main, "--weights", str(folder))


def test_too_few_pictures_to_train_with_are_a_usage_error(refused, mnist_folder):
    few = ("--data", str(mnist_folder), "--images", "20", "--doodle-number", "1", "--out", "new")
    assert "mnist has 20 training pictures, fewer than the 102 of one batch" in refused(vqvae.main, *few)
    assert not Path("new").exists()


def test_a_card_gets_no_table_of_other_weights(tmp_path):
    shutil.copytree(ROOT / "weights", tmp_path / "weights")
    card = tmp_path / "weights" / "README.md"
    before = card.read_text()
    assert table.run(tmp_path / "weights") == table.markdown(
        json.loads((ROOT / "weights" / "metrics.json").read_text())
    )
    assert card.read_text() == before
    small_model.change(tmp_path / "weights", labels=[str(label) for label in range(9, -1, -1)])
    with pytest.raises(ValueError, match="is not of these weights"):
        table.run(tmp_path / "weights")
