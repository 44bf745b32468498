"""What a statement locks, rewrites and scans, read from PostgreSQL while the statement's transaction is open.

A statement that no transaction may hold (CONCURRENTLY) is stopped half way instead: a second session holds a
writer's lock on every table, for which such a statement waits before it ends, and looks at its locks meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING

from database_specialist.agent.verification.locks import LOCKS, Touch
from database_specialist.agent.verification.sandbox import StatementError

if TYPE_CHECKING:  # the sandbox measures, so it cannot be imported from here
    from database_specialist.tools.postgres_sandbox import PostgresDatabase

_TABLES = """
SELECT c.oid::text, coalesce(r.relname, c.relname)::text, c.relfilenode::text,
       (pg_catalog.pg_stat_get_tuples_returned(c.oid) + pg_catalog.pg_stat_get_xact_tuples_returned(c.oid))::text
FROM pg_catalog.pg_class AS c
LEFT JOIN pg_catalog.pg_class AS r ON c.relispartition AND r.oid = pg_catalog.pg_partition_root(c.oid)
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::pg_catalog.regnamespace
ORDER BY c.oid
"""
_LOCKS = """
SELECT l.relation::text, l.mode
FROM pg_catalog.pg_locks AS l
WHERE l.pid = {pid} AND l.locktype = 'relation' AND l.database =
      (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
"""
_WAITS = "SELECT count(*) FROM pg_catalog.pg_locks WHERE pid = {pid} AND NOT granted"

Tables = dict[str, tuple[str, str, int]]
"""By oid: the table (a partition's is its parent), its file, and how many rows scans of it have returned so far."""

Locks = dict[str, list[str]]
"""By oid: the names of the locks that a session holds or waits for."""


def footprint(database: PostgresDatabase, statement: str, *, alone: bool) -> tuple[Touch, ...]:
    """Run a statement for good; return what it did to each table that was there before, by name.

    `alone` is for a statement that no transaction may hold.
    """
    locks, before, after = (_stopped_half_way if alone else _in_transaction)(database, statement)
    touched: dict[str, Touch] = {}
    for oid, (table, file, read) in before.items():
        found = after.get(oid)
        touch = Touch(
            table=table,
            lock=max(locks.get(oid, ()), key=LOCKS.index, default=""),
            rewrites=found is not None and found[1] != file,
            scans=found is not None and found[2] > read,
        )
        touched[table] = touch.joined(touched.get(table))
    return tuple(touch for _, touch in sorted(touched.items()) if touch.lock or touch.rewrites)


def _tables(database: PostgresDatabase) -> Tables:
    rows = database.execute(_TABLES).rows
    return {str(oid): (str(table), str(file), int(str(read or 0))) for oid, table, file, read in rows}


def _in_transaction(database: PostgresDatabase, statement: str) -> tuple[Locks, Tables, Tables]:
    database.execute("BEGIN")
    try:
        before = _tables(database)
        database.execute(statement)
        locks = _locks(database, "pg_catalog.pg_backend_pid()")
        after = _tables(database)
        database.execute("COMMIT")
    except StatementError:
        database.execute("ROLLBACK")
        raise
    return locks, before, after


def _locks(database: PostgresDatabase, pid: str) -> Locks:
    found: Locks = {}
    for relation, mode in database.execute(_LOCKS.format(pid=pid)).rows:
        found.setdefault(str(relation), []).append(_spelled(str(mode)))
    return found


def _spelled(mode: str) -> str:
    """Return a lock's name as SQL writes it.

    >>> _spelled("ShareRowExclusiveLock")
    'SHARE ROW EXCLUSIVE'
    """
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return words.strip().upper()


def _stopped_half_way(database: PostgresDatabase, statement: str) -> tuple[Locks, Tables, Tables]:
    before = _tables(database)
    pid = str(database.execute("SELECT pg_catalog.pg_backend_pid()").rows[0][0])
    failures: list[StatementError] = []

    def run() -> None:
        try:
            database.execute(statement)
        except StatementError as error:
            failures.append(error)

    runner = threading.Thread(target=copy_context().run, args=(run,), name="statement under measure")
    locks: Locks = {}
    with _writer(database, before) as writer:
        runner.start()
        while runner.is_alive():
            if _waits(writer, pid):  # from here on it stands still: what is read is the same in every run
                locks = _locks(writer, pid)
                break
            time.sleep(0.002)
    runner.join()
    if failures:
        raise failures[0]
    return locks, before, _tables(database)


@contextmanager
def _writer(database: PostgresDatabase, tables: Tables) -> Iterator[PostgresDatabase]:
    """Give a second session that has written to every table and not yet committed."""
    with database.beside() as other, other.trial():
        for name in sorted({table for table, _, _ in tables.values()}):
            quoted = name.replace('"', '""')
            other.execute(f'LOCK TABLE public."{quoted}" IN ROW EXCLUSIVE MODE')
        yield other


def _waits(observer: PostgresDatabase, pid: str) -> bool:
    return str(observer.execute(_WAITS.format(pid=pid)).rows[0][0]) != "0"
