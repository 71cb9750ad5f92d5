"""Training may be killed at any point: the same command again ends with the weights of an undisturbed run."""

import csv
import json
import os
import shutil
import signal
import sys
from dataclasses import replace

import kill_training
import pytest
import small_model
import torch

import vqdemo
from train.__main__ import train_both
from train.prior import PriorSettings
from train.runtime import checkpoint
from train.runtime.files import fingerprint
from train.runtime.folders import Folders
from train.runtime.log import log_row
from train.runtime.weights_folder import finished, write_network
from train.vqvae import VQVAESettings
from vqdemo.model import load_vqvae


@pytest.mark.slow
def test_killed_training_goes_on_to_the_same_weights(mnist_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_folder))
    kill_training.kill_and_go_on(tmp_path, 2, 3, "--images", "600", "--epochs", "3")


# ---- a kill at each single thing that is done to a file while networks are put into place


def killed_at(step: int, action) -> bool:
    """Do it in a process that is killed as it opens, renames or removes a file for the step-th time; False if
    it ended before.
    """
    child = os.fork()
    if child == 0:
        done, code = 0, 1

        def count(event, arguments):
            nonlocal done
            if event in ("open", "os.rename", "os.remove", "os.rmdir"):
                done += 1
                if done == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            action()
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL)
    return status != 0


def check_whole_or_none(weights):
    """What a folder says it holds can be loaded."""
    if (weights / "config.json").exists():
        config = json.loads((weights / "config.json").read_text())
        assert fingerprint(weights / "vqvae.safetensors") == config["sha256"]["vqvae.safetensors"]
        vqdemo.load(weights) if "prior" in config else load_vqvae(weights)


@pytest.mark.slow
def test_both_networks_are_replaced_at_once_wherever_it_is_killed(tmp_path):
    settings = VQVAESettings(seed=7), PriorSettings(seed=7)
    old, new = small_model.write(tmp_path / "old", grid=7), small_model.write(tmp_path / "new", num_codes=20)
    model = vqdemo.load(new)
    write_network(new, "vqvae", model.vqvae, settings[0])
    write_network(new, "prior", model.prior, settings[1])
    wanted = {
        name: fingerprint(new / name) for name in ("vqvae.safetensors", "prior.safetensors", "config.json")
    }
    step, states = 1, set()
    while True:
        folder = tmp_path / str(step)
        folders = Folders(tmp_path, folder / "out", folder / "runs")
        shutil.copytree(old, folders.out)
        shutil.copytree(new, folders.runs / "weights")
        was_killed = killed_at(step, lambda folders=folders: train_both(*settings, folders))
        if (folders.out / "config.json").exists():
            states.add(vqdemo.load(folders.out).num_codes)
        else:
            states.add(None)
        train_both(*settings, folders)
        assert {name: fingerprint(folders.out / name) for name in wanted} == wanted
        assert not list(folders.out.glob("*.new"))
        if not was_killed:
            break
        step += 1
    assert step > 15
    assert states == {16, 20, None}  # the old ones, the new ones, none; nothing else


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vqvae", "prior"])
def test_a_network_is_stored_whole_or_not_at_all(name, tmp_path):
    old = small_model.write(tmp_path / "old", grid=7)
    network = getattr(vqdemo.load(small_model.write(tmp_path / "new", grid=7)), name)
    for parameter in network.parameters():
        parameter.mul_(1.5)
    settings = VQVAESettings() if name == "vqvae" else PriorSettings()
    step = 1
    while True:
        folder = shutil.copytree(old, tmp_path / str(step))
        was_killed = killed_at(step, lambda folder=folder: write_network(folder, name, network, settings))
        check_whole_or_none(folder)
        write_network(folder, name, network, settings)
        check_whole_or_none(folder)
        assert finished(folder, name, settings)
        # A prior for another VQ-VAE goes with that.
        assert (folder / "prior.safetensors").exists() == (name == "prior")
        if not was_killed:
            break
        step += 1
    assert step > 5


# ---- what a run must not take for its own


def test_a_prior_for_another_vqvae_is_trained_anew(tmp_path, capsys):
    folder, settings = small_model.write(tmp_path / "weights"), PriorSettings()
    prior, vqvae = vqdemo.load(folder).prior, fingerprint(folder / "vqvae.safetensors")
    write_network(folder, "prior", prior, settings, prior_trained_on=vqvae)
    assert finished(folder, "prior", settings)
    assert not finished(folder, "prior", replace(settings, seed=1))
    write_network(folder, "prior", prior, settings, prior_trained_on="0" * 64)
    assert not finished(folder, "prior", settings)
    assert "trained on the codes of another VQ-VAE" in capsys.readouterr().out


def test_a_checkpoint_for_another_vqvae_is_not_used(tmp_path):
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    checkpoint.save(tmp_path / "c.safetensors", model, optimizer, 3, {"epochs": 5, "vqvae": "a"})
    assert checkpoint.resume(tmp_path / "c.safetensors", model, optimizer, {"epochs": 5, "vqvae": "b"}) == 0
    assert checkpoint.resume(tmp_path / "c.safetensors", model, optimizer, {"epochs": 5, "vqvae": "a"}) == 3


def test_settings_newer_than_the_weights_had_their_defaults(tmp_path):
    folder = small_model.write(tmp_path / "weights")
    write_network(folder, "vqvae", vqdemo.load(folder).vqvae, VQVAESettings())
    config = json.loads((folder / "config.json").read_text())
    del config["training"]["vqvae"]["dataset"]
    (folder / "config.json").write_text(json.dumps(config))
    assert finished(folder, "vqvae", VQVAESettings())
    assert not finished(folder, "vqvae", VQVAESettings(dataset="kmnist"))


def test_a_log_has_each_epoch_once(tmp_path):
    # Cut off after epoch 3's row, before its checkpoint.
    for epoch, loss in ((1, 9), (2, 8), (3, 7), (3, 6), (4, 5)):
        log_row(tmp_path / "log.csv", {"epoch": epoch, "loss": loss})
    with open(tmp_path / "log.csv", newline="") as file:
        assert [(row["epoch"], row["loss"]) for row in csv.DictReader(file)] == [
            ("1", "9"),
            ("2", "8"),
            ("3", "6"),
            ("4", "5"),
        ]
    log_row(tmp_path / "log.csv", {"epoch": 1, "loss": 4})
    assert (tmp_path / "log.csv").read_text().split() == ["epoch,loss", "1,4"]
