"""Noun phrases of a statement and what is done to them, by word lists: no tagger, no model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from database_specialist.agent.designer.knowledge import Lexicon
from database_specialist.agent.designer.nouns import singular, singular_name

Deed = Literal["store", "touch", "relate", "other", "none"]
Kind = Literal["word", "modifier", "function", "verb", "stop", "comma", "with"]

_TOKEN = re.compile(
    r"https?://\S+|[\w./-]+\.(?:js|ts|tsx|jsx|py|go|php|md|sql|java|json|ya?ml|html|css|sh|txt)\b|[A-Za-z][A-Za-z0-9_]*(?:[-'][A-Za-z0-9_]+)*|\d[\w.,%]*|[^\w\s]"
)
_CODE = re.compile(r"[a-z][A-Z]|_")
_DETERMINER = frozenset(
    {
        "a",
        "an",
        "the",
        "their",
        "its",
        "his",
        "her",
        "our",
        "your",
        "my",
        "each",
        "every",
        "all",
        "new",
        "any",
        "multiple",
        "several",
        "this",
        "that",
    }
)
_BE = frozenset({"is", "are", "be", "was", "were", "been"})
_WITH = frozenset({"with", "including", "containing", "such", "includes", "include", "e.g", "i.e"})


@dataclass(frozen=True)
class Phrase:
    """A noun phrase: lower-case words, the deed whose object it is, and whether it describes another one."""

    words: tuple[str, ...]
    deed: Deed
    described: bool = False
    """It stands after "with", "including" or "such as": a property or a part rather than the thing itself."""


@dataclass(frozen=True)
class _Token:
    text: str
    kind: Kind
    deed: Deed = "none"


def phrases(text: str, lexicon: Lexicon) -> tuple[Phrase, ...]:
    """Return the noun phrases of a statement, in order."""
    return tuple(_chunks(_tokens(text, lexicon)))


def _tokens(text: str, lexicon: Lexicon) -> list[_Token]:
    raw = [token for token in _TOKEN.findall(text)]
    tokens: list[_Token] = []
    for position, word in enumerate(raw):
        following = raw[position + 1].lower() if position + 1 < len(raw) else ""
        tokens.append(_token(word, tokens[-1] if tokens else None, following, lexicon))
    return tokens


def _token(word: str, before: _Token | None, following: str, lexicon: Lexicon) -> _Token:
    lower = word.lower()
    if _CODE.search(word):
        return _Token(lower, "stop")
    if lower == ",":
        return _Token(lower, "comma")
    if not lower[0].isalpha() or "/" in lower or ("." in lower and len(lower) > 3):
        return _Token(lower, "stop")
    if lower in _WITH:
        return _Token(lower, "with")
    if lower in lexicon.words("function_words"):
        return _Token(lower, "function")
    deed = _deed(lower, lexicon)
    if deed == "none" and before is not None and before.text in _BE:
        deed = _participle_deed(lower, lexicon)
        if deed != "none":
            return _Token(lower, "verb", deed)
    if deed != "none" and _is_verb_here(lower, before, following, lexicon):
        return _Token(lower, "verb", deed)
    if _is_modifier(lower, lexicon):
        return _Token(lower, "modifier")
    return _Token(lower, "word")


def _deed(word: str, lexicon: Lexicon) -> Deed:
    if word in lexicon.words("store"):
        return "store"
    if word in lexicon.words("touch"):
        return "touch"
    if word in lexicon.words("relate"):
        return "relate"
    return "other" if word in lexicon.words("other") else "none"


def _participle_deed(word: str, lexicon: Lexicon) -> Deed:
    """Return the deed of "scheduled", "copied" or "shipped" after a form of to be."""
    if not word.endswith("ed"):
        return "none"
    stems = (word[:-1], word[:-2], word[:-3], word[:-3] + "y")
    return next((deed for stem in stems if (deed := _deed(stem, lexicon)) != "none"), "none")


def _is_verb_here(word: str, before: _Token | None, following: str, lexicon: Lexicon) -> bool:
    """Tell "to order a book" from "an order" by the neighbours."""
    if not _may_be_noun(word, lexicon):
        return True
    if following in _DETERMINER:
        return True
    if before is None:
        return (
            bool(following)
            and following[0].isalpha()
            and following not in lexicon.words("function_words")
            and not word.endswith("s")
        )
    if before.kind in ("comma", "stop") and not word.endswith("s"):
        return True
    if before.text in ("and", "or") and not word.endswith("s") and following and following[0].isalpha():
        return True
    return before.text in ("to", "can", "may", "must", "shall", "will", "should", "could")


@lru_cache(maxsize=4096)
def _noun_forms(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names for word in name.split())


def _may_be_noun(word: str, lexicon: Lexicon) -> bool:
    nouns = _noun_forms(tuple(lexicon.names))
    return word in nouns or singular(word, lexicon) in nouns or word in lexicon.words("heads")


def _is_modifier(word: str, lexicon: Lexicon) -> bool:
    if word in lexicon.words("modifiers"):
        return True
    if _may_be_noun(word, lexicon):
        return False
    if word.endswith("ly") and len(word) > 5:
        return True
    return len(word) > 5 and word.endswith(("ed", "-based", "able", "ible"))


def _chunks(tokens: Sequence[_Token]) -> Iterator[Phrase]:
    deed: Deed = "none"
    described = False
    words: list[str] = []
    before: _Token | None = None
    for position, token in enumerate((*tokens, _Token(".", "stop"))):
        last, before = before, token
        if token.kind == "word":
            words.append(token.text)
            continue
        if token.kind == "modifier" and not words:
            continue
        if words:
            yield Phrase(tuple(words), _passive_deed(tokens, position) or deed, described)
            words = []
        if token.kind == "verb":
            deed = token.deed
        elif token.kind == "with":
            described = True
        elif token.kind == "stop":
            described, deed = _after_stop(token.text, described, deed)
        elif token.kind == "function" and token.text not in ("and", "or") and token.text not in _DETERMINER:
            # "belongs to a team", "applies for a post": the word after the verb is part of it.
            deed = deed if last is not None and last.kind == "verb" else "none"


def _after_stop(mark: str, described: bool, deed: Deed) -> tuple[bool, Deed]:
    if mark in "()":
        return mark == "(", deed
    return (described, deed) if mark in "/'\"`*" else (False, "none")


def _passive_deed(tokens: Sequence[_Token], position: int) -> Deed | None:
    """Return the deed after a subject: "interviews are scheduled"."""
    following = [
        token for token in tokens[position : position + 4] if token.text not in ("can", "must", "shall", "may", "will")
    ]
    if (
        len(following) > 1
        and following[0].text in _BE
        and following[1].deed == "store"
        and following[1].text.endswith("ed")
    ):
        return "store"
    return None


@dataclass(frozen=True)
class Resolved:
    """What a noun phrase names: an entity's name in its own words, and the archetype behind it."""

    name: str
    archetype: str | None
    surface: str
    """The words that the archetype was found by, or the name itself."""


