"""A functional requirement that nothing in the design serves was forgotten.

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


@rule("COV001", "error", "Functional requirement without a home", owner="model_entities")
def functional_fact_without_home(
    subject: Subject, brief: Brief, entity_model: EntityModel, schema: Schema, workload: Workload
) -> Iterator[Objection]:
    """Object to functional facts in scope that no element names; as a warning where the design says so openly."""
    return unserved(subject, "functional")
