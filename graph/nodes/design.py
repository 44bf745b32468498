"""Making the design: what is judgement is asked of the designer, what is computed is computed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from langgraph.runtime import Runtime

from database_specialist.agent.answers.plans import IndexReview
from database_specialist.agent.changes.planning import plan_change
from database_specialist.agent.changes.wishes import fills_from, renames_from
from database_specialist.agent.citing import compare_operations, compare_schema
from database_specialist.agent.config import Context
from database_specialist.agent.designer.designer import Designer
from database_specialist.agent.errors import DocumentError
from database_specialist.agent.indexing.budget import within_budget
from database_specialist.agent.indexing.edits import IndexEdits, edited_indexes, standing_edits
from database_specialist.agent.indexing.plan import plan_indexes as choose_indexes
from database_specialist.agent.indexing.plan import required_extensions
from database_specialist.agent.indexing.review import kept_review, reviewed_indexes
from database_specialist.agent.mapping.extensions import with_extensions
from database_specialist.agent.mapping.review import reviewed
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.change import Change
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Index, Indexes, Workload
from database_specialist.agent.operations.capacity import accesses, survey
from database_specialist.agent.operations.plan import plan_operations as derive_operations
from database_specialist.agent.sampling.trial import Trial
from database_specialist.agent.verification.trying import has_opaque_triggers, trying
from database_specialist.graph.asking import asks
from database_specialist.graph.parts import Parts
from database_specialist.graph.reading import Tell, all_findings, findings, fingerprint, teller
from database_specialist.graph.services import resolve, services
from database_specialist.graph.state import State, Update

_MARK = 16
"""Hexadecimal digits by which an index that a person edited is told from the one that was planned."""


@asks
def model_entities(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Model what the facts are about, blind to tables."""
    parts = Parts(state, runtime)
    model = designer.model_entities(
        parts.brief,
        research=parts.research,
        previous=parts.entity_model if parts.has("entity_model") else None,
        findings=findings(parts, "model_entities"),
    )
    if not model.entities:
        raise DocumentError(
            f"{state['folder']}: the documents name nothing that is stored; say what the system keeps "
            '("A customer has a name and an e-mail address"), or design with a chat model (--model)'
        )
    tell(f"{len(model.entities)} entities, {len(model.relationships)} relationships, {len(model.rules)} rules")
    return parts.kept(entity_model=model)


def plan_schema(state: State, runtime: Runtime[Context]) -> Update:
    """Derive the tables from the entities."""
    parts = Parts(state, runtime)
    stack = parts.brief.stack
    schema = map_schema(
        parts.entity_model,
        engine=stack.engine,
        engine_version=stack.engine_version,
        findings=all_findings(state, "plan_schema"),
    )
    schema = compare_schema(schema, parts.research)
    keys = sum(len(table.foreign_keys) for table in schema.tables)
    teller(runtime, "plan_schema")(f"{len(schema.tables)} tables, {keys} foreign keys")
    return parts.kept(relational_schema=schema)


