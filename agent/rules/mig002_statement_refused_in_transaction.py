"""CREATE INDEX CONCURRENTLY, VACUUM and their like refuse to run in a transaction.

https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule

_ALONE = re.compile(
    r"\b(create|drop)\s+(unique\s+)?index\s+concurrently\b|\breindex\b[^;]*\bconcurrently\b|"
    r"\bdetach\s+partition\b[^;]*\bconcurrently\b|^\s*vacuum\b|\bcreate\s+database\b",
    re.IGNORECASE | re.MULTILINE,
)


@rule("MIG002", "error", "Statement that no transaction may hold", owner="plan_operations")
def statement_refused_in_transaction(operations: Operations) -> Iterator[Objection]:
    """Object to such statements, up or down, in a transactional step."""
    for migration in operations.migrations:
        found = _ALONE.search(migration.up) or _ALONE.search(migration.down)
        if migration.transactional and found:
            yield Objection(
                place=f"migration {migration.number} {migration.name}",
                message=f"Step {migration.number} ({migration.name}) runs {' '.join(found.group().split())} in a "
                "transaction, which the engine refuses.",
                help=f"Move the statement out of {migration.name} into a step of its own with transactional off.",
            )
