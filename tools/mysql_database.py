"""One database on a MySQL or MariaDB server, used by a login that has rights there and nowhere else."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Literal

import pymysql  # type: ignore[import-untyped]  # it ships no types

from database_specialist.agent.errors import SandboxError
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.races import Raced
from database_specialist.agent.verification.sandbox import Result, StatementError
from database_specialist.tools.catalog_mysql import mysql_catalog, plain_type
from database_specialist.tools.races import race
from database_specialist.tools.statement_spans import statement_span

_LOCK_WAITS = "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
STATEMENT_SECONDS = 10
WALL_SECONDS = 15
RESULT_ROWS = 1000

_STATES = {
    1062: "23505",
    1586: "23505",
    1048: "23502",
    1364: "23502",
    1451: "23503",
    1452: "23503",
    1216: "23503",
    1217: "23503",
    3819: "23514",
    4025: "23514",
    1644: "P0001",
    1264: "22003",
    1265: "22P02",
    1292: "22007",
    1366: "22P02",
    1406: "22001",
    1064: "42601",
    1054: "42703",
    1146: "42P01",
    1142: "42501",
    1044: "42501",
    1045: "42501",
    1227: "42501",
    1290: "42501",
    1969: "57014",
    3024: "57014",
    1317: "57014",
}
"""The servers' error numbers as the SQLSTATEs that PostgreSQL would give; what is not here is HY000."""

_CONSTRAINT = re.compile(
    r"CONSTRAINT `(?P<name>[^`]+)`|[Cc]heck constraint '(?P<check>[^']+)'|for key '(?P<key>[^']+)'"
)
_COLUMN = re.compile(r"(?:Column|Field) '(?P<name>[^']+)'|for column (?:`[^`]+`\.)*[`'](?P<other>[^`']+)[`']")
_RAISED = re.compile(r"(?P<name>\w+): ")


