"""Pairs of files: a schema that is there and a design, and the change between them. UPDATE_GOLDEN=1 writes it anew."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from database_specialist.agent.changes.planning import step_name
from database_specialist.agent.model.change import Change
from database_specialist.agent.verification.records import Recorder
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from tests.agent.changes.proving import PAIRS, planned, proven

WISHES: dict[str, dict[str, list[str]]] = {
    "added_columns": {"filled": ["orders.currency='EUR'"]},
    "renamed": {"renamed": ["purchases=orders", "customers.email_address=email"]},
}


@pytest.mark.parametrize("pair", sorted(path.name for path in PAIRS.iterdir()))
def test_a_pair_of_schemas_gives_this_change_and_it_is_proven(pair: str, server: PostgresSandbox) -> None:
    existing, design = ((PAIRS / pair / f"{side}.sql").read_text("utf-8") for side in ("existing", "design"))
    change = planned(existing, design, server, **WISHES.get(pair, {}))
    recorder = proven(existing, design, change, server)
    text = "\n".join(_told(change, recorder)) + "\n"
    golden = PAIRS / pair / "change.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8"), "UPDATE_GOLDEN=1 writes it anew"
    assert [record.detail for record in recorder.records if record.passed is False] == []


def _told(change: Change, recorder: Recorder) -> Iterator[str]:
    for migration in change.migrations:
        marks = [migration.phase, *([] if migration.transactional else ["alone"])]
        marks += [] if migration.reversible else ["not reversible"]
        yield f"== {step_name(migration)} ({', '.join(marks)})"
        yield migration.up.removeprefix("SET lock_timeout = '5s';\n\n").strip()
        if migration.down:
            yield "-- down"
            yield migration.down.removeprefix("SET lock_timeout = '5s';\n\n").strip()
    yield "== changes"
    yield from (f"{item.element}: {item.change}. {item.note}".strip() for item in change.items)
    yield "== left in place"
    yield from (f"{each.element}: {each.question} {'; '.join(each.later)}" for each in change.left)
    yield "== not done"
    yield from (f"{each.element}: {each.why}" for each in change.undone)
    yield "== pre-checks"
    yield from (f"{each.for_step}: {each.sql}" for each in change.prechecks)
    yield "== proofs"
    yield from (f"{record.claim} {record.status} {record.passed}: {record.detail}" for record in recorder.records)
    yield "== locks"
    for each in recorder.footprints:
        doing = f"{' rewrites' if each.rewrites else ''}{' scans' if each.scans else ''}"
        yield f"{each.migration.removeprefix('change/')} {each.table}: {each.lock}{doing}"
