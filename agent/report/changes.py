"""The change from an existing schema: a part of "Data Migration Plans", and the scripts in `database/change/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from database_specialist.agent.changes.planning import step_name
from database_specialist.agent.model.change import Change, ChangeItem, LeftInPlace, PreCheck
from database_specialist.agent.model.locks import Footprint
from database_specialist.agent.report.context import Context, told
from database_specialist.agent.report.locks import CHANGE
from database_specialist.agent.report.markdown import (
    bullets,
    code,
    fence,
    heading,
    sections,
    sentence,
    some,
    table,
    text,
)
from database_specialist.agent.verification.locks import LOCKS

FOLDER = "database/change"
_MOST_STEPS = 4


def change_files(change: Change | None) -> dict[str, str]:
    """Return the scripts of the change by their paths, and what a later day may take away, all commented out."""
    if change is None:
        return {}
    files = {}
    for migration in change.migrations:
        files[f"{FOLDER}/{step_name(migration)}.up.sql"] = migration.up.rstrip() + "\n"
        if migration.down:
            files[f"{FOLDER}/{step_name(migration)}.down.sql"] = migration.down.rstrip() + "\n"
    if any(each.later for each in change.left):
        files[f"{FOLDER}/later.sql"] = _later(change.left)
    if change.prechecks:
        files[f"{FOLDER}/prechecks.sql"] = _asked(change.prechecks)
    return files


def _later(left: Sequence[LeftInPlace]) -> str:
    lines = [
        "-- What the existing schema holds and the design does not. No step takes it away.",
        "-- Each statement destroys something: run one only when its question is answered and a backup was restored.",
    ]
    for each in left:
        if each.later:
            lines += ["", f"-- {_flat(each.element)}: {_flat(each.why)} {_flat(each.question)}".rstrip()]
            lines += [f"--   {_flat(statement)};" for statement in each.later]
    return "\n".join(lines) + "\n"


def _flat(value: str) -> str:
    return " ".join(value.split())


def _asked(checks: Sequence[PreCheck]) -> str:
    parts = [f"-- {_flat(each.element)}, before {each.for_step}: 0 is expected\n{each.sql};" for each in checks]
    return "\n\n".join(parts) + "\n"


def change_from_existing(context: Context) -> str:
    """Render the section; nothing where the database is new."""
    change = context.design.change
    if change is None:
        return ""
    records = [record for record in context.design.evidence.records if record.kind == "change"]
    return sections(
        heading(3, "Change from the existing schema"),
        _summary(change),
        bullets(f"{sentence(record.claim)} ({told((record,))}: {text(record.detail)})" for record in records),
        table(
            ("Element", "Change", "Steps", "Strongest lock", "Evidence"),
            (_item(context, change, item) for item in change.items),
        ),
        _prechecks(change),
        _awaited(change),
        _undone(change),
        _left(change),
    )


def _summary(change: Change) -> str:
    if change.is_nothing:
        return f"{code(change.origin)} is this design already: no step is needed."
    phases = [
        (phase, [m for m in change.migrations if m.phase == phase]) for phase in ("expand", "backfill", "contract")
    ]
    said = "; ".join(
        f"{phase}: {code(step_name(steps[0]))}{f' to {code(step_name(steps[-1]))}' if len(steps) > 1 else ''}"
        for phase, steps in phases
        if steps
    )
    return (
        f"From {code(change.origin)} to this design: {len(change.migrations)} steps in `{FOLDER}/`, up and down, in "
        f"the order of their numbers ({said}). The expand steps go before the new release, the backfill after it, and "
        "the contract steps when the older release is gone. Steps that build an index CONCURRENTLY or commit batch "
        "after batch run outside of a transaction. No step drops a table or a column of the existing schema. The "
        "migrations in `database/migrations/` are for an empty database."
    )


def _item(context: Context, change: Change, item: ChangeItem) -> tuple[str, ...]:
    note = f" {sentence(item.note)}" if item.note else ""
    one_way = {step_name(each) for each in change.migrations if not each.reversible}
    mark = " **Not reversible.**" if one_way & set(item.steps) else ""
    return (
        code(item.element),
        f"{code(item.change)}{note}{mark}",
        some(tuple(code(step) for step in item.steps), _MOST_STEPS),
        _locks(context, item.steps),
        _evidence(context, item.steps),
    )


def _locks(context: Context, steps: Sequence[str]) -> str:
    names = {f"{CHANGE}{step}" for step in steps}
    found = [each for each in context.design.evidence.footprints if each.migration in names]
    if not found:
        return "no table with rows" if _is_measured(context) else "not measured"
    worst = max((each.lock for each in found), key=LOCKS.index)
    return ", ".join((worst, *_doing(found)))


def _doing(found: Sequence[Footprint]) -> Iterator[str]:
    rewritten = sorted({each.table for each in found if each.rewrites})
    # A scan is what a lock is held for only where both are of one statement.
    scanned = sorted({each.table for each in found if each.scans and each.lock == "ACCESS EXCLUSIVE"})
    if rewritten:
        yield f"rewrites {', '.join(rewritten)}"
    if scanned:
        yield f"scans {', '.join(scanned)} under it"


def _is_measured(context: Context) -> bool:
    return any(r.kind == "change" and r.subject == "locks" and r.passed for r in context.design.evidence.records)


def _evidence(context: Context, steps: Sequence[str]) -> str:
    failed = [context.evidence("change", f"{CHANGE}{step}") for step in steps]
    return "; ".join(filter(None, failed)) or context.evidence("change", "change")


def _prechecks(change: Change) -> str:
    if not change.prechecks:
        return ""
    return sections(
        "**Run these before the steps that they are for; 0 is expected.** The proofs ran on rows that were made up: "
        f"whether your own rows fit, only your database can say (`{FOLDER}/prechecks.sql`).",
        fence("sql", _asked(change.prechecks)),
    )


def _awaited(change: Change) -> str:
    if not change.awaited:
        return ""
    return sections(
        "**Values that only you know.** These columns are required, and nothing says what rows that are there hold. "
        "Name an expression with `--fill COLUMN=SQL` and run again, or write the UPDATE into the step; until then the "
        "step stops. In the sandbox a value of the seed stood in.",
        bullets(code(each) for each in change.awaited),
    )


def _undone(change: Change) -> str:
    if not change.undone:
        return ""
    return sections(
        "**Not done by any step.** What is below is of the design, and stays as it is until somebody sees to it:",
        bullets(f"{code(each.element)}: {sentence(each.why)}" for each in change.undone),
    )


def _left(change: Change) -> str:
    if not change.left:
        return "Nothing of the existing schema is unknown to the design."
    return sections(
        "**Left in place.** The existing schema holds it and the design does not. What would take it away stands, "
        f"commented out, in `{FOLDER}/later.sql`, which is no part of the chain:",
        table(
            ("Element", "Why it stays", "To be answered"),
            ((code(each.element), text(each.why), text(each.question)) for each in change.left),
        ),
    )
