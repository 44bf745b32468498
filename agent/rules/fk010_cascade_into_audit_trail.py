"""An audit trail that a delete takes along proves nothing.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import foreign_keys, words


@rule("FK010", "warning", "Cascade into the audit trail", owner="plan_schema")
def cascade_into_audit_trail(schema: Schema) -> Iterator[Objection]:
    """Object to audit tables whose rows go when what they report on goes."""
    for table, key in foreign_keys(schema):
        if key.on_delete == "cascade" and (table.kind == "audit" or "audit" in words(table.name)):
            yield Objection(
                place=f"{table.name}.{key.name}",
                message=f"Deleting a row of {key.ref_table} deletes its entries of {table.name}: who deletes the "
                "thing deletes the trace.",
                help=f"Change {key.name} to ON DELETE RESTRICT, or keep the id in {table.name} without a foreign key.",
            )
