"""Regular expressions as checks of each engine."""

from __future__ import annotations

import re

from database_specialist.agent.dialects.identifiers import literal
from database_specialist.agent.model.base import Engine

_ATOM = re.compile(r"(?P<set>\[[^\]\\^]+\]|\\d|[A-Za-z0-9 _:@#/-])(?:\{(?P<count>\d{1,2})\})?")


def pattern_check(pattern: str, column: str, engine: Engine) -> str | None:
    """Return the condition that `column` matches; None where the engine cannot test this pattern.

    >>> pattern_check("^[A-Z]{2}$", "country", "postgresql")
    "country ~ '^[A-Z]{2}$'"
    >>> pattern_check("^[A-Z]{2}$", "country", "sqlite")
    "country GLOB '[A-Z][A-Z]'"
    """
    if engine == "postgresql":
        return f"{column} ~ {literal(pattern, engine)}"
    if engine == "sqlite":
        glob = _glob(pattern)
        return None if glob is None else f"{column} GLOB {literal(glob, engine)}"
    return f"{column} COLLATE utf8mb4_bin REGEXP {literal(pattern, engine)}"


def _glob(pattern: str) -> str | None:
    # SQLite has no regular expressions of its own; a fixed run of character sets is a GLOB as well.
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    body, position, parts = pattern[1:-1], 0, []
    while position < len(body):
        atom = _ATOM.match(body, position)
        if atom is None or body[atom.end() : atom.end() + 1] in tuple("?*+{|"):
            return None
        parts.append(atom["set"].replace("\\d", "[0-9]") * int(atom["count"] or 1))
        position = atom.end()
    return "".join(parts)
