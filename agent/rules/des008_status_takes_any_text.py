"""A status that takes any text collects spellings (the other side of SQL Antipatterns, 31 Flavors).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, foreign_columns, mentions, words

_EARLIER = frozenset({"old", "new", "from", "to", "previous", "prior", "before", "after"})
_PLACE = frozenset({"city", "country", "country_code", "zip", "zip_code", "postal_code", "postcode"})


@rule("DES008", "warning", "Status that takes any text", owner="model_entities")
def status_takes_any_text(schema: Schema) -> Iterator[Objection]:
    """Object to text columns named after a status without values, check, reference or trigger."""
    for table, column in columns(schema):
        named = words(column.name)
        if named[-1:] not in (("status",), ("state",)) or not _EARLIER.isdisjoint(named):
            continue
        address = named[-1] == "state" and any(other.name in _PLACE for other in table.columns)
        if family(column.type) == "text" and not address and not _is_bound(schema, table, column):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} takes any text: each spelling of a state is another state.",
                help=f"Add a check on {table.name}.{column.name} that lists its values, or refer to a lookup table.",
            )


def _is_bound(schema: Schema, table: Table, column: Column) -> bool:
    texts = [check.expression for check in table.checks]
    texts += [routine.create for routine in schema.routines if routine.table == table.name]
    bound = bool(column.values) or column.name in foreign_columns(table)
    return bound or any(mentions(text, column.name) for text in texts)
