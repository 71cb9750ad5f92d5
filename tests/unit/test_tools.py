"""The programs in tests/tools start when they are called as their headers say, from the root of the repo."""

import subprocess
import sys

import pytest
from app_process import ROOT

TOOLS = ROOT / "tests" / "tools"
PROGRAMS = sorted(path for path in TOOLS.glob("*.py") if "argparse.ArgumentParser(" in path.read_text())


@pytest.mark.slow
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_explains_its_arguments(path):
    name = path.relative_to(ROOT)
    as_module = f"python -m tests.tools.{path.stem}" in path.read_text()
    how = ["-m", f"tests.tools.{path.stem}"] if as_module else [str(name)]
    done = subprocess.run(
        [sys.executable, *how, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout
