"""The schema in one line a table says what its DDL says."""

from __future__ import annotations

import pytest

from database_specialist.agent.designer.schema_listing import listing
from database_specialist.agent.dialects import create_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Routine
from tests.shop import ENTITY_MODEL

ENGINES: tuple[Engine, ...] = ("postgresql", "sqlite", "mysql", "mariadb")


def test_a_table_stands_in_one_line_with_its_keys_and_conditions() -> None:
    lines = listing(map_schema(ENTITY_MODEL, engine="postgresql", engine_version=None), volumes=True).splitlines()
    (orders,) = [line for line in lines if line.startswith("orders(")]
    assert orders.startswith("orders(id bigint pk, customer_id bigint -> customers restrict, ")
    assert "status text default 'new' in ('new', 'paid', 'shipped', 'cancelled')" in orders
    assert "note text?" in orders
    assert orders.endswith(" -- 20,000 rows/day")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_column_every_target_and_every_condition_is_listed(engine: Engine) -> None:
    schema = map_schema(ENTITY_MODEL, engine=engine, engine_version=None)
    text = listing(schema)
    for table in schema.tables:
        (line,) = [each for each in text.splitlines() if each.startswith(f"{table.name}(")]
        assert all(column.name in line for column in table.columns)
        assert all(f"-> {key.ref_table}" in line for key in table.foreign_keys)
        assert line.count("unique") == len(table.uniques)
        conditions = sum(line.count(word) for word in ("check (", "chars", " in (", ">= ", "<= ", "> "))
        assert bool(table.checks) <= bool(conditions)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_listing_is_much_shorter_than_the_statements(engine: Engine) -> None:
    schema = map_schema(ENTITY_MODEL, engine=engine, engine_version=None)
    assert len(listing(schema)) < len(";\n".join(create_statements(schema))) / 2


def test_personal_columns_are_marked_where_a_critic_asks() -> None:
    schema = map_schema(ENTITY_MODEL, engine="postgresql", engine_version=None)
    assert "[personal, confidential]" in listing(schema, personal=True)
    assert "[personal" not in listing(schema)


def test_a_routine_of_a_rule_says_which_changes_it_watches() -> None:
    create = (
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
        "CREATE TRIGGER keep_lines AFTER INSERT OR UPDATE OF quantity ON order_lines FOR EACH ROW "
        "EXECUTE FUNCTION keep(); "
        "CREATE TRIGGER keep_orders BEFORE DELETE ON orders FOR EACH ROW EXECUTE FUNCTION keep();"
    )
    routine = Routine(name="keep", create=create, drop="", rule="BR9", why="x")
    schema = map_schema(ENTITY_MODEL, engine="postgresql", engine_version=None)
    text = listing(schema.model_copy(update={"routines": (routine,)}))
    assert text.splitlines()[-1] == "routine keep [BR9] on order_lines insert, update; orders delete"
