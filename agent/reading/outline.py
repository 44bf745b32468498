"""Outlines of plain text made visible to a Markdown parser, line for line: numbered headings, labelled lines."""

from __future__ import annotations

import re

from database_specialist.agent.reading.vocabulary import words

_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")
_PREFIXES = "|".join(words("labels", "prefixes"))
_LABELLED = re.compile(
    rf"^(?P<indent>\s*)\*{{0,2}}[\[(]?(?i:{_PREFIXES})-(?:[A-Z]{{1,5}}-?)?\d{{1,4}}[\w.]{{0,6}}[\])]?"
    r"\*{0,2}\s*[:.)\u2013\u2014-]?\s+\S.*$"
)
_NUMBERED = re.compile(r"^\s{0,3}(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})[.)]?\s+(?P<text>\S.*)$")
_CAPITALS = re.compile(r"^[A-Z][A-Z0-9 &/,()'-]{3,70}:?$")
_MOST_WORDS = 6


def outlined(text: str, *, plain: bool) -> str:
    """Return the text, line for line: labelled lines as list items, numbered titles of plain text as headings."""
    lines = text.split("\n")
    in_fence = False
    before = ""
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            in_fence = not in_fence
        elif not in_fence:
            following = next((later for later in lines[index + 1 : index + 4] if later.strip()), "")
            lines[index] = _outlined_line(line, (before, following), plain)
        before = line if line.strip() else before
    return "\n".join(lines)


def _outlined_line(line: str, around: tuple[str, str], plain: bool) -> str:
    labelled = _LABELLED.match(line[:2000])
    if labelled:
        return f"{labelled.group('indent')}- {line.strip()}"
    numbered = _NUMBERED.match(line[:2000]) if plain else None
    if numbered is None:
        return f"## {line.strip(' :')}" if plain and _CAPITALS.match(line.strip()) else line
    depth = numbered.group("number").count(".") + 1
    if _is_title(numbered.group("text"), depth, around):
        return f"{'#' * min(depth + 1, 6)} {numbered.group('text').strip()}"
    return f"- {line.strip()[len(numbered.group('number')) :].lstrip('.) ')}" if depth > 1 else line


def _is_title(text: str, depth: int, around: tuple[str, str]) -> bool:
    """Whether numbered words head a section; a numbered list has its other numbers before or after it."""
    if _CAPITALS.match(text.strip()):
        return True
    if len(text.split()) > _MOST_WORDS or re.search(r"[.;,:]\s|[.;,]$", text.strip()):
        return False
    neighbours = [match for match in map(_NUMBERED.match, around) if match and "." not in match.group("number")]
    return depth > 1 or not neighbours
