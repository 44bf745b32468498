"""Filling schemas that are hard to fill, on a real PostgreSQL; each key is looked at again by a query of the test."""

from __future__ import annotations

from typing import Any

import pytest

from database_specialist.agent.dialects import create_statements, split_statements
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import (
    Check,
    Column,
    Domain,
    Exclusion,
    ExclusionElement,
    ForeignKey,
    Partition,
    Partitioning,
    PrimaryKey,
    Routine,
    Schema,
    Table,
    Unique,
)
from database_specialist.agent.sampling.filling import Filled, fill
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox


def column(name: str, type: str = "text", **properties: Any) -> Column:
    return Column(name=name, type=type, **properties)


def table(name: str, *columns: Column, key: tuple[str, ...] = ("id",), **parts: Any) -> Table:
    identity = (column("id", "bigint", identity=True),) if key == ("id",) else ()
    parts["checks"] = tuple(
        Check(name=f"{name}_check_{number}", expression=each) for number, each in enumerate(parts.get("checks", ()))
    )
    primary = PrimaryKey(name=f"{name}_pkey", columns=key)
    return Table(name=name, columns=(*identity, *columns), primary_key=primary, **parts)


def refers(source: str, columns: str, target: str, to: str = "id", **properties: Any) -> ForeignKey:
    names = tuple(columns.split(","))
    return ForeignKey(
        name=f"{source}_{'_'.join(names)}_fkey",
        columns=names,
        ref_table=target,
        ref_columns=tuple(to.split(",")),
        **properties,
    )


TENANT = column("tenant_id", "bigint")
SCHEMA = Schema(
    engine="postgresql",
    domains=(Domain(name="short_code", base="text", check="VALUE ~ '^[A-Z0-9-]{3,20}$'"),),
    tables=(
        table("tenants", column("name")),
        table(
            "staff",
            TENANT,
            column("email", logical_type="email"),
            column("manager_id", "bigint", nullable=True),
            column("team_id", "bigint", nullable=True),
            checks=("manager_id <> id", "email LIKE '%_@_%'"),
            uniques=(
                Unique(name="staff_tenant_key", columns=("tenant_id", "id")),
                Unique(name="staff_email_key", columns=("(lower(email))",)),
            ),
            foreign_keys=(
                refers("staff", "tenant_id", "tenants"),
                refers("staff", "manager_id", "staff"),
                refers("staff", "team_id", "teams"),
            ),
        ),
        table(
            "teams", column("lead_id", "bigint"), foreign_keys=(refers("teams", "lead_id", "staff", deferrable=True),)
        ),
        table(
            "bookings",
            TENANT,
            column("staff_id", "bigint"),
            column("code", "short_code"),
            column("starts_at", "timestamptz"),
            column("ends_at", "timestamptz"),
            column("hours", "numeric(6,2)", generated="extract(epoch FROM ends_at - starts_at) / 3600"),
            checks=("ends_at > starts_at",),
            uniques=(Unique(name="bookings_code_key", columns=("code",)),),
            foreign_keys=(refers("bookings", "tenant_id,staff_id", "staff", "tenant_id,id"),),
            exclusions=(
                Exclusion(
                    name="bookings_excl",
                    elements=(
                        ExclusionElement(expression="staff_id", operator="="),
                        ExclusionElement(expression="(tstzrange(starts_at, ends_at))", operator="&&"),
                    ),
                ),
            ),
        ),
        table(
            "events",
            column("id", "bigint"),
            column("happened_at", "timestamptz"),
            column("staff_id", "bigint"),
            key=("id", "happened_at"),
            kind="event",
            foreign_keys=(refers("events", "staff_id", "staff"),),
            partitioning=Partitioning(
                method="range",
                columns=("happened_at",),
                partitions=(
                    Partition(name="events_11", bounds="FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')"),
                    Partition(name="events_12", bounds="FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')"),
                ),
                why="test",
            ),
        ),
        table(
            "follows",
            column("follower_id", "bigint"),
            column("followed_id", "bigint"),
            key=("follower_id", "followed_id"),
            kind="association",
            checks=("follower_id <> followed_id",),
            foreign_keys=(refers("follows", "follower_id", "staff"), refers("follows", "followed_id", "staff")),
        ),
    ),
)
SIZES = {"tenants": 50, "staff": 900, "teams": 60, "bookings": 3000, "events": 4000, "follows": 2000}


