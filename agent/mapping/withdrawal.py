"""What the engine refused in an earlier round: the rule's expression goes, and the decision quotes the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import LEFT_OUT, Ground
from database_specialist.agent.mapping.naming import constraint_name
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Check, Routine

_REFUSED_STATEMENT = " in: "
"""How a failed statement stands in its evidence: "<the engine's words> in: CREATE TABLE ..."."""

_CREATED = re.compile(
    r'\bCREATE\s+(?:\w+\s+){0,3}(?:FUNCTION|PROCEDURE|TRIGGER)\s+("[^"]+"|`[^`]+`|[\w.$]+)', re.IGNORECASE
)


def withdraw(
    ground: Ground, drafts: Mapping[str, TableDraft], routines: Sequence[Routine], findings: Sequence[Finding]
) -> list[Routine]:
    """Take back the expressions of rules in refused statements; return the routines that stay.

    Tables, columns and keys are the mapping's own and stay: only what a designer wrote as SQL can be wrong here.
    """
    refused = {each.place: each.message for each in findings if _is_refusal(each)}
    for draft in drafts.values():
        message = refused.get(draft.name)
        if message is not None:
            _withdraw_from_table(ground, draft, message)
        for unique in [each for each in draft.uniques if each.rule and each.name in refused]:
            draft.uniques.remove(unique)
            _record(ground, f"{draft.name}: {unique.rule} {unique.name}", refused[unique.name])
    kept = []
    for routine in routines:
        place = next((name for name in refused if routine.rule and name in _names_of(routine)), None)
        if place is None:
            kept.append(routine)
        else:
            _record(ground, f"{routine.table}: {routine.rule} {routine.name}", refused[place])
    return kept


def _is_refusal(finding: Finding) -> bool:
    return finding.severity == "error" and finding.owner == "plan_schema" and _REFUSED_STATEMENT in finding.message


def _withdraw_from_table(ground: Ground, draft: TableDraft, message: str) -> None:
    own = {constraint_name(draft.name, [column.name], "check") for column in draft.columns}
    written = [each for each in draft.checks if each.rule and each.name not in own]
    for check in _named(written, message):
        draft.checks.remove(check)
        _record(ground, f"{draft.name}: {check.rule} {check.name}", message)
    for column in [each for each in draft.columns if each.generated and each.attribute]:
        draft.replace(column.model_copy(update={"generated": None}))
        _record(ground, f"{draft.name}.{column.name}: {column.generated}", message)


def _named(checks: list[Check], message: str) -> list[Check]:
    # The engine may name the one that it refuses; else each may be it.
    words = message.split(_REFUSED_STATEMENT)[0]
    return [each for each in checks if each.name in words] or checks


def _names_of(routine: Routine) -> set[str]:
    """Return the names under which a statement of the routine may have been refused: a designer chooses its own."""
    written = {name.strip('"`') for name in _CREATED.findall(routine.create)}
    return written | {routine.name, *(f"{routine.name}_{event}" for event in ("insert", "update", "delete"))}


def _record(ground: Ground, subject: str, message: str) -> None:
    words = message.split(_REFUSED_STATEMENT)[0]
    ground.ledger.record(
        "constraint",
        subject,
        LEFT_OUT,
        f"The engine refused the expression when it was run ({words}).",
        alternatives=(("the expression as it was written", words),),
    )