@asks
def review_schema(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Look over the derived tables: what deriving cannot know, and the SQL of rules across rows and tables."""
    parts = Parts(state, runtime)
    review = designer.review_schema(
        parts.brief,
        parts.entity_model,
        parts.schema,
        research=parts.research,
        previous=parts.schema_review if parts.has("schema_review") else None,
        findings=findings(parts, "plan_schema"),
    )
    changes = len(review.columns) + len(review.foreign_keys) + len(review.checks) + len(review.uniques)
    tell(f"{changes} changes, {len(review.routines)} routines")
    return parts.kept(schema_review=review)


@asks
def write_workload(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Write the queries that the facts imply."""
    parts = Parts(state, runtime)
    workload = designer.write_workload(
        parts.brief,
        parts.entity_model,
        parts.schema,
        previous=parts.workload if parts.has("workload") else None,
        findings=_about_queries(parts),
    )
    tell(f"{len(workload.queries)} queries")
    return parts.kept(workload=workload)


def _about_queries(parts: Parts) -> tuple[Finding, ...]:
    """Return what was found against the queries: an index that was objected to is taken out when they are planned."""
    planned = {index.name for index in parts.indexes.planned} if parts.has("indexes") else set()
    return tuple(each for each in findings(parts, "plan_indexes") if each.place not in planned)


@asks
def plan_indexes(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Put the review into the schema, plan the indexes that serve the queries, and have them looked over."""
    parts = Parts(state, runtime)
    schema = reviewed(parts.schema, parts.schema_review)
    fit = partial(_fitted, parts, runtime, schema)
    computed = fit(choose_indexes(schema, parts.workload, findings=all_findings(state, "plan_indexes")))
    edits = _index_edits(state, parts)
    index_review = _index_review(state, parts, designer, (schema, parts.workload, computed), edits)
    planned = fit(reviewed_indexes(computed, index_review))
    edits = standing_edits(edits, planned, findings(parts, "plan_indexes"))
    indexes = edited_indexes(planned, edits)
    tell(f"{len(indexes.planned)} indexes, {len(indexes.rejected)} rejected")
    kept = parts.kept(relational_schema=with_extensions(schema, required_extensions(indexes)), indexes=indexes)
    return {
        **kept,
        "index_plan": {index.name: _mark(index) for index in indexes.planned},
        "index_review": index_review.dump(),
        "index_edits": edits.dump(),
    }


def plan_operations(state: State, runtime: Runtime[Context]) -> Update:
    """Work out capacity, scaling, migrations, deployment, backup and other stores."""
    parts = Parts(state, runtime)
    with _row_trial(parts, runtime) as accepts:
        operations = derive_operations(
            parts.brief,
            parts.entity_model,
            parts.schema,
            parts.workload,
            parts.indexes,
            findings=all_findings(state, "plan_operations"),
            accepts=accepts,
            migration_format=resolve(runtime.context).migrations,
        )
    operations = compare_operations(operations, parts.research)
    rows = sum(operations.seed.rows.values())
    change = _planned_change(parts, runtime)
    beside = f", {len(change.migrations)} steps of change" if change else ""
    teller(runtime, "plan_operations")(f"{len(operations.migrations)} migrations, {rows} seed rows{beside}")
    return parts.kept(operations=operations, **({"change": change} if change else {}))


def _planned_change(parts: Parts, runtime: Runtime[Context]) -> Change | None:
    """Plan the way from the schema that is there already, where there is one."""
    if parts.existing is None:
        return None
    context = resolve(runtime.context)
    with services(runtime).sandbox(parts.schema.engine) as sandbox:
        return plan_change(
            parts.existing,
            parts.schema,
            parts.indexes,
            sandbox,
            renamed=renames_from(context.rename or ()),
            filled=fills_from(context.fill or ()),
        )


@asks
def review_operations(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Decide what arithmetic on the load cannot; an earlier answer stands until it is objected to."""
    parts = Parts(state, runtime)
    if state.get("operations_review") and not findings(parts, "plan_operations"):
        return {}
    review = designer.review_operations(parts.brief, parts.operations, research=parts.research)
    tell(f"{len(review.decisions)} decisions")
    return {"operations_review": review.dump()}


def _index_edits(state: State, parts: Parts) -> IndexEdits:
    """Return what a person has put in place of the plan that this node left, in all rounds."""
    if not state.get("index_plan"):
        return IndexEdits()
    now = {index.name: index for index in parts.indexes.planned}
    left: dict[str, str] = state["index_plan"]
    put = tuple(index for name, index in now.items() if left.get(name) != _mark(index))
    gone = tuple(name for name in left if name not in now)
    return IndexEdits.load(state["index_edits"]).followed_by(IndexEdits(gone=gone, put=put))


def _fitted(parts: Parts, runtime: Runtime[Context], schema: Schema, indexes: Indexes) -> Indexes:
    """Return what fits the storage that the settings allow; all where they say nothing."""
    allowed = resolve(runtime.context).index_budget_bytes
    if allowed is None:
        return indexes
    ground = survey(parts.brief, schema, indexes, accesses(parts.workload, schema))
    return within_budget(indexes, ground, allowed)


def _index_review(
    state: State, parts: Parts, designer: Designer, now: tuple[Schema, Workload, Indexes], edits: IndexEdits
) -> IndexReview:
    """Return the earlier review where it still fits, else ask for one."""
    if state.get("index_review"):
        kept = kept_review(
            IndexReview.load(state["index_review"]),
            findings(parts, "plan_indexes"),
            before={*state["index_plan"], *edits.gone},
            now=now,
        )
        if kept is not None:
            return kept
    return designer.review_indexes(parts.brief, *now)


@contextmanager
def _row_trial(parts: Parts, runtime: Runtime[Context]) -> Iterator[Trial | None]:
    """Give the seed a database to try its rows on, where triggers written by hand may refuse them."""
    if not has_opaque_triggers(parts.entity_model, parts.schema_review):
        yield None
        return
    with services(runtime).sandbox(parts.schema.engine) as sandbox, trying(parts.schema, sandbox) as accepts:
        yield accepts


def _mark(index: Index) -> str:
    return fingerprint(index.dump())[:_MARK]
