"""A required column of a table with rows needs a value for them; a made-up one would be a lie in the user's data.

https://www.postgresql.org/docs/current/ddl-alter.html#DDL-ALTER-ADDING-A-COLUMN
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.change import Change
from database_specialist.agent.rules.rule import Objection, rule


@rule("MIG008", "warning", "Required column waits for a value", owner="plan_operations")
def column_waits_for_value(change: Change) -> Iterator[Objection]:
    """Object to required columns that a change adds, and that nothing fills in the rows that are there."""
    for column in change.awaited:
        yield Objection(
            place=column,
            message=f"{column} is required and new, and nothing says what the rows that are there hold: the step that "
            "fills it stops.",
            help=f"Name the value with --fill {column}=EXPRESSION and run again, or write the UPDATE into the step.",
        )
