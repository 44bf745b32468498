"""Sections "Index Strategy" and "Query Patterns and Optimization"."""

from __future__ import annotations

from database_specialist.agent.dialects import index_statements
from database_specialist.agent.model.workload import Index, Query
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import (
    bullets,
    code,
    codes,
    fence,
    heading,
    marked,
    quantity,
    sections,
    table,
    text,
)
from database_specialist.agent.report.sql import prepared, runnable


def index_strategy(context: Context) -> str:
    """Render the section on indexes."""
    design = context.design
    indexes, engine = design.indexes, design.relational_schema.engine
    return sections(
        heading(2, "Index Strategy"),
        f"{len(indexes.planned)} indexes beside the keys; {len(indexes.rejected)} candidates were considered and "
        f"rejected. Each serves a query or a foreign key named here.",
        "\n".join(context.decision(decision) for decision in context.decisions("index")),
        table(
            ("Index", "On", "Serves", "Why", "Evidence"),
            (_index(context, index) for index in indexes.planned),
        ),
        fence("sql", runnable(index_statements(indexes, engine), engine)) if indexes.planned else "",
        heading(3, "Considered and rejected") if indexes.rejected else "",
        table(
            ("Candidate", "Why not", "Covered by"),
            (
                (
                    code(f"{rejected.table} ({', '.join(rejected.keys)})"),
                    text(rejected.reason),
                    code(rejected.covered_by) if rejected.covered_by else "",
                )
                for rejected in indexes.rejected
            ),
        ),
    )


def _index(context: Context, index: Index) -> tuple[str, ...]:
    keys = ", ".join(
        key.expression + (f" {key.operator_class}" if key.operator_class else "") + (" DESC" if key.descending else "")
        for key in index.keys
    )
    using = f"{index.method} " if index.method != "btree" else ""
    where = f" WHERE {index.where}" if index.where else ""
    include = f" INCLUDE ({', '.join(index.include)})" if index.include else ""
    return (
        code(index.name),
        code(f"{index.table} {using}({keys}){include}{where}"),
        codes(index.serves),
        text(index.reason),
        context.evidence("object", index.name),
    )


def query_patterns(context: Context) -> str:
    """Render the section on queries."""
    workload = context.design.workload
    return sections(
        heading(2, "Query Patterns and Optimization"),
        table(
            ("Query", "Purpose", "Role", "A day", "Target", "May be stale", "Serves", "Evidence"),
            (_row(context, query) for query in workload.queries),
        ),
        _not_served(context),
        *(_query(context, query) for query in workload.queries),
    )


def _row(context: Context, query: Query) -> tuple[str, ...]:
    return (
        query.id,
        text(query.name.replace("_", " ")),
        text(query.role or ""),
        f"{quantity(query.frequency).removesuffix('/day')} ({query.frequency.origin})",
        marked(query.latency) if query.latency else "",
        query.staleness,
        context.cite(query.facts),
        context.evidence("query", query.id),
    )


def _not_served(context: Context) -> str:
    missing = context.design.workload.not_served
    if not missing:
        return ""
    return sections("Requirements that need no query, or for which none could be written:", bullets(map(text, missing)))


def _query(context: Context, query: Query) -> str:
    served = [index.name for index in context.design.indexes.planned if query.id in index.serves]
    lines = [f"{text(query.purpose)}"]
    if served:
        lines.append(f"Indexes: {codes(served)}.")
    lines.append(f"Frequency: {text(query.frequency.basis)}")
    return sections(
        heading(3, f"{query.id} {text(query.name.replace('_', ' '))}"),
        " ".join(line if line.endswith(".") else f"{line}." for line in lines),
        fence("sql", prepared(query, context.design.relational_schema.engine)),
    )
