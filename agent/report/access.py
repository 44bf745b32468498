"""Sections "Index Strategy" and "Query Patterns and Optimization"."""

from __future__ import annotations

import re

from database_specialist.agent.dialects import index_statements
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.workload import Index, Indexes, Query
from database_specialist.agent.report.balance import balance_sheet
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.data_model import by_reason
from database_specialist.agent.report.markdown import (
    code,
    codes,
    fence,
    heading,
    marked,
    number,
    quantity,
    sections,
    table,
    text,
)
from database_specialist.agent.report.sources import compared_indexes
from database_specialist.agent.report.sql import prepared, runnable
from database_specialist.agent.verification.scale_words import plan_in_words


def index_strategy(context: Context) -> str:
    """Render the section on indexes."""
    design = context.design
    indexes, engine = design.indexes, design.relational_schema.engine
    return sections(
        heading(2, "Index Strategy"),
        _counts(indexes, is_weighed=bool(design.evidence.index_uses)),
        _budget(indexes),
        context.decided("index"),
        table(
            ("Index", "On", "Serves", "Why", "Evidence"),
            (_index(context, index) for index in indexes.planned),
        ),
        compared_indexes(design),
        fence("sql", runnable(index_statements(indexes, engine), engine)) if indexes.planned else "",
        balance_sheet(context),
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


def _counts(indexes: Indexes, *, is_weighed: bool) -> str:
    names = [name for index in indexes.planned for name in index.serves]
    keys = sum(name.endswith("_fkey") for name in names)
    queries = len({name for name in names if not name.endswith("_fkey")})
    if not indexes.planned:
        return "No index beside the keys: every query finds its rows by a primary or a unique key."
    proof = (
        "The evidence says that an index exists as planned; which plans choose it stands in the balance sheet below."
        if is_weighed
        else "The evidence says that an index exists as planned; that it is chosen depends on the rows of the day, "
        "which `EXPLAIN` tells."
    )
    return (
        f"{len(indexes.planned)} indexes beside the keys serve {queries} queries and {keys} foreign keys; "
        f"{len(indexes.rejected)} candidates were rejected. {proof}"
    )


def _budget(indexes: Indexes) -> str:
    """Say what the settings allow and what of it is taken; empty where they allow all."""
    budget = indexes.budget
    if budget is None:
        return ""
    allowed, planned, keys = (
        quantity(
            Figure(value=value, unit="bytes", origin="derived", basis="rows of the first year x bytes of an entry")
        )
        for value in (budget.bytes_allowed, budget.bytes_planned, budget.bytes_of_foreign_keys)
    )
    over = (
        "These alone are more than is allowed; they stay, for without one each delete in the table referred to reads "
        "the whole table. "
    )
    return (
        f"**Storage budget**: {allowed} (a setting of this run) at the rows of the first year. The planned indexes "
        f"take {planned} (derived), {keys} of them for foreign keys, which come first. "
        f"{over if budget.bytes_of_foreign_keys > budget.bytes_allowed else ''}"
        "What does not fit is among the rejected, with its size."
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
    queries = context.design.workload.queries
    reads = sum(query.kind == "read" for query in queries)
    return sections(
        heading(2, "Query Patterns and Optimization"),
        f'{reads} reads and {len(queries) - reads} writes, the most frequent first within each; "May be stale" is what '
        "a replica or a cache may answer."
        if queries
        else "The documents ask for nothing that reads or writes a table.",
        table(
            ("Query", "Purpose", "Role", "Times a day", "Target", "May be stale", "Serves", "Evidence"),
            (_row(context, query) for query in queries),
        ),
        _not_served(context),
        *(_query(context, query) for query in queries),
    )


def _row(context: Context, query: Query) -> tuple[str, ...]:
    return (
        text(query.id),
        text(query.name.replace("_", " ")),
        text(query.role or ""),
        f"{number(query.frequency.value)} ({query.frequency.origin})",
        marked(query.latency) if query.latency else "",
        query.staleness,
        context.cite(query.facts),
        context.evidence("query", query.id),
    )


def _not_served(context: Context) -> str:
    """List what no query serves, below the reasons, by the names that the documents use."""
    missing = context.design.workload.not_served
    if not missing:
        return ""
    named = []
    for line in missing:
        fact, _, reason = line.partition(": ")
        quoted = re.fullmatch(r"(?P<what>[\"“].*[\"”]) (?P<why>.+)", reason, re.DOTALL)
        what, why = (quoted["what"], quoted["why"]) if quoted else ("", reason)
        named.append(
            (why[:1].upper() + why[1:], " ".join(filter(None, (context.cite((fact,)) or text(fact), text(what)))))
        )
    return sections("Requirements that need no query, or for which none could be written:", by_reason(named))


def _query(context: Context, query: Query) -> str:
    served = [index.name for index in context.design.indexes.planned if query.id in index.serves]
    lines = [f"{text(query.purpose)}"]
    if served:
        lines.append(f"Indexes: {codes(served)}.")
    lines.append(f"Times a day: {text(query.frequency.basis)}")
    planned = next((plan for plan in context.design.evidence.plans if plan.query == query.id), None)
    if planned is not None:
        lines.append(
            f"Planned at the stated volume ({context.evidence('plan', query.id)}): {text(plan_in_words(planned))}"
        )
    return sections(
        heading(3, f"{text(query.id)} {text(query.name.replace('_', ' '))}"),
        " ".join(line if line.endswith(".") else f"{line}." for line in lines),
        fence("sql", prepared(query, context.design.relational_schema.engine)),
    )
