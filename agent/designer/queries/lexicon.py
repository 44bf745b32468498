"""The vocabulary of access: verbs and their intents, irregular forms, states and synonyms, from lexicon.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ies", "ed", "es", "s", "e")
_SIBILANT_PLURAL = re.compile(r"(s|x|z|ch|sh)es$")


@dataclass(frozen=True)
class Lexicon:
    """What the words of a requirement do. Keys are stems."""

    intents: dict[str, tuple[str, ...]]
    """Stem of a verb -> the intents it can have, in the order of the file."""
    phrases: dict[str, tuple[str, ...]]
    """Stems of two words with one meaning ("log in") -> intents."""
    states: dict[str, tuple[str, ...]]
    synonyms: dict[str, tuple[str, ...]]
    relations: frozenset[str]
    """Stems of verbs that say how things hang together, and do nothing."""


@cache
def lexicon() -> Lexicon:
    """Read the packaged vocabulary once."""
    raw = _raw()
    words: dict[str, list[str]] = {}
    phrases: dict[str, list[str]] = {}
    for intent, verbs in raw.intents.items():
        for verb in verbs:
            target = phrases if " " in verb else words
            target.setdefault(" ".join(stem(word) for word in verb.split()), []).append(intent)
    synonyms: dict[str, list[str]] = {}
    for group in raw.synonyms:
        for word in group:
            synonyms.setdefault(word, []).extend(other for other in group if other != word)
    return Lexicon(
        intents={word: tuple(found) for word, found in words.items()},
        phrases={phrase: tuple(found) for phrase, found in phrases.items()},
        states={stem(verb): tuple(states) for verb, states in raw.states.items()},
        synonyms={word: tuple(dict.fromkeys(others)) for word, others in synonyms.items()},
        relations=frozenset(stem(verb) for verb in raw.relations),
    )


@cache
def stem(word: str) -> str:
    """Cut a verb's or a verbal noun's ending, so that its forms meet.

    >>> stem("browsing") == stem("browse"), stem("bookings") == stem("book"), stem("cancelled") == stem("cancel")
    (True, True, True)
    """
    word = _raw().irregular.get(word.lower(), word.lower())
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouslz":
        word = word[:-1]
    if len(word) > 4 and word.endswith("ll"):
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def singular(noun: str) -> str:
    """Return the singular of an English noun, near enough to compare two of them.

    >>> [singular(word) for word in ("categories", "addresses", "orders", "status", "boxes")]
    ['category', 'address', 'order', 'status', 'box']
    """
    noun = noun.lower()
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if _SIBILANT_PLURAL.search(noun):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) and len(noun) > 3:
        return noun[:-1]
    return noun


@dataclass(frozen=True)
class _File:
    intents: dict[str, list[str]]
    irregular: dict[str, str]
    states: dict[str, list[str]]
    synonyms: list[list[str]]
    relations: list[str]


@cache
def _raw() -> _File:
    found = tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text("utf-8"))
    return _File(
        found["intents"], found["irregular"], found["states"], found["synonyms"]["groups"], found["relations"]["verbs"]
    )
