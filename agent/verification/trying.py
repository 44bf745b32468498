"""Ask a database whether it takes a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.verification.sandbox import Sandbox, StatementError


def has_opaque_triggers(entity_model: EntityModel, review: SchemaReview) -> bool:
    """Say whether a trigger was written by hand: what it refuses can only be found out by trying."""
    return bool(review.routines) or any(rule.sql for rule in entity_model.rules)


@contextmanager
def trying(schema: Schema, sandbox: Sandbox) -> Iterator[Callable[[str], bool] | None]:
    """Give a function that runs one INSERT after the other, and says of each whether it was taken.

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

            def accepts(statement: str) -> bool:
                database.execute("SAVEPOINT tried")
                try:
                    database.execute(statement)
                except StatementError:
                    database.execute("ROLLBACK TO SAVEPOINT tried")
                    return False
                database.execute("RELEASE SAVEPOINT tried")
                return True

            yield accepts
