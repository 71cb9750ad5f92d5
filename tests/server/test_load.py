"""tests/tools/load.py with fewer visitors, with its own bounds."""

import load
import pytest


@pytest.mark.slow
def test_many_visitors_at_once_and_far_too_many_calls(app_url):
    result, answers = load.crowd(app_url, visitors=20)
    assert not result.wrong, result
    assert len(result.weights) == 20
    assert set(answers) == {True, False}, answers
    assert load.recovery(app_url) <= load.RECOVERY