def resolve(words: Sequence[str], lexicon: Lexicon) -> Resolved | None:
    """Return what a phrase names, or None when it names nothing that is stored."""
    trimmed = _trimmed(words, lexicon)
    if not trimmed:
        return None
    known = _longest_known(trimmed, lexicon)
    if known is not None:
        return known
    if trimmed[-1] in lexicon.words("heads") or singular(trimmed[-1], lexicon) in lexicon.words("heads"):
        if trimmed[-1] in lexicon.words("transparent") and len(trimmed) > 1:
            return resolve(trimmed[:-1], lexicon)
        return None
    if len(trimmed) == 1 and singular(trimmed[0], lexicon) in lexicon.words("bare"):
        return None
    if trimmed[-1] in lexicon.words("property_words") or len(trimmed[-1]) < 3 or not trimmed[-1][0].isalpha():
        return None
    name = singular_name(trimmed[-2:], lexicon)
    return Resolved(name, None, name)


def _trimmed(words: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    cleaned = [part.removesuffix("'s") for word in words for part in word.replace("-", " ").replace("_", " ").split()]
    while cleaned and (cleaned[0] in lexicon.words("modifiers") or cleaned[0].endswith("ly")):
        cleaned.pop(0)
    return tuple(cleaned)


def _longest_known(words: tuple[str, ...], lexicon: Lexicon) -> Resolved | None:
    """Match an archetype at the end of the phrase; one word before it makes a compound of its own."""
    for start in range(len(words)):
        tail = (*words[start:-1], singular(words[-1], lexicon))
        archetype = lexicon.names.get(" ".join(tail)) or lexicon.names.get(
            " ".join(lexicon.spelling.get(word, word) for word in tail)
        )
        if archetype is None:
            continue
        surface = "_".join(tail)
        before = words[start - 1] if start else ""
        if before and before not in lexicon.words("heads") and before not in lexicon.words("modifiers"):
            return Resolved(f"{singular(before, lexicon)}_{surface}", archetype, surface)
        return Resolved(surface, archetype, surface)
    return None
