"""SET NULL on a column that refuses NULL makes each delete of a parent fail with the wrong error.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import foreign_keys, listed


@rule("FK007", "error", "SET NULL on a NOT NULL column", owner="plan_schema")
def set_null_on_required_column(schema: Schema) -> Iterator[Objection]:
    """Object to SET NULL over NOT NULL columns, and to SET DEFAULT where there is no default."""
    for table, key in foreign_keys(schema):
        held = [column for name in key.columns if (column := table.column(name))]
        required = [column.name for column in held if not column.nullable]
        if key.on_delete == "set null" and schema.engine == "postgresql" and len(required) < len(held):
            continue  # Printed as SET NULL (the nullable columns): what is required, such as the tenant, stays.
        bare = [column.name for column in held if column.default is None]
        wrong = {"set null": required, "set default": [name for name in required if name in bare]}.get(key.on_delete)
        if wrong:
            yield Objection(
                place=f"{table.name}.{key.name}",
                message=f"Deleting a row of {key.ref_table} fails: {key.name} is ON DELETE {key.on_delete.upper()}, "
                f"and {table.name}.{listed(wrong)} takes no NULL.",
                help=f"Make {listed(wrong)} nullable, or change the action of {key.name} to RESTRICT or CASCADE.",
            )
