"""SQL blocks of the document. A block marked `sql` runs, in document order, on an empty database."""

from __future__ import annotations

import re
from collections.abc import Iterable

from database_specialist.agent.dialects import bind
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.workload import Query


def runnable(statements: Iterable[str], engine: Engine) -> str:
    """Join statements into one script; comments on one table stand together."""
    script = "PRAGMA foreign_keys = ON;" if engine == "sqlite" else ""
    before = ""
    for statement in statements:
        ended = statement.strip().rstrip(";") + ";"
        together = ended.startswith("COMMENT ON COLUMN") and before.startswith("COMMENT ON")
        script += ("\n" if together else "\n\n") + ended
        before = ended
    return script.strip()


def prepared(query: Query, engine: Engine) -> str:
    """Return a query as a statement that runs as it stands: PREPARE on PostgreSQL, the named form elsewhere.

    A prepared statement proves names and types on an empty database, and shows the parameters' order.
    """
    if engine != "postgresql":
        return f"-- {query.id}\n{query.sql.rstrip().rstrip(';')};"
    sql, names = bind(query.sql, query)
    types = {parameter.name: parameter.type for parameter in query.parameters}
    order = list(dict.fromkeys(names))
    arguments = f" ({', '.join(types.get(name, 'text') for name in order)})" if order else ""
    legend = ", ".join(f"${i} = {name}" for i, name in enumerate(order, 1))
    name = re.sub(r"\W", "_", query.id.lower())
    return f"-- {query.id}{': ' + legend if legend else ''}\nPREPARE {name}{arguments} AS\n{sql.rstrip().rstrip(';')};"
