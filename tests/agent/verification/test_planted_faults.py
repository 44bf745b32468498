"""Faults planted into a right design: each is caught, and what is caught says its name.

By way of the typed design: verified on the server, and judged by the critic. By way of SQL text, where that is enough:
as `database-specialist check` looks at a file. What can only be planted into a run (a backup that does not restore)
is planted in test_recovery.py as well, in each of its steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from database_specialist.agent.checking import check_statements
from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.operations import Migration
from database_specialist.agent.model.relational import Column, EnumType, Policy, Routine, Schema, Table
from database_specialist.agent.model.workload import Index, IndexKey, Parameter, Workload
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.rules.critic import judge, review
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.script import sql_statements
from database_specialist.agent.verification.races import prove_races
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.recovery import prove_recovery
from database_specialist.agent.verification.sandbox import Database
from database_specialist.agent.verification.verify import verify
from database_specialist.tools.catalog_schema import schema_from_catalog
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from tests.agent.verification import test_scale as scale
from tests.agent.verification.test_recovery import Around, Saboteur, _largest
from tests.agent.verification.test_verify import QUERIES, _with_action, _with_table
from tests.shop import BRIEF, ENTITY_MODEL


def _parts() -> Parts:
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    workload = Workload(queries=QUERIES)
    indexes = plan_indexes(schema, workload)
    extensions = tuple(dict.fromkeys((*schema.extensions, *required_extensions(indexes))))
    schema = schema.model_copy(update={"extensions": extensions})
    return Parts(
        ENTITY_MODEL, schema, workload, indexes, plan_operations(BRIEF, ENTITY_MODEL, schema, workload, indexes)
    )


@pytest.fixture(scope="module")
def parts() -> Parts:
    return _parts()


def _findings(parts: Parts, log: EvidenceLog) -> list[str]:
    """Return what the critic says of a verified design, as "CODE severity place: message"."""
    verdict = judge(
        Subject(
            brief=BRIEF,
            entity_model=parts.entity_model,
            schema=parts.schema,
            workload=parts.workload,
            indexes=parts.indexes,
            operations=parts.operations,
            evidence=log,
        ),
        round=1,
    )
    return [f"{each.code} {each.severity} {each.place}: {each.message}" for each in verdict.findings]


def _caught(parts: Parts, server: PostgresSandbox) -> list[str]:
    return _findings(parts, verify(**vars(parts), sandbox=server).log)


def _with_schema(parts: Parts, schema: Schema) -> Parts:
    operations = plan_operations(BRIEF, ENTITY_MODEL, schema, parts.workload, parts.indexes)
    return replace(parts, schema=schema, operations=operations)


def _with_column(schema: Schema, name: str, column: Column) -> Schema:
    return _with_table(schema, name, lambda table: {"columns": (*table.columns, column)})


def test_the_design_that_faults_are_planted_into_is_right(parts: Parts, server: PostgresSandbox) -> None:
    assert [line for line in _caught(parts, server) if " error " in line] == []


# Faults of the structure.


def blocked_cascade(parts: Parts) -> Parts:
    """The document says that a customer's orders go with the customer; their lines hold them back."""
    schema = _with_action(parts.schema, "orders_customer_id_fkey", "cascade")
    return _with_schema(parts, _with_action(schema, "order_lines_order_id_fkey", "restrict"))


def unused_index(parts: Parts) -> Parts:
    index = Index(
        name="orders_note_idx", table="orders", keys=(IndexKey(expression="note"),), serves=(), reason="Habit."
    )
    return replace(parts, indexes=parts.indexes.model_copy(update={"planned": (*parts.indexes.planned, index)}))


def clock_in_predicate(parts: Parts) -> Parts:
    (_, *rest), first = parts.indexes.planned, parts.indexes.planned[0]
    changed = first.model_copy(update={"where": "placed_at > NOW() - interval '7 days'", "table": "orders"})
    return replace(parts, indexes=parts.indexes.model_copy(update={"planned": (changed, *rest)}))


def bare_foreign_key(parts: Parts) -> Parts:
    planned = tuple(index for index in parts.indexes.planned if index.table != "orders")
    return replace(parts, indexes=parts.indexes.model_copy(update={"planned": planned}))


def volatile_column(parts: Parts) -> Parts:
    age = Column(name="age_in_days", type="integer", nullable=True, generated="(current_date - placed_at::date)")
    return _with_schema(parts, _with_column(parts.schema, "orders", age))


