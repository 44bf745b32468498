"""Extensions that other parts of a design ask of the schema."""

from __future__ import annotations

from collections.abc import Iterable

from database_specialist.agent.model.relational import Extension, Schema


def with_extensions(schema: Schema, needed: Iterable[Extension]) -> Schema:
    """Return the schema with these extensions added, each once, in the order of their names."""
    wanted = {extension.name: extension for extension in (*needed, *schema.extensions)}
    return schema.model_copy(update={"extensions": tuple(wanted[name] for name in sorted(wanted))})
