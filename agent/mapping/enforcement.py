"""The decisions on rules that look beyond one row: what keeps them, and what would not."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.model.relational import Exclusion, Routine


def record_enforcement(ground: Ground, drafts: Sequence[TableDraft], routines: Sequence[Routine]) -> None:
    """Record each exclusion constraint, and each trigger that keeps a business rule."""
    for draft in drafts:
        for exclusion in draft.exclusions:
            _exclusion(ground, draft, exclusion)
    for routine in routines:
        if routine.rule is not None:
            _trigger(ground, routine)


def _exclusion(ground: Ground, draft: TableDraft, exclusion: Exclusion) -> None:
    ground.ledger.record(
        "constraint",
        f"{draft.name}: {exclusion.rule} {exclusion.name}",
        "an exclusion constraint",
        exclusion.why,
        alternatives=(
            (f"a query on {draft.name} before the insert", "two sessions that ask at once both find the time free"),
            (f"a trigger on {draft.name}", "it does not see what another session has not committed yet"),
        ),
        facts=exclusion.facts,
    )


def _trigger(ground: Ground, routine: Routine) -> None:
    ground.ledger.record(
        "constraint",
        f"{routine.table}: {routine.rule} {routine.name}",
        "a trigger",
        routine.why,
        alternatives=(
            (
                "the application alone",
                f"every program and every repair by hand that writes {routine.table} would have to repeat the rule",
            ),
        ),
        facts=routine.facts,
    )