def one_sided_trigger(parts: Parts) -> Parts:
    """A name is no longer free when a tag has it; a changed name is not looked at."""
    create = (
        "CREATE FUNCTION tags_apart() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(7); "
        "IF EXISTS (SELECT 1 FROM tags t WHERE lower(t.name) = lower(NEW.name) AND t.id <> NEW.id) THEN "
        "RAISE EXCEPTION 'taken'; END IF; RETURN NEW; END $$; "
        "CREATE TRIGGER tags_apart BEFORE INSERT ON tags FOR EACH ROW EXECUTE FUNCTION tags_apart();"
    )
    drop = "DROP TRIGGER tags_apart ON tags; DROP FUNCTION tags_apart();"
    routine = Routine(name="tags_apart", table="tags", create=create, drop=drop, why="test")
    return _with_schema(parts, parts.schema.model_copy(update={"routines": (*parts.schema.routines, routine)}))


def no_exclusion(parts: Parts) -> Parts:
    return _with_schema(parts, _with_table(parts.schema, "bookings", lambda table: {"exclusions": ()}))


def leaking_policy(parts: Parts) -> Parts:
    own = "customer_id = nullif(current_setting('app.customer_id', true), '')::bigint"
    policy = Policy(name="orders_own", table="orders", using=f"{own} OR status = 'new'", check=own, why="test")
    return _with_schema(parts, parts.schema.model_copy(update={"policies": (policy,)}))


# Faults of the operations.


def counter_left_behind(parts: Parts) -> Parts:
    seed = parts.operations.seed
    lines = [
        line for line in seed.sql.splitlines() if not line.startswith("SELECT setval(pg_get_serial_sequence('tags'")
    ]
    operations = parts.operations.model_copy(update={"seed": seed.model_copy(update={"sql": "\n".join(lines)})})
    assert operations != parts.operations
    return replace(parts, operations=operations)


def _with_enum(parts: Parts) -> Parts:
    mood = EnumType(name="order_mood", values=("calm", "urgent"))
    return _with_schema(parts, parts.schema.model_copy(update={"enums": (mood,)}))


def forgotten_type(parts: Parts) -> Parts:
    parts = _with_enum(parts)
    first, *rest = parts.operations.migrations
    assert "DROP TYPE order_mood" in first.down
    down = first.down.replace("DROP TYPE order_mood;", "")
    migrations = (first.model_copy(update={"down": down}), *rest)
    return replace(parts, operations=parts.operations.model_copy(update={"migrations": migrations}))


def forgotten_value(parts: Parts) -> Parts:
    """The last step adds a value to a type, and its way back does nothing; the type's own way back hides that."""
    parts = _with_enum(parts)
    first, *rest = parts.operations.migrations
    assert "'calm', 'urgent'" in first.up
    early = first.model_copy(update={"up": first.up.replace("'calm', 'urgent'", "'calm'")})
    late = Migration(
        number=len(rest) + 2, name="more_moods", up="ALTER TYPE order_mood ADD VALUE 'urgent';", down="SELECT 1;"
    )
    operations = parts.operations.model_copy(update={"migrations": (early, *rest, late)})
    return replace(parts, operations=operations)


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (blocked_cascade, ("FK011 warning orders.orders_customer_id_fkey", "order_lines_order_id_fkey blocks it")),
        (unused_index, ("IDX004 warning orders.orders_note_idx", "serves no query and no constraint")),
        (clock_in_predicate, ("EVI001 error", "functions in index predicate must be marked IMMUTABLE")),
        (clock_in_predicate, ("IDX009 error", "depends on NOW")),
        (bare_foreign_key, ("FK001 warning orders.orders_customer_id_fkey", "No index leads with orders")),
        (volatile_column, ("EVI001 error orders:", "generation expression is not immutable")),
        (volatile_column, ("CHK003 error orders.age_in_days", "current_date")),
        (one_sided_trigger, ("TRG001 warning tags.tags_apart", "an UPDATE brings about")),
        (no_exclusion, ("EVI001 error EX3", "nothing in the schema enforces it")),
        (no_exclusion, ("DES014 warning bookings", "nothing keeps two rows for one thing from overlapping")),
        (leaking_policy, ("EVI001 error orders_own", "of others")),
        (counter_left_behind, ("EVI001 error seed", "the counter of tags.id gives 1 next")),
        (forgotten_type, ("EVI001 error 0001_types", "additional enums: order_mood")),
        (forgotten_value, ("more_moods", "additional enums: order_mood calm, urgent")),
    ],
    ids=lambda value: value.__name__ if callable(value) else value[0].split()[0],
)
def test_a_fault_in_the_design_is_caught_and_named(
    parts: Parts, server: PostgresSandbox, plant: Callable[[Parts], Parts], words: tuple[str, str]
) -> None:
    said = _caught(plant(parts), server)
    assert [line for line in said if all(word in line for word in words)], said


