"""Where a search over measured costs does much better in the same storage, the plan has missed something.

https://www.postgresql.org/docs/current/indexes-examine.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.rules.rule import Objection, rule

_MUCH = 0.05
_NAMED = 3


@rule("IDX012", "warning", "Index plan that a search betters", owner="plan_indexes")
def choice_that_a_search_betters(evidence: EvidenceLog) -> Iterator[Objection]:
    """Object once when a search saves five hundredths more of a day's cost than the plan, in the same storage."""
    found = evidence.index_search
    if found is None or not found.added or found.found_saves - found.planned_saves < _MUCH:
        return
    ranked = sorted(found.added, key=lambda each: -each.saves)
    yield Objection(
        place="indexes",
        message=f"A search over {found.tried} indexes saves {found.found_saves:.1%} of the planner's cost of a day, "
        f"the plan {found.planned_saves:.1%} in the same storage.",
        help=f"Add what it chose: {'; '.join(each.statement for each in ranked[:_NAMED])}.",
    )
