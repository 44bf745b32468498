"""A SECURITY DEFINER function looks names up where the caller says, unless its search_path is fixed.

https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule


@rule("SEC006", "error", "SECURITY DEFINER without search_path", owner="plan_schema")
def definer_without_search_path(schema: Schema) -> Iterator[Objection]:
    """Object to routines that run as their owner with the caller's search_path."""
    for routine in schema.routines:
        definer = re.search(r"security\s+definer", routine.create, re.IGNORECASE)
        if definer and not re.search(r"set\s+search_path", routine.create, re.IGNORECASE):
            yield Objection(
                place=routine.name,
                message=f"{routine.name} runs with its owner's rights and the caller's search_path: who can create a "
                "table or a function can make it call theirs.",
                help=f"Add SET search_path = pg_catalog, pg_temp to {routine.name} and qualify its names.",
            )
