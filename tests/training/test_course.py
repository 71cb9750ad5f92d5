"""train/README.md, the walk through the code: its snippets run, its quotes stand in the named files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COURSE = (ROOT / "train" / "README.md").read_text(encoding="utf-8")


def test_snippets_run_in_order(monkeypatch, mnist_folder, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MNIST_DIR", str(mnist_folder))
    names: dict = {}
    for snippet in re.findall(r"```python\n(.*?)```", COURSE, flags=re.DOTALL):
        exec(snippet, names)  # noqa: S102, the course is ours
    assert "torch.Size([80, 16, 7, 7])" in capsys.readouterr().out
    assert names["inside"] > 0.3


@pytest.mark.parametrize("quote", re.findall(r"```text\n(.*?)\n```", COURSE, flags=re.DOTALL))
def test_quoted_lines_are_in_the_code(quote):
    """In the file that was named last above the quote."""
    named = re.findall(r"`((?:vqdemo|train)/[\w/]+\.py)`", COURSE[: COURSE.index(quote)])
    files = [ROOT / name for name in dict.fromkeys(named)]
    assert any(quote in path.read_text(encoding="utf-8") for path in files), (
        f"{quote!r} is in none of {named}"
    )


def test_stages_of_the_table_exist():
    for module in re.findall(r"`python -m (train(?:\.\w+)+)`", COURSE):
        assert (ROOT / (module.replace(".", "/") + ".py")).exists(), module
