"""While old code still runs, a step of the expand phase must not take anything away.

https://martinfowler.com/bliki/ParallelChange.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule

_TAKES_AWAY = re.compile(
    r"\bdrop\s+(table|column|view|type|schema|constraint)\b|\btruncate\b|\brename\s+(to|column)\b|\bset\s+data\s+type\b",
    re.IGNORECASE,
)


@rule("MIG004", "warning", "Destruction in an expand step", owner="plan_operations")
def destruction_in_expand_step(operations: Operations) -> Iterator[Objection]:
    """Object to DROP, TRUNCATE and RENAME in the up script of an expand step. IF EXISTS before a CREATE is set-up."""
    for migration in operations.migrations:
        bare = re.sub(r"\bdrop\s+\w+\s+if\s+exists\b", "", migration.up, flags=re.IGNORECASE)
        found = _TAKES_AWAY.search(bare)
        if migration.phase == "expand" and found:
            yield Objection(
                place=f"migration {migration.number} {migration.name}",
                message=f"Step {migration.number} ({migration.name}) expands and has {found.group().upper()} in it: "
                "the code that still runs loses what it reads.",
                help=f"Move {found.group().upper()} of {migration.name} into a contract step, after the switch.",
            )
