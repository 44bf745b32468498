"""What a designer is, and the one that needs no language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from database_specialist.agent.designer.entities import model_entities
from database_specialist.agent.designer.workload import write_workload
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.raw import RawDocument


class Designer(Protocol):
    """Makes the judgements of a design. What is not judgement is code that every designer shares.

    In a later round `previous` is the designer's own earlier answer and `findings` what was objected to.
    """

    @property
    def name(self) -> str:
        """How the document calls it."""

    def read_requirements(self, documents: Sequence[RawDocument], *, project: str, engine: Engine | None) -> Brief:
        """State the documents as facts."""

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        """Model what the facts are about."""

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


@dataclass(frozen=True)
class RulesDesigner:
    """The deterministic designer: no key, no network, the same answer every time."""

    name: str = "rules"

    def read_requirements(self, documents: Sequence[RawDocument], *, project: str, engine: Engine | None) -> Brief:
        """State the documents as facts, by their form and their words."""
        return read_brief(documents, project=project, engine=engine)

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        """Model the entities by lexicon and convention."""
        return model_entities(brief, research=research, previous=previous, findings=findings)

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
