"""SQL put together from values is SQL written by whoever sends them (SQL Antipatterns, SQL Injection).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule

_EXECUTE = re.compile(r"\bexecute\s+(?!function\b|procedure\b)([^;]+)", re.IGNORECASE)


@rule("SEC008", "error", "SQL put together from values", owner="plan_schema")
def dynamic_sql(schema: Schema) -> Iterator[Objection]:
    """Object to EXECUTE over a concatenation without format, quote_ident or quote_literal."""
    for routine in schema.routines:
        for found in _EXECUTE.finditer(routine.create):
            if "||" in found.group(1) and not re.search(r"\b(format|quote_\w+)\s*\(", found.group(1), re.IGNORECASE):
                yield Objection(
                    place=routine.name,
                    message=f"{routine.name} runs text put together from values: a value with a quote in it is code.",
                    help=f"Change {routine.name} to EXECUTE format(...) with %I for names, and pass values by USING.",
                )
