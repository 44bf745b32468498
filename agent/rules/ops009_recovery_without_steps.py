"""A backup that was never restored is a hope.

https://www.postgresql.org/docs/current/app-pgverifybackup.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule


@rule("OPS009", "warning", "Recovery without its steps", owner="plan_operations")
def recovery_without_steps(operations: Operations) -> Iterator[Objection]:
    """Object to missing recovery commands, and to a plan without a restore test."""
    backup = operations.backup
    parts = {
        "point-in-time recovery": backup.point_in_time,
        "disaster recovery": backup.disaster_recovery,
        "restore test": backup.restore_test.strip(),
    }
    for name, steps in parts.items():
        if not steps:
            yield Objection(
                place="backup",
                message=f"The backup plan has no {name}: whoever needs it will write it during the outage.",
                help=f"Add the {name}, with the commands in order.",
            )
