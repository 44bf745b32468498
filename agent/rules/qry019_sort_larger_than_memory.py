"""A sort or a hash table beyond work_mem goes to disk, on each run and in each session.

https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-WORK-MEM
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule

_WORK_MEM = 4 << 20
"""PostgreSQL's own setting, where nobody changes it."""
_FREQUENT_PER_DAY = 100


@rule("QRY019", "warning", "Sort larger than its memory", owner="plan_indexes")
def sort_larger_than_memory(workload: Workload, evidence: EvidenceLog) -> Iterator[Objection]:
    """Object to frequent queries whose plan sorts or hashes more than the 4 MB that a step may take by default."""
    for plan in evidence.plans:
        query = workload.query(plan.query)
        is_frequent = query is not None and query.frequency.value >= _FREQUENT_PER_DAY
        if query is not None and is_frequent and plan.sorted_bytes > _WORK_MEM:
            yield Objection(
                place=plan.query,
                message=f"{plan.query} was planned at the stated volume, and sorts or hashes about "
                f"{plan.sorted_bytes / (1 << 20):,.0f} MB at once, {query.frequency.value:,.0f} times a day.",
                help=f"Add an index in the order that {plan.query} wants, or set work_mem for the role that runs it.",
            )
