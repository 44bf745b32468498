"""PostgreSQL cuts names at 63 bytes with a notice; two long names can become one.

https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import Stage
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule

_LONGEST = {"postgresql": 63, "mysql": 64, "mariadb": 64}


@rule("NAM004", "error", "Name longer than the engine keeps", owner="plan_schema")
def name_too_long(schema: Schema, indexes: Indexes | None = None) -> Iterator[Objection]:
    """Object to names of tables, columns, constraints and indexes that the engine cuts or refuses."""
    longest = _LONGEST.get(schema.engine)
    for place, name, owner in _names(schema, indexes):
        if longest is not None and len(name.encode()) > longest:
            yield Objection(
                place=place,
                message=f"{name} has {len(name.encode())} bytes and {schema.engine} keeps {longest}: what is created "
                "has another name than the design says.",
                help=f"Shorten {name} to {longest} bytes.",
                owner=owner,
            )


def _names(schema: Schema, indexes: Indexes | None) -> Iterator[tuple[str, str, Stage]]:
    for table in schema.tables:
        yield table.name, table.name, "plan_schema"
        keys = (table.primary_key,) if table.primary_key else ()
        named = (*table.columns, *keys, *table.uniques, *table.checks, *table.foreign_keys, *table.exclusions)
        yield from ((f"{table.name}.{item.name}", item.name, "plan_schema") for item in named)
    for index in indexes.planned if indexes else ():
        yield f"{index.table}.{index.name}", index.name, "plan_indexes"
