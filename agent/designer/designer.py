"""What a designer is, and the one that needs no language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from database_specialist.agent.answers.plans import IndexReview, OperationsReview
from database_specialist.agent.answers.question import Usage
from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.designer.entities import model_entities
from database_specialist.agent.designer.review_mending import without
from database_specialist.agent.designer.workload import write_workload
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


class Designer(Protocol):
    """Makes the judgements of a design. What is not judgement is code that every designer shares.

    In a later round `previous` is the designer's own earlier answer and `findings` what was objected to.
    Every method may raise a ModelError when a chat model stands behind it.
    """

    @property
    def name(self) -> str:
        """How the document calls it."""

    @property
    def used(self) -> Sequence[Usage]:
        """What its calls of a chat model cost so far."""

    def read_requirements(self, documents: Sequence[RawDocument], *, project: str, engine: Engine | None) -> Brief:
        """State the documents as facts."""

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        """Model what the facts are about."""

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
        """Look over the mapped schema; add what mapping cannot know."""

    def write_workload(
        self,
        brief: Brief,
        entity_model: EntityModel,
        schema: Schema,
        *,
        previous: Workload | None,
        findings: Sequence[Finding],
    ) -> Workload:
        """Write the queries that the facts imply."""

    def review_indexes(self, brief: Brief, schema: Schema, workload: Workload, indexes: Indexes) -> IndexReview:
        """Look over the computed index plan."""

    def review_operations(self, brief: Brief, operations: Operations, *, research: Research) -> OperationsReview:
        """Look over the computed plan of operations."""

    def criticise(self, subject: Subject) -> tuple[Finding, ...]:
        """Object to what rules and proofs cannot see."""


@dataclass(frozen=True)
class RulesDesigner:
    """The deterministic designer: no key, no network, the same answer every time."""

    name: str = "rules"
    used: tuple[Usage, ...] = ()

    def read_requirements(self, documents: Sequence[RawDocument], *, project: str, engine: Engine | None) -> Brief:
        """State the documents as facts, by their form and their words."""
        return read_brief(documents, project=project, engine=engine)

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        """Model the entities by lexicon and convention."""
        return model_entities(brief, research=research, previous=previous, findings=findings)

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
        """Leave the mapping as it is: its rules are the same knowledge. Of another's review, keep what holds."""
        return without(previous, findings) if previous else SchemaReview()

    def write_workload(
        self,
        brief: Brief,
        entity_model: EntityModel,
        schema: Schema,
        *,
        previous: Workload | None,
        findings: Sequence[Finding],
    ) -> Workload:
        """Write a query for each functional fact, by its verb and its objects."""
        return write_workload(brief, entity_model, schema, previous=previous, findings=findings)

    def review_indexes(self, brief: Brief, schema: Schema, workload: Workload, indexes: Indexes) -> IndexReview:
        """Leave the plan as it was computed."""
        return IndexReview()

    def review_operations(self, brief: Brief, operations: Operations, *, research: Research) -> OperationsReview:
        """Leave the plan as it was computed."""
        return OperationsReview()

    def criticise(self, subject: Subject) -> tuple[Finding, ...]:
        """Object to nothing: the critic's rules have said it all."""
        return ()
