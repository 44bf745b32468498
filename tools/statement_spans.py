"""The spans of statements in a sandbox, by OpenTelemetry's conventions for databases.

https://opentelemetry.io/docs/specs/semconv/database/database-spans/. What a statement does is in them; its text only
when the variable at `_SQL` asks for it, and the values of its parameters never.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.telemetry import Attributes, is_asked_for, is_on, span

_SQL = "DATABASE_SPECIALIST_TRACE_SQL"


@contextmanager
def statement_span(system: str, database: str | None, sql: str) -> Iterator[None]:
    """Record one statement of a design; a refusal by the engine is an error of it, with its SQLSTATE."""
    if not is_on():
        yield
        return
    operation = summary(sql)
    attributes: Attributes = {
        "db.system.name": system,
        "db.namespace": database,
        "db.operation.name": operation,
        "db.query.summary": operation,
        "db.query.text": sql if is_asked_for(_SQL) else None,
    }
    with span(operation, attributes, kind="client", expected=(StatementError,)) as statement:
        try:
            yield
        except StatementError as error:
            statement.set({"db.response.status_code": error.sqlstate})
            statement.fail(error.sqlstate or "StatementError", "the engine refused the statement")
            raise


_OPERATION = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?P<verb>[A-Za-z]+)"
    r"(?:\s+(?:OR\s+REPLACE|UNIQUE|TEMPORARY|CONSTRAINT|MATERIALIZED|DEFAULT)\b)*(?:\s+(?P<noun>[A-Za-z]+))?",
    re.DOTALL | re.IGNORECASE,
)
_WITH_NOUN = frozenset(("CREATE", "ALTER", "DROP", "COMMENT"))


def summary(sql: str) -> str:
    r"""Return what a statement does, without a word of what it is about.

    >>> summary("CREATE UNIQUE INDEX a ON b (c)"), summary("-- which\nselect 1"), summary("")
    ('CREATE INDEX', 'SELECT', 'statement')
    """
    found = _OPERATION.match(sql[:2000])
    if found is None:
        return "statement"
    verb, noun = found["verb"].upper(), (found["noun"] or "").upper()
    return f"{verb} {noun}" if verb in _WITH_NOUN and noun and noun != "ON" else verb
