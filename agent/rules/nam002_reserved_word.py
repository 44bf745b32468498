"""A reserved word as a name must be quoted everywhere, by every tool.

https://www.postgresql.org/docs/current/sql-keywords-appendix.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.dialects.identifiers import reserved_words
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule


@rule("NAM002", "warning", "Reserved word as a name", owner="plan_schema")
def reserved_word(schema: Schema) -> Iterator[Objection]:
    """Object to tables and columns named by a word that the engine reserves."""
    reserved = reserved_words(schema.engine)
    for table in schema.tables:
        for place, name in ((table.name, table.name), *((f"{table.name}.{c.name}", c.name) for c in table.columns)):
            if name.lower() in reserved:
                yield Objection(
                    place=place,
                    message=f"{name} is a reserved word of {schema.engine}: each statement that forgets the quotes "
                    "is a syntax error.",
                    help=f"Rename {place}: say of what it is the {name}.",
                )
