"""An index holds what was true when the row was written: a predicate on the clock is refused, or wrong tomorrow.

https://www.postgresql.org/docs/current/sql-createindex.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.evidence import Stage
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import index_columns, uniques

_VOLATILE = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|random|gen_random_uuid|uuidv7)\s*\(|"
    r"\b(current_date|current_timestamp|current_time|localtime|localtimestamp|current_user)\b",
    re.IGNORECASE,
)


@rule("IDX009", "error", "Index that depends on the clock", owner="plan_indexes")
def index_depends_on_clock(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to conditions and expressions of indexes that call the clock, chance or the session."""
    for table, name, text, owner in _texts(schema, indexes):
        found = _VOLATILE.search(text)
        if found:
            yield Objection(
                place=f"{table}.{name}",
                message=f"{name} depends on {found.group().rstrip('(').strip()}: the engine refuses it, for the rows "
                "that belong to it change while nobody writes.",
                help=f"Take {found.group().rstrip('(').strip()} out of {name}: filter by it in the query instead.",
                owner=owner,
            )


def _texts(schema: Schema, indexes: Indexes) -> Iterator[tuple[str, str, str, Stage]]:
    for index in indexes.planned:
        yield index.table, index.name, " ".join((*index_columns(index), index.where or "")), "plan_indexes"
    for table, unique in uniques(schema):
        yield table.name, unique.name, " ".join((*unique.columns, unique.where or "")), "plan_schema"
