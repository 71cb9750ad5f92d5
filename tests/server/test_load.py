"""A few seconds of tests/tools/load.py, with its own bounds: many visitors at once, then far too many."""

import load
import pytest
import torch
from app_process import ROOT

import vqdemo
from vqdemo.ui.serving import limits


@pytest.mark.slow
def test_many_visitors_then_far_too_many(app_url):
    torch.set_num_threads(1)
    everyone = load.visits(vqdemo.load(ROOT / "weights"), visitors=10)
    result = load.crowd(app_url, everyone, seconds=5)
    assert not result.wrong, result
    assert not result.busy, result
    assert load.p95(result.live) <= load.LIVE_P95, result
    assert load.p95(result.completions) <= load.COMPLETION_P95, result

    crowded, refused, back = load.rush(app_url, everyone, visitors=2 * limits.MAX_LIVE_REQUESTS, seconds=2)
    assert not crowded.wrong, crowded
    assert crowded.busy, crowded
    assert 0 < refused < load.CALLS
    assert back <= load.RECOVERY
