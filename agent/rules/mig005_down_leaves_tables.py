"""A down script that leaves a table behind makes the next up fail.

https://www.postgresql.org/docs/current/sql-droptable.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import listed, mentions


@rule("MIG005", "warning", "Down script leaves tables behind", owner="plan_operations")
def down_leaves_tables(operations: Operations, schema: Schema) -> Iterator[Objection]:
    """Object to tables that up creates and down does not name. Dropping a parent drops its partitions."""
    for migration in operations.migrations:
        created = re.findall(r"create\s+table\s+(?:if\s+not\s+exists\s+)?[\"`]?(\w+)", migration.up, re.IGNORECASE)
        parts = set(re.findall(r"[\"`]?(\w+)[\"`]?\s+partition\s+of\b", migration.up, re.IGNORECASE))
        dropped = re.search(r"drop\s+(schema|database)", migration.down, re.IGNORECASE)
        left = [name for name in created if name not in parts and not mentions(migration.down, name)]
        if left and migration.reversible and not dropped:
            yield Objection(
                place=f"migration {migration.number} {migration.name}",
                message=f"Down of step {migration.number} ({migration.name}) leaves {listed(left)}: up fails after it.",
                help=f"Drop {listed(left)} in the down script of {migration.name}, children first.",
            )
