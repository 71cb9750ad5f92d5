"""The toy of "How it can learn", under node: each number is that of the VQ-VAE's own quantizer in PyTorch."""

import json
import shutil
import subprocess

import pytest
import torch
from app_process import ROOT

from vqdemo.vqvae import BLANK, VectorQuantizer

SCRIPT = ROOT / "tests" / "tools" / "toy.mjs"
RATE, DECAY, RESTART_BELOW = 0.15, 0.8, 0.25  # as in views/how_learning/toy.js
ROUNDS, DESCRIPTIONS, CODES = 40, 10, 4


@pytest.fixture
def start() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Descriptions (M,2), their targets (M,2) and codes (K,2), of which the last is far from all."""
    generator = torch.Generator().manual_seed(3)
    z, target = torch.randn(2, DESCRIPTIONS, 2, generator=generator, dtype=torch.float64) / 2
    codes = torch.randn(CODES, 2, generator=generator, dtype=torch.float64) / 2
    codes[-1] = 4
    return z, target, codes


def in_the_browser(start, beta: float, picks: list[float], folder) -> list[dict]:
    if shutil.which("node") is None:
        pytest.skip("node is not installed; on Debian: apt-get install nodejs")
    z, target, codes = (part.tolist() for part in start)
    toy = {"descriptions": [{"z": a, "target": b} for a, b in zip(z, target, strict=True)], "codes": codes}
    given = {"toy": toy, "beta": beta, "picks": picks, "steps": ROUNDS}
    (folder / "given.json").write_text(json.dumps(given))
    done = subprocess.run(
        ["node", SCRIPT, folder / "given.json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_pytorch(start, beta: float) -> tuple[list[dict], list[float]]:
    """The same rounds by VectorQuantizer and autograd, and what its restarts picked, as numbers in [0,1)."""
    z, target, codes = start
    quantizer = VectorQuantizer(CODES + 1, 2).double()  # and the blank code, which nothing here chooses
    quantizer.codebook[1:] = codes
    quantizer.count.fill_(DESCRIPTIONS / CODES)
    quantizer.total.copy_(quantizer.codebook * quantizer.count[:, None])
    parameter = torch.nn.Parameter(z.clone())
    optimizer = torch.optim.SGD([parameter], lr=RATE)
    blank = torch.zeros(1, 1, DESCRIPTIONS, dtype=torch.bool)
    rounds, picks = [], []
    for seed in range(ROUNDS):
        quantized = quantizer(parameter.T[None, :, None], blank)  # a grid of one row
        drawn = quantized.vectors[0, :, 0].T
        error = (drawn - target).square().sum(1)
        distance = quantized.commitment_loss * 2 * DESCRIPTIONS  # the loss is a mean over both
        members, chosen = parameter.detach().clone(), quantized.codes.flatten()
        optimizer.zero_grad()
        (error.sum() + beta * distance).backward()
        optimizer.step()
        quantizer.update(members, chosen, DECAY)
        dead = [code for code in range(CODES) if quantizer.count[code + 1] < RESTART_BELOW]
        fresh = torch.randint(DESCRIPTIONS, (len(dead),), generator=torch.Generator().manual_seed(seed))
        picks += ((fresh + 0.5) / DESCRIPTIONS).tolist()
        quantizer.restart_dead(members, RESTART_BELOW, torch.Generator().manual_seed(seed))
        assert BLANK not in chosen
        rounds.append(
            {
                "chosen": (chosen - 1).tolist(),
                "losses": {"error": error.mean().item(), "distance": distance.item() / DESCRIPTIONS},
                "restarted": dead,
                "z": parameter.detach().clone(),
                "e": quantizer.codebook[1:].clone(),
                "count": quantizer.count[1:].clone(),
            }
        )
    return rounds, picks


@pytest.mark.parametrize("beta", [0.0, 0.25, 1.0])
def test_each_round_is_that_of_the_quantizer_in_pytorch(start, beta, tmp_path):
    theirs, picks = in_pytorch(start, beta)
    assert picks, "no code restarted: the test has to see that too"
    ours = in_the_browser(start, beta, picks, tmp_path)
    for one, other in zip(ours, theirs, strict=True):
        assert one["chosen"] == other["chosen"]
        assert one["restarted"] == other["restarted"]
        assert one["losses"] == pytest.approx(other["losses"], rel=1e-9)
        z = torch.tensor([each["z"] for each in one["descriptions"]], dtype=torch.float64)
        e = torch.tensor([code["e"] for code in one["codes"]], dtype=torch.float64)
        count = torch.tensor([code["count"] for code in one["codes"]], dtype=torch.float64)
        for ours_is, theirs_is in ((z, other["z"]), (e, other["e"]), (count, other["count"])):
            torch.testing.assert_close(ours_is, theirs_is, rtol=1e-9, atol=1e-9)


def test_commitment_keeps_descriptions_near_their_codes(start, tmp_path):
    """What the page says of beta: the last rounds' distance falls as it grows."""
    distances = []
    for beta in (0.0, 0.25, 1.0):
        rounds = in_the_browser(start, beta, [0.35] * ROUNDS * CODES, tmp_path)
        distances.append(sum(each["losses"]["distance"] for each in rounds[-10:]))
    assert distances == sorted(distances, reverse=True)
