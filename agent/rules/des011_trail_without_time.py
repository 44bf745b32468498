"""A trail or an event without a time cannot be put in order.

https://www.postgresql.org/docs/current/datatype-datetime.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import family


@rule("DES011", "warning", "Trail without a time", owner="model_entities")
def trail_without_time(schema: Schema) -> Iterator[Objection]:
    """Object to audit, history, event and outbox tables without a column for when."""
    for table in schema.tables:
        kinds = {family(column.type) for column in table.columns}
        timed = any(c.logical_type in ("timestamp", "date") or c.name.endswith(("_at", "_on")) for c in table.columns)
        trail = table.kind in ("audit", "history", "event", "outbox")
        if trail and not timed and kinds.isdisjoint({"timestamp", "date", "tstzrange"}):
            yield Objection(
                place=table.name,
                message=f"{table.name} records what happened and not when: its rows have no order.",
                help=f"Add occurred_at timestamptz NOT NULL DEFAULT now() to {table.name}.",
            )
