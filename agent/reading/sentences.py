"""Sentences and their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile("[.!?\u2026]+[\"'\u201d\u2019)\\]]*(?=\\s)|[\u3002\uff01\uff1f]+|\u203c")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|incl|excl|no|nr|fig|sec|min|max|ca|cf|dr"
    r"|mr|mrs|ms|st|resp|z\.b|d\.h)|\b[A-Z]|\d)\.$",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s*[\"'(\[`*]?[^\W_]")


def split_sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence with its offset in the text; a full stop within an abbreviation or a number ends none."""
    start = 0
    for match in _END.finditer(text):
        if _is_inside(text, match):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _is_inside(text: str, match: re.Match[str]) -> bool:
    if match.group()[0] != ".":
        return False
    before = text[max(0, match.start() - 8) : match.start() + 1]
    found = _ABBREVIATION.search(before)
    following = _NEXT.match(text, match.end())
    starts_lower = following is not None and following.group()[-1].islower()
    if found is None:
        return starts_lower
    # "by 2027. Customers" ends a sentence; "no. 5", "e.g. cars" and "3. " at the beginning do not.
    numeric = before[: found.end() - 1][-1:].isdigit()
    return starts_lower or not numeric or not text[: match.start()].strip(" \n0123456789")


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    piece = text[start:end]
    stripped = piece.strip()
    if any(character.isalnum() for character in stripped):
        yield start + len(piece) - len(piece.lstrip()), stripped
