"""PostgreSQL does not index the referencing side: each delete or key update of a parent scans the whole child.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import access_paths, listed, serves


@rule("FK001", "warning", "Foreign key without index", owner="plan_indexes")
def foreign_key_without_index(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to foreign keys that no key and no index leads with, unless the plan rejects the index with a reason."""
    if schema.engine in ("mysql", "mariadb"):
        return  # InnoDB makes the index itself.
    rejected = {(index.table, index.keys) for index in indexes.rejected}
    for table in schema.tables:
        paths = tuple(access_paths(table, indexes))
        for key in table.foreign_keys:
            if any(serves(path, key.columns) for path in paths) or (table.name, key.columns) in rejected:
                continue
            yield Objection(
                place=f"{table.name}.{key.name}",
                message=f"No index leads with {table.name} ({listed(key.columns)}): deleting a row of "
                f"{key.ref_table}, or joining from it, scans all of {table.name}.",
                help=f"Create an index on {table.name} ({listed(key.columns)}).",
            )
