"""A short run of the fuzz; its full length, which also watches memory, is `python tests/tools/fuzz.py`."""

import fuzz
import pytest


@pytest.mark.slow
def test_nonsense_over_http_is_answered_in_words(tmp_path):
    result = fuzz.fuzz(300, seed=2, folder=tmp_path, limit=None)
    kinds = {kind.split()[0] for kind, _ in result["statuses"]}
    assert {"call", "page", "MCP", "upload", "address", "queue", "raw"} <= kinds
