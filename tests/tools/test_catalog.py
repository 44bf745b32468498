"""The catalog read back, and turned into the typed model."""

from __future__ import annotations

import pytest

from database_specialist.agent.dialects import create_statements, index_statements
from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.rules.sec005_policy_guards_nothing import policy_guards_nothing
from database_specialist.agent.verification.catalog import Catalog, differences
from database_specialist.tools.catalog import schema_from_catalog
from database_specialist.tools.postgres_sandbox import PostgresDatabase
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.shop import ENTITY_MODEL

SCRIPT = (
    "CREATE SCHEMA app",
    "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
    "CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%')",
    "CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(20) NOT NULL UNIQUE)",
    """CREATE TABLE child (
        id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
        parent_id bigint CONSTRAINT child_parent_id_fkey REFERENCES parent (id) ON DELETE SET NULL DEFERRABLE,
        mood mood, mail email, size text CHECK (size IN ('s', 'm', 'l')),
        during tstzrange, twice int GENERATED ALWAYS AS (2 * 2) STORED,
        CONSTRAINT child_excl EXCLUDE USING gist (during WITH &&) WHERE (size = 's'))""",
    "COMMENT ON COLUMN child.mood IS 'How it feels.'",
    "CREATE TABLE app.log (at timestamptz NOT NULL, what text) PARTITION BY RANGE (at)",
    "CREATE TABLE app.log_2026 PARTITION OF app.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    "CREATE INDEX child_lower_idx ON child (lower(size) text_pattern_ops, parent_id DESC) INCLUDE (mood)"
    " WHERE id IS NOT NULL",
    "CREATE UNIQUE INDEX child_one_small ON child (parent_id) WHERE size = 's'",
    "CREATE VIEW happy AS SELECT id FROM child WHERE mood = 'happy'",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TRIGGER t BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION f()",
    "ALTER TABLE parent ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY p ON parent USING (id > 0) WITH CHECK (id > 1)",
)


@pytest.fixture
def catalog(database: PostgresDatabase) -> Catalog:
    database.run(SCRIPT)
    return database.catalog()


def test_every_kind_of_object_is_read_back(catalog: Catalog) -> None:
    assert [table.name for table in catalog.tables] == ["app.log", "child", "parent"]
    assert [(view.name, trigger.name) for view, trigger in zip(catalog.views, catalog.triggers, strict=True)] == [
        ("happy", "t")
    ]
    assert [function.name for function in catalog.functions] == ["f()"]
    assert [(each.name, each.definition) for each in catalog.policies] == [
        ("p", "permissive * using (id > 0) with check (id > 1)")
    ]
    assert [(enum.name, enum.values) for enum in catalog.enums] == [("mood", ("sad", "ok", "happy"))]
    assert catalog.domains[0].definition.startswith("text CHECK")
    assert catalog.schemas == ("app",)
    assert [(each.table, each.name) for each in catalog.partitions] == [("app.log", "app.log_2026")]


def test_an_index_is_read_back_with_all_its_parts(catalog: Catalog) -> None:
    index = next(each for each in catalog.indexes if each.name == "child_lower_idx")
    assert index.keys == ("(lower(size))", "parent_id DESC")
    assert index.operator_classes == ("text_pattern_ops", "")
    assert (index.include, index.where, index.unique) == (("mood",), "(id IS NOT NULL)", False)


def test_a_search_path_that_a_script_sets_changes_no_spelling(database: PostgresDatabase) -> None:
    database.run(SCRIPT)
    before = database.catalog()
    database.execute("SELECT pg_catalog.set_config('search_path', '', false)")
    assert database.catalog() == before


def test_the_difference_of_two_catalogs_names_what_is_missing(catalog: Catalog, database: PostgresDatabase) -> None:
    database.execute("DROP INDEX child_lower_idx")
    (line,) = differences(catalog, database.catalog())
    assert line.startswith("missing indexes: child.child_lower_idx")


def test_a_schema_made_from_the_catalog_holds_what_the_rules_need(catalog: Catalog) -> None:
    schema, indexes = schema_from_catalog(catalog)
    assert [table.name for table in schema.tables] == ["app.log", "parent", "child"]
    child = schema.table("child")
    assert child is not None
    assert [(column.name, column.type, column.values) for column in child.columns[:5]] == [
        ("id", "uuid", ()),
        ("parent_id", "bigint", ()),
        ("mood", "mood", ("sad", "ok", "happy")),
        ("mail", "email", ()),
        ("size", "text", ("s", "m", "l")),
    ]
    assert (child.foreign_keys[0].on_delete, child.foreign_keys[0].deferrable) == ("set null", True)
    assert child.exclusions[0].elements[0].operator == "&&"
    assert [(unique.name, unique.where) for unique in child.uniques] == [("child_one_small", "size = 's'::text")]
    assert schema.tables[0].partitioning is not None
    assert (schema.policies[0].using, schema.policies[0].check) == ("(id > 0)", "(id > 1)")
    assert (schema.domains[0].base, schema.domains[0].check) == ("text", "VALUE ~~ '%@%'::text")
    (index,) = indexes.planned
    assert index.keys[0].operator_class == "text_pattern_ops"
    assert index.keys[1].descending


