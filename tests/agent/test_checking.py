"""Designs of others: their statements are found, run in order, and judged by the critic's rules."""

from __future__ import annotations

from functools import partial

import pytest

from database_specialist.agent.checking import CheckReport, check_statements
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.script import Statement, guess_engine, sql_statements
from database_specialist.agent.verification.sandbox import Database, Sandbox
from database_specialist.tools.catalog_schema import schema_from_catalog
from database_specialist.tools.sqlite_sandbox import open_sqlite


def read_back(database: Database, *, engine: Engine) -> tuple[Schema, Indexes]:
    return schema_from_catalog(database.catalog(), engine=engine)


def check(text: str, server: Sandbox, *, engine: Engine = "postgresql", markdown: bool = False) -> CheckReport:
    statements = sql_statements(text, engine, markdown=markdown)
    return check_statements("f", statements, server, read_back=partial(read_back, engine=engine))


def found(report: CheckReport, code: str) -> list[str]:
    return [finding.place for finding in report.findings if finding.code == code]


# finding the statements


def lines(text: str, *, markdown: bool = True) -> list[tuple[int, str]]:
    return [(each.line, each.sql.split("\n")[0]) for each in sql_statements(text, "postgresql", markdown=markdown)]


def test_statements_know_their_line_in_a_script() -> None:
    text = "-- head\nCREATE TABLE a (\n  id int\n);\n\n\nCREATE TABLE b (id int);\n"
    assert [line for line, _ in lines(text, markdown=False)] == [1, 7]


def test_only_sql_blocks_of_a_document_are_read() -> None:
    text = "x\n\n```python\nDROP TABLE a;\n```\n\n```postgresql\nSELECT 1;\n```\n\n~~~SQL title\nSELECT 2;\n~~~\n"
    assert lines(text) == [(8, "SELECT 1"), (12, "SELECT 2")]


def test_a_block_without_a_language_is_read_when_it_begins_like_sql() -> None:
    assert lines("```\ncreate table a (id int);\n```\n\n```\ncurl http://x\n```\n") == [(2, "create table a (id int)")]


def test_blocks_inside_lists_keep_their_line() -> None:
    assert lines("- step\n\n  ```sql\n  SELECT 1;\n\n  SELECT 2;\n  ```\n") == [(4, "SELECT 1"), (6, "SELECT 2")]


def test_windows_line_ends_do_not_move_the_lines() -> None:
    assert [line for line, _ in lines("a\r\n\r\n```sql\r\nSELECT 1;\r\nSELECT 2;\r\n```\r\n")] == [4, 5]


def test_the_same_statement_twice_has_two_lines() -> None:
    assert [line for line, _ in lines("SELECT 1;\nSELECT 1;\n", markdown=False)] == [1, 2]


def test_commands_of_psql_are_passed_over() -> None:
    assert lines("\\set x 1\n\\c shop\nSELECT 1;\n", markdown=False) == [(3, "SELECT 1")]


def test_a_document_without_sql_has_no_statement() -> None:
    assert sql_statements("# Title\n\nSELECT is a word.\n", "postgresql", markdown=True) == ()


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("CREATE TABLE a (id int) ENGINE=InnoDB;", "mysql"),
        ("CREATE TABLE a (id int AUTO_INCREMENT);", "mysql"),
        ("CREATE TABLE a (id integer PRIMARY KEY AUTOINCREMENT);", "sqlite"),
        ("CREATE TABLE a (id integer PRIMARY KEY) STRICT;", "sqlite"),
        ("CREATE TABLE a (id bigint);", "postgresql"),
    ],
)
def test_the_engine_is_guessed_by_words_that_only_it_knows(text: str, engine: Engine) -> None:
    assert guess_engine(text) == engine


# running and judging them


def test_a_sound_script_is_sound(server: Sandbox) -> None:
    report = check(
        "CREATE TABLE a (id bigint PRIMARY KEY, name text NOT NULL);\n"
        "COMMENT ON TABLE a IS 'Things.';\n"
        "INSERT INTO a VALUES (1, 'x');\n"
        "SELECT name FROM a WHERE id = 1;\n",
        server,
    )
    assert report.sound
    assert (report.statements, report.tables, report.queries) == (4, 1, 1)


