"""What stands where in a statement says what it takes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from database_specialist.agent.designer.parameters import inferred
from database_specialist.agent.designer.statement_facts import kind_of, returns_of, unknown_names
from database_specialist.agent.dialects.parsing import parsed
from database_specialist.agent.model.relational import Column, PrimaryKey, Schema, Table


def _table(name: str, **columns: str) -> Table:
    return Table(
        name=name,
        columns=tuple(Column(name=column, type=kind) for column, kind in columns.items()),
        primary_key=PrimaryKey(name=f"{name}_pkey", columns=("id",)),
    )


POSTGRESQL = Schema(
    engine="postgresql",
    tables=(
        _table("lifts", id="bigint", serial="text", tags="text[]", meta="jsonb", location="text"),
        _table(
            "visits",
            id="bigint",
            lift_id="bigint",
            technician_id="bigint",
            starts_at="timestamptz",
            ends_at="timestamptz",
            day="date",
            period="tstzrange",
            cost="numeric(12,2)",
            hours="integer",
            done="boolean",
            note="text",
        ),
    ),
)
SQLITE = Schema(
    engine="sqlite",
    tables=(_table("visits", id="INTEGER", lift_id="INTEGER", starts_at="TEXT", note="TEXT", cost="REAL"),),
)
MYSQL = Schema(
    engine="mysql",
    tables=(
        _table("visits", id="bigint", lift_id="bigint", starts_at="datetime(6)", note="text", cost="decimal(12,2)"),
    ),
)


def told(sql: str, schema: Schema) -> dict[str, str]:
    """Return for each parameter its type and where its values come from, "type source" or "type = example"."""
    tree = parsed(sql, schema.engine)
    found = inferred(tree, schema)
    assert found.unknown == ()
    return {each.name: f"{each.type} {each.source or f'= {each.example}'}" for each in found.parameters}


CASES: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        "SELECT v.id FROM visits v JOIN lifts l ON l.id = v.lift_id WHERE l.serial = :serial AND :cost <= v.cost",
        {"serial": "text lifts.serial", "cost": "numeric(12,2) visits.cost"},
    ),
    (
        "SELECT id FROM visits WHERE (starts_at, id) < (:at, :id) ORDER BY 1 LIMIT :page OFFSET :skip",
        {"page": "bigint = 20", "skip": "bigint = 0", "at": "timestamptz visits.starts_at", "id": "bigint visits.id"},
    ),
    (
        "SELECT id FROM visits WHERE id = ANY(:ids) AND lift_id IN (:a, :b) AND day BETWEEN :from_day AND :to_day",
        {
            "ids": "bigint[] = {1}",
            "a": "bigint visits.lift_id",
            "b": "bigint visits.lift_id",
            "from_day": "date visits.day",
            "to_day": "date visits.day",
        },
    ),
    (
        "INSERT INTO visits (lift_id, cost) VALUES (:lift_id, COALESCE(:cost, 0)) ON CONFLICT (id) DO UPDATE "
        "SET cost = visits.cost + :more, note = EXCLUDED.note || :text",
        {
            "lift_id": "bigint visits.lift_id",
            "cost": "numeric(12,2) visits.cost",
            "more": "numeric(12,2) = 1",
            "text": "text = word",
        },
    ),
    (
        "INSERT INTO visits (lift_id, starts_at) SELECT id, :at FROM lifts WHERE lower(serial) = lower(:serial)",
        {"at": "timestamptz visits.starts_at", "serial": "text lifts.serial"},
    ),
    (
        "WITH given AS (SELECT :lift AS lift_id, CAST(:at AS timestamptz) AS at) "
        "INSERT INTO visits (lift_id, starts_at) SELECT g.lift_id, g.at FROM given g",
        {"lift": "bigint visits.lift_id", "at": "timestamptz visits.starts_at"},
    ),
    (
        "UPDATE visits SET done = :done, cost = CASE WHEN :cost IS NULL THEN cost ELSE :cost END WHERE id = :id",
        {"done": "boolean visits.done", "cost": "numeric(12,2) visits.cost", "id": "bigint visits.id"},
    ),
    (
        "SELECT id FROM lifts WHERE location ILIKE '%' || :part || '%' AND tags && ARRAY[:tag] AND meta @> :meta "
        "AND meta ->> 'k' = :value",
        {"part": "text lifts.location", "tag": "text = word", "meta": "jsonb = {}", "value": "text = word"},
    ),
    (
        "SELECT id FROM lifts WHERE to_tsvector('english', location) @@ plainto_tsquery('english', :words)",
        {"words": "text = word"},
    ),
    (
        "SELECT id FROM visits WHERE period @> :at AND tstzrange(starts_at, ends_at) && tstzrange(:since, :till, '[)')",
        {
            "at": "timestamptz = 2026-01-01T00:00:00Z",
            "since": "timestamptz visits.starts_at",
            "till": "timestamptz visits.ends_at",
        },
    ),
    (
        "SELECT id FROM visits WHERE starts_at > now() - :days * interval '1 day' AND ends_at - starts_at > :least "
        "AND starts_at + :grace < now() AND ends_at > now() - make_interval(hours => :hours)",
        {
            "days": "double precision = 7",
            "least": "interval = 7 days",
            "grace": "interval = 7 days",
            "hours": "integer = 7",
        },
    ),
    (
        "SELECT date_trunc(:unit, starts_at), sum(cost) FROM visits WHERE (:lift IS NULL OR lift_id = :lift) "
        "AND starts_at >= :day::date AND starts_at < :day::date + 1 GROUP BY 1 HAVING sum(cost) > :least",
        {
            "unit": "text = day",
            "lift": "bigint visits.lift_id",
            "day": "date = 2026-01-01",
            "least": "numeric = 1",
        },
    ),
    (
        "SELECT s.id FROM (SELECT id, starts_at AS t FROM visits) s WHERE s.t > :after AND EXISTS "
        "(SELECT 1 FROM visits o WHERE o.id = s.id AND o.hours >= :hours * 2 AND (:all OR o.done))",
        {"after": "timestamptz visits.starts_at", "hours": "integer = 1", "all": "boolean = True"},
    ),
    (
        "MERGE INTO visits v USING (VALUES (:lift)) AS s(lift) ON v.lift_id = s.lift WHEN MATCHED THEN UPDATE "
        "SET cost = :cost WHEN NOT MATCHED THEN INSERT (lift_id, note) VALUES (s.lift, :note)",
        {"lift": "bigint visits.lift_id", "cost": "numeric(12,2) visits.cost", "note": "text visits.note"},
    ),
    ("DELETE FROM visits WHERE lift_id = :lift RETURNING id", {"lift": "bigint visits.lift_id"}),
    (
        "WITH RECURSIVE up AS (SELECT id, 1 AS depth FROM visits WHERE id = :id UNION ALL SELECT v.id, up.depth + 1 "
        "FROM visits v JOIN up ON v.lift_id = up.id WHERE up.depth < :deepest) SELECT id FROM up",
        {"id": "bigint visits.id", "deepest": "bigint = 1"},
    ),
)


@pytest.mark.parametrize(("sql", "expected"), CASES)
def test_a_place_says_what_it_takes_on_postgresql(sql: str, expected: Mapping[str, str]) -> None:
    assert told(sql, POSTGRESQL) == expected


def test_a_place_says_what_it_takes_on_sqlite() -> None:
    sql = (
        "SELECT id FROM visits WHERE starts_at >= datetime('now', :span) AND note LIKE '%' || :part || '%' "
        "AND lift_id IN (SELECT value FROM json_each(:ids)) AND date(starts_at) = :day LIMIT :page"
    )
    assert told(sql, SQLITE) == {
        "page": "INTEGER = 20",
        "span": "TEXT = -7 days",
        "part": "TEXT visits.note",
        "ids": "TEXT = [1]",
        "day": "TEXT = 2026-01-01",
    }


def test_a_place_says_what_it_takes_on_mysql() -> None:
    sql = (
        "SELECT id FROM visits WHERE starts_at >= DATE_SUB(NOW(), INTERVAL :days DAY) AND starts_at < :until "
        "AND MATCH(note) AGAINST (:words IN NATURAL LANGUAGE MODE) AND note LIKE CONCAT('%', :part, '%') LIMIT :page"
    )
    assert told(sql, MYSQL) == {
        "page": "bigint = 20",
        "days": "bigint = 7",
        "until": "datetime(6) visits.starts_at",
        "words": "varchar(255) = word",
        "part": "varchar(255) visits.note",
    }


def test_mysql_writes_say_what_they_take() -> None:
    sql = "INSERT INTO visits (lift_id, cost) VALUES (:lift, :cost) ON DUPLICATE KEY UPDATE cost = cost + :more"
    assert told(sql, MYSQL) == {
        "lift": "bigint visits.lift_id",
        "cost": "decimal(12,2) visits.cost",
        "more": "decimal(12,2) = 1",
    }


@pytest.mark.parametrize("sql", ["SELECT f(:odd) FROM lifts", "SELECT id FROM lifts WHERE g(id, :odd) > 1"])
def test_what_no_place_tells_is_named(sql: str) -> None:
    assert inferred(parsed(sql, "postgresql"), POSTGRESQL).unknown == ("odd",)


@pytest.mark.parametrize(
    ("sql", "missing"),
    [
        ("SELECT v.colour FROM visits v", ["column v.colour"]),
        ("SELECT colour FROM visits", ["column colour"]),
        ("SELECT id FROM visit", ["table visit"]),
        ("INSERT INTO visits (colour) VALUES (1)", ["column visits.colour"]),
        ("WITH a AS (SELECT id AS x FROM visits) SELECT a.y FROM a", ["column a.y"]),
        ("UPDATE visits SET colour = 1", ["column colour"]),
    ],
)
def test_names_that_the_schema_lacks_are_told(sql: str, missing: list[str]) -> None:
    assert list(unknown_names(parsed(sql, "postgresql"), POSTGRESQL)) == missing


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT l.serial, x.n FROM lifts l, LATERAL (SELECT count(*) AS n FROM visits v WHERE v.lift_id = l.id) x",
        "SELECT id, cost * 2 AS double FROM visits ORDER BY double",
        "SELECT t.v FROM lifts l, unnest(l.tags) AS t(v)",
        "SELECT g.day FROM generate_series(now(), now(), interval '1 day') AS g(day)",
        "WITH d AS (DELETE FROM visits WHERE done RETURNING id, lift_id) SELECT d.lift_id FROM d",
        "SELECT to_jsonb(v) FROM visits v",
        "INSERT INTO visits (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET cost = EXCLUDED.cost WHERE visits.done",
        "SELECT v.id, row_number() OVER w AS n FROM visits v WINDOW w AS (PARTITION BY v.lift_id ORDER BY v.starts_at)",
        "SELECT u.id FROM (SELECT * FROM visits) u WHERE u.whatever = 1",
        "SELECT id FROM visits UNION ALL SELECT id FROM lifts ORDER BY id",
        "SELECT e.key, e.value FROM lifts l CROSS JOIN jsonb_each(l.meta) e",
        "SELECT count(*) FROM pg_stat_activity",
        "SELECT v.ctid FROM visits v",
    ],
)
def test_a_right_statement_lacks_nothing(sql: str) -> None:
    assert list(unknown_names(parsed(sql, "postgresql"), POSTGRESQL)) == []


@pytest.mark.parametrize(
    ("sql", "kind", "returns"),
    [
        ("SELECT id FROM visits WHERE id = :id", "read", "one"),
        ("SELECT v.id FROM visits v JOIN lifts l ON l.id = v.lift_id WHERE v.id = :id", "read", "one"),
        ("SELECT l.id FROM lifts l JOIN visits v ON v.lift_id = l.id WHERE l.id = :id", "read", "list"),
        ("SELECT id FROM visits WHERE done", "read", "list"),
        ("SELECT id FROM visits ORDER BY id LIMIT 1", "read", "one"),
        ("SELECT count(*) FROM visits", "read", "aggregate"),
        ("SELECT id, count(*) OVER () FROM visits ORDER BY id LIMIT 5", "read", "page"),
        ("WITH d AS (DELETE FROM visits RETURNING id) SELECT id FROM d", "write", "list"),
        ("UPDATE visits SET done = true", "write", "nothing"),
    ],
)
def test_kind_and_result_follow_from_the_statement(sql: str, kind: str, returns: str) -> None:
    tree = parsed(sql, "postgresql")
    assert (kind_of(tree), returns_of(tree, POSTGRESQL)) == (kind, returns)
