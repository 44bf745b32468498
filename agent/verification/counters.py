"""Proofs of the counters: what an identity or a sequence gives next is not taken yet.

Rows that bring their own keys (a seed, an import) leave the counter where it was: then the first row that asks for a
key is refused, and so is each one after it until the counter has passed them all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from database_specialist.agent.dialects import quote
from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.verification.sandbox import Database, StatementError

_SEQUENCE = "SELECT pg_catalog.pg_get_serial_sequence($1, $2)"


@dataclass(frozen=True)
class Behind:
    """A counter that would give a key that is taken."""

    place: str
    """"table.column"."""
    following: int
    highest: int

    def __str__(self) -> str:
        return f"the counter of {self.place} gives {self.following} next, and rows up to {self.highest} are there"


def counters_behind(schema: Schema, database: Database) -> tuple[Behind, ...]:
    """Return the counters that would give a key that is taken (PostgreSQL; the other engines count by the rows).

    Raises:
        StatementError: a table cannot be read.
    """
    if schema.engine != "postgresql":
        return ()
    counted = [(table, column) for table in schema.tables for column in table.columns if _counts(column)]
    return tuple(found for table, column in counted if (found := _behind(table, column, database)))


def _counts(column: Column) -> bool:
    return column.identity or re.search(r"\bnextval\b", column.default or "") is not None


def _behind(table: Table, column: Column, database: Database) -> Behind | None:
    quoted, name = quote(table.name, "postgresql"), quote(column.name, "postgresql")
    sequence = database.execute(_SEQUENCE, (quoted, column.name)).rows[0][0]
    if sequence is None:
        return None
    try:
        last, is_called = database.execute(f"SELECT last_value, is_called FROM {sequence}").rows[0]
    except StatementError as error:
        if error.sqlstate == "42501":  # the file took the right to read it away: nothing is said of it
            return None
        raise
    highest = database.execute(f"SELECT max({name}) FROM {quoted}").rows[0][0]
    following = int(str(last)) + bool(is_called)
    if highest is None or int(str(highest)) < following:
        return None
    return Behind(f"{table.name}.{column.name}", following, int(str(highest)))
