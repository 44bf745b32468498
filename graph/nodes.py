"""The nodes: each takes from the state, calls one thing, and returns what it changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langgraph.runtime import Runtime

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.config import Context
from database_specialist.agent.designer.designer import Designer
from database_specialist.agent.errors import DocumentError
from database_specialist.agent.indexing.plan import plan_indexes as choose_indexes
from database_specialist.agent.indexing.plan import required_extensions
from database_specialist.agent.indexing.review import reviewed_indexes
from database_specialist.agent.mapping.extensions import with_extensions
from database_specialist.agent.mapping.review import reviewed
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog, Finding, Measurement, Stage, Verdict
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.operations.plan import plan_operations as derive_operations
from database_specialist.agent.operations.review import reviewed_operations
from database_specialist.agent.reading.stack import quick_stack
from database_specialist.agent.reading.title import project_title
from database_specialist.agent.report.files import render_files
from database_specialist.agent.research import Topic, topics
from database_specialist.agent.rules.critic import judge
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.verification.trying import has_opaque_triggers, trying
from database_specialist.agent.verification.verify import verify as prove
from database_specialist.graph.services import Services, resolve, services
from database_specialist.graph.state import Input, State, Update

DOCUMENT = "database-design.md"


def research(state: Input, runtime: Runtime[Context]) -> Update:
    """Look quickly through the documents for the stack, and list what to ask about it."""
    tell = _progress(runtime, "research")
    documents = services(runtime).read_folder(Path(state.folder))
    stack = quick_stack(documents)
    tell(f"{len(documents)} documents, engine {stack.engine}")
    asked = [vars(topic) for topic in topics(stack)]
    return {"topics": asked, "fingerprints": [], "status": "running", "edited": [], "files": []}


def context7(state: State, runtime: Runtime[Context]) -> Update:
    """Ask Context7 for the documentation of the engine and the stores beside it."""
    return _ask("context7", state, runtime)


def perplexity(state: State, runtime: Runtime[Context]) -> Update:
    """Ask Perplexity for current practice."""
    return _ask("perplexity", state, runtime)


def read_requirements(state: State, runtime: Runtime[Context]) -> Update:
    """State the documents as facts, each with its place."""
    tell = _progress(runtime, "read_requirements")
    folder = Path(state["folder"])
    designer = _designer(state, runtime)
    documents = services(runtime).read_folder(folder)
    project = project_title(documents) or _project_name(folder)
    brief = designer.read_requirements(documents, project=project, engine=resolve(runtime.context).engine)
    tell(f"{len(brief.facts)} facts, {len(brief.quantities)} figures, {len(brief.gaps)} gaps")
    research = _merge(state["research_notes"])
    return {"brief": brief.dump(), "research": research.dump(), "usage": _usage(state, designer)}


def model_entities(state: State, runtime: Runtime[Context]) -> Update:
    """Model what the facts are about, blind to tables."""
    tell = _progress(runtime, "model_entities")
    designer = _designer(state, runtime)
    model = designer.model_entities(
        Brief.load(state["brief"]),
        research=Research.load(state["research"]),
        previous=EntityModel.load(state["entity_model"]) if state.get("entity_model") else None,
        findings=_findings(state, "model_entities"),
    )
    if not model.entities:
        raise DocumentError(
            f"{state['folder']}: the documents name nothing that is stored; say what the system keeps "
            '("A customer has a name and an e-mail address"), or design with a chat model (--model)'
        )
    tell(f"{len(model.entities)} entities, {len(model.relationships)} relationships, {len(model.rules)} rules")
    return {"entity_model": model.dump(), "usage": _usage(state, designer)}


def plan_schema(state: State, runtime: Runtime[Context]) -> Update:
    """Derive the tables from the entities, and let the designer look them over."""
    tell = _progress(runtime, "plan_schema")
    brief, model = Brief.load(state["brief"]), EntityModel.load(state["entity_model"])
    found = _findings(state, "plan_schema")
    mapped = map_schema(
        model,
        engine=brief.stack.engine,
        engine_version=brief.stack.engine_version,
        findings=_all_findings(state, "plan_schema"),
    )
    designer = _designer(state, runtime)
    review = designer.review_schema(
        brief,
        model,
        mapped,
        research=Research.load(state["research"]),
        previous=SchemaReview.load(state["schema_review"]) if state.get("schema_review") else None,
        findings=found,
    )
    schema = reviewed(mapped, review)
    tell(f"{len(schema.tables)} tables, {sum(len(table.foreign_keys) for table in schema.tables)} foreign keys")
    return {
        "relational_schema": schema.dump(),
        "schema_review": review.dump(),
        "usage": _usage(state, designer),
    }


def plan_indexes(state: State, runtime: Runtime[Context]) -> Update:
    """Write the queries that the facts imply, and plan the indexes that serve them."""
    tell = _progress(runtime, "plan_indexes")
    schema = Schema.load(state["relational_schema"])
    found = _findings(state, "plan_indexes")
    brief, designer = Brief.load(state["brief"]), _designer(state, runtime)
    workload = designer.write_workload(
        brief,
        EntityModel.load(state["entity_model"]),
        schema,
        previous=Workload.load(state["workload"]) if state.get("workload") else None,
        findings=found,
    )
    computed = choose_indexes(schema, workload, findings=_all_findings(state, "plan_indexes"))
    indexes = reviewed_indexes(computed, designer.review_indexes(brief, schema, workload, computed))
    tell(f"{len(workload.queries)} queries, {len(indexes.planned)} indexes, {len(indexes.rejected)} rejected")
    return {
        "workload": workload.dump(),
        "indexes": indexes.dump(),
        "relational_schema": with_extensions(schema, required_extensions(indexes)).dump(),
        "usage": _usage(state, designer),
    }


def plan_operations(state: State, runtime: Runtime[Context]) -> Update:
    """Work out capacity, scaling, migrations, deployment, backup and other stores."""
    tell = _progress(runtime, "plan_operations")
    brief, designer = Brief.load(state["brief"]), _designer(state, runtime)
    with _row_trial(state, runtime) as accepts:
        computed = derive_operations(
            brief,
            EntityModel.load(state["entity_model"]),
            Schema.load(state["relational_schema"]),
            Workload.load(state["workload"]),
            Indexes.load(state["indexes"]),
            findings=_all_findings(state, "plan_operations"),
            accepts=accepts,
        )
    review = designer.review_operations(brief, computed, research=Research.load(state["research"]))
    operations = reviewed_operations(computed, review)
    tell(f"{len(operations.migrations)} migrations, {sum(operations.seed.rows.values())} seed rows")
    return {"operations": operations.dump(), "usage": _usage(state, designer)}


def verify(state: State, runtime: Runtime[Context]) -> Update:
    """Run every claim of the design on the engine."""
    tell = _progress(runtime, "verify")
    schema = Schema.load(state["relational_schema"])
    with services(runtime).sandbox(schema.engine) as sandbox:
        tell(f"on {sandbox.engine}")
        verification = prove(
            entity_model=EntityModel.load(state["entity_model"]),
            schema=schema,
            workload=Workload.load(state["workload"]),
            indexes=Indexes.load(state["indexes"]),
            operations=Operations.load(state["operations"]),
            sandbox=sandbox,
            progress=tell,
        )
    log = verification.log
    tell(f"{len(log.records)} checks, {len(log.failed)} failed")
    return {"evidence": log.dump(), "measurements": [m.dump() for m in verification.measurements]}


def critic(state: State, runtime: Runtime[Context]) -> Update:
    """Judge the design by rule; the designer may object as well, and acceptance is computed."""
    tell = _progress(runtime, "critic")
    before = Verdict.load(state["verdict"]).round if state.get("verdict") else 0
    subject, designer = _subject(state), _designer(state, runtime)
    opinion = services(runtime).lint(Schema.load(state["relational_schema"]), Operations.load(state["operations"]))
    verdict = judge(subject, round=before + 1, extra=(*opinion, *designer.criticise(subject)))
    errors = [finding.dump() for finding in verdict.findings if finding.severity == "error"]
    tell(f"round {verdict.round}: {'accepted' if verdict.accepted else f'{len(errors)} errors'}")
    return {
        "verdict": verdict.dump(),
        "objections": [*state.get("objections", []), *errors],
        "fingerprints": [*state["fingerprints"], _fingerprint(state)],
        "status": "accepted" if verdict.accepted else "not_accepted",
        "usage": _usage(state, designer),
    }


def write_document(state: State, runtime: Runtime[Context]) -> Update:
    """Write the accepted design into the output folder."""
    tell = _progress(runtime, "write_document")
    written = services(runtime).output(Path(state["folder"])).write(_files(state, services(runtime)))
    tell(f"{len(written.files)} files")
    return {
        "files": list(written.files),
        "edited": list(written.edited),
        "document_path": DOCUMENT,
        "document_sha256": written.document_sha256,
    }


def keep_draft(state: State, runtime: Runtime[Context]) -> Update:
    """Keep the design that was not accepted in the state folder, with what was found."""
    used = services(runtime)
    files = _files(state, used)
    folder = used.output(Path(state["folder"])).keep_draft(files)
    _progress(runtime, "keep_draft")(f"draft in {folder}")
    return {"files": [str(folder / name) for name in files], "document_path": "", "document_sha256": ""}


def _progress(runtime: Runtime[Context], node: str) -> Callable[[str], None]:
    return lambda doing: runtime.stream_writer({"node": node, "doing": doing})


@contextmanager
def _row_trial(state: State, runtime: Runtime[Context]) -> Iterator[Callable[[str], bool] | None]:
    """Give the seed a database to try its rows on, where triggers written by hand may refuse them."""
    schema, model = Schema.load(state["relational_schema"]), EntityModel.load(state["entity_model"])
    if not has_opaque_triggers(model, SchemaReview.load(state["schema_review"])):
        yield None
        return
    with services(runtime).sandbox(schema.engine) as sandbox, trying(schema, sandbox) as accepts:
        yield accepts


def _designer(state: State, runtime: Runtime[Context]) -> Designer:
    """Return the run's designer, told what the run has spent so far."""
    return services(runtime).designer([Usage.load(each) for each in state.get("usage", [])])


