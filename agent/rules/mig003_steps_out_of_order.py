"""Steps run in the order of their numbers: a number used twice has no order, a gap is a lost file.

https://documentation.red-gate.com/flyway/flyway-concepts/migrations
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule


@rule("MIG003", "error", "Steps numbered twice or with gaps", owner="plan_operations")
def steps_out_of_order(operations: Operations) -> Iterator[Objection]:
    """Object to repeated or decreasing numbers, and as a warning to gaps."""
    for before, after in pairwise(operations.migrations):
        step = after.number - before.number
        if step != 1:
            yield Objection(
                place=f"migration {after.number} {after.name}",
                message=f"Step {after.number} ({after.name}) follows {before.number} ({before.name}): "
                + ("the order is not certain." if step < 1 else "a step between them is missing."),
                help=f"Number the steps one by one, {after.name} as {before.number + 1}.",
                severity="warning" if step > 1 else None,
            )
