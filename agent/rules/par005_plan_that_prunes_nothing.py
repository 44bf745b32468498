"""A query whose plan reads every partition costs more than on a table without any.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITION-PRUNING
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule

_FREQUENT_PER_DAY = 100


@rule("PAR005", "warning", "Plan that prunes no partition", owner="plan_indexes")
def plan_that_prunes_nothing(workload: Workload, evidence: EvidenceLog) -> Iterator[Objection]:
    """Object to frequent queries whose plan, with values for the parameters, reads all partitions of a table."""
    for plan in evidence.plans:
        query = workload.query(plan.query)
        if query is None or query.frequency.value < _FREQUENT_PER_DAY:
            continue
        for read in plan.reads:
            if 1 < read.of_partitions <= read.partitions:
                yield Objection(
                    place=plan.query,
                    message=f"{plan.query} was planned, and reads all {read.of_partitions} partitions of {read.table}, "
                    f"{query.frequency.value:,.0f} times a day.",
                    help=f"Compare the partition key of {read.table} itself, not a function of it, with a value in "
                    f"{plan.query}.",
                )
