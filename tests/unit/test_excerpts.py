"""The code that the page shows is in the files, and the course has the parts of the page, in their order."""

import re
import shutil

import pytest

from vqdemo.ui import course, excerpts

PARTS = {"encoder", "quantizer", "learning", "decoder", "prior", "film", "losses"}


@pytest.mark.parametrize("part", sorted(PARTS))
def test_each_part_has_lines_that_stand_in_a_file(part):
    found = excerpts.excerpts()[part]
    assert found
    for one in found:
        lines = (excerpts.ROOT / one["file"]).read_text(encoding="utf-8").splitlines()
        code = one["code"].split("\n")
        there = lines[one["line"] - 1 : one["line"] - 1 + len(code)]
        indentation = there[0][: len(there[0]) - len(there[0].lstrip())]
        assert [indentation + line if line else line for line in code] == there
        assert re.match(r"def |class |@", code[0])
    assert 5 <= sum(one["code"].count("\n") + 1 for one in found) <= 30


def test_no_part_has_more_or_less():
    assert excerpts.excerpts().keys() == course.SECTIONS.keys() == PARTS


def test_a_name_that_is_gone_is_an_error():
    with pytest.raises(LookupError, match=r"vqdemo/vqvae\.py has no Encoder\.absent"):
        excerpts.excerpt("vqdemo/vqvae.py", "Encoder.absent")


def test_without_the_folder_train_its_code_and_the_course_are_left_out(tmp_path, monkeypatch):
    shutil.copytree(excerpts.ROOT / "vqdemo", tmp_path / "vqdemo", ignore=shutil.ignore_patterns("ui", "__*"))
    monkeypatch.setattr(excerpts, "ROOT", tmp_path)
    monkeypatch.setattr(course, "COURSE", tmp_path / "train" / "README.md")
    found = excerpts.excerpts()
    assert {part for part in found if not found[part]} == {"film", "losses"}
    assert course.files().keys() == {"excerpts.json"}


def test_the_course_follows_the_page():
    headings = re.findall(r"^## \d+\. (.+)$", course.COURSE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings == list(dict.fromkeys(course.SECTIONS.values()))
    page = course.files()[course.PAGE].decode()
    for heading in headings:
        assert f'id="{course.anchor(heading)}"' in page


def test_the_course_as_a_page():
    page = course.page(
        "# A & b\n\nSome `x < y`,\nand **more**.\n\n```text\n## no heading\n\n<i>\n```\n\n## 2. A part\n"
    )
    assert "<title>A &amp; b</title>" in page and '<h1 id="a-b">A &amp; b</h1>' in page
    assert "<p>Some <code>x &lt; y</code>,\nand <strong>more</strong>.</p>" in page
    assert "<pre>## no heading\n\n&lt;i&gt;</pre>" in page
    assert '<h2 id="a-part">2. A part</h2>' in page
