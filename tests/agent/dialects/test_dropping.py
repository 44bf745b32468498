from __future__ import annotations

import pytest

from database_specialist.agent.dialects.dropping import tables_of_triggers, undoing, without_undoing
from database_specialist.agent.model.base import Engine


@pytest.mark.parametrize(
    ("engine", "create", "drop"),
    [
        (
            "postgresql",
            "CREATE CONSTRAINT TRIGGER t AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()",
            "TRIGGER t ON a",
        ),
        ("postgresql", "CREATE OR REPLACE FUNCTION f(x int) RETURNS int AS $$SELECT 1;$$ LANGUAGE sql", "FUNCTION f"),
        ("postgresql", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b)", "INDEX i"),
        ("postgresql", "CREATE MATERIALIZED VIEW v AS SELECT 1", "MATERIALIZED VIEW v"),
        ("sqlite", "CREATE TRIGGER IF NOT EXISTS t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END", "TRIGGER t"),
        ("sqlite", "CREATE VIRTUAL TABLE f USING fts5(x)", "TABLE f"),
        ("mysql", "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1", "TRIGGER t"),
        ("mysql", "CREATE INDEX i ON a (b)", "INDEX i ON a"),
    ],
)
def test_what_is_created_is_dropped_by_its_name(engine: Engine, create: str, drop: str) -> None:
    assert undoing(f"{create};", engine) == f"DROP {drop};"


def test_an_added_constraint_is_taken_from_its_table() -> None:
    assert undoing("ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0);", "postgresql") == "ALTER TABLE a DROP CONSTRAINT c;"


def test_the_last_created_goes_first() -> None:
    assert (
        undoing("CREATE TABLE a (b int); CREATE VIEW v AS SELECT b FROM a;", "sqlite") == "DROP VIEW v; DROP TABLE a;"
    )


def test_what_nothing_undoes_is_named() -> None:
    assert undoing("GRANT SELECT ON a TO b;", "postgresql") == ""
    assert without_undoing("GRANT SELECT ON a TO b;", "postgresql") == ["GRANT SELECT ON a TO b"]


def test_triggers_name_their_tables_once() -> None:
    events = ("INSERT", "UPDATE")
    both = " ".join(f"CREATE TRIGGER on_{each} AFTER {each} ON a BEGIN SELECT 1; END;" for each in events)
    assert tables_of_triggers(both, "sqlite") == ("a",)