def test_a_failing_statement_is_placed_and_the_rest_still_runs(server: Sandbox) -> None:
    report = check(
        "CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint REFERENCES b (id));\n\n"
        "CREATE TABLE c (id bigint PRIMARY KEY);\n",
        server,
    )
    assert [failure.place for failure in report.failures] == ["f:1"]
    assert report.failures[0].statement.startswith("CREATE TABLE a")
    assert '"b" does not exist' in report.failures[0].message
    assert report.tables == 1
    assert not report.sound


def test_a_table_that_was_never_defined_is_reported_where_a_query_asks_for_it(server: Sandbox) -> None:
    report = check("CREATE TABLE a (id bigint PRIMARY KEY);\nSELECT * FROM ghosts WHERE id = $1;\n", server)
    assert [failure.place for failure in report.failures] == ["f:2"]
    assert "ghosts" in report.failures[0].message


@pytest.mark.parametrize("mark", ["$1", ":id", "?", "%s", "%(id)s"])
def test_a_query_with_parameters_is_prepared_whatever_their_notation(server: Sandbox, mark: str) -> None:
    report = check(f"CREATE TABLE a (id bigint PRIMARY KEY, n text);\nSELECT n FROM a WHERE id = {mark};\n", server)
    assert report.failures == ()
    assert report.queries == 1


def test_a_cast_and_a_time_of_day_are_no_parameters(server: Sandbox) -> None:
    report = check("CREATE TABLE a (t text);\nSELECT t::text FROM a WHERE t > '10:30'::text;\n", server)
    assert report.failures == ()


def test_a_foreign_key_without_an_index_and_an_index_without_a_use_are_found(server: Sandbox) -> None:
    report = check(
        "CREATE TABLE users (id bigint PRIMARY KEY);\n"
        "CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id), body text);\n"
        "CREATE INDEX posts_body_idx ON posts (body);\n"
        "SELECT id FROM posts WHERE id = 1;\n",
        server,
    )
    said = [f"{finding.code} {finding.place} {finding.message}" for finding in report.findings]
    assert any("user_id" in each and "FK" in each for each in said)
    assert any("posts_body_idx" in each for each in said)


def test_a_table_without_a_primary_key_makes_a_script_unsound(server: Sandbox) -> None:
    report = check("CREATE TABLE a (id bigint);\n", server)
    assert found(report, "KEY001") == ["a"]
    assert not report.sound


def test_a_script_of_sqlite_runs_on_sqlite() -> None:
    with open_sqlite() as sandbox:
        report = check(
            "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT NOT NULL) STRICT;\n"
            "SELECT n FROM a WHERE id = ?;\n"
            "SELECT nothing FROM a;\n",
            sandbox,
            engine="sqlite",
        )
    assert [failure.place for failure in report.failures] == ["f:3"]
    assert report.tables == 1


def test_statements_of_several_blocks_see_each_other(server: Sandbox) -> None:
    text = (
        "```sql\nCREATE TABLE a (id bigint PRIMARY KEY);\n```\n\ntext\n\n```sql\nSELECT id FROM a WHERE id = 1;\n```\n"
    )
    assert check(text, server, markdown=True).failures == ()


def test_a_statement_is_the_line_and_the_text() -> None:
    assert sql_statements("SELECT 1", "sqlite", markdown=False) == (Statement(1, "SELECT 1"),)


def test_a_script_that_leaves_its_transaction_open_is_judged_all_the_same(server: Sandbox) -> None:
    report = check("BEGIN;\nCREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\n", server)
    assert (report.failures, report.tables) == ((), 1)


def test_a_failure_in_a_transaction_that_is_never_ended_is_reported(server: Sandbox) -> None:
    report = check("BEGIN;\nCREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (x nothing);\n", server)
    assert [failure.place for failure in report.failures] == ["f:3"]
    assert report.tables == 0
