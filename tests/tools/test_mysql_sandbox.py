"""MySQL and MariaDB: parsed where no server runs; on a private MariaDB where its programs are on PATH."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from database_specialist.agent.errors import SandboxError
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.tools.catalog_mysql import plain_type
from database_specialist.tools.mysql_sandbox import dsn_arguments, open_mysql
from database_specialist.tools.mysql_server import find_mariadb


def test_without_a_server_statements_are_parsed_only() -> None:
    with open_mysql("mysql", search_path="") as sandbox, sandbox.database() as parser:
        assert (sandbox.status, sandbox.engine) == ("STATIC", "sqlglot mysql")
        parser.run(["CREATE TABLE t (id bigint NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB"])
        with pytest.raises(StatementError, match="42601"):
            parser.execute("SELECT FROM WHERE (")


def test_what_would_exhaust_the_parser_is_refused_before() -> None:
    with open_mysql("mysql", search_path="") as sandbox, sandbox.database() as parser:
        with pytest.raises(StatementError, match="54000"):
            parser.execute("SELECT " + "(" * 5000 + "1" + ")" * 5000)
        with pytest.raises(StatementError, match="54000"):
            parser.execute("SELECT '" + "x" * 300_000 + "'")


def test_a_dsn_is_read() -> None:
    assert dsn_arguments("mysql://ada:p%40ss@db.example:3307/") == {
        "host": "db.example",
        "port": 3307,
        "user": "ada",
        "password": "p@ss",
    }


@pytest.mark.parametrize("dsn", ["postgresql://localhost/", "localhost", "mysql:///"])
def test_a_wrong_dsn_is_refused_with_its_form(dsn: str) -> None:
    with pytest.raises(SandboxError, match="mysql://user:password@host:port/"):
        dsn_arguments(dsn)


def test_a_server_that_does_not_answer_is_one_clear_line() -> None:
    pytest.importorskip("pymysql")
    with (
        pytest.raises(SandboxError, match=r"The MySQL server cannot be used.*--mysql-dsn"),
        open_mysql("mysql", dsn="mysql://nobody@127.0.0.1:1/"),
    ):
        pytest.fail("there is no server on port 1")


def test_the_display_width_of_an_integer_is_no_part_of_its_type() -> None:
    assert plain_type("BIGINT(20)") == "bigint"
    assert plain_type("varchar(20)") == "varchar(20)"


@pytest.fixture
def cell() -> Iterator[Database]:
    pytest.importorskip("pymysql")
    if find_mariadb() is None:
        pytest.skip("mariadbd is not on PATH")
    with open_mysql("mariadb") as sandbox, sandbox.database() as database:
        yield database


def test_a_private_mariadb_names_what_refuses_and_keeps_the_login_in_its_database(cell: Database) -> None:
    cell.run(
        [
            "CREATE TABLE p (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, n int, CONSTRAINT p_n_check CHECK (n > 0))",
            "CREATE TABLE c (p_id bigint NOT NULL, CONSTRAINT c_fkey FOREIGN KEY (p_id) REFERENCES p (id))",
            "INSERT INTO p VALUES (1, 1)",
            "INSERT INTO c VALUES (1)",
        ]
    )
    for statement, state, constraint in (
        ("INSERT INTO p VALUES (2, 0)", "23514", "p_n_check"),
        ("DELETE FROM p", "23503", "c_fkey"),
        ("INSERT INTO p VALUES (1, 5)", "23505", "PRIMARY"),
        ("CREATE DATABASE other", "42501", None),
        ("SELECT * FROM mysql.user", "42501", None),
        ("SELECT 1 INTO OUTFILE '/tmp/canary'", "42501", None),
    ):
        with pytest.raises(StatementError) as refused:
            cell.execute(statement)
        assert (refused.value.sqlstate, refused.value.constraint) == (state, constraint)
    assert cell.prepared("SELECT n FROM p WHERE id = ?", ["bigint"], [1]).rows == ((1,),)
    with cell.clone() as copy:
        assert copy.execute("SELECT count(*) FROM c").rows == ((1,),)
    assert [fact.name for fact in cell.catalog().tables] == ["c", "p"]
