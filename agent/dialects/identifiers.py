"""How a name is written in SQL."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from database_specialist.agent.model.base import Engine

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")


@cache
def reserved_words(engine: Engine) -> frozenset[str]:
    """Return the words that `engine` refuses as an unquoted name."""
    text = files("database_specialist.agent.dialects").joinpath("reserved_words.toml").read_text("utf-8")
    family = "mysql" if engine == "mariadb" else engine
    return frozenset(tomllib.loads(text)[family].split())


def quote(name: str, engine: Engine) -> str:
    """Write a name, quoted only where the engine would misread it.

    >>> quote("orders", "postgresql"), quote("order", "postgresql"), quote("rank", "mysql")
    ('orders', '"order"', '`rank`')
    """
    if _PLAIN.match(name) and name not in reserved_words(engine):
        return name
    mark = "`" if engine in ("mysql", "mariadb") else '"'
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def quote_all(names: Iterable[str], engine: Engine) -> str:
    """Write a list of names, separated by commas. Expressions in parentheses stay as they are."""
    return ", ".join(name if name.startswith("(") else quote(name, engine) for name in names)


def literal(text: str, engine: Engine) -> str:
    """Write a string literal.

    >>> literal("it's", "postgresql")
    "'it''s'"
    """
    text = text.replace("\x00", "")
    if engine in ("mysql", "mariadb"):
        text = text.replace("\\", "\\\\")
    return "'" + text.replace("'", "''") + "'"
