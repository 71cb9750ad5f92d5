"""What of the page's scripts needs no browser: their own tests, in ``tests/page/scripts``, by node's test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts"
TESTS = sorted(SCRIPTS.glob("*.test.mjs"))


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("script", TESTS, ids=lambda path: path.name.removesuffix(".test.mjs"))
def test_script(script):
    run = subprocess.run(["node", "--test", script], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
