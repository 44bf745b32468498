"""What a database holds before a disaster and after a restore, and the disaster between."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from database_specialist.agent.dialects import quote
from database_specialist.agent.verification.catalog import Catalog, differences
from database_specialist.agent.verification.records import Parts
from database_specialist.agent.verification.sandbox import Database, StatementError

_MOST_NAMED = 5


@dataclass(frozen=True)
class State:
    """What a database holds: a checksum for each table, and the catalog."""

    rows: dict[str, tuple[int, str]]
    """The number of rows of each table, and a hash of them all, whatever their order."""
    catalog: Catalog

    @property
    def size(self) -> str:
        """How much was compared."""
        return f"{sum(count for count, _ in self.rows.values())} rows in {len(self.rows)} tables"


def state_of(parts: Parts, database: Database, *, lenient: bool = False) -> State:
    """Read what a database holds. A `lenient` reading leaves tables out that cannot be read, as lost ones cannot."""
    read = _hashed_by_server if parts.schema.engine == "postgresql" else _hashed_here
    rows: dict[str, tuple[int, str]] = {}
    for table in parts.schema.tables:
        try:
            rows[table.name] = read(quote(table.name, parts.schema.engine), database)
        except StatementError:
            if not lenient:
                raise
    return State(rows, database.catalog())


def _hashed_by_server(name: str, database: Database) -> tuple[int, str]:
    found = database.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {name} AS t")
    count, total = found.rows[0]
    return int(str(count)), str(total)


def _hashed_here(name: str, database: Database) -> tuple[int, str]:
    found = database.execute(f"SELECT * FROM {name}")
    lines = sorted(map(repr, found.rows))
    return found.row_count, hashlib.sha256("\n".join(lines).encode()).hexdigest()


def unlike(expected: State, found: State) -> Iterator[str]:
    """Yield one line for each table and object that did not come back as it was."""
    for name, (count, total) in expected.rows.items():
        if name not in found.rows:
            yield f"table {name} is gone"
        elif found.rows[name] != (count, total):
            came = found.rows[name][0]
            yield f"{name}: {came} rows, not {count}" if came != count else f"{name}: {count} rows, but not the same"
    yield from differences(expected.catalog, found.catalog)[:_MOST_NAMED]


def cause_disaster(parts: Parts, database: Database) -> str:
    """Delete the rows of one table and drop another with all that hangs on it; return what was done.

    Raises:
        StatementError: the database refuses every disaster.
    """
    counts = parts.operations.seed.rows
    largest = sorted(counts, key=lambda name: -counts[name])
    cascade = " CASCADE" if parts.schema.engine == "postgresql" else ""
    dropped, drop = _first_done("DROP TABLE {name}" + cascade, largest, parts, database)
    try:
        _, delete = _first_done("DELETE FROM {name}", list(_leaves(parts, without=dropped)), parts, database)
    except StatementError:
        return drop  # triggers keep all other rows, or there are none
    return f"{drop} and {delete}"


def _first_done(template: str, names: list[str], parts: Parts, database: Database) -> tuple[str, str]:
    """Run a statement on the first table that lets it; return the table and the statement."""
    refusal = StatementError("there is no such table")
    for name in names:
        statement = template.format(name=quote(name, parts.schema.engine))
        try:
            database.execute(statement)
        except StatementError as error:
            refusal = error  # a key or a trigger keeps these rows: take another table
            continue
        return name, statement
    raise refusal


def _leaves(parts: Parts, *, without: str) -> Iterator[str]:
    """Yield the tables with rows that no other refers to, the last filled first."""
    referred = {key.ref_table for table in parts.schema.tables for key in table.foreign_keys}
    for name, rows in reversed(parts.operations.seed.rows.items()):
        if rows and name != without and name not in referred:
            yield name


def lost(before: State, after: State) -> str:
    """Say what a disaster took away: "100 rows, 1 table"."""
    tables = [name for name in before.rows if name not in after.rows]
    rows = sum(count for count, _ in before.rows.values()) - sum(count for count, _ in after.rows.values())
    return f"{rows} rows, {len(tables)} table{'' if len(tables) == 1 else 's'}"