def test_a_blocked_cascade_is_run_and_what_blocked_it_is_recorded(parts: Parts, server: PostgresSandbox) -> None:
    planted = blocked_cascade(parts)
    log = verify(**vars(planted), sandbox=server).log
    (record,) = [each for each in log.records if each.subject == "orders.orders_customer_id_fkey"]
    assert record.status == "EXECUTED"
    assert "1 row referred to it; 0 still refer, 1 deleted" in record.detail
    assert "blocked by bookings_customer_id_fkey, order_lines_order_id_fkey; with" in record.detail


def test_a_double_booking_past_a_trigger_is_caught(parts: Parts, server: PostgresSandbox) -> None:
    """The sequential example is refused: only two sessions at once show what the trigger does not see."""
    (name,) = [each.name for table in parts.schema.tables for each in table.exclusions]
    create = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM bookings b "
        "WHERE b.room_id = NEW.room_id AND b.id <> NEW.id AND b.starts_at < NEW.ends_at AND NEW.starts_at < b.ends_at) "
        f"THEN RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{name}', MESSAGE = 'taken'; END IF; "
        f"RETURN NEW; END $$; CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON bookings FOR EACH ROW "
        f"EXECUTE FUNCTION {name}();"
    )
    drop = f"DROP TRIGGER {name} ON bookings; DROP FUNCTION {name}();"
    routine = Routine(name=name, table="bookings", create=create, drop=drop, rule="BR2", why="test")
    schema = no_exclusion(parts).schema
    planted = _with_schema(parts, schema.model_copy(update={"routines": (*schema.routines, routine)}))
    assert [line for line in _caught(planted, server) if "EX3" in line and " error " in line] == []

    recorder = Recorder(server, lambda doing: None)
    prove_races(planted, recorder)
    said = _findings(planted, EvidenceLog(records=tuple(recorder.records)))
    assert [line for line in said if line.startswith(f"EVI001 error {name}:") and "both committed" in line]
    assert [line for line in said if line.startswith(f"TRG002 warning bookings.{name}")]


def test_a_backup_that_does_not_restore_is_caught(parts: Parts, server: PostgresSandbox) -> None:
    class Torn(Around):
        def back_up(self) -> None:
            super().back_up()
            with _largest(self.real.folder / "base").open("r+b") as file:
                file.truncate(8192)
            self.real.verify("base")

    recorder = Recorder(Saboteur(server, Torn), lambda doing: None)  # type: ignore[arg-type]  # a sandbox in part
    prove_recovery(parts, recorder, thorough=False)
    said = _findings(parts, EvidenceLog(records=tuple(recorder.records)))
    assert [line for line in said if line.startswith("EVI001 error base backup") and "size" in line], said


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT note, count(*) FROM orders GROUP BY note ORDER BY note", "QRY019"),
        ("SELECT id FROM orders WHERE length(note) * 0 = id * 0 AND id + 0 > 0", "QRY018"),
    ],
    ids=["a sort that spills", "an estimate a hundredfold off"],
)
def test_a_plan_at_the_stated_volume_is_caught(server: PostgresSandbox, query: str, code: str) -> None:
    planted = scale._parts(scale._query(1, query), planned=())
    assert scale._findings(planted, scale._log(planted, server)[0])[code].place == "Q1"


def test_a_query_that_reads_every_partition_is_caught(server: PostgresSandbox) -> None:
    day = Parameter(name="day", type="date", example="2026-02-03")
    planted = scale._parts(scale._query(1, "SELECT value FROM readings WHERE taken_at::date = :day", day))
    assert "all 4 partitions" in scale._findings(planted, scale._log(planted, server)[0])["PAR005"].message


def test_a_unique_key_without_the_partition_key_is_caught(server: PostgresSandbox) -> None:
    def without(table: Table) -> Table:
        key = table.primary_key.model_copy(update={"columns": ("id",)}) if table.primary_key else None
        return table.model_copy(update={"primary_key": key}) if table.name == "readings" else table

    tables = tuple(without(table) for table in scale.SCHEMA.tables)
    planted = scale._parts(*scale.QUERIES, schema=scale.SCHEMA.model_copy(update={"tables": tables}))
    said = [f"{each.code} {each.place}" for each in review(Subject(schema=planted.schema))]
    assert "PAR001 readings.readings_pkey" in said
    failed = verify(**vars(planted), sandbox=server).log.failed
    assert [record for record in failed if record.subject == "readings" and "partitioning columns" in record.detail]


