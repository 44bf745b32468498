"""What a person says about the change: what was renamed, and what the rows that are there get."""

from __future__ import annotations

import re
from collections.abc import Iterable

from database_specialist.agent.errors import ConfigError
from database_specialist.agent.model.change import Fill, Rename

_NAME = r"[^\s.=]+"
_RENAME = re.compile(rf"({_NAME}(?:\.{_NAME})?)\s*=\s*({_NAME}(?:\.{_NAME})?)")
_FILL = re.compile(rf"({_NAME}\.{_NAME})\s*=\s*(\S.*)", re.DOTALL)


def renames_from(given: Iterable[str]) -> tuple[Rename, ...]:
    """Read renames: "orders=purchases" for a table, "orders.total=amount" for a column. Tables come first.

    >>> [str(each.new) for each in renames_from(["orders.total=orders.amount", "orders=purchases"])]
    ['purchases', 'amount']

    Raises:
        ConfigError: one of them is none.
    """
    found = []
    for text in given:
        match = _RENAME.fullmatch(text.strip())
        if match is None or ("." in match[2] and "." not in match[1]):
            raise ConfigError(f"--rename {text}: say old=new for a table, or table.old=new for a column")
        found.append(Rename(old=match[1], new=match[2].rpartition(".")[2]))
    return tuple(sorted(found, key=lambda rename: "." in rename.old))


def fills_from(given: Iterable[str]) -> tuple[Fill, ...]:
    """Read values for the rows that are there: "orders.currency='EUR'".

    >>> fills_from(["orders.currency = 'EUR'"])[0].expression
    "'EUR'"

    Raises:
        ConfigError: one of them is none.
    """
    found = []
    for text in given:
        match = _FILL.fullmatch(text.strip())
        if match is None or ";" in match[2]:
            raise ConfigError(f"--fill {text}: say table.column=expression, with an SQL expression for each row")
        found.append(Fill(column=match[1], expression=match[2]))
    return tuple(found)
