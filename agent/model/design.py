"""The whole design: the only source of every file that a run writes."""

from __future__ import annotations

from typing import Any

from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.change import Change
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog, Verdict
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload

SCHEMA_VERSION = "1.1"
FIRST_VERSION = "1.0"
"""That of a design without a change from an existing schema: who read it before reads it still, byte for byte."""


class Design(Part):
    """One design with its ground and its proof, as written to `database-design.json`."""

    schema_version: str = FIRST_VERSION
    """The first version of the JSON Schema that reads it: 1.1 where it holds a `change`, else 1.0."""
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
    change: Change | None = None
    """The way from an existing schema to this one; left out where none was given."""

    def dump(self) -> Any:
        """Return plain JSON data; a change that is not there is left out."""
        dumped = super().dump()
        return dumped if self.change else {key: value for key, value in dumped.items() if key != "change"}
