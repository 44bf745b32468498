"""Rows that need another row which nobody named: because a check, or a key shared with a third, asks for it."""

from __future__ import annotations

import re

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.entities import Example
from database_specialist.agent.model.relational import Table, Unique
from database_specialist.agent.sampling.examples import example_statements
from database_specialist.agent.sampling.values import Draw, draw_value
from database_specialist.tools.postgres_sandbox import PostgresDatabase
from tests.agent.sampling.small import column, example, model, reference, row, schema, table

FIRM = table("firm", column("name"))
ONE_OF_TWO = (
    table("contract", column("name")),
    table("invoice", column("name")),
    table(
        "entry",
        reference("entrys", "contract", nullable=True),
        reference("entrys", "invoice", nullable=True),
        checks={"one_of_two": "(contract_id IS NULL) <> (invoice_id IS NULL)"},
    ),
)
ONLY_WITH = (
    FIRM,
    table(
        "account",
        column("role", values=("clerk", "driver", "cook", "nurse", "guest")),
        reference("accounts", "firm", nullable=True),
        checks={"role_check": "role IN ('clerk', 'driver', 'cook', 'nurse', 'guest')"}
        | {"guest_check": "(role = 'guest') = (firm_id IS NOT NULL)"},
    ),
)
WITH_STATE = (
    table("group", column("name")),
    table(
        "bag",
        column("status", values=("new", "open")),
        reference("bags", "group", nullable=True),
        checks={"group_check": "NOT status IN ('open') OR group_id IS NOT NULL"},
    ),
)


def _unique(name: str, *columns: str) -> tuple[Unique, ...]:
    return (Unique(name=name, columns=columns),)


SHARED = (
    FIRM,
    table("site", reference("sites", "firm"), uniques=_unique("sites_key", "firm_id", "id")),
    table("lift", reference("lifts", "firm"), uniques=_unique("lifts_key", "firm_id", "id")),
    table(
        "cover",
        reference("covers", "firm"),
        reference("covers", "site", "firm_id"),
        reference("covers", "lift", "firm_id"),
    ),
)
ONCE = (
    table("day", column("name")),
    table("donor", column("name")),
    table(
        "visit",
        reference("visits", "day"),
        reference("visits", "donor"),
        uniques=_unique("visits_key", "day_id", "donor_id"),
    ),
    table("gift", reference("gifts", "visit"), uniques=_unique("gifts_key", "visit_id")),
)


@pytest.mark.parametrize(
    ("tables", "given"),
    [
        (ONE_OF_TWO, example(row("entry"))),
        (ONLY_WITH, example(row("firm", "f"), row("account", firm="@f"))),
        (WITH_STATE, example(row("bag", status="open"))),
        (SHARED, example(row("firm", "f"), row("lift", "l"), row("site", "s", firm="@f"), row("cover", site="@s"))),
        (ONCE, example(row("gift", "g"), row("gift", "h"))),
    ],
    ids=["one of two", "only with", "from a state on", "a key shared", "once for each owner's owner"],
)
def test_the_owners_that_a_row_needs_are_made(
    tables: tuple[Table, ...], given: Example, database: PostgresDatabase
) -> None:
    script = example_statements(given, model(*tables), schema(*tables))
    database.run((*create_statements(schema(*tables)), *script.setup, script.probe))
    inserted = re.search(r"INSERT INTO (\w+)", script.probe)
    assert inserted is not None
    assert inserted[1] == f"{given.rows[-1].entity}s"


@pytest.mark.parametrize("count", [2, 4, 5, 7, 8])
def test_each_attempt_at_a_row_draws_another_of_the_values(count: int) -> None:
    states = column("state", values=tuple(f"state {number}" for number in range(count)))
    draws = [Draw(column=states, native_type="text", entity="bag", row=9000, attempt=number) for number in range(count)]
    assert {draw_value(draw) for draw in draws} == set(states.values)


def test_with_fresh_owners_a_row_that_is_named_is_no_owner_by_chance() -> None:
    tables = (
        table("account", column("name")),
        table("visit", reference("visits", "account")),
        table("check", reference("checks", "visit"), reference("checks", "account")),
    )
    given = example(row("account", "a"), row("check", account="@a"))
    usual = example_statements(given, model(*tables), schema(*tables))
    fresh = example_statements(given, model(*tables), schema(*tables), fresh_owners=True)
    assert [each.count("INSERT INTO accounts") for each in usual.setup] == [1, 0]
    assert [each.count("INSERT INTO accounts") for each in fresh.setup] == [1, 1, 0]
    assert "(9001, 9001)" in usual.setup[1]
    assert "(9001, 9002)" in fresh.setup[2]
    assert "(9001, 9001, 9001)" in fresh.probe
