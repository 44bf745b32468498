"""Scripts are cut between statements, and parameters found, by what the engine takes for code."""

from __future__ import annotations

import pytest

from database_specialist.agent.dialects import bind, script, split_statements
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.workload import Parameter, Query

FREQUENCY = Figure(value=1, unit="executions/day", origin="assumed", basis="of the test")


@pytest.mark.parametrize(
    ("engine", "statements"),
    [
        ("postgresql", ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$", "SELECT 2")),
        ("postgresql", ("DO $body$ BEGIN PERFORM '$$;'; END $body$", "SELECT 2")),
        ("postgresql", ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 3")),
        ("postgresql", ("BEGIN", "SELECT ';'", "COMMIT")),
        ("postgresql", ("SELECT E'it\\'s; here'", 'SELECT ";"', "SELECT $1")),
        ("postgresql", ("/* ; */ SELECT 1", "-- ;\nSELECT 2")),
        ("sqlite", ("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 1; END", "SELECT 1")),  # noqa: E501 - one case a line
        ("sqlite", ("CREATE TABLE a (begin TEXT)", "SELECT 1")),
        ("mysql", ("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF 1 THEN SET @a = 1; END IF; END", "SELECT 1")),  # noqa: E501 - one case a line
        ("mysql", ("CREATE PROCEDURE p() BEGIN CASE 1 WHEN 1 THEN SELECT 1; END CASE; END", "SELECT ';\\';'")),
        ("mysql", ("SELECT 1 # one; two\n", "SELECT 2")),
    ],
)  # fmt: skip
def test_a_script_is_cut_between_its_statements(engine: Engine, statements: tuple[str, ...]) -> None:
    assert split_statements(script(statements), engine) == tuple(each.strip() for each in statements)


def test_a_script_of_comments_has_no_statements() -> None:
    assert split_statements("-- nothing;\n;; /* here */ ;", "postgresql") == ()


def _query(sql: str, *names: str) -> Query:
    parameters = tuple(Parameter(name=name, type="text") for name in names)
    return Query(id="Q1", name="q", purpose="", kind="read", sql=sql, parameters=parameters, frequency=FREQUENCY)


@pytest.mark.parametrize(
    ("sql", "engine", "bound", "names"),
    [
        ("a = :a AND b = :b OR c = :a", "postgresql", "a = $1 AND b = $2 OR c = $1", ("a", "b")),
        ("a = :a AND b = :b OR c = :a", "sqlite", "a = ? AND b = ? OR c = ?", ("a", "b", "a")),
        ("x::date = :a::date", "postgresql", "x::date = $1::date", ("a",)),
        ("t = '12:a' -- :a\n AND u = :a /* :b */", "postgresql", "t = '12:a' -- :a\n AND u = $1 /* :b */", ("a",)),
        ("x[1:b] = :ab", "postgresql", "x[1:b] = $1", ("ab",)),
        ('":a" = $$:a$$ || :a', "postgresql", '":a" = $$:a$$ || $1', ("a",)),
        ("d = :day", "mysql", "d = ?", ("day",)),
    ],
)
def test_only_declared_parameters_in_code_are_bound(
    sql: str, engine: Engine, bound: str, names: tuple[str, ...]
) -> None:
    assert bind(sql, _query(sql, *dict.fromkeys(names)), engine=engine) == (bound, names)
