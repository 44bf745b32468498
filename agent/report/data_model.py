"""Section "Data Model Design": the entities, the diagram, the DDL."""

from __future__ import annotations

from collections.abc import Iterable

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.entities import Entity
from database_specialist.agent.model.operations import TableSize
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import (
    bullets,
    code,
    fence,
    heading,
    quantity,
    sections,
    sentence,
    table,
    text,
)
from database_specialist.agent.report.mermaid import MAX_TABLES_WITH_COLUMNS, er_diagram
from database_specialist.agent.report.sql import runnable


def data_model(context: Context) -> str:
    """Render the section."""
    schema = context.design.relational_schema
    statements = create_statements(schema)
    return sections(
        heading(2, "Data Model Design"),
        heading(3, "Entities"),
        _entities(context),
        _unplaced(context),
        heading(3, "Entity-relationship diagram"),
        "" if len(schema.tables) <= MAX_TABLES_WITH_COLUMNS else f"{len(schema.tables)} tables: keys only are drawn.",
        fence("mermaid", er_diagram(schema)),
        heading(3, "DDL"),
        f"{len(schema.tables)} tables in {len(statements)} statements for {context.engine}, in the order in which they "
        f"refer to each other; put to the test on an empty database together with the indexes below: "
        f"{context.evidence('ddl', 'schema') or 'NOT CHECKED'}. `database/schema.sql` holds both.",
        fence("sql", runnable(statements, schema.engine)),
    )


def _entities(context: Context) -> str:
    sizes = {size.table: size for size in context.design.operations.capacity.tables}
    return table(
        ("Entity", "Table", "What it is", "Kind", "Rows at launch", "Rows a day", "Ground"),
        (
            (
                code(entity.name),
                code(entity.plural),
                text(entity.description),
                entity.kind.replace("_", " "),
                *_rows(entity, sizes.get(entity.plural)),
                context.ground(entity.facts, entity.added_because),
            )
            for entity in context.design.entity_model.entities
        ),
    )


def _rows(entity: Entity, size: TableSize | None) -> tuple[str, str]:
    """Return stock and flow: those that the capacity below reckons with, where it knows the table."""
    stock, flow = (size.rows_now, size.rows_per_day) if size else (entity.rows, entity.rows_per_day)
    return (
        f"{quantity(stock).removesuffix(' rows')} ({stock.origin})" if stock else "",
        f"{quantity(flow).removesuffix(' rows/day')} ({flow.origin})" if flow else "",
    )


def _unplaced(context: Context) -> str:
    unplaced = context.design.entity_model.unplaced
    if not unplaced:
        return ""
    named = ((item.reason, _cited(context, item.text, item.facts)) for item in unplaced)
    return sections("What the documents mention and the model does not hold:", by_reason(named))


def _cited(context: Context, words: str, facts: tuple[str, ...]) -> str:
    cited = context.cite(facts)
    return f"{text(words)} ({cited})" if cited else text(words)


def by_reason(items: Iterable[tuple[str, str]]) -> str:
    """Return finished items as a list below the reason that they share."""
    groups: dict[str, list[str]] = {}
    for reason, item in items:
        groups.setdefault(reason, []).append(item)
    lines = []
    for reason, members in groups.items():
        if len(members) == 1:
            lines.append(f"- {members[0]}: {sentence(reason)}")
        else:
            lines += [f"- {sentence(reason)}", *(f"  - {member}" for member in members)]
    return "\n".join(lines) if lines else bullets(())
