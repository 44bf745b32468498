"""A reference of another type than its target is refused, or compared through a cast on every join.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, family, foreign_keys, tables_by_name

_ALIASES = {
    **dict.fromkeys(("int", "int4", "serial", "serial4"), "integer"),
    **dict.fromkeys(("int8", "bigserial", "serial8"), "bigint"),
    **dict.fromkeys(("int2", "smallserial"), "smallint"),
    "character varying": "varchar",
}


@rule("FK002", "error", "Foreign key of another type than its target", owner="plan_schema")
def foreign_key_type_mismatch(schema: Schema) -> Iterator[Objection]:
    """Object to differing types: an error between families (uuid, bigint), a warning within one (integer, bigint)."""
    tables = tables_by_name(schema)
    for table, key in foreign_keys(schema):
        target = tables.get(key.ref_table)
        for name, ref_name in zip(key.columns, key.ref_columns, strict=False):
            column, other = table.column(name), target.column(ref_name) if target else None
            if column is None or other is None or _plain(column.type) == _plain(other.type):
                continue
            yield Objection(
                place=f"{table.name}.{name}",
                message=f"{table.name}.{name} is {column.type} and refers to {key.ref_table}.{ref_name}, which is "
                f"{other.type}: the engine refuses it, or casts on every join.",
                help=f"Declare {table.name}.{name} as {_plain(other.type)}.",
                severity=None if family(column.type) != family(other.type) else "warning",
            )


def _plain(sql_type: str) -> str:
    bare = base_type(sql_type)
    return _ALIASES.get(bare, bare)
