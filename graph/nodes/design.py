"""Making the design: what is judgement is asked of the designer, what is computed is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from langgraph.runtime import Runtime

from database_specialist.agent.answers.plans import IndexReview
from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.changes.planning import plan_change
from database_specialist.agent.changes.wishes import fills_from, renames_from
from database_specialist.agent.citing import compare_operations, compare_schema
from database_specialist.agent.config import Context
from database_specialist.agent.designer.designer import Designer
from database_specialist.agent.errors import DocumentError
from database_specialist.agent.indexing.plan import plan_indexes as choose_indexes
from database_specialist.agent.indexing.plan import required_extensions
from database_specialist.agent.indexing.review import kept_review, reviewed_indexes
from database_specialist.agent.mapping.extensions import with_extensions
from database_specialist.agent.mapping.review import reviewed
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.change import Change, Existing
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.operations.plan import plan_operations as derive_operations
from database_specialist.agent.verification.trying import has_opaque_triggers, trying
from database_specialist.graph.asking import asks
from database_specialist.graph.reading import Tell, all_findings, findings, teller
from database_specialist.graph.services import resolve, services
from database_specialist.graph.state import State, Update


@asks
def model_entities(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Model what the facts are about, blind to tables."""
    model = designer.model_entities(
        Brief.load(state["brief"]),
        research=Research.load(state["research"]),
        previous=EntityModel.load(state["entity_model"]) if state.get("entity_model") else None,
        findings=findings(state, "model_entities"),
    )
    if not model.entities:
        raise DocumentError(
            f"{state['folder']}: the documents name nothing that is stored; say what the system keeps "
            '("A customer has a name and an e-mail address"), or design with a chat model (--model)'
        )
    tell(f"{len(model.entities)} entities, {len(model.relationships)} relationships, {len(model.rules)} rules")
    return {"entity_model": model.dump()}


def plan_schema(state: State, runtime: Runtime[Context]) -> Update:
    """Derive the tables from the entities."""
    stack = Brief.load(state["brief"]).stack
    schema = map_schema(
        EntityModel.load(state["entity_model"]),
        engine=stack.engine,
        engine_version=stack.engine_version,
        findings=all_findings(state, "plan_schema"),
    )
    schema = compare_schema(schema, Research.load(state["research"]))
    keys = sum(len(table.foreign_keys) for table in schema.tables)
    teller(runtime, "plan_schema")(f"{len(schema.tables)} tables, {keys} foreign keys")
    return {"relational_schema": schema.dump()}


@asks
def review_schema(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Look over the derived tables: what deriving cannot know, and the SQL of rules across rows and tables."""
    review = designer.review_schema(
        Brief.load(state["brief"]),
        EntityModel.load(state["entity_model"]),
        Schema.load(state["relational_schema"]),
        research=Research.load(state["research"]),
        previous=SchemaReview.load(state["schema_review"]) if state.get("schema_review") else None,
        findings=findings(state, "plan_schema"),
    )
    changes = len(review.columns) + len(review.foreign_keys) + len(review.checks) + len(review.uniques)
    tell(f"{changes} changes, {len(review.routines)} routines")
    return {"schema_review": review.dump()}


@asks
def write_workload(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Write the queries that the facts imply."""
    workload = designer.write_workload(
        Brief.load(state["brief"]),
        EntityModel.load(state["entity_model"]),
        Schema.load(state["relational_schema"]),
        previous=Workload.load(state["workload"]) if state.get("workload") else None,
        findings=findings(state, "plan_indexes"),
    )
    tell(f"{len(workload.queries)} queries")
    return {"workload": workload.dump()}


@asks
def plan_indexes(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Put the review into the schema, plan the indexes that serve the queries, and have them looked over."""
    review = SchemaReview.load(state["schema_review"])
    schema = reviewed(Schema.load(state["relational_schema"]), review)
    workload = Workload.load(state["workload"])
    computed = choose_indexes(schema, workload, findings=all_findings(state, "plan_indexes"))
    index_review = _index_review(state, designer, schema, workload, computed)
    indexes = reviewed_indexes(computed, index_review)
    tell(f"{len(indexes.planned)} indexes, {len(indexes.rejected)} rejected")
    return {
        "relational_schema": with_extensions(schema, required_extensions(indexes)).dump(),
        "indexes": indexes.dump(),
        "index_review": index_review.dump(),
    }


def plan_operations(state: State, runtime: Runtime[Context]) -> Update:
    """Work out capacity, scaling, migrations, deployment, backup and other stores."""
    with _row_trial(state, runtime) as accepts:
        operations = derive_operations(
            Brief.load(state["brief"]),
            EntityModel.load(state["entity_model"]),
            Schema.load(state["relational_schema"]),
            Workload.load(state["workload"]),
            Indexes.load(state["indexes"]),
            findings=all_findings(state, "plan_operations"),
            accepts=accepts,
        )
    operations = compare_operations(operations, Research.load(state["research"]))
    rows = sum(operations.seed.rows.values())
    change = _planned_change(state, runtime)
    beside = f", {len(change.migrations)} steps of change" if change else ""
    teller(runtime, "plan_operations")(f"{len(operations.migrations)} migrations, {rows} seed rows{beside}")
    return {"operations": operations.dump(), "change": change.dump() if change else None}


def _planned_change(state: State, runtime: Runtime[Context]) -> Change | None:
    """Plan the way from the schema that is there already, where there is one."""
    if not state.get("existing"):
        return None
    schema, context = Schema.load(state["relational_schema"]), resolve(runtime.context)
    with services(runtime).sandbox(schema.engine) as sandbox:
        return plan_change(
            Existing.load(state["existing"]),
            schema,
            Indexes.load(state["indexes"]),
            sandbox,
            renamed=renames_from(context.rename or ()),
            filled=fills_from(context.fill or ()),
        )


@asks
def review_operations(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Decide what arithmetic on the load cannot; an earlier answer stands until it is objected to."""
    if state.get("operations_review") and not findings(state, "plan_operations"):
        return {}
    review = designer.review_operations(
        Brief.load(state["brief"]),
        Operations.load(state["operations"]),
        research=Research.load(state["research"]),
    )
    tell(f"{len(review.decisions)} decisions")
    return {"operations_review": review.dump()}


def _index_review(
    state: State, designer: Designer, schema: Schema, workload: Workload, computed: Indexes
) -> IndexReview:
    """Return the earlier review where it still fits, else ask for one."""
    if state.get("index_review"):
        kept = kept_review(
            IndexReview.load(state["index_review"]),
            findings(state, "plan_indexes"),
            before=Indexes.load(state["indexes"]),
            now=(schema, workload, computed),
        )
        if kept is not None:
            return kept
    return designer.review_indexes(Brief.load(state["brief"]), schema, workload, computed)


@contextmanager
def _row_trial(state: State, runtime: Runtime[Context]) -> Iterator[Callable[[str], bool] | None]:
    """Give the seed a database to try its rows on, where triggers written by hand may refuse them."""
    schema, model = Schema.load(state["relational_schema"]), EntityModel.load(state["entity_model"])
    if not has_opaque_triggers(model, SchemaReview.load(state["schema_review"])):
        yield None
        return
    with services(runtime).sandbox(schema.engine) as sandbox, trying(schema, sandbox) as accepts:
        yield accepts
