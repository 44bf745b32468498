"""A design without a table serves nothing.

https://www.postgresql.org/docs/current/ddl-basics.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule


@rule("DES012", "error", "No table at all", owner="model_entities")
def no_table(schema: Schema) -> Iterator[Objection]:
    """Object to an empty schema."""
    if not schema.tables:
        yield Objection(
            place="schema",
            message="The design has no table: nothing that the documents ask for can be stored.",
            help="Name the things of the documents that keep data as entities, with their attributes.",
        )
