"""The designer behind which a chat model stands: one prompt for each judgement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from database_specialist.agent.answers import (
    Critique,
    IndexReview,
    Model,
    ModelPatch,
    OperationsReview,
    Question,
    RequirementsAnswer,
    ReviewPatch,
    SchemaReview,
    Usage,
    WorkloadPatch,
)
from database_specialist.agent.designer.consistency import model_objections, workload_objections
from database_specialist.agent.designer.model_volumes import with_volumes
from database_specialist.agent.designer.patching import patched_model, patched_review, patched_workload
from database_specialist.agent.dialects import create_statements
from database_specialist.agent.indexing.review import index_objections
from database_specialist.agent.mapping.review import review_objections, unenforced
from database_specialist.agent.model.base import Engine, Part
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.correcting import corrected, objections
from database_specialist.agent.reading.listing import figures, mark_of, reading, statements
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.rules.subject import Subject
from database_specialist.prompts import render
from database_specialist.tools.shard_reading import read_in_shards


class CountingModel(Model, Protocol):
    """A model that knows what it cost."""

    @property
    def used(self) -> Sequence[Usage]:
        """What its calls cost so far."""


@dataclass(frozen=True)
class ModelDesigner:
    """Asks a chat model for every judgement, and checks that the answers point at what exists."""

    model: CountingModel
    model_name: str

    @property
    def name(self) -> str:
        """How the document calls it."""
        return f"model {self.model_name}"

    @property
    def used(self) -> Sequence[Usage]:
        """What its calls cost so far."""
        return self.model.used

    def read_requirements(self, documents: Sequence[RawDocument], *, project: str, engine: Engine | None) -> Brief:
        """Split the documents by code, and let the model correct what was read."""
        brief = read_brief(documents, project=project, engine=engine)
        return corrected(brief, read_in_shards(brief, self._read))

    def _read(self, piece: Brief) -> RequirementsAnswer:
        question = _question("read_requirements", piece, reading=reading(piece))
        return self.model.ask(question, RequirementsAnswer, objections=lambda given: objections(given, piece))

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        """Ask for the conceptual model, or for the changes to it."""
        if previous is None:
            question = _question("model_entities", brief, reading=figures(brief), research=_quoted(research))
            model = self.model.ask(question, EntityModel, objections=lambda given: model_objections(given, brief))
        elif findings:
            mend = _mend(brief, "model_entities", previous, findings)
            patch = self.model.ask(
                mend, ModelPatch, objections=lambda given: model_objections(patched_model(previous, given), brief)
            )
            model = patched_model(previous, patch)
        else:
            return previous
        return with_volumes(model, brief)

    def review_schema(
        self,
        brief: Brief,
        entity_model: EntityModel,
        schema: Schema,
        *,
        previous: SchemaReview | None,
        findings: Sequence[Finding],
    ) -> SchemaReview:
        """Ask for overrides and routines, or for the changes to them."""
        if previous is None:
            question = _question(
                "review_schema", brief, schema=_ddl(schema), unenforced=unenforced(entity_model, schema)
            )
            return self.model.ask(
                question, SchemaReview, objections=lambda given: review_objections(given, entity_model, schema)
            )
        if not findings:
            return previous
        return patched_review(
            previous,
            self.model.ask(
                _mend(brief, "review_schema", previous, findings),
                ReviewPatch,
                objections=lambda given: review_objections(patched_review(previous, given), entity_model, schema),
            ),
        )

    def write_workload(
        self,
        brief: Brief,
        entity_model: EntityModel,
        schema: Schema,
        *,
        previous: Workload | None,
        findings: Sequence[Finding],
    ) -> Workload:
        """Ask for the queries, or for the changes to them."""
        if previous is None:
            question = _question("write_workload", brief, schema=_ddl(schema), reading=figures(brief))
            return self.model.ask(question, Workload, objections=lambda given: workload_objections(given, brief))
        if not findings:
            return previous
        patch = self.model.ask(
            _mend(brief, "write_workload", previous, findings),
            WorkloadPatch,
            objections=lambda given: workload_objections(patched_workload(previous, given), brief),
        )
        return patched_workload(previous, patch)

    def review_indexes(self, brief: Brief, schema: Schema, workload: Workload, indexes: Indexes) -> IndexReview:
        """Ask what the computed plan misses or does not need."""
        question = _question(
            "review_indexes",
            brief,
            schema=_keys(schema),
            queries="\n".join(
                f"{query.id} ({query.frequency.value:g}/day): {' '.join(query.sql.split())}"
                for query in workload.queries
            ),
            indexes=_plan(indexes),
        )
        return self.model.ask(
            question, IndexReview, objections=lambda given: index_objections(given, schema, workload, indexes)
        )

    def review_operations(self, brief: Brief, operations: Operations) -> OperationsReview:
        """Ask for choices on running the database."""
        question = _question("choose_operations", brief, load=_load(operations))
        return self.model.ask(question, OperationsReview)

    def criticise(self, subject: Subject) -> tuple[Finding, ...]:
        """Ask for objections. A chat model may object; it cannot accept."""
        parts = (subject.brief, subject.schema, subject.workload, subject.entity_model, subject.evidence)
        brief, schema, workload, entity_model, evidence = parts
        if brief is None or schema is None or workload is None or entity_model is None or evidence is None:
            return ()
        question = _question(
            "criticise",
            brief,
            design="\n\n".join((_ddl(schema), _rules(entity_model), _served(workload))),
            evidence=f"{len(evidence.records)} claims were run, {len(evidence.failed)} failed.",
        )
        critique = self.model.ask(question, Critique)
        return tuple(
            Finding(
                code="MODEL",
                severity=each.severity,
                place=each.place,
                message=each.message,
                help=each.help,
                owner=each.owner,
            )
            for each in critique.findings
        )


def _question(name: str, brief: Brief, **values: str) -> Question:
    """Put the statements first: they are the same in every call of a run, so a provider can reuse the prefix."""
    listed = statements(brief)
    system = render("system", engine=_engine(brief), mark=mark_of(listed), facts=listed)
    return Question(name=name, system=system, user=render(name, **_used(name, brief, values)))


def _used(name: str, brief: Brief, values: dict[str, str]) -> dict[str, str]:
    return values | {"engine": _engine(brief)} if name in {"review_schema", "write_workload"} else values


def _engine(brief: Brief) -> str:
    return f"{brief.stack.engine} {brief.stack.engine_version or ''}".strip()


def _mend(brief: Brief, part: str, previous: Part, findings: Sequence[Finding]) -> Question:
    listed = "\n".join(f"- {each.place}: {each.message} {each.help}" for each in findings)
    previous_text = json.dumps(previous.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    question = _question("mend", brief, findings=listed, previous=previous_text)
    return Question(name=f"mend {part}", system=question.system, user=question.user)


def _quoted(research: Research) -> str:
    """Quote what research found, each behind its own mark."""
    lines = []
    for source in research.sources:
        quoted = f"{source.title} ({source.url})\n{source.excerpt}"
        mark = mark_of(quoted)
        lines.append(f"{source.id}\n{mark}\n{quoted}\n{mark}")
    return "\n\n".join(lines) or "none"


def _ddl(schema: Schema) -> str:
    """Print the schema without its comments, which repeat the statements."""
    shown = (each for each in create_statements(schema) if not each.startswith("COMMENT"))
    return ";\n".join(shown)


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


def _rules(entity_model: EntityModel) -> str:
    return "\n".join(f"{rule.id} [{rule.kind}] {rule.text}" for rule in entity_model.rules)


def _served(workload: Workload) -> str:
    lines = [f"{query.id} {query.name} ({' '.join(query.facts)})" for query in workload.queries]
    return "\n".join([*lines, *workload.not_served])
