"""Clean text with the file's own line numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARACTERS = 4_000_000
"""About 650,000 words: fifteen times the longest requirements document that was measured."""

# `str.splitlines` breaks at these; editors and `sed -n` do not, so they are no line ends here.
_OTHER_BREAKS = re.compile("[\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = re.compile("[^\x00-\u00ac\u00ae-\u05ff]")


@dataclass(frozen=True)
class CleanText:
    """A document's text with line feeds and nothing that cannot be seen."""

    text: str
    lines: int
    problems: tuple[str, ...]


def clean(text: str) -> CleanText:
    """Remove what a reader does not see, without moving a line."""
    problems: list[str] = []
    if len(text) > MAX_CHARACTERS:
        problems.append(f"Only the first {MAX_CHARACTERS} of {len(text)} characters were read.")
        text = text[:MAX_CHARACTERS]
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = _OTHER_BREAKS.sub(" ", text)
    text, controls = _CONTROL.subn("", text)
    text, invisible = _without_invisible(text)
    if controls:
        problems.append(f"{controls} control characters were removed.")
    if invisible:
        problems.append(f"{invisible} invisible characters were removed.")
    return CleanText(text, text.count("\n") + 1, tuple(problems))


def _without_invisible(text: str) -> tuple[str, int]:
    """Remove format characters (category Cf) and lone surrogates; text can hide instructions in them."""
    # The joiner inside an emoji hides nothing, and the soft hyphen is a printer's mark.
    removed = 0

    def visible(match: re.Match[str]) -> str:
        nonlocal removed
        character = match.group()
        category = unicodedata.category(character)
        if category not in ("Cf", "Cs"):
            return character
        removed += character != "\u200d"
        return ""

    text = text.replace("\u00ad", "")
    return _INVISIBLE.sub(visible, text), removed
