"""Section "Data Model Design": the entities, the diagram, the DDL."""

from __future__ import annotations

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.entities import Entity
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import bullets, code, fence, heading, quantity, sections, table, text
from database_specialist.agent.report.mermaid import er_diagram
from database_specialist.agent.report.sql import runnable


def data_model(context: Context) -> str:
    """Render the section."""
    schema = context.design.relational_schema
    return sections(
        heading(2, "Data Model Design"),
        heading(3, "Entities"),
        _entities(context),
        _unplaced(context),
        heading(3, "Entity-relationship diagram"),
        fence("mermaid", er_diagram(schema)),
        heading(3, "DDL"),
        f"{len(schema.tables)} tables for {_engine(context)}, in an order that runs on an empty database "
        f"({context.evidence('ddl', 'schema') or 'not run'}). The same text is in `database/schema.sql`.",
        fence("sql", runnable(create_statements(schema), schema.engine)),
    )


def _engine(context: Context) -> str:
    stack = context.design.brief.stack
    names = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
    return f"{names[stack.engine]}{f' {stack.engine_version}' if stack.engine_version else ''}"


def _entities(context: Context) -> str:
    model = context.design.entity_model
    return table(
        ("Entity", "Table", "What it is", "Kind", "Rows", "Ground"),
        (
            (
                code(entity.name),
                code(entity.plural),
                text(entity.description),
                entity.kind.replace("_", " "),
                _rows(entity),
                context.ground(entity.facts, entity.added_because),
            )
            for entity in model.entities
        ),
    )


def _rows(entity: Entity) -> str:
    parts = []
    if entity.rows and entity.rows.value:
        parts.append(f"{quantity(entity.rows)} ({entity.rows.origin})")
    if entity.rows_per_day and entity.rows_per_day.value:
        parts.append(f"+{quantity(entity.rows_per_day)} ({entity.rows_per_day.origin})")
    return ", ".join(parts)


def _unplaced(context: Context) -> str:
    unplaced = context.design.entity_model.unplaced
    if not unplaced:
        return ""
    return sections(
        "What the documents mention and the model does not hold:",
        bullets(
            f"{text(item.text)} ({context.cite(item.facts)}): {text(item.reason)}"
            if context.cite(item.facts)
            else f"{text(item.text)}: {text(item.reason)}"
            for item in unplaced
        ),
    )