def _usage(state: State, designer: Designer) -> list[Any]:
    return [*state.get("usage", []), *(each.dump() for each in designer.used)]


def _ask(provider: str, state: State, runtime: Runtime[Context]) -> Update:
    notes = services(runtime).researchers[provider].research([Topic(**topic) for topic in state["topics"]])
    _progress(runtime, provider)(
        f"{len(notes.sources)} sources" if notes.sources else "; ".join(notes.not_researched) or "nothing asked"
    )
    return {"research_notes": [notes.dump()]}


def _merge(notes: list[Any]) -> Research:
    """Join what the services found, in an order that does not depend on which answered first."""
    parts = sorted((Research.load(note) for note in notes), key=lambda part: json.dumps(part.dump(), sort_keys=True))
    found = [source for part in parts for source in part.sources]
    return Research(
        topics=tuple(dict.fromkeys(topic for part in parts for topic in part.topics)),
        sources=tuple(source.model_copy(update={"id": f"S{i}"}) for i, source in enumerate(found, 1)),
        not_researched=tuple(reason for part in parts for reason in part.not_researched),
    )


def _findings(state: State, node: Stage) -> tuple[Finding, ...]:
    """Return the errors of the last verdict that this node owns."""
    if not state.get("verdict"):
        return ()
    found = Verdict.load(state["verdict"]).findings
    return tuple(finding for finding in found if finding.owner == node and finding.severity == "error")


