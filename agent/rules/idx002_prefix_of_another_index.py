"""An index whose keys begin another one is served by the longer.

https://www.postgresql.org/docs/current/indexes-multicolumn.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.model.workload import Index, Indexes
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import index_columns, listed, tables_by_name


@rule("IDX002", "warning", "Index that begins another", owner="plan_indexes")
def prefix_of_another_index(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to complete B-tree indexes whose keys begin a key of the table or another complete B-tree index."""
    tables = tables_by_name(schema)
    complete = [index for index in indexes.planned if index.method == "btree" and index.where is None]
    beside: dict[str, list[Index]] = {}
    for index in complete:
        beside.setdefault(index.table, []).append(index)
    for index in complete:
        longer = _longer(index, tables.get(index.table), beside[index.table])
        if longer and not index.include:
            yield Objection(
                place=f"{index.table}.{index.name}",
                message=f"{index.name} ({listed(index_columns(index))}) begins {longer}, which answers the same "
                "queries.",
                help=f"Drop {index.name}, and list what it serves under {longer}.",
            )


def _longer(index: Index, table: Table | None, others: Iterable[Index]) -> str | None:
    keys = [(key.expression, key.descending, key.operator_class) for key in index.keys]
    for other in others:
        ahead = [(key.expression, key.descending, key.operator_class) for key in other.keys]
        if len(ahead) > len(keys) and ahead[: len(keys)] == keys:
            return other.name
    if table is None or any(key.descending or key.operator_class for key in index.keys):
        return None
    named = [(unique.name, unique.columns) for unique in table.uniques if unique.where is None]
    named += [(table.primary_key.name, table.primary_key.columns)] if table.primary_key else []
    plain = index_columns(index)
    return next((name for name, held in named if len(held) > len(plain) and held[: len(plain)] == plain), None)
