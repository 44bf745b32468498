"""Looking over what the program computed: indexes and operations."""

from __future__ import annotations

from database_specialist.agent.answers.plans import IndexReview, IndexReviewAnswer, OperationsAnswer, OperationsReview
from database_specialist.agent.answers.question import Model
from database_specialist.agent.citing import unread_sources
from database_specialist.agent.designer.answered_plans import (
    answered_indexes,
    answered_operations,
    index_listing,
    query_listing,
)
from database_specialist.agent.indexing.review import index_objections
from database_specialist.agent.model.base import Decision, DecisionTopic
from database_specialist.agent.model.brief import Brief, Fact, FactKind, Research
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.reading.relevance import of_kinds
from database_specialist.tools.model_designer.questions import asked, quoted, told_once

_TOPICS = frozenset[DecisionTopic](("partitioning", "replica", "cache", "sharding", "backup", "nosql"))
_KINDS: frozenset[FactKind] = frozenset(("quantity", "compliance"))
_LARGEST_TABLES = 6


def index_review(model: Model, brief: Brief, schema: Schema, workload: Workload, indexes: Indexes) -> IndexReview:
    """Ask what the computed plan misses or does not need. The queries say it all: no statement is shown."""
    question = asked(
        "review_indexes", brief, facts=(), indexes=index_listing(schema, indexes), queries=query_listing(workload)
    )

    def objections(given: IndexReviewAnswer) -> list[str]:
        return index_objections(answered_indexes(given, schema), schema, workload, indexes)

    return answered_indexes(model.ask(question, IndexReviewAnswer, objections=told_once(objections)), schema)


def operations_review(model: Model, brief: Brief, operations: Operations, *, research: Research) -> OperationsReview:
    """Ask for choices on running the database."""
    question = asked(
        "choose_operations",
        brief,
        facts=_facts(brief, operations),
        load=_load(operations),
        research=quoted(research, _TOPICS),
    )

    def objections(given: OperationsAnswer) -> list[str]:
        return unread_sources(answered_operations(given).decisions, research)

    return answered_operations(model.ask(question, OperationsAnswer, objections=told_once(objections)))


def _facts(brief: Brief, operations: Operations) -> tuple[Fact, ...]:
    """Return the figures, the duties, where each technology is named, and what the program's decisions rest on."""
    named = {fact for technology in brief.stack.technologies for fact in technology.facts[:1]}
    rested = {fact for decision in _decided(operations) for fact in decision.facts}
    return of_kinds(brief, _KINDS, named | rested)


def _decided(operations: Operations) -> tuple[Decision, ...]:
    return (*operations.scaling.decisions, *operations.backup.decisions, *operations.nosql.decisions)


def _load(operations: Operations) -> str:
    capacity = operations.capacity
    totals = (capacity.bytes_year_1, capacity.bytes_year_3, capacity.peak_queries_per_second, capacity.connections)
    largest = sorted(capacity.tables, key=lambda size: -size.bytes_year_3.value)[:_LARGEST_TABLES]
    lines = [f"{figure.value:.0f} {figure.unit}: {figure.basis}" for figure in totals]
    lines += [f"rows in year 3: {', '.join(f'{size.table} {size.rows_year_3.value:,.0f}' for size in largest)}"]
    return "\n".join([*lines, *(f"{each.topic}: {each.choice}: {each.why}" for each in _decided(operations))])
