"""The whole design: the only source of every file that a run writes."""

from __future__ import annotations

from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog, Verdict
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload

SCHEMA_VERSION = "1.0"


class Design(Part):
    """One design with its ground and its proof, as written to `database-design.json`."""

    schema_version: str = SCHEMA_VERSION
    designer: str
    """"rules" or "model <name>": who made the judgements. "model <name>, then rules: ..." says who made which part
    and why, when the rules designer took over from a model that failed."""
    research: Research
    brief: Brief
    entity_model: EntityModel
    relational_schema: Schema
    workload: Workload
    indexes: Indexes
    operations: Operations
    evidence: EvidenceLog
    verdict: Verdict
