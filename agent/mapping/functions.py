"""The functions that a version of PostgreSQL has: the list of `functions.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from database_specialist.agent.dialects.tokens import token_pattern


@cache
def function_table() -> dict[str, Any]:
    """Return `forms` and `always` as text, and `since` by name."""
    text = files("database_specialist.agent.mapping").joinpath("functions.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def known_functions(major: int) -> frozenset[str]:
    """Return the names that a PostgreSQL of this version takes before a parenthesis."""
    table = function_table()
    since = [name for name, version in table["since"].items() if version <= major]
    return frozenset([*table["forms"].split(), *table["always"].split(), *since])


def missing_function(sql: str, major: int) -> str | None:
    """Return the first function in PostgreSQL's `sql` that this version lacks, with the reason, or None.

    >>> missing_function("upper(code) = uuidv7()::text", 17)
    'uuidv7() needs PostgreSQL 18'
    >>> missing_function("'soundex(' || lower(code)", 17) is None
    True
    """
    called = ""
    for match in token_pattern("postgresql").finditer(sql):
        if match["word"]:
            called = match["word"].lower()
        elif match[0] == "(" and called and called not in known_functions(major):
            since = function_table()["since"].get(called)
            return f"{called}() needs PostgreSQL {since}" if since else f"PostgreSQL {major} has no function {called}()"
        elif not match[0].isspace():
            called = ""
    return None