def _all_findings(state: State, node: Stage) -> tuple[Finding, ...]:
    """Return the errors of every round that this node owned: what is computed anew must not forget them."""
    found = (Finding.load(each) for each in state.get("objections", []))
    return tuple(finding for finding in found if finding.owner == node)


def _subject(state: State) -> Subject:
    return Subject(
        brief=Brief.load(state["brief"]),
        entity_model=EntityModel.load(state["entity_model"]),
        schema=Schema.load(state["relational_schema"]),
        workload=Workload.load(state["workload"]),
        indexes=Indexes.load(state["indexes"]),
        operations=Operations.load(state["operations"]),
        evidence=EvidenceLog.load(state["evidence"]),
    )


def _fingerprint(state: State) -> str:
    design = [
        state["entity_model"],
        state["relational_schema"],
        state["workload"],
        state["indexes"],
        state["operations"],
    ]
    return hashlib.sha256(json.dumps(design, sort_keys=True).encode()).hexdigest()


def _files(state: State, used: Services) -> dict[str, str]:
    design = Design(
        designer=used.designer([]).name,
        research=Research.load(state["research"]),
        brief=Brief.load(state["brief"]),
        entity_model=EntityModel.load(state["entity_model"]),
        relational_schema=Schema.load(state["relational_schema"]),
        workload=Workload.load(state["workload"]),
        indexes=Indexes.load(state["indexes"]),
        operations=Operations.load(state["operations"]),
        evidence=EvidenceLog.load(state["evidence"]),
        verdict=Verdict.load(state["verdict"]),
    )
    return render_files(design, tuple(Measurement.load(m) for m in state["measurements"]))


def _project_name(folder: Path) -> str:
    """Name the project after the folder that holds its documents."""
    resolved = folder.resolve()
    return resolved.parent.name if resolved.name == "ai_docs" else resolved.name
