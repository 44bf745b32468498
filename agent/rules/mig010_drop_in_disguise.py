"""A change that drops what holds rows cannot be taken back: its way down makes the column again, and not its values.

https://www.postgresql.org/docs/current/ddl-alter.html#DDL-ALTER-REMOVING-A-COLUMN
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.change import Change
from database_specialist.agent.rules.rule import Objection, rule

_TAKES_ROWS = re.compile(
    r"\b(?P<verb>drop\s+table|drop\s+column|truncate|delete\s+from)\s+(?:if\s+exists\s+)?(?P<name>[\w.\"]+)",
    re.IGNORECASE,
)


@rule("MIG010", "error", "Drop in disguise", owner="plan_operations")
def drop_in_disguise(change: Change) -> Iterator[Objection]:
    """Object to steps up that drop a table or a column, or delete rows; the old name of a renamed column holds none."""
    old_names = {each.old.rpartition(".")[2] for each in change.renames}
    for migration in change.migrations:
        for found in _TAKES_ROWS.finditer(migration.up):
            verb, name = " ".join(found["verb"].upper().split()), found["name"].strip('"')
            if verb != "DROP COLUMN" or name not in old_names:
                yield Objection(
                    place=f"change {migration.number} {migration.name}",
                    message=f"Step {migration.number} ({migration.name}) of the change has {verb} {name} in it: what "
                    "it holds is lost, and no way down brings it back.",
                    help=f"Take {verb} {name} out of the step; leave it in place until its question is answered.",
                )
