"""The money type stores no currency, and its fractions and its output follow lc_monetary of the server.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_money
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns


@rule("TYP003", "warning", "The money type", owner="plan_schema")
def money_type(schema: Schema) -> Iterator[Objection]:
    """Object to columns of type money."""
    for table, column in columns(schema):
        if base_type(column.type) == "money":
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is of type money: the same stored value reads as another amount "
                "on a server with another lc_monetary.",
                help=f"Declare {table.name}.{column.name} as numeric with its scale, and keep the currency in a "
                "column.",
            )
