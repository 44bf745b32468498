"""Proofs of the migrations: up gives the DDL's catalog, down gives an empty one, up again gives the same.

Each way back is held against what stood before its own step: an enumeration's value that a way back forgets is gone
at the latest when the type goes, and nobody who goes back one step would find it at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.operations import Migration
from database_specialist.agent.verification.catalog import Catalog, differences
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.agent.verification.structure import one_line

UP = "All migrations up, from empty, give the same catalog as the DDL."
DOWN = "All migrations down, in reverse, give an empty database again."
AGAIN = "All migrations up once more give the same catalog."
_MOST_DIFFERENCES = 10


def prove_migrations(parts: Parts, database: Database, expected: Catalog, recorder: Recorder) -> None:
    """Run the migrations up, down and up again on an empty database."""
    migrations = parts.operations.migrations
    if not migrations:
        recorder.failed("migration", "migrations", UP, "there are no migrations")
        return
    before: list[Catalog] = []
    empty = database.catalog()
    if not _leads_to(expected, migrations, "up", UP, parts, database, recorder, before=before):
        _skip(recorder, "the way up failed", DOWN, AGAIN)
        return
    one_way = [f"{migration.number} {migration.name}" for migration in migrations if not migration.reversible]
    if one_way:
        _skip(recorder, f"not reversible, by its own word: {', '.join(one_way)}", DOWN, AGAIN)
        return
    back = tuple(reversed(migrations))
    if _leads_to(empty, back, "down", DOWN, parts, database, recorder, after=before[::-1]):
        _leads_to(expected, migrations, "up again", AGAIN, parts, database, recorder)
    else:
        _skip(recorder, "the way down failed", AGAIN)


def _skip(recorder: Recorder, why: str, *claims: str) -> None:
    for claim in claims:
        recorder.not_checked("migration", "migrations", claim, why)


def _leads_to(
    expected: Catalog,
    migrations: Iterable[Migration],
    direction: str,
    claim: str,
    parts: Parts,
    database: Database,
    recorder: Recorder,
    *,
    before: list[Catalog] | None = None,
    after: Sequence[Catalog] = (),
) -> bool:
    """Run steps and compare what they lead to; keep what stood `before` each, compare with what stands `after` it."""
    count = 0
    for migration in migrations:
        if before is not None:
            before.append(database.catalog())
        problem = apply(migration, direction, parts.schema.engine, database)
        if not problem and count < len(after):
            found = differences(after[count], database.catalog())
            problem = f"{direction}: {'; '.join(_cut(found))}" if found else ""
        if problem:
            recorder.failed("migration", f"{migration.number:04d}_{migration.name}", claim, problem)
            return False
        count += 1
    found = differences(expected, database.catalog())
    detail = f"{count} migrations {direction}; {_size(expected)}"
    recorder.judged("migration", "migrations", claim, _cut(found), detail=detail)
    return not found


def _cut(found: tuple[str, ...]) -> tuple[str, ...]:
    more = (f"and {len(found) - _MOST_DIFFERENCES} more",) if len(found) > _MOST_DIFFERENCES else ()
    return (*found[:_MOST_DIFFERENCES], *more)


def _size(catalog: Catalog) -> str:
    """Say how much was compared."""
    if not catalog.tables:
        return "no table is left"
    counts = {name: len(getattr(catalog, name)) for name in ("tables", "columns", "constraints", "indexes", "triggers")}
    return "the same " + ", ".join(f"{number} {name}" for name, number in counts.items() if number)


def apply(migration: Migration, direction: str, engine: Engine, database: Database) -> str:
    """Run one step, in a transaction where it says so; return a problem or ""."""
    script = migration.down if direction == "down" else migration.up
    statements = split_statements(script, engine)
    # SQLite ignores its foreign-key switch inside a transaction.
    is_whole = migration.transactional and not any(each.upper().startswith("PRAGMA") for each in statements)
    statement = "BEGIN"
    try:
        if is_whole:
            database.execute("BEGIN")
        for statement in statements:
            database.execute(statement)
        if is_whole:
            database.execute("COMMIT")
    except StatementError as error:
        _roll_back(database, is_whole)
        return f"{direction}: {error} in: {one_line(statement)}"
    return ""


def _roll_back(database: Database, is_whole: bool) -> None:
    if is_whole:
        try:
            database.execute("ROLLBACK")
        except StatementError:
            return  # the engine has ended it already
