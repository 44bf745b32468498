"""A check must give the same answer for the same row for ever: a dump with rows that fail it today does not restore.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import mentions

_VOLATILE = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|random|gen_random_uuid|sysdate|curdate)\s*\(|"
    r"\b(current_date|current_timestamp|current_time|localtime|localtimestamp)\b",
    re.IGNORECASE,
)
_QUERIES = re.compile(r"\bselect\b.*\bfrom\s+[\w\"]", re.IGNORECASE | re.DOTALL)


@rule("CHK001", "warning", "Check that depends on the clock", owner="plan_schema")
def check_depends_on_clock(schema: Schema) -> Iterator[Objection]:
    """Object to checks that call the clock or chance, and as an error to those that query, also by a function."""
    reading = [routine.name for routine in schema.routines if _QUERIES.search(routine.create)]
    for table in schema.tables:
        for check in table.checks:
            queries = re.search(r"\bselect\b", check.expression, re.IGNORECASE) is not None
            queries = queries or any(mentions(check.expression, name) for name in reading)
            if not queries and not _VOLATILE.search(check.expression):
                continue
            yield Objection(
                place=f"{table.name}.{check.name}",
                message=f"{check.name} ({check.expression}) looks at more than its row: it is tested when a row is "
                "written, so rows that pass today stop a restore tomorrow.",
                help=f"Move the condition of {check.name} into a trigger, or compare with a column of the row.",
                severity="error" if queries else None,
            )
