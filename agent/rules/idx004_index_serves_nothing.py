"""Each index is paid on every write: one that serves no query and no constraint is cost alone.

https://www.postgresql.org/docs/current/indexes-examine.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Index, Indexes, Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import sources, statements, table_of
from database_specialist.agent.rules.walk import foreign_columns, listed, mentions


@rule("IDX004", "warning", "Index that serves nothing", owner="plan_indexes")
def index_serves_nothing(indexes: Indexes, workload: Workload, schema: Schema) -> Iterator[Objection]:
    """Object to indexes that no query and no key uses, and as an error to those said to serve what is not there."""
    known = {query.id for query in workload.queries} | set(_constraints(schema))
    used = _used_columns(schema, workload)
    for index in indexes.planned:
        gone = [name for name in index.serves if name not in known]
        if gone:
            yield Objection(
                place=f"{index.table}.{index.name}",
                message=f"{index.name} is said to serve {listed(gone)}, and the design has no such query or "
                "constraint.",
                help=f"Drop {listed(gone)} from what {index.name} serves, and the index with it if nothing is left.",
                severity="error",
            )
        elif not index.serves and not _is_used(index, used.get(index.table, set())):
            yield Objection(
                place=f"{index.table}.{index.name}",
                message=f"{index.name} serves no query and no constraint: every write to {index.table} pays for it.",
                help=f"Drop {index.name}, or name the query that needs it.",
            )


def _is_used(index: Index, used: set[str]) -> bool:
    return any(mentions(key.expression, name) for key in index.keys[:1] for name in used)


def _used_columns(schema: Schema, workload: Workload) -> dict[str, set[str]]:
    """Return the columns that queries filter, join, group or sort by, and those of foreign keys, by table."""
    used = {table.name: set(foreign_columns(table)) for table in schema.tables}
    for _, tree in statements(schema, workload):
        named = sources(tree, schema)
        for column in tree.find_all(exp.Column):
            table = table_of(column, named)
            if table is not None and column.find_ancestor(exp.Where, exp.Join, exp.Order, exp.Group):
                used[table.name].add(column.name)
    return used


def _constraints(schema: Schema) -> Iterator[str]:
    for table in schema.tables:
        yield table.name
        names = [key.name for key in table.foreign_keys] + [unique.name for unique in table.uniques]
        names += [exclusion.name for exclusion in table.exclusions] + [check.name for check in table.checks]
        for name in names:
            yield name
            yield f"{table.name}.{name}"
    yield from (routine.name for routine in schema.routines)
    yield from (policy.name for policy in schema.policies)
