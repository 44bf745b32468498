"""A default that the column's own constraint refuses fails the first insert that leaves the column out.

https://www.postgresql.org/docs/current/ddl-default.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Column, Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns


@rule("TYP015", "error", "Default that the column refuses", owner="plan_schema")
def default_refused(schema: Schema) -> Iterator[Objection]:
    """Object to literal defaults that are no member of the enumeration, or lie outside the range."""
    for table, column in columns(schema):
        literal = re.fullmatch(r"'((?:[^']|'')*)'(::.+)?", (column.default or "").strip())
        number = re.fullmatch(r"-?\d+(\.\d+)?", (column.default or "").strip())
        outside = number and not _in_range(float(number.group()), column)
        if outside or (literal and column.values and literal.group(1).replace("''", "'") not in column.values):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} defaults to {column.default}, which it does not allow: each "
                "insert that leaves it out fails.",
                help=f"Change the default of {table.name}.{column.name} to an allowed value, or drop it.",
            )


def _in_range(value: float, column: Column) -> bool:
    above = column.minimum is None or value >= column.minimum
    return above and (column.maximum is None or value <= column.maximum)
