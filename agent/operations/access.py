"""Who does what to which table: the ground for grants."""

from __future__ import annotations

from database_specialist.agent.model.operations import AccessPath
from database_specialist.agent.operations.figures import unique
from database_specialist.agent.operations.load import Access, Operation

SYSTEM = "application"
"""The role of queries that name none."""
_ORDER: tuple[Operation, ...] = ("select", "insert", "update", "delete")


def access_paths(found: tuple[Access, ...]) -> tuple[AccessPath, ...]:
    """Return one path for each role and table, roles and tables in the workload's order."""
    paths: dict[tuple[str, str], list[tuple[Operation, str]]] = {}
    for access in found:
        for table, operation in access.operations:
            paths.setdefault((access.query.role or SYSTEM, table), []).append((operation, access.query.id))
    roles = unique(role for role, _ in paths)
    return tuple(
        AccessPath(
            role=role,
            table=table,
            operations=tuple(verb for verb in _ORDER if verb in {operation for operation, _ in done}),
            queries=unique(query for _, query in done),
        )
        for wanted in roles
        for (role, table), done in paths.items()
        if role == wanted
    )
