"""A requirement that reads or writes data needs a query, or nobody knows whether the tables serve it.

ISO/IEC/IEEE 29148, traceability:
https://www.iso.org/standard/72089.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.coverage import excuses
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.subject import Subject


@rule("COV008", "warning", "Functional requirement without a query", owner="plan_indexes")
def functional_fact_without_query(subject: Subject, brief: Brief, workload: Workload) -> Iterator[Objection]:
    """Object to functional facts in scope that no query serves and `not_served` does not name."""
    served = {fact_id for query in workload.queries for fact_id in query.facts} | set(excuses(subject))
    for fact in brief.in_scope:
        if fact.kind == "functional" and fact.id not in served:
            yield Objection(
                place=fact.id,
                message=f"No query serves {fact.id} ({fact.span}): {fact.text[:120]}",
                help=f"Write the query behind {fact.id}, or say in not_served why it needs none.",
            )
