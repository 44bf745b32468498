"""A table that refers to nothing and is referred to by nothing is forgotten, or its reference is.

https://www.schemacrawler.com/lint.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import foreign_keys, is_log

_ALONE = frozenset({"reference", "audit", "outbox", "event", "token"})


@rule("DES013", "info", "Table without a reference in or out", owner="model_entities")
def isolated_table(schema: Schema) -> Iterator[Objection]:
    """Object to tables that no foreign key touches, in schemas of three tables or more."""
    linked = {name for table, key in foreign_keys(schema) for name in (table.name, key.ref_table)}
    for table in schema.tables if len(schema.tables) > 2 else ():
        if table.name not in linked and table.kind not in _ALONE and not is_log(table):
            yield Objection(
                place=table.name,
                message=f"{table.name} refers to no table and none refers to it: no join reaches it.",
                help=f"Add the reference that ties {table.name} to the rest, or state that it stands alone.",
            )
