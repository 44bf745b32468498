"""A trigger sees what is committed: two sessions that each find nothing in the way both commit, and break the rule.

https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.checking import CheckingFunction, checking_functions
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import listed

_AGGREGATE = re.compile(r"\b(count|sum|max|min)\s*\(", re.IGNORECASE)


@rule("TRG002", "warning", "Trigger that two sessions pass", owner="plan_schema")
def trigger_that_two_sessions_pass(schema: Schema) -> Iterator[Objection]:
    """Object to triggers that refuse by other rows of their own table, or by a count, and take no lock first."""
    exclusive = {table.name for table in schema.tables if table.exclusions}
    for function in checking_functions(schema):
        tables = [table for table in function.events if table not in exclusive]
        if tables and not function.locks and _compares(function):
            yield Objection(
                place=f"{tables[0]}.{function.name}",
                message=f"{function.name} decides by rows of {listed(function.reads)} that another session may be "
                "writing, and takes no lock: of two sessions at once both pass.",
                help=f"Add a lock to {function.name} before it looks (SELECT ... FOR UPDATE of the row that both refer "
                "to, or pg_advisory_xact_lock), or an exclusion or unique constraint in its place.",
            )


def _compares(function: CheckingFunction) -> bool:
    return bool(set(function.reads) & set(function.events)) or bool(function.reads and _AGGREGATE.search(function.body))