@pytest.fixture(scope="module")
def shop() -> tuple[Schema, Indexes]:
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    indexes = plan_indexes(schema, Workload(queries=()))
    extensions = dict.fromkeys((*schema.extensions, *required_extensions(indexes)))
    return schema.model_copy(update={"extensions": tuple(extensions)}), indexes


def test_a_design_read_back_is_the_design_that_was_printed(
    database: PostgresDatabase, shop: tuple[Schema, Indexes]
) -> None:
    schema, indexes = shop
    database.run(create_statements(schema))
    database.run(index_statements(indexes, "postgresql"))
    found, found_indexes = schema_from_catalog(database.catalog())
    for table in schema.tables:
        twin = found.table(table.name)
        assert twin is not None
        assert twin.primary_key == table.primary_key
        assert [(column.name, column.type, column.nullable) for column in twin.columns] == [
            (column.name, column.type, column.nullable) for column in table.columns
        ]
        assert {key.name: (key.columns, key.ref_table, key.on_delete) for key in twin.foreign_keys} == {
            key.name: (key.columns, key.ref_table, key.on_delete) for key in table.foreign_keys
        }
    assert {index.name: index.keys for index in found_indexes.planned} == {
        index.name: index.keys for index in indexes.planned
    }


def test_sqlite_is_read_back_from_its_pragmas_and_texts() -> None:
    with open_sqlite() as sandbox, sandbox.database() as database:
        database.run(
            [
                "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT, CONSTRAINT parent_name_key UNIQUE (name))",
                "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER, note TEXT DEFAULT 'it''s (a, b)',"
                " twice INTEGER GENERATED ALWAYS AS (id * 2) STORED,"
                " CONSTRAINT child_note_check CHECK (note <> ')' AND length(note) < 9), CHECK (id > 0),"
                " CONSTRAINT child_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE)",
                "CREATE INDEX child_idx ON child (lower(note), id DESC) WHERE note IS NOT NULL",
                "CREATE VIEW v AS SELECT 1",
            ]
        )
        catalog = database.catalog()
    assert [(fact.kind, fact.name, fact.expression) for fact in catalog.constraints_of("child")] == [
        ("check", "", "id > 0"),
        ("check", "child_note_check", "note <> ')' AND length(note) < 9"),
        ("foreign key", "child_parent_id_fkey", ""),
        ("primary key", "child_pkey", ""),
    ]
    assert [fact.name for fact in catalog.constraints_of("parent") if fact.kind == "unique"] == ["parent_name_key"]
    (index,) = catalog.indexes_of("child")
    assert (index.keys, index.where) == (("(lower(note))", "id DESC"), "note IS NOT NULL")
    assert [column.generated for column in catalog.columns_of("child")] == ["", "", "", "generated"]
    schema, _ = schema_from_catalog(catalog, engine="sqlite")
    assert [table.name for table in schema.tables] == ["parent", "child"]


def test_a_policy_may_have_one_half_only(database: PostgresDatabase) -> None:
    database.run(
        [
            "CREATE TABLE t (id int)",
            "CREATE POLICY reads ON t FOR SELECT USING (id > 0)",
            "CREATE POLICY writes ON t FOR INSERT WITH CHECK (id > 1)",
        ]
    )
    schema, _ = schema_from_catalog(database.catalog())
    assert [(policy.name, policy.using, policy.check) for policy in schema.policies] == [
        ("reads", "(id > 0)", None),
        ("writes", "true", "(id > 1)"),
    ]


@pytest.mark.parametrize(
    ("clauses", "condition", "check", "always"),
    [
        ("USING (true)", "true", None, True),
        ("FOR INSERT WITH CHECK (true)", "true", "true", True),
        ("FOR INSERT WITH CHECK (id > 1)", "true", "(id > 1)", False),
        ("USING (id > 0) WITH CHECK (true)", "(id > 0)", "true", False),
    ],
)
def test_a_policy_is_read_with_the_parts_it_has(
    database: PostgresDatabase, clauses: str, condition: str, check: str | None, always: bool
) -> None:
    database.run(("CREATE TABLE t (id bigint)", f"CREATE POLICY p ON t {clauses}"))
    schema, _ = schema_from_catalog(database.catalog())
    assert [(policy.using, policy.check) for policy in schema.policies] == [(condition, check)]
    assert bool(list(policy_guards_nothing.check(schema=schema))) is always
