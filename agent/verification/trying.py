"""Ask a database whether it takes rows, and what its triggers make of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.dialects import create_statements, quote
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.verification.sandbox import Database, Sandbox, StatementError


def has_opaque_triggers(entity_model: EntityModel, review: SchemaReview) -> bool:
    """Say whether a trigger was written by hand: what it refuses can only be found out by trying."""
    return bool(review.routines) or any(rule.sql for rule in entity_model.rules)


@contextmanager
def trying(schema: Schema, sandbox: Sandbox) -> Iterator[Attempts | None]:
    """Give what runs one INSERT after the other, and says of each whether it was taken.

    None when nothing can be run here, or the schema itself does not run: verification will say so.
    """
    if sandbox.status == "STATIC":
        yield None
        return
    with sandbox.database() as database:
        try:
            database.run(create_statements(schema))
        except StatementError:
            yield None
            return
        with database.trial():
            yield Attempts(database, schema.engine)


class Attempts:
    """Rows tried in one transaction: a `Trial` of the sampling."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database, self._engine = database, engine
        database.execute("SAVEPOINT emptied")

    def __call__(self, *statements: str) -> bool:
        """Run the statements, all or none; say whether they were taken."""
        self._database.execute("SAVEPOINT tried")
        try:
            for statement in statements:
                self._database.execute(statement)
        except StatementError:
            self._database.execute("ROLLBACK TO SAVEPOINT tried")
            return False
        self._database.execute("RELEASE SAVEPOINT tried")
        return True

    def count(self, table: str) -> int:
        """Return how many rows the table holds, those of triggers too."""
        return int(str(self._database.execute(f"SELECT count(*) FROM {quote(table, self._engine)}").rows[0][0]))

    def counts_after(self, statements: Collection[str], tables: Collection[str]) -> dict[str, int]:
        """Return how many rows each table holds when only these statements have run, on empty tables.

        A trigger for each statement writes less for one INSERT of many rows than for many of one.
        """
        self._database.execute("ROLLBACK TO SAVEPOINT emptied")
        for statement in statements:
            self(statement)
        return {table: self.count(table) for table in tables}
