"""A script, cut into its statements."""

from __future__ import annotations

from database_specialist.agent.dialects.tokens import token_pattern
from database_specialist.agent.model.base import Engine

_ROUTINES = ("TRIGGER", "PROCEDURE", "FUNCTION", "EVENT")
_NOT_A_BLOCK = ("IF", "LOOP", "WHILE", "REPEAT")


def split_statements(sql: str, engine: Engine) -> tuple[str, ...]:
    r"""Cut a script at the semicolons between statements, not at those in strings, bodies or comments.

    >>> split_statements("SELECT ';'; -- a; b\nSELECT 2;", "sqlite")
    ("SELECT ';'", '-- a; b\nSELECT 2')
    """
    statements: list[str] = []
    current: list[str] = []
    words: list[str] = []
    has_code = False
    for match in token_pattern(engine).finditer(sql):
        if match["end"] and _depth(words) <= 0:
            if has_code:
                statements.append("".join(current).strip())
            current, words, has_code = [], [], False
            continue
        current.append(match[0])
        if match["word"]:
            words.append(match["word"].upper())
        has_code = has_code or not (match["comment"] or match[0].isspace())
    if has_code:
        statements.append("".join(current).strip())
    return tuple(statements)


def _depth(words: list[str]) -> int:
    """Count the blocks still open. Only the body of a routine has blocks: `BEGIN;` alone opens a transaction."""
    if words[:1] != ["CREATE"] or not any(word in _ROUTINES for word in words[:8]):
        return 0
    depth = 0
    for before, word in zip(["", *words], words, strict=False):
        if before == "END":
            depth += word in _NOT_A_BLOCK
        elif word in ("BEGIN", "CASE"):
            depth += 1
        if word == "END":
            depth -= 1
    return depth
