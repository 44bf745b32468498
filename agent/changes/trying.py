"""What a statement does to a table, found out by running it and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from database_specialist.agent.verification.sandbox import Database, StatementError

_FILES = """
SELECT c.relname::text, pg_catalog.pg_relation_filenode(c.oid)::text
FROM pg_catalog.pg_class AS c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::pg_catalog.regnamespace
ORDER BY c.relname
"""


class Trial(Enum):
    """What came of a statement."""

    REFUSED = auto()
    REWRITES = auto()
    """A table got a new file: on a table with rows, each of them is written again."""
    LEAVES_ROWS = auto()


def tried(statements: Sequence[str], database: Database) -> Trial:
    """Run statements in a transaction that is rolled back."""
    with database.trial():
        before = database.execute(_FILES).rows
        try:
            database.run(statements)
        except StatementError:
            return Trial.REFUSED
        after = database.execute(_FILES).rows
    return Trial.LEAVES_ROWS if before == after else Trial.REWRITES


def is_taken(statements: Sequence[str], database: Database) -> bool:
    """Say whether the database takes the statements, one after the other."""
    with database.trial():
        try:
            database.run(statements)
        except StatementError:
            return False
    return True
