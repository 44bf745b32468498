"""A column that names another table's key without a reference (SQL Antipatterns, Keyless Entry) fills up with orphans.

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, foreign_columns, is_log, key_columns, singular


@rule("FK005", "warning", "Reference without a foreign key", owner="plan_schema")
def keyless_reference(schema: Schema) -> Iterator[Objection]:
    """Object to `<table>_id` columns of the target's key type without a foreign key. Logs keep ids on purpose."""
    targets = {name: table for table in schema.tables for name in (table.name, table.entity or singular(table.name))}
    for table, column in columns(schema):
        if is_log(table) or column.name in foreign_columns(table) or not column.name.endswith("_id"):
            continue
        target = _target(column.name.removesuffix("_id"), targets)
        if target is None or (target is table and column.name in key_columns(table)) or target.partitioning:
            continue
        if table.partitioning and schema.engine in ("mysql", "mariadb"):
            continue  # They refuse foreign keys on partitioned tables.
        if _key_family(target) == family(column.type):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} names a row of {target.name} and nothing checks it: rows of "
                f"{target.name} that are gone stay referred to.",
                help=f"Add a foreign key from {table.name} ({column.name}) to {target.name}.",
            )


def _target(stem: str, targets: dict[str, Table]) -> Table | None:
    """Return the table for "customer", or for the last words of "approving_customer"."""
    parts = stem.split("_")
    return next((targets[name] for at in range(len(parts)) if (name := "_".join(parts[at:])) in targets), None)


def _key_family(table: Table) -> str | None:
    keys = table.primary_key.columns if table.primary_key else ()
    column = table.column(keys[0]) if len(keys) == 1 else None
    return family(column.type) if column else None
