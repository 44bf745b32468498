"""The same reference declared twice is checked twice on every write.

https://github.com/mfvanek/pg-index-health (duplicated foreign keys)
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule


@rule("FK004", "warning", "Foreign key declared twice", owner="plan_schema")
def duplicate_foreign_key(schema: Schema) -> Iterator[Objection]:
    """Object to the second and later keys over the same columns to the same table."""
    for table in schema.tables:
        first: dict[tuple[tuple[str, ...], str], str] = {}
        for key in table.foreign_keys:
            kept = first.setdefault((key.columns, key.ref_table), key.name)
            if kept != key.name:
                yield Objection(
                    place=f"{table.name}.{key.name}",
                    message=f"{key.name} repeats {kept}: both are checked on every write, and they may disagree on "
                    "what a delete does.",
                    help=f"Drop {key.name}.",
                )
