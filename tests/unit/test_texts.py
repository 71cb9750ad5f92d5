"""The sentences of the page: in every language the same ones, with the same placeholders, and none that
nothing shows."""

import functools
import re

import pytest
from app_process import ROOT

from vqdemo.ui import layout, texts

UI = ROOT / "vqdemo" / "ui"
OTHERS = texts.LANGUAGES[1:]
PLACEHOLDER = re.compile(r"\{\w*\}")
LONG = 25  # letters: a sentence that is longer differs between languages


def leaves(part, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    """All sentences by their paths."""
    if isinstance(part, str):
        return {path: part}
    return {inner: text for name in part for inner, text in leaves(part[name], (*path, name)).items()}


ENGLISH = leaves(texts.own(texts.SOURCE))


def faults(english: dict, translated: dict) -> dict[str, list[str]]:
    """What is wrong with a translation, by kind; both as `leaves` gives them."""
    both = english.keys() & translated.keys()
    return {
        "missing": sorted(map(".".join, english.keys() - translated.keys())),
        "superfluous": sorted(map(".".join, translated.keys() - english.keys())),
        "other placeholders": sorted(
            ".".join(path) for path in both if placeholders(english[path]) != placeholders(translated[path])
        ),
        "still English": sorted(
            ".".join(path) for path in both if len(english[path]) > LONG and english[path] == translated[path]
        ),
        "empty": sorted(".".join(path) for path in both if not translated[path].strip()),
    }


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_whole(language):
    found = faults(ENGLISH, leaves(texts.own(language)))
    assert not any(found.values()), {kind: paths for kind, paths in found.items() if paths}


def test_faults_of_a_translation_are_found():
    english = {("a",): "{count} of {all}", ("b",): "a sentence that is long enough", ("c",): "c", ("d",): "d"}
    translated = {("a",): "{count} von", ("b",): english[("b",)], ("c",): " ", ("e",): "e"}
    found = faults(english, translated)
    assert found == {
        "missing": ["d"],
        "superfluous": ["e"],
        "other placeholders": ["a"],
        "still English": ["b"],
        "empty": ["c"],
    }


def test_what_a_translation_lacks_is_there_in_english(monkeypatch):
    written = {"en": {"a": {"b": "one", "c": "two"}, "d": "three"}, "fr": {"a": {"c": "deux"}}}
    monkeypatch.setattr(texts, "own", written.get)
    assert texts.sentences("fr") == {"a": {"b": "one", "c": "deux"}, "d": "three"}


def test_the_languages_are_those_that_the_page_offers():
    script = (UI / "static" / "state" / "language.js").read_text(encoding="utf-8")
    offered = re.search(r"LANGUAGES = \{(.*?)\}", script, re.DOTALL)[1]
    assert tuple(re.findall(r"(\w+): ", offered)) == texts.LANGUAGES
    modules = {path.stem for path in (UI / "texts").glob("[a-z]*.py")}
    assert modules == set(texts.LANGUAGES)


# ---- sentences that nothing shows


@functools.cache
def source(*patterns: str) -> str:
    """What is written in files below vqdemo, but for the sentences themselves."""
    paths = [path for pattern in patterns for path in sorted(UI.parent.glob(pattern))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.parent != UI / "texts")


def is_used(name: str, own: str, everywhere: str) -> bool:
    """Whether the name of a sentence, or of a group of them, occurs in the scripts and templates of its view
    as `text.name`; or as a string "name" or the begin of a string `name_${…}`, of which names are made.
    """
    if re.search(rf"\.{name}\b", own) or re.search(rf"""["'`]{name}["'`]|\b{name}:""", everywhere):
        return True
    begins = re.findall(r"`(\w+_)\$\{", everywhere)
    return any(name.startswith(begin) for begin in begins)


def unused(sentences: dict) -> list[str]:
    scripts = "ui/static/**/*.js"
    everywhere, found = source(scripts, "**/*.py"), []
    for view, *names in sentences:
        own = [f"ui/static/views/{view}/*.*", "ui/static/views/parts/*.js"]
        shown_by = source(scripts, "**/*.html") if view == "status" else source(*own)
        found += [".".join((view, *names)) for name in names if not is_used(name, shown_by, everywhere)]
    return found


def test_every_sentence_is_shown_somewhere():
    views = {path: text for path, text in ENGLISH.items() if path[0] in (*layout.all_views(), "status")}
    assert {path[0] for path in ENGLISH.keys() - views.keys()} == {"title"}
    assert unused(views) == []


def test_a_sentence_that_nothing_shows_is_found():
    assert unused({("nav", "nothing_shows_this"): ""}) == ["nav.nothing_shows_this"]
