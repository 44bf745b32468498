"""The words by which sections, columns and statements are recognised; they live in `vocabulary.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Return a TOML file of this package as plain data."""
    text = files("database_specialist.agent.reading").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def words(table: str, key: str) -> tuple[str, ...]:
    """Return one list of the vocabulary, in the file's order."""
    return tuple(load("vocabulary.toml")[table][key])


@cache
def pattern(table: str, key: str) -> re.Pattern[str]:
    """Return an expression that finds any of the words where a word begins, whatever its case; "=word" only alone."""
    entries = sorted(words(table, key), key=lambda word: (-len(word), word))
    alternatives = "|".join(re.escape(word) for word in entries if not word.startswith("="))
    whole = "|".join(re.escape(word[1:]) for word in entries if word.startswith("=")) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{alternatives})|^\W*(?:{whole})\W*$", re.IGNORECASE)


def key_of(table: str, value: str) -> str | None:
    """Return the key whose list holds exactly this value, or None."""
    wanted = " ".join(value.lower().strip(" .:*`").split())
    keys: dict[str, list[str]] = load("vocabulary.toml")[table]
    return next((key for key, entries in keys.items() if wanted in entries), None)
