"""Attributes kept as rows have no types, no constraints and no columns (SQL Antipatterns, Entity-Attribute-Value).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import family, is_log, words

_ATTRIBUTE = frozenset({"attribute", "attr", "property", "field"})
_VALUE = frozenset({"value", "val"})


@rule("DES004", "warning", "Attributes kept as rows", owner="model_entities")
def entity_attribute_value(schema: Schema) -> Iterator[Objection]:
    """Object to tables with an owner, an attribute's name and one text value for all of them."""
    for table in schema.tables:
        owned = bool(table.foreign_keys)
        named = [column for column in table.columns if not _ATTRIBUTE.isdisjoint(words(column.name))]
        valued = [c for c in table.columns if not _VALUE.isdisjoint(words(c.name)) and family(c.type) == "text"]
        if owned and named and valued and not is_log(table) and len(table.columns) <= 8:
            yield Objection(
                place=table.name,
                message=f"{table.name} keeps attributes as rows ({named[0].name}, {valued[0].name}): no value has a "
                "type, a check or a foreign key, and one object is read by one join for each attribute.",
                help="Make the known attributes columns, and keep the open-ended ones in one jsonb column of the "
                f"owner in place of {table.name}.",
            )
