"""SQL blocks of the document. A block marked `sql` runs, in document order, on an empty database."""

from __future__ import annotations

import re
from collections.abc import Iterable

from database_specialist.agent.dialects import bind
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.workload import Query

_CHAPTERS = (
    ("Extensions", re.compile(r"CREATE EXTENSION")),
    ("Types", re.compile(r"CREATE (?:TYPE|DOMAIN)")),
    ("Tables", re.compile(r"CREATE TABLE|CREATE UNIQUE INDEX|ALTER TABLE \S+ ADD")),
    ("Functions and triggers", re.compile(r"CREATE (?:OR REPLACE )?(?:FUNCTION|(?:CONSTRAINT )?TRIGGER|PROCEDURE)")),
    ("Views", re.compile(r"CREATE (?:MATERIALIZED )?VIEW")),
    ("Row-level security", re.compile(r"CREATE POLICY|ALTER TABLE \S+ (?:ENABLE|FORCE)")),
    ("Comments", re.compile(r"COMMENT ON")),
    ("Indexes", re.compile(r"CREATE INDEX")),
)


def runnable(statements: Iterable[str], engine: Engine) -> str:
    """Join statements into one script with a line above each kind; comments on one table stand together."""
    script = "PRAGMA foreign_keys = ON;" if engine == "sqlite" else ""
    before, chapter = "", ""
    for statement in statements:
        ended = statement.strip().rstrip(";") + ";"
        found = next((title for title, pattern in _CHAPTERS if pattern.match(ended)), chapter)
        if found != chapter:
            script, chapter, before = f"{script}\n\n-- {found}", found, ""
        script += ("\n" if _together(before, ended) else "\n\n") + ended
        before = ended
    return script.strip()


def _together(before: str, statement: str) -> bool:
    of_one_table = statement.startswith("COMMENT ON COLUMN") and before.startswith("COMMENT ON")
    return of_one_table or (statement.startswith("CREATE INDEX") and before.startswith("CREATE INDEX"))


def prepared(query: Query, engine: Engine) -> str:
    """Return a query as a statement that runs as it stands: PREPARE on PostgreSQL, the named form elsewhere.

    A prepared statement proves names and types on an empty database, and shows the parameters' order.
    """
    if engine != "postgresql":
        return f"-- {one_line(query.id)}\n{query.sql.rstrip().rstrip(';')};"
    sql, names = bind(query.sql, query)
    types = {parameter.name: parameter.type for parameter in query.parameters}
    order = list(dict.fromkeys(names))
    arguments = f" ({', '.join(types.get(name, 'text') for name in order)})" if order else ""
    legend = one_line(", ".join(f"${i} = {name}" for i, name in enumerate(order, 1)))
    name = re.sub(r"\W", "_", query.id.lower())
    head = f"-- {one_line(query.id)}{': ' + legend if legend else ''}"
    return f"{head}\nPREPARE {name}{arguments} AS\n{sql.rstrip().rstrip(';')};"


def one_line(words: str) -> str:
    """Return text that can stand behind `--` or `#` without leaving its line."""
    return " ".join(words.split())
