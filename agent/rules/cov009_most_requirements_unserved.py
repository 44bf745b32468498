"""A design that serves the smaller part of what was asked is a beginning, and its reader must know.

ISO/IEC/IEEE 29148, traceability:
https://www.iso.org/standard/72089.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.coverage import uncovered
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.subject import Subject

_ENOUGH = 0.5


@rule("COV009", "warning", "Most functional requirements unserved", owner="model_entities")
def most_requirements_unserved(
    subject: Subject, brief: Brief, schema: Schema, workload: Workload
) -> Iterator[Objection]:
    """Object once where less than half of the functional facts in scope have a home."""
    asked = [fact for fact in brief.in_scope if fact.kind == "functional"]
    missing = [fact for fact in uncovered(subject) if fact.kind == "functional"]
    if asked and len(asked) - len(missing) < _ENOUGH * len(asked):
        yield Objection(
            place="requirements",
            message=f"The design serves {len(asked) - len(missing)} of {len(asked)} functional requirements in "
            "scope: review it as a beginning.",
            help="Add the entities and queries of the requirements that COV001 lists, or let a model design it.",
        )