def filled(schema: Schema, sizes: dict[str, int], database: PostgresDatabase) -> Filled:
    database.run(create_statements(schema))
    database.run(split_statements(make_seed(EntityModel(entities=()), schema).sql, "postgresql"))
    return fill(schema, sizes, database)


def one(database: PostgresDatabase, query: str) -> Any:
    return database.execute(query).rows[0][0]


def test_every_table_gets_its_rows_and_every_key_holds(database: PostgresDatabase) -> None:
    found = filled(SCHEMA, SIZES, database)
    assert found.left == {}
    assert found.violated == {}
    assert {name: one(database, f"SELECT count(*) FROM {name}") for name in SIZES} == found.rows
    assert all(found.rows[name] >= 0.9 * size for name, size in SIZES.items())
    assert found.keys == sum(len(each.foreign_keys) for each in SCHEMA.tables)
    for each in SCHEMA.tables:
        for key in each.foreign_keys:
            pairs = zip(key.columns, key.ref_columns, strict=True)
            same = " AND ".join(f"c.{own} = p.{ref}" for own, ref in pairs)
            given = " AND ".join(f"c.{own} IS NOT NULL" for own in key.columns)
            orphans = (
                f"SELECT count(*) FROM {each.name} c WHERE {given} "
                f"AND NOT EXISTS (SELECT 1 FROM {key.ref_table} p WHERE {same})"
            )
            assert one(database, orphans) == 0, key.name


def test_a_few_parents_have_many_children_and_trees_have_depth(database: PostgresDatabase) -> None:
    filled(SCHEMA, SIZES, database)
    most, mean = database.execute(
        "SELECT max(n), avg(n) FROM (SELECT count(*) AS n FROM events GROUP BY staff_id) AS counts"
    ).rows[0]
    assert float(str(most)) > 4 * float(str(mean))
    assert one(database, "SELECT count(DISTINCT manager_id) FROM staff") > 50
    assert one(database, "SELECT count(DISTINCT team_id) FROM staff") > 20
    assert one(database, "SELECT count(*) FROM events_11") > 500
    assert one(database, "SELECT count(*) FROM events_12") > 500


def test_the_same_call_makes_the_same_rows(server: PostgresSandbox) -> None:
    sums = []
    for _ in range(2):
        with server.database() as database:
            filled(SCHEMA, SIZES, database)
            sums.append(
                [one(database, f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {t} t") for t in SIZES]
            )
    assert sums[0] == sums[1]


def test_what_cannot_be_filled_is_named_and_keeps_its_rows(database: PostgresDatabase) -> None:
    made = Schema(
        engine="postgresql",
        tables=(
            table(
                "grades",
                column("letter", values=("A", "B", "C")),
                checks=("letter IN ('A', 'B', 'C')",),
                uniques=(Unique(name="grades_letter_key", columns=("letter",)),),
            ),
        ),
    )
    found = filled(made, {"grades": 500}, database)
    assert found.rows == {"grades": 3}
    assert "only 3 of 500 rows fit" in found.left["grades"]


def test_a_trigger_does_not_refuse_rows_and_works_again_afterwards(database: PostgresDatabase) -> None:
    made = Schema(
        engine="postgresql",
        tables=(table("things", column("name")),),
        routines=(
            Routine(
                name="few_things",
                table="things",
                create="CREATE FUNCTION few_things() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF (SELECT count(*) FROM things) >= 20 THEN RAISE EXCEPTION 'enough'; END IF; RETURN NEW; END $$; "
                "CREATE TRIGGER few_things BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION few_things();",
                drop="DROP TRIGGER few_things ON things; DROP FUNCTION few_things();",
                why="test",
            ),
        ),
    )
    assert filled(made, {"things": 500}, database).rows == {"things": 500}
    with pytest.raises(Exception, match="enough"):
        database.execute("INSERT INTO things (name) VALUES ('x')")
