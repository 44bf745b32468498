"""A rule of the documents that nothing in the design holds will be broken by the first careless write.

ISO/IEC/IEEE 29148, traceability:
https://www.iso.org/standard/72089.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.coverage import unserved
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.subject import Subject


@rule("COV002", "error", "Business rule without a home", owner="model_entities")
def rule_without_home(
    subject: Subject, brief: Brief, entity_model: EntityModel, schema: Schema, workload: Workload
) -> Iterator[Objection]:
    """Object to rules of the documents in scope that no element names; as a warning where the design says so openly."""
    return unserved(subject, "rule")
