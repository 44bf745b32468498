"""The comments of PostgreSQL. MySQL's stand in CREATE TABLE; SQLite has none but those in its stored text."""

from __future__ import annotations

from database_specialist.agent.dialects.identifiers import literal, quote
from database_specialist.agent.model.relational import Schema


def comment_statements(schema: Schema) -> tuple[str, ...]:
    """Return COMMENT ON for each table and column that has one."""
    engine = schema.engine
    if engine != "postgresql":
        return ()
    statements = []
    for table in schema.tables:
        name = quote(table.name, engine)
        if table.comment:
            statements.append(f"COMMENT ON TABLE {name} IS {literal(table.comment, engine)}")
        statements += [
            f"COMMENT ON COLUMN {name}.{quote(column.name, engine)} IS {literal(column.comment, engine)}"
            for column in table.columns
            if column.comment
        ]
    return tuple(statements)
