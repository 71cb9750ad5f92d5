"""The page's scripts without a browser: the tests in ``tests/page/scripts``, by node's own test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts"
TESTS = sorted(SCRIPTS.glob("*.test.mjs"))


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("script", TESTS, ids=lambda path: path.name.removesuffix(".test.mjs"))
def test_script(script):
    run = subprocess.run(["node", "--test", script], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
