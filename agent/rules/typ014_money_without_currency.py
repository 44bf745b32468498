"""An amount of money means nothing without its currency.

https://martinfowler.com/eaaCatalog/money.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import is_money, listed, reaches, tables_by_name, words


@rule("TYP014", "info", "Money without currency", owner="model_entities")
def money_without_currency(schema: Schema, brief: Brief | None = None) -> Iterator[Objection]:
    """Object to tables with amounts that no currency column reaches, unless the documents or an assumption name it."""
    stated = brief is not None and any("currenc" in text.lower() for text in _statements(brief))
    tables = tables_by_name(schema)
    for table in schema.tables:
        amounts = [column.name for column in table.columns if is_money(column)]
        if amounts and not stated and not reaches(table, _has_currency, tables):
            yield Objection(
                place=f"{table.name}.{amounts[0]}",
                message=f"{table.name} ({listed(amounts)}) holds money, and neither it nor a table it refers to says "
                "in which currency.",
                help=f"Add a currency column (ISO 4217) to {table.name}, or list the single currency as an assumption.",
            )


def _has_currency(table: Table) -> bool:
    return any(column.logical_type == "currency" or "currency" in words(column.name) for column in table.columns)


def _statements(brief: Brief) -> Iterator[str]:
    yield from (assumption.text for assumption in brief.assumptions)
    yield from (fact.text for fact in brief.in_scope)
