"""A step without a way back must say so, or the operator learns it at night.

https://www.postgresql.org/docs/current/ddl-alter.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule


@rule("MIG001", "error", "Step without a way back or a mark", owner="plan_operations")
def step_without_way_back(operations: Operations) -> Iterator[Objection]:
    """Object to an empty down on a step that is said to be reversible, and to a mark without its reason."""
    for migration in operations.migrations:
        place = f"migration {migration.number} {migration.name}"
        if migration.reversible and not migration.down.strip():
            yield Objection(
                place=place,
                message=f"Step {migration.number} ({migration.name}) is said to be reversible and has no down script.",
                help=f"Write the down script of {migration.name}, or mark it irreversible and say why.",
            )
        elif not migration.reversible and not migration.note:
            yield Objection(
                place=place,
                message=f"Step {migration.number} ({migration.name}) cannot be undone, and no note says what to do "
                "instead.",
                help=f"Note in {migration.name} what is lost and how to go back: restore, or a new step.",
                severity="warning",
            )
