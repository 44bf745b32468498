"""A trace to a fact that is not there, or that the documents put off, proves nothing.

ISO/IEC/IEEE 29148, traceability:
https://www.iso.org/standard/72089.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.rules.coverage import elements
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.rules.walk import listed


@rule("COV005", "error", "Element traced to a fact that is not there", owner="model_entities")
def element_of_missing_fact(subject: Subject, brief: Brief) -> Iterator[Objection]:
    """Object to facts that the Brief lacks; as a warning to elements that rest on nothing but what is out of scope."""
    known = {fact.id for fact in brief.facts}
    in_scope = {fact.id for fact in brief.in_scope}
    for element in elements(subject):
        missing = [fact_id for fact_id in element.facts if fact_id not in known]
        if missing:
            yield Objection(
                place=element.label,
                message=f"{element.label} is traced to {listed(missing)}, which the documents do not have.",
                help=f"Trace {element.label} to facts of the Brief, or say why it was added.",
            )
        elif element.is_home and in_scope.isdisjoint(element.facts) and _is_built(element.label):
            yield Objection(
                place=element.label,
                message=f"{element.label} rests on {listed(element.facts)} alone, which the documents leave for "
                "later or rule out.",
                help=f"Drop {element.label}, or name a fact in scope that needs it.",
                severity="warning",
            )


def _is_built(label: str) -> bool:
    return label.partition(" ")[0] in ("table", "entity", "query", "collection", "redis", "search")
