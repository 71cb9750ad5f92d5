"""Every sentence that the page shows: a module for each language, of which English is the source."""

import importlib

SOURCE = "en"
LANGUAGES = (SOURCE, "es", "fr", "de", "zh", "ar")  # as in static/state/language.js, which has their names


def sentences(language: str) -> dict:
    """``TEXT`` of a language's module; a sentence that it lacks is there in English."""

    def whole(source, translated):
        if isinstance(source, dict):
            return {name: whole(part, translated.get(name, part)) for name, part in source.items()}
        return translated

    return whole(own(SOURCE), own(language))


def own(language: str) -> dict:
    """``TEXT`` of a language's module as it is."""
    return importlib.import_module(f"{__name__}.{language}").TEXT