class MysqlSandbox:
    """A `Sandbox` on a server, by an administrator's session that makes and drops databases and logins."""

    status: Literal["EXECUTED"] = "EXECUTED"
    note = ""
    shimmed: tuple[str, ...] = ()

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._arguments = arguments
        self._opened = time.monotonic()
        try:
            self._admin = pymysql.connect(**arguments, autocommit=True, connect_timeout=10, charset="utf8mb4")
        except pymysql.Error as error:
            raise SandboxError(
                f"The MySQL server cannot be used: {error.args[-1]}. Remedy: check --mysql-dsn."
            ) from error
        version = str(self._admin.get_server_info())
        self.is_mariadb = "MariaDB" in version
        number = re.search(r"\d+\.\d+\.\d+", version.removeprefix("5.5.5-"))
        self.engine = f"{'mariadb' if self.is_mariadb else 'mysql'} {number[0] if number else version}"

    def close(self) -> None:
        """End the administrator's session."""
        with suppress(pymysql.Error):
            self._admin.close()

    def elapsed(self) -> float:
        """Return the seconds since the sandbox was opened."""
        return time.monotonic() - self._opened

    @contextmanager
    def database(self) -> Iterator[MysqlDatabase]:
        """Make an empty database and a login for it alone; both are dropped at the end."""
        name, password = f"dbspec_{secrets.token_hex(6)}", secrets.token_hex(16)
        self.administer(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        database: MysqlDatabase | None = None
        try:
            self.administer(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{password}'")
            self.administer(f"GRANT ALL ON {name}.* TO '{name}'@'%'")
            login = {**self._arguments, "user": name, "password": password, "database": name}
            database = MysqlDatabase(self, name, login)
            yield database
        finally:
            if database is not None:
                database.close()
            self.administer(f"DROP DATABASE IF EXISTS {name}")
            self.administer(f"DROP USER IF EXISTS '{name}'@'%'")

    def counts(self, query: str) -> bool:
        """Say whether a query of ours, run as the administrator, counts anything.

        Raises:
            StatementError: the administrator's login may not ask.
        """
        try:
            with self._admin.cursor() as cursor:
                cursor.execute(query)
                return bool(cursor.fetchone()[0])
        except pymysql.Error as error:
            raise StatementError(f"the server's waits cannot be read: {error.args[-1]}") from error

    def administer(self, statement: str) -> None:
        """Run a statement of ours as the administrator."""
        try:
            self._admin.query(statement)
        except pymysql.Error as error:
            raise SandboxError(
                f"The MySQL login may not prepare a sandbox: {error.args[-1]}. "
                "Remedy: give --mysql-dsn a login that may create databases and users."
            ) from error


class MysqlDatabase:
    """A `Database` as a login of its own."""

    isolation = "SERIALIZABLE"
    """Of two sessions that race: what designs for these engines ask for where a trigger looks at other rows."""

    def __init__(self, sandbox: MysqlSandbox, name: str, login: dict[str, Any]) -> None:
        self._sandbox = sandbox
        self._name = name
        self._login = login
        self._session: Any = None

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            with suppress(pymysql.Error):
                self._session.close()
            self._session = None

    def _open(self) -> Any:
        if self._session is None:
            limit = (
                f"SET SESSION max_statement_time = {STATEMENT_SECONDS}"
                if self._sandbox.is_mariadb
                else f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000}"
            )
            self._session = pymysql.connect(
                **self._login,
                autocommit=True,
                connect_timeout=10,
                read_timeout=WALL_SECONDS,
                charset="utf8mb4",
                init_command=limit,
            )
        return self._session

    def execute(self, sql: str, params: Sequence[object] = ()) -> Result:
        """Run one statement; with parameters, prepare it on the server first."""
        if not params:
            return self._run(sql)
        return self.prepared(sql, (), params)

    def prepared(self, sql: str, types: Sequence[str], values: Sequence[object]) -> Result:
        """Prepare one statement on the server, and run it; parameters have no declared types here."""
        self._run("PREPARE checked FROM %s", (sql,))
        for number, value in enumerate(values):
            self._run(f"SET @p{number} = %s", (value,))
        using = ", ".join(f"@p{number}" for number in range(len(values)))
        return self._run(f"EXECUTE checked USING {using}" if values else "EXECUTE checked")

    def _run(self, sql: str, values: Sequence[object] | None = None) -> Result:
        session = self._open()
        with statement_span("mariadb" if self._sandbox.is_mariadb else "mysql", self._name, sql):
            try:
                with session.cursor() as cursor:
                    cursor.execute(sql, values)
                    rows = cursor.fetchmany(RESULT_ROWS) if cursor.description else ()
                    return Result(tuple(rows), max(cursor.rowcount, 0))
            except pymysql.Error as error:
                raise self._translated(error) from error

    def _translated(self, error: pymysql.Error) -> StatementError:
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        message = str(error.args[-1]).replace(f"`{self._name}`.", "").replace(f"{self._name}.", "")
        if number in (2006, 2013):
            self._kill()
            return StatementError(f"stopped: it ran longer than {WALL_SECONDS} s", sqlstate="57P01")
        state = _STATES.get(number, "HY000")
        constraint, column = _CONSTRAINT.search(message), _COLUMN.search(message)
        name = next((found for found in constraint.groups() if found), None) if constraint else None
        raised = _RAISED.match(message) if number == 1644 else None
        return StatementError(
            message,
            sqlstate=state,
            constraint=raised["name"] if raised else (name or "").rpartition(".")[2] or None,
            column=(column["name"] or column["other"]) if column and state[:2] in ("22", "23") else None,
        )

    def _kill(self) -> None:
        """End the statement on the server: closing our side alone would let it run on."""
        session, self._session = self._session, None
        with suppress(SandboxError):
            self._sandbox.administer(f"KILL {session.thread_id()}")

    def run(self, statements: Iterable[str]) -> None:
        """Run statements in order; the first that fails ends it."""
        for statement in statements:
            self.execute(statement)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Open a transaction that is rolled back at the end; statements of structure commit on this engine."""
        self._run("START TRANSACTION")
        try:
            yield
        finally:
            self._run("ROLLBACK")

    @contextmanager
    def clone(self) -> Iterator[MysqlDatabase]:
        """Make a copy of the tables with all rows; views, routines and triggers are left out."""
        with self._sandbox.database() as copy:
            # The administrator never touches a table of a design: the copy's own login reads the original.
            self._sandbox.administer(f"GRANT SELECT ON {self._name}.* TO '{copy._name}'@'%'")
            copy._run("SET foreign_key_checks = 0")
            for table in self.catalog().tables:
                create = str(self._run(f"SHOW CREATE TABLE `{table.name}`").rows[0][1])
                copy._run(create)
                copy._run(f"INSERT INTO `{table.name}` SELECT * FROM `{self._name}`.`{table.name}`")
            copy._run("SET foreign_key_checks = 1")
            yield copy

    def race(self, first: str, second: str) -> Raced:
        """Run a statement in each of two sessions, and commit both when both have looked."""
        with self._beside() as one, self._beside() as two:
            waiting = f"{_LOCK_WAITS} AND trx_mysql_thread_id = {two._open().thread_id()}"
            return race(one, two, first, second, is_waiting=lambda: self._sandbox.counts(waiting))

    @contextmanager
    def _beside(self) -> Iterator[MysqlDatabase]:
        """Give a second session on the same database."""
        session = MysqlDatabase(self._sandbox, self._name, self._login)
        try:
            session.execute(f"SET SESSION TRANSACTION ISOLATION LEVEL {self.isolation}")
            yield session
        finally:
            session.close()

    def check_deferred(self) -> None:
        """This engine defers no constraint."""

    def catalog(self) -> Catalog:
        """Read the catalog back."""
        return mysql_catalog(self._all, is_mariadb=self._sandbox.is_mariadb)

    def _all(self, query: str) -> tuple[tuple[Any, ...], ...]:
        with self._open().cursor() as cursor:
            cursor.execute(query)
            return tuple(cursor.fetchall())

    def normal_types(self, types: Sequence[str]) -> dict[str, str]:
        """Ask the server by way of a table with one column of each type."""
        wanted = tuple(dict.fromkeys(types))
        if not wanted:
            return {}
        columns = ", ".join(f"c{number} {name}" for number, name in enumerate(wanted))
        self._run(f"CREATE TEMPORARY TABLE wanted_types ({columns})")
        rows = self._all("SHOW COLUMNS FROM wanted_types")
        self._run("DROP TEMPORARY TABLE wanted_types")
        return {name: plain_type(str(row[1])) for name, row in zip(wanted, rows, strict=True)}
