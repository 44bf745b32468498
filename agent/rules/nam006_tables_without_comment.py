"""A table without a comment is explained by nobody who left.

https://www.postgresql.org/docs/current/sql-comment.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import listed


@rule("NAM006", "info", "Tables without a comment", owner="plan_schema")
def tables_without_comment(schema: Schema) -> Iterator[Objection]:
    """Object once to all tables without a comment. SQLite keeps no comments."""
    bare = [table.name for table in schema.tables if not table.comment]
    if bare and schema.engine != "sqlite":
        yield Objection(
            place=bare[0],
            message=f"{len(bare)} of {len(schema.tables)} tables have no comment: {listed(bare[:8])}"
            + (", ..." if len(bare) > 8 else "."),
            help="Add a comment to each: one sentence on what a row stands for.",
        )
