"""MySQL and MariaDB: a server that was given, a private one from PATH, or the parser alone.

--mysql-dsn               a database and a login of its own on that server, dropped at the end
mariadbd on PATH          a private server, socket only, kept like our PostgreSQL
neither                   every statement is parsed, nothing is run, and each record says so
"""

from __future__ import annotations

import importlib.util
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from database_specialist.agent.errors import SandboxError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.sandbox import Result, Sandbox, StatementError
from database_specialist.agent.verification.static import NOT_UNDERSTOOD
from database_specialist.tools.mysql_server import find_mariadb, running_mariadb

_LONGEST = 200_000
_DEEPEST = 40
"""Parentheses: beyond, sqlglot may exhaust the stack."""


@contextmanager
def open_mysql(engine: Engine, *, dsn: str | None = None, search_path: str | None = None) -> Iterator[Sandbox]:
    """Open the best sandbox that can be had for MySQL or MariaDB.

    `search_path` replaces PATH in the search for a server.
    """
    if importlib.util.find_spec("pymysql") is None:
        if dsn:
            raise SandboxError("--mysql-dsn needs a driver. Remedy: `pip install 'database-specialist[mysql]'`.")
        yield ParserSandbox(engine, "no MySQL server was tried: the driver is an extra, database-specialist[mysql]")
        return
    if dsn:
        with _on_server(dsn_arguments(dsn)) as given:
            yield given
        return
    binaries = find_mariadb(search_path)
    if binaries is None:
        yield ParserSandbox(engine, "no MySQL server: give one with --mysql-dsn, or put mariadbd on PATH")
        return
    with running_mariadb(binaries) as socket, _on_server(socket_arguments(socket)) as private:
        yield private


@contextmanager
def _on_server(arguments: dict[str, Any]) -> Iterator[Sandbox]:
    from database_specialist.tools.mysql_database import MysqlSandbox  # its driver is an extra

    sandbox = MysqlSandbox(arguments)
    try:
        yield sandbox
    finally:
        sandbox.close()


def dsn_arguments(dsn: str) -> dict[str, Any]:
    """Return the connection arguments of "mysql://user:password@host:port/".

    Raises:
        SandboxError: it is not of that form.
    """
    parts = urlsplit(dsn)
    if parts.scheme not in ("mysql", "mariadb") or not parts.hostname:
        raise SandboxError("--mysql-dsn must look like mysql://user:password@host:port/")
    return {
        "host": parts.hostname,
        "port": parts.port or 3306,
        "user": unquote(parts.username or "root"),
        "password": unquote(parts.password or ""),
    }


def socket_arguments(socket: Path) -> dict[str, Any]:
    """Return the connection arguments of a private server."""
    return {"unix_socket": str(socket), "user": "root", "password": ""}


class ParserSandbox:
    """A `Sandbox` that only parses."""

    status: Literal["STATIC"] = "STATIC"
    shimmed: tuple[str, ...] = ()

    def __init__(self, engine: Engine, note: str) -> None:
        self.engine = f"sqlglot {engine}"
        self.note = note
        self._opened = time.monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the sandbox was opened."""
        return time.monotonic() - self._opened

    @contextmanager
    def database(self) -> Iterator[ParserDatabase]:
        """Return a parser."""
        yield ParserDatabase()


class ParserDatabase:
    """A `Database` that holds nothing and parses what it is given."""

    def execute(self, sql: str, params: Sequence[object] = ()) -> Result:
        """Parse one statement; what sqlglot would keep as opaque text is refused as not understood."""
        if len(sql) > _LONGEST or sql.count("(") > len(sql) // 2 or _depth(sql) > _DEEPEST:
            raise StatementError("too long or nested too deeply to be parsed", sqlstate="54000")
        try:
            parsed = _quietly(sql)
        except (SqlglotError, RecursionError) as error:
            raise StatementError(
                str(error).splitlines()[0] if str(error) else "not parsed", sqlstate="42601"
            ) from error
        if isinstance(parsed, exp.Command):
            raise StatementError("not understood by the parser", sqlstate=NOT_UNDERSTOOD)
        return Result()

    def prepared(self, sql: str, types: Sequence[str], values: Sequence[object]) -> Result:
        """Parse one statement."""
        return self.execute(sql)

    def run(self, statements: Iterable[str]) -> None:
        """Parse statements in order."""
        for statement in statements:
            self.execute(statement)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Hold nothing, so roll nothing back."""
        yield

    @contextmanager
    def clone(self) -> Iterator[ParserDatabase]:
        """Return another parser."""
        yield ParserDatabase()

    def check_deferred(self) -> None:
        """Hold nothing, so check nothing."""

    def catalog(self) -> Catalog:
        """Return an empty catalog."""
        return Catalog()

    def normal_types(self, types: Sequence[str]) -> dict[str, str]:
        """Return the types as they are."""
        return {name: name for name in types}


def _quietly(sql: str) -> exp.Expr:
    """Parse without sqlglot's warning that it gives up on a statement: our caller says so itself."""
    logger = logging.getLogger("sqlglot")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        return sqlglot.parse_one(sql, dialect="mysql")
    finally:
        logger.setLevel(level)


def _depth(sql: str) -> int:
    deepest = depth = 0
    for character in sql:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return deepest
