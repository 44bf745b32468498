"""Names are quoted where the engine would misread them, and nowhere else."""

from __future__ import annotations

import sqlite3

import pytest

from database_specialist.agent.dialects import literal, quote
from database_specialist.agent.dialects.identifiers import reserved_words
from database_specialist.agent.model.base import Engine
from database_specialist.tools.postgres_sandbox import PostgresDatabase


def test_the_reserved_words_are_those_of_postgresql(database: PostgresDatabase) -> None:
    rows = database.execute("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')").rows
    assert {str(row[0]) for row in rows} == reserved_words("postgresql")


def _fails(connection: sqlite3.Connection, word: str) -> bool:
    try:
        connection.execute(f"CREATE TABLE {word} ({word} TEXT CHECK ({word} <> ''))")
        connection.execute(f"CREATE TRIGGER t AFTER INSERT ON {word} BEGIN SELECT count({word}) FROM {word}; END")
    except sqlite3.OperationalError:
        return True
    connection.execute(f"DROP TABLE {word}")
    return False


def test_every_word_that_sqlite_refuses_is_reserved() -> None:
    connection = sqlite3.connect(":memory:")
    words = reserved_words("postgresql") | reserved_words("mysql") | reserved_words("sqlite") | {"abort", "glob", "row"}
    refused = {word for word in sorted(words) if _fails(connection, word)}
    connection.close()
    assert refused <= reserved_words("sqlite")


@pytest.mark.parametrize(
    ("name", "engine", "written"),
    [
        ("orders", "postgresql", "orders"),
        ("order", "postgresql", '"order"'),
        ("Orders", "postgresql", '"Orders"'),
        ('a"b', "sqlite", '"a""b"'),
        ("groups", "mysql", "`groups`"),
        ("groups", "postgresql", "groups"),
        ("a`b", "mariadb", "`a``b`"),
    ],
)
def test_a_name_is_quoted_only_when_needed(name: str, engine: Engine, written: str) -> None:
    assert quote(name, engine) == written


def test_a_backslash_is_text_on_mysql_as_well() -> None:
    assert literal("a\\b", "mysql") == "'a\\\\b'"
    assert literal("a\\b", "postgresql") == "'a\\b'"
