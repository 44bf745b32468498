"""The designer behind which a chat model stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from database_specialist.agent.answers.plans import IndexReview, OperationsReview
from database_specialist.agent.answers.question import Model, Usage
from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.designer.completing import completed
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.rules.subject import Subject
from database_specialist.tools.model_designer.critique import objections
from database_specialist.tools.model_designer.large_entities import modelled_at_any_size
from database_specialist.tools.model_designer.plans import index_review, operations_review
from database_specialist.tools.model_designer.requirements import corrected_reading
from database_specialist.tools.model_designer.review import schema_review
from database_specialist.tools.model_designer.workload import queries


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
        """State the documents as facts, read by the program and corrected by the model."""
        return corrected_reading(self.model, read_brief(documents, project=project, engine=engine))

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        """Ask for the conceptual model, or for the changes to it."""
        made = modelled_at_any_size(self.model, brief, research=research, previous=previous, findings=findings)
        return made if made is previous else completed(made, brief)

    def review_schema(
        self,
        brief: Brief,
        entity_model: EntityModel,
        schema: Schema,
        *,
        research: Research,
        previous: SchemaReview | None,
        findings: Sequence[Finding],
    ) -> SchemaReview:
        """Ask for overrides and routines, or for the changes to them."""
        return schema_review(
            self.model, brief, entity_model, schema, research=research, previous=previous, findings=findings
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
        return queries(self.model, brief, schema, previous=previous, findings=findings)

    def review_indexes(self, brief: Brief, schema: Schema, workload: Workload, indexes: Indexes) -> IndexReview:
        """Ask what the computed plan misses or does not need."""
        return index_review(self.model, brief, schema, workload, indexes)

    def review_operations(self, brief: Brief, operations: Operations, *, research: Research) -> OperationsReview:
        """Ask for choices on running the database."""
        return operations_review(self.model, brief, operations, research=research)

    def criticise(self, subject: Subject) -> tuple[Finding, ...]:
        """Ask for objections. A chat model may object; it cannot accept."""
        return objections(self.model, subject)