# By way of SQL text.

TABLES = "CREATE TABLE rooms (id bigint PRIMARY KEY);\n"
BOOKINGS = (
    TABLES + "CREATE TABLE bookings (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,\n"
    "  room_id bigint NOT NULL REFERENCES rooms (id), starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL);\n"
)
LOOKS = (
    "CREATE FUNCTION free() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock}IF EXISTS (SELECT 1 FROM bookings b "
    "WHERE b.room_id = NEW.room_id AND b.starts_at < NEW.ends_at AND b.id <> NEW.id) THEN "
    "RAISE EXCEPTION 'taken'; END IF; RETURN NEW; END $$;\n"
    "CREATE TRIGGER free BEFORE {events} ON bookings FOR EACH ROW EXECUTE FUNCTION free();\n"
)
NOTES = (
    "CREATE TABLE notes (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, body text, is_public boolean NOT NULL);\n"
)
ENABLED = "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n"
OWN = "CREATE POLICY own ON notes USING (tenant_id = current_setting('app.tenant_id')::bigint{more});\n"
EVENTS = "CREATE TABLE e (id bigint, at timestamptz NOT NULL, v int{key}) PARTITION BY RANGE (at);\n"
PARTS = (
    "CREATE TABLE e1 PARTITION OF e FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\n"
    "CREATE TABLE e2 PARTITION OF e DEFAULT;\n"
)
SCRIPTS = {
    "a blocked cascade": (
        TABLES + "CREATE TABLE beds (id bigint PRIMARY KEY, room_id bigint REFERENCES rooms (id) ON DELETE CASCADE);\n"
        "CREATE TABLE stays (id bigint PRIMARY KEY, bed_id bigint REFERENCES beds (id) ON DELETE RESTRICT);\n",
        "FK011 beds.beds_room_id_fkey",
        "stays_bed_id_fkey blocks it",
    ),
    "an unused index": (
        "CREATE TABLE a (id bigint PRIMARY KEY, m text);\nCREATE INDEX a_m_idx ON a (m);\n"
        "SELECT id FROM a WHERE id = 1;\n",
        "IDX004 a.a_m_idx",
        "serves no query",
    ),
    "a type that down forgets": (
        "-- migrate:up\nCREATE TYPE mood AS ENUM ('calm');\nCREATE TABLE a (id bigint PRIMARY KEY, m mood);\n"
        "-- migrate:down\nDROP TABLE a;\n",
        "EVI001 f:4",
        "additional enums: mood",
    ),
    "a value that down forgets": (
        "-- +goose Up\nCREATE TYPE mood AS ENUM ('calm');\n-- +goose Up\nALTER TYPE mood ADD VALUE 'urgent';\n"
        "-- +goose Down\nSELECT 1;\n",
        "EVI001 f:5",
        "additional enums: mood calm, urgent",
    ),
    "a key without the partition key": (EVENTS.format(key=", PRIMARY KEY (id)"), "fails f:1", "partitioning columns"),
    "a query that cannot prune": (
        EVENTS.format(key=", PRIMARY KEY (id, at)") + PARTS + "SELECT v FROM e WHERE at::date = '2026-01-05';\n",
        "PAR003 line 4",
        "looks into all of its partitions",
    ),
    "a clock in a predicate": (
        "CREATE TABLE a (id bigint PRIMARY KEY, at timestamptz NOT NULL);\n"
        "CREATE INDEX a_at_idx ON a (at) WHERE at > NOW() - interval '7 days';\n",
        "fails f:2 CREATE INDEX a_at_idx",
        "must be marked IMMUTABLE",
    ),
    "a foreign key without an index": (BOOKINGS, "FK001 bookings.bookings_room_id_fkey", "No index leads with"),
    "a trigger on INSERT alone": (
        BOOKINGS + LOOKS.format(lock="PERFORM pg_advisory_xact_lock(NEW.room_id); ", events="INSERT"),
        "TRG001 bookings.free",
        "an UPDATE brings about",
    ),
    "a trigger that two sessions pass": (
        BOOKINGS + LOOKS.format(lock="", events="INSERT OR UPDATE"),
        "TRG002 bookings.free",
        "takes no lock",
    ),
    "a missing exclusion constraint": (BOOKINGS, "DES014 bookings", "nothing keeps two rows for one thing"),
    "a counter out of step": (
        BOOKINGS + "INSERT INTO rooms VALUES (1);\nINSERT INTO bookings VALUES (7, 1, '2026-01-05', '2026-01-06');\n",
        "EVI001 bookings.id",
        "gives 1 next, and rows up to 7 are there",
    ),
    "a generated column of today": (
        "CREATE TABLE a (id bigint PRIMARY KEY, born date, age int GENERATED ALWAYS AS (extract(year FROM age(born)))"
        " STORED);\n",
        "fails f:1 CREATE TABLE a",
        "generation expression is not immutable",
    ),
    "a dump that does not restore": (
        TABLES + "CREATE FUNCTION has_rooms() RETURNS boolean LANGUAGE sql STABLE AS "
        "$$ SELECT EXISTS (SELECT 1 FROM rooms) $$;\nCREATE TABLE a (id bigint PRIMARY KEY, CHECK (has_rooms()));\n",
        "CHK001 a.a_check",
        "stop a restore tomorrow",
    ),
    "a policy that shows others": (
        NOTES + ENABLED + OWN.format(more=" OR is_public"),
        "EVI001 own",
        "of others",
    ),
    "a second policy that shows others": (
        NOTES + ENABLED + OWN.format(more="") + "CREATE POLICY shared ON notes FOR SELECT USING (is_public);\n",
        "EVI001 shared",
        "of others",
    ),
    "a policy that binds nobody": (NOTES + OWN.format(more=""), "EVI001 own", "row security is not enabled on notes"),
}


