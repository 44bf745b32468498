"""Schemas that are hard to fill, each filled and put into a real PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from database_specialist.agent.dialects import create_statements, split_statements
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.operations import Seed
from database_specialist.agent.model.relational import (
    Check,
    Column,
    Domain,
    EnumType,
    Exclusion,
    ExclusionElement,
    Extension,
    ForeignKey,
    Partition,
    Partitioning,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.tools.postgres_sandbox import PostgresDatabase

NOTHING = EntityModel(entities=())


def table(name: str, *columns: Column, key: tuple[str, ...] = ("id",), **parts: Any) -> Table:
    parts["checks"] = tuple(
        Check(name=f"{name}_{number}_check", expression=each) for number, each in enumerate(parts.get("checks", ()))
    )
    identity = (Column(name="id", type="bigint", identity=True),) if key == ("id",) else ()
    return Table(
        name=name, columns=(*identity, *columns), primary_key=PrimaryKey(name=f"{name}_pkey", columns=key), **parts
    )


def column(name: str, type: str = "text", **properties: Any) -> Column:
    return Column(name=name, type=type, **properties)


def refers(source: str, columns: str, target: str, to: str = "id", **properties: Any) -> ForeignKey:
    names = tuple(columns.split(","))
    return ForeignKey(
        name=f"{source}_{'_'.join(names)}_fkey",
        columns=names,
        ref_table=target,
        ref_columns=tuple(to.split(",")),
        **properties,
    )


def schema(*tables: Table, **parts: Any) -> Schema:
    return Schema(engine="postgresql", tables=tables, **parts)


def plant(made: Schema, database: PostgresDatabase, *, rows: int = 20) -> Seed:
    """Create the schema, put the seed in, and compare what came in with what the seed says."""
    seed = make_seed(NOTHING, made, rows=rows)
    database.run(create_statements(made))
    database.run(split_statements(seed.sql, "postgresql"))
    for name, count in seed.rows.items():
        assert database.execute(f"SELECT count(*) FROM {name}").rows == ((count,),)
    assert make_seed(NOTHING, made, rows=rows) == seed
    return seed


def test_a_self_reference_makes_a_tree(database: PostgresDatabase) -> None:
    made = schema(
        table(
            "staff",
            column("full_name"),
            column("manager_id", "bigint", nullable=True),
            foreign_keys=(refers("staff", "manager_id", "staff"),),
            checks=("manager_id <> id",),
        )
    )
    plant(made, database)
    assert database.execute("SELECT count(*) > 5 FROM staff WHERE manager_id IS NOT NULL").rows == ((True,),)


def test_a_self_reference_that_must_not_be_null_starts_at_itself(database: PostgresDatabase) -> None:
    made = schema(table("nodes", column("parent_id", "bigint"), foreign_keys=(refers("nodes", "parent_id", "nodes"),)))
    assert plant(made, database).rows == {"nodes": 20}


def test_a_cycle_with_an_optional_side_is_closed_by_updates(database: PostgresDatabase) -> None:
    made = schema(
        table(
            "teams",
            column("name"),
            column("lead_id", "bigint", nullable=True),
            foreign_keys=(refers("teams", "lead_id", "members"),),
        ),
        table(
            "members",
            column("full_name"),
            column("team_id", "bigint"),
            foreign_keys=(refers("members", "team_id", "teams"),),
        ),
    )
    plant(made, database)
    assert database.execute("SELECT count(lead_id) > 0 FROM teams").rows == ((True,),)


def test_a_cycle_without_an_optional_side_is_deferred(database: PostgresDatabase) -> None:
    made = schema(
        table(
            "chickens",
            column("egg_id", "bigint"),
            foreign_keys=(refers("chickens", "egg_id", "eggs", deferrable=True),),
        ),
        table(
            "eggs",
            column("chicken_id", "bigint"),
            foreign_keys=(refers("eggs", "chicken_id", "chickens", deferrable=True),),
        ),
    )
    assert plant(made, database).rows == {"chickens": 20, "eggs": 20}


def test_bookings_do_not_overlap(database: PostgresDatabase) -> None:
    made = schema(
        table("rooms", column("name"), rows=None),
        table(
            "stays",
            column("room_id", "bigint"),
            column("arrives_on", "date"),
            column("leaves_on", "date"),
            column("is_cancelled", "boolean"),
            foreign_keys=(refers("stays", "room_id", "rooms"),),
            checks=("leaves_on > arrives_on + 2 AND leaves_on <= arrives_on + 14",),
            exclusions=(
                Exclusion(
                    name="stays_excl",
                    elements=(
                        ExclusionElement(expression="room_id", operator="="),
                        ExclusionElement(expression="(daterange(arrives_on, leaves_on))", operator="&&"),
                    ),
                    where="NOT is_cancelled",
                ),
            ),
        ),
        extensions=(Extension(name="btree_gist", why="exclusion"),),
    )
    assert plant(made, database, rows=40).rows["stays"] == 40


def test_a_range_column_is_excluded_too(database: PostgresDatabase) -> None:
    made = schema(
        table(
            "shifts",
            column("during", "tstzrange"),
            exclusions=(
                Exclusion(name="shifts_excl", elements=(ExclusionElement(expression="during", operator="&&"),)),
            ),
            checks=("NOT isempty(during) AND upper(during) - lower(during) <= interval '8 hours'",),
        )
    )
    assert plant(made, database).rows["shifts"] == 20


def test_composite_unique_with_a_date(database: PostgresDatabase) -> None:
    made = schema(
        table("sensors", column("code", unique := "text"), rows=None),
        table(
            "readings",
            column("sensor_id", "bigint"),
            column("day", "date"),
            column("value", "numeric(6,2)", minimum=-40, maximum=60),
            foreign_keys=(refers("readings", "sensor_id", "sensors", on_delete="cascade"),),
            uniques=(Unique(name="readings_sensor_id_day_key", columns=("sensor_id", "day")),),
            checks=("value BETWEEN -40 AND 60",),
            kind="event",
        ),
    )
    assert unique
    assert plant(made, database).rows == {"sensors": 20, "readings": 40}


def test_checks_over_several_columns(database: PostgresDatabase) -> None:
    made = schema(
        table(
            "invoices",
            column("net", "numeric(12,2)"),
            column("tax", "numeric(12,2)"),
            column("gross", "numeric(12,2)"),
            column("status", values=("draft", "sent", "paid")),
            column("sent_at", "timestamptz", nullable=True),
            column("paid_at", "timestamptz", nullable=True),
            column("due_on", "date"),
            column("issued_on", "date"),
            checks=(
                "gross = net + tax AND net >= 0 AND tax >= 0",
                "status IN ('draft', 'sent', 'paid')",
                "(status = 'draft') = (sent_at IS NULL)",
                "status <> 'paid' OR paid_at IS NOT NULL",
                "paid_at IS NULL OR (sent_at IS NOT NULL AND paid_at >= sent_at)",
                "due_on >= issued_on + 14",
            ),
        )
    )
    plant(made, database)
    assert database.execute("SELECT count(DISTINCT status) FROM invoices").rows == ((3,),)


def test_exactly_one_of_several_references(database: PostgresDatabase) -> None:
    made = schema(
        table("photos", column("url")),
        table("videos", column("url")),
        table(
            "comments",
            column("photo_id", "bigint", nullable=True),
            column("video_id", "bigint", nullable=True),
            column("body"),
            foreign_keys=(refers("comments", "photo_id", "photos"), refers("comments", "video_id", "videos")),
            checks=("num_nonnulls(photo_id, video_id) = 1",),
        ),
    )
    plant(made, database)
    assert database.execute("SELECT count(photo_id) > 0 AND count(video_id) > 0 FROM comments").rows == ((True,),)


def test_texts_follow_their_patterns(database: PostgresDatabase) -> None:
    made = schema(
        table(
            "parcels",
            column("tracking_code"),
            column("plate", "varchar(9)"),
            column("slug", "slug_text"),
            column("iban"),
            uniques=(
                Unique(name="parcels_tracking_code_key", columns=("tracking_code",)),
                Unique(name="parcels_slug_key", columns=("(lower(slug))",)),
            ),
            checks=(
                r"tracking_code ~ '^(AB|CD)-\d{4}[A-Z]?$'",
                "plate ~ '^[A-Z]{1,3} [A-Z]{1,2}[0-9]{1,3}$'",
                "iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$' AND char_length(iban) <= 34",
            ),
        ),
        domains=(Domain(name="slug_text", base="text", check="VALUE ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"),),
    )
    assert plant(made, database).rows["parcels"] == 20


def test_a_partial_unique_holds(database: PostgresDatabase) -> None:
    made = schema(
        table("accounts", column("email", uniques := "text"), column("deleted_at", "timestamptz", nullable=True)),
        table(
            "addresses",
            column("account_id", "bigint"),
            column("is_default", "boolean"),
            column("city"),
            foreign_keys=(refers("addresses", "account_id", "accounts", on_delete="cascade"),),
            uniques=(Unique(name="addresses_default_key", columns=("account_id",), where="is_default"),),
            kind="event",
        ),
    )
    assert uniques
    assert plant(made, database).rows["addresses"] == 40


def test_rows_fall_into_the_partitions(database: PostgresDatabase) -> None:
    made = schema(
        table(
            "events",
            column("id", "bigint"),
            column("happened_at", "timestamptz"),
            column("kind"),
            key=("id", "happened_at"),
            kind="event",
            partitioning=Partitioning(
                method="range",
                columns=("happened_at",),
                interval="month",
                partitions=(
                    Partition(name="events_2026_11", bounds="FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')"),
                    Partition(name="events_2026_12", bounds="FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')"),
                ),
                why="test",
            ),
        )
    )
    assert plant(made, database).rows == {"events": 40}


def test_the_tenant_is_the_same_all_along_a_composite_key(database: PostgresDatabase) -> None:
    tenant = column("tenant_id", "bigint")
    both = Unique(name="projects_tenant_id_id_key", columns=("tenant_id", "id"))
    people = Unique(name="people_tenant_id_id_key", columns=("tenant_id", "id"))
    made = schema(
        table("tenants", column("name"), rows=None),
        table(
            "projects",
            tenant,
            column("name"),
            foreign_keys=(refers("projects", "tenant_id", "tenants"),),
            uniques=(both, Unique(name="projects_name_key", columns=("tenant_id", "name"))),
        ),
        table(
            "people",
            tenant,
            column("full_name"),
            foreign_keys=(refers("people", "tenant_id", "tenants"),),
            uniques=(people,),
        ),
        table(
            "tasks",
            tenant,
            column("project_id", "bigint"),
            column("assignee_id", "bigint", nullable=True),
            column("title"),
            foreign_keys=(
                refers("tasks", "tenant_id", "tenants"),
                refers("tasks", "tenant_id,project_id", "projects", "tenant_id,id"),
                refers("tasks", "tenant_id,assignee_id", "people", "tenant_id,id"),
            ),
        ),
    )
    plant(made, database)
    assert database.execute("SELECT count(assignee_id) > 0 FROM tasks").rows == ((True,),)


def test_the_tenant_is_the_same_without_composite_keys_too(database: PostgresDatabase) -> None:
    tenant = column("tenant_id", "bigint")
    made = schema(
        table("tenants", column("name")),
        table("projects", tenant, foreign_keys=(refers("projects", "tenant_id", "tenants"),)),
        table(
            "tasks",
            tenant,
            column("project_id", "bigint"),
            foreign_keys=(refers("tasks", "tenant_id", "tenants"), refers("tasks", "project_id", "projects")),
        ),
    )
    plant(made, database)
    mixed = "SELECT count(*) FROM tasks JOIN projects p ON p.id = project_id WHERE p.tenant_id <> tasks.tenant_id"
    assert database.execute(mixed).rows == ((0,),)


def test_a_specialisation_meets_rows_of_its_kind(database: PostgresDatabase) -> None:
    def special(name: str, kind: str) -> Table:
        return table(
            name,
            column("id", "bigint"),
            column("kind", values=(kind,)),
            column("detail"),
            key=("id", "kind"),
            foreign_keys=(refers(name, "id,kind", "vehicles", "id,kind", on_delete="cascade"),),
            checks=(f"kind = '{kind}'",),
        )

    made = schema(
        table(
            "vehicles",
            column("kind", values=("car", "truck")),
            checks=("kind IN ('car', 'truck')",),
            uniques=(Unique(name="vehicles_id_kind_key", columns=("id", "kind")),),
        ),
        special("cars", "car"),
        special("trucks", "truck"),
    )
    assert plant(made, database).rows == {"vehicles": 20, "cars": 10, "trucks": 10}


def test_a_link_table_holds_no_pair_twice(database: PostgresDatabase) -> None:
    made = schema(
        table("people", column("full_name")),
        table(
            "follows",
            column("follower_id", "bigint"),
            column("followed_id", "bigint"),
            key=("follower_id", "followed_id"),
            kind="association",
            foreign_keys=(refers("follows", "follower_id", "people"), refers("follows", "followed_id", "people")),
            checks=("follower_id <> followed_id",),
        ),
    )
    assert plant(made, database).rows["follows"] == 40


def test_generated_columns_and_enumerations(database: PostgresDatabase) -> None:
    made = schema(
        table(
            "lines",
            column("quantity", "smallint", minimum=1),
            column("price", "numeric(8,2)"),
            column("total", "numeric(12,2)", generated="quantity * price"),
            column("state", "line_state", values=("open", "closed")),
            column("tags", "text[]"),
            column("extra", "jsonb"),
            column("token", "uuid"),
            column("ip", "inet"),
            column("place", "point"),
            column("note", "bytea"),
            column("lasts", "interval"),
            column("opens", "time"),
            checks=("quantity >= 1", "total <= 400", "cardinality(tags) <= 5", "jsonb_typeof(extra) = 'object'"),
        ),
        enums=(EnumType(name="line_state", values=("open", "closed")),),
    )
    assert plant(made, database).rows["lines"] == 20


def test_a_key_of_a_uuid_is_given(database: PostgresDatabase) -> None:
    key = PrimaryKey(name="things_pkey", columns=("id",))
    columns = (column("id", "uuid", default="uuidv7()"), column("name"))
    assert plant(schema(Table(name="things", columns=columns, primary_key=key)), database).rows["things"] == 20


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_number_of_rows_is_up_to_the_caller(rows: int, database: PostgresDatabase) -> None:
    assert plant(schema(table("things", column("name"))), database, rows=rows).rows == {"things": rows}
