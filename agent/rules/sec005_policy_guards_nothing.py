"""A policy that is always true guards nothing, and looks as if it did.

https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import tables_by_name


@rule("SEC005", "error", "Policy that guards nothing", owner="plan_schema")
def policy_guards_nothing(schema: Schema) -> Iterator[Objection]:
    """Object to policies whose condition is true, and to those on tables that are not there."""
    names = tables_by_name(schema)
    for policy in schema.policies:
        conditions = [policy.using] + ([policy.check] if policy.check is not None else [])
        always = all(re.fullmatch(r"[(\s]*(true|1\s*=\s*1)[)\s]*", text, re.IGNORECASE) for text in conditions)
        if always or policy.table not in names:
            yield Objection(
                place=f"{policy.table}.{policy.name}",
                message=f"{policy.name} on {policy.table} "
                + ("lets every row pass." if always else "is on a table that the schema does not have."),
                help=f"Change the condition of {policy.name} to compare the row's owner with the session's, or drop "
                "it.",
            )