def read_back(database: Database):  # type: ignore[no-untyped-def]  # as the function that it calls
    return schema_from_catalog(database.catalog(), engine="postgresql")


def _checked(text: str, server: PostgresSandbox, *, markdown: bool = False) -> list[str]:
    statements = sql_statements(text, "postgresql", markdown=markdown)
    report = check_statements("f", statements, server, read_back=read_back)
    failures = [f"fails {each.place} {each.statement}: {each.message}" for each in report.failures]
    return failures + [f"{each.code} {each.place}: {each.message}" for each in report.findings]


@pytest.mark.parametrize("markdown", [False, True], ids=["sql", "markdown"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_fault_in_a_file_is_caught_and_named(server: PostgresSandbox, name: str, markdown: bool) -> None:
    text, place, words = SCRIPTS[name]
    said = _checked(f"```sql\n{text}```\n" if markdown else text, server, markdown=markdown)
    bare = place.split()[0] if markdown else place  # lines are counted in the document
    assert [line for line in said if line.startswith(bare) and words in line], said


@pytest.mark.parametrize(
    "text",
    [
        BOOKINGS.replace("timestamptz NOT NULL);", "timestamptz NOT NULL, UNIQUE (room_id, starts_at));"),
        BOOKINGS
        + LOOKS.format(lock="PERFORM 1 FROM rooms WHERE id = NEW.room_id FOR UPDATE; ", events="INSERT OR UPDATE"),
        NOTES + ENABLED + OWN.format(more=""),
        NOTES
        + ENABLED
        + OWN.format(more="").replace("current_setting", "(SELECT current_setting").replace(");", "));"),
        NOTES
        + ENABLED
        + OWN.format(more="").replace("USING", "FOR SELECT USING")
        + "CREATE POLICY theirs ON notes FOR DELETE USING (tenant_id = current_setting('app.tenant_id')::bigint);\n",
        "CREATE TABLE a (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n text);\n"
        "INSERT INTO a (n) VALUES ('x'), ('y');\n",
        "-- migrate:up\nCREATE TABLE a (id bigint PRIMARY KEY);\n-- migrate:down\nDROP TABLE a;\n",
    ],
    ids=[
        "slots",
        "a lock first",
        "a right policy",
        "a subselect",
        "a policy for each command",
        "a counter in step",
        "a right way back",
    ],
)
def test_the_right_form_of_it_is_left_in_peace(server: PostgresSandbox, text: str) -> None:
    codes = {line.split()[0] for line in _checked(text, server)}
    assert not codes & {"fails", "EVI001", "TRG001", "TRG002", "DES014", "FK011"}


def test_what_is_dropped_on_the_way_back_is_judged_all_the_same(server: PostgresSandbox) -> None:
    text = "-- migrate:up\nCREATE TABLE a (n int);\n-- migrate:down\nDROP TABLE a;\n"
    assert [line for line in _checked(text, server) if line.startswith("KEY001 a")]
