"""A binary fraction cannot hold 0.10, so sums of money drift (SQL Antipatterns, Rounding Errors).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, is_money, words

_UNSURE = frozenset({"amount", "credit", "debit", "premium", "deposit"})


@rule("TYP006", "error", "Money as a binary fraction", owner="plan_schema")
def money_as_float(schema: Schema) -> Iterator[Objection]:
    """Object to floating-point money: as a warning on SQLite, and where the name may mean something else."""
    for table, column in columns(schema):
        if is_money(column) and family(column.type) == "float":
            unsure = column.logical_type is None and not _UNSURE.isdisjoint(words(column.name))
            # SQLite has no decimal type: exact money is a choice of the application's there.
            lenient = unsure or schema.engine == "sqlite"
            exact = (
                "integer, in the currency's smallest unit" if schema.engine == "sqlite" else "numeric with its digits"
            )
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} holds money as {column.type}: 0.10 is stored as "
                "0.1000000000000000055, and sums are off by cents.",
                help=f"Declare {table.name}.{column.name} as {exact}.",
                severity="warning" if lenient else None,
            )
