"""A B-tree over an array or a document compares whole values: it cannot find a member.

https://www.postgresql.org/docs/current/indexes-types.html#INDEXES-TYPES-GIN
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, tables_by_name

_COMPOSED = frozenset({"json", "jsonb", "tsvector", "point", "geometry", "geography", "hstore"})


@rule("IDX006", "warning", "B-tree over a composed value", owner="plan_indexes")
def btree_over_composed_value(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to B-tree indexes over arrays, documents, text vectors, shapes and ranges."""
    tables = tables_by_name(schema)
    for index in indexes.planned:
        table = tables.get(index.table)
        for key in index.keys if table and index.method == "btree" else ():
            column = table.column(key.expression) if table else None
            bare = base_type(column.type) if column else ""
            if bare.endswith("[]") or bare in _COMPOSED or bare.endswith("range"):
                yield Objection(
                    place=f"{index.table}.{index.name}",
                    message=f"{index.name} is a B-tree over {key.expression} ({bare}): it finds equal values only, "
                    "no member, path or overlap.",
                    help=f"Make {index.name} a GIN index (arrays, documents, text) or GiST (ranges, shapes).",
                )
