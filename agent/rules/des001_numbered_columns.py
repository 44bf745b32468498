"""phone1, phone2, phone3: a search must name them all, and the fourth is a migration.

SQL Antipatterns, Multicolumn Attributes:
https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Column, Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import family, listed, words

_LINES = frozenset({"line", "address", "street", "addr"})


@rule("DES001", "warning", "Numbered columns", owner="model_entities")
def numbered_columns(schema: Schema) -> Iterator[Objection]:
    """Object to two columns or more that differ by a number counted from 0, 1 or 2. Address lines are no list."""
    for table in schema.tables:
        stems: dict[str, list[Column]] = {}
        for column in table.columns:
            found = re.fullmatch(r"(.*[a-z])_?([0-9])", column.name)
            if found and _LINES.isdisjoint(words(found.group(1))[-1:]):
                stems.setdefault(found.group(1), []).append(column)
        for stem, group in stems.items():
            if len(group) > 1 and len({family(column.type) for column in group}) == 1:
                yield Objection(
                    place=f"{table.name}.{group[0].name}",
                    message=f"{table.name} ({listed(column.name for column in group)}) is a list in columns: a "
                    "search must name each of them, and one more value is a migration.",
                    help=f"Move {stem} into a table of its own that refers to {table.name}.",
                )
