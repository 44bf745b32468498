"""What the critic looks at: the parts of a design that are there."""

from __future__ import annotations

from dataclasses import dataclass

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.change import Change
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload


@dataclass(frozen=True)
class Subject:
    """A design, or the part of one that is known. Rules whose parts are absent stay silent."""

    brief: Brief | None = None
    entity_model: EntityModel | None = None
    schema: Schema | None = None
    workload: Workload | None = None
    indexes: Indexes | None = None
    operations: Operations | None = None
    evidence: EvidenceLog | None = None
    change: Change | None = None
