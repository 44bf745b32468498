"""A four-byte key ends at 2,147,483,647; widening it later rewrites the table and everything that refers to it.

https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns, is_surrogate, projected_rows

_LARGEST = {
    **dict.fromkeys(("smallint", "int2", "smallserial"), 2**15 - 1),
    **dict.fromkeys(("integer", "int", "int4", "serial", "serial4"), 2**31 - 1),
}


@rule("KEY004", "info", "Surrogate key of four bytes or less", owner="plan_schema")
def narrow_surrogate_key(schema: Schema) -> Iterator[Objection]:
    """Object to narrow surrogate keys: as an error where five years of rows pass half of the range."""
    if schema.engine == "sqlite":
        return  # Its integers have eight bytes whatever they are called.
    for table, column in columns(schema):
        largest = _LARGEST.get(base_type(column.type))
        if largest is None or not is_surrogate(table, column):
            continue
        rows = projected_rows(table)
        if rows is not None and rows < largest / 100:
            continue
        ends = rows is not None and rows > largest / 2
        yield Objection(
            place=f"{table.name}.{column.name}",
            message=f"{table.name}.{column.name} is {column.type}, which ends at {largest:,}"
            + (f"; {rows:,.0f} rows are expected in five years." if rows is not None else "; no row count is known."),
            help=f"Make {table.name}.{column.name}, and the columns that refer to it, bigint.",
            severity="error" if ends else None,
        )
