"""Looking over what the program computed: indexes and operations."""

from __future__ import annotations

from database_specialist.agent.answers.plans import IndexReview, OperationsReview
from database_specialist.agent.answers.question import Model
from database_specialist.agent.citing import unread_sources
from database_specialist.agent.indexing.review import index_objections
from database_specialist.agent.model.base import DecisionTopic
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.tools.model_designer.questions import asked, quoted

_TOPICS = frozenset[DecisionTopic](("partitioning", "replica", "cache", "sharding", "backup", "nosql"))


def index_review(model: Model, brief: Brief, schema: Schema, workload: Workload, indexes: Indexes) -> IndexReview:
    """Ask what the computed plan misses or does not need."""
    question = asked("review_indexes", brief, schema=_keys(schema), queries=_queries(workload), indexes=_plan(indexes))
    return model.ask(question, IndexReview, objections=lambda given: index_objections(given, schema, workload, indexes))


def operations_review(model: Model, brief: Brief, operations: Operations, *, research: Research) -> OperationsReview:
    """Ask for choices on running the database."""
    question = asked("choose_operations", brief, load=_load(operations), research=quoted(research, _TOPICS))
    return model.ask(question, OperationsReview, objections=lambda given: unread_sources(given.decisions, research))


def _queries(workload: Workload) -> str:
    return "\n".join(
        f"{query.id} ({query.frequency.value:g}/day): {' '.join(query.sql.split())}" for query in workload.queries
    )


def _keys(schema: Schema) -> str:
    lines = []
    for table in schema.tables:
        keys = [f"primary key ({', '.join(table.primary_key.columns)})"] if table.primary_key else []
        keys += [f"unique ({', '.join(each.columns)})" for each in table.uniques]
        keys += [f"{', '.join(key.columns)} -> {key.ref_table}" for key in table.foreign_keys]
        rows = f", {table.rows_per_day.value:g} rows/day" if table.rows_per_day else ""
        lines.append(f"{table.name}{rows}: {'; '.join(keys)}")
    return "\n".join(lines)


def _plan(indexes: Indexes) -> str:
    planned = [
        f"{index.name}: {index.table} {index.method} ({', '.join(key.expression for key in index.keys)})"
        f"{f' WHERE {index.where}' if index.where else ''} serves {', '.join(index.serves)}"
        for index in indexes.planned
    ]
    rejected = [f"{each.table} ({', '.join(each.keys)}): {each.reason}" for each in indexes.rejected]
    return "\n".join(["planned:", *planned, "rejected:", *rejected])


def _load(operations: Operations) -> str:
    capacity = operations.capacity
    totals = (capacity.bytes_year_1, capacity.bytes_year_3, capacity.peak_queries_per_second, capacity.connections)
    largest = sorted(capacity.tables, key=lambda size: -size.bytes_year_3.value)[:8]
    lines = [f"{figure.value:.0f} {figure.unit}: {figure.basis}" for figure in totals]
    lines += [f"{size.table}: {size.rows_year_3.value:.0f} rows in year 3" for size in largest]
    decided = (*operations.scaling.decisions, *operations.backup.decisions, *operations.nosql.decisions)
    return "\n".join([*lines, *(f"{each.topic}: {each.choice}: {each.why}" for each in decided)])
