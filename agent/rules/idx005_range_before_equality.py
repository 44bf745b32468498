"""A B-tree narrows by equality first: behind a range, the next key only filters.

https://www.postgresql.org/docs/current/indexes-multicolumn.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Index, Indexes, Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import Predicate, predicates, statements
from database_specialist.agent.rules.walk import index_columns, listed


@rule("IDX005", "warning", "Range before equality in an index", owner="plan_indexes")
def range_before_equality(schema: Schema, workload: Workload, indexes: Indexes) -> Iterator[Objection]:
    """Object to B-tree indexes where every served query tests a key by range and a later key by equality."""
    tested = {query.id: predicates(tree, schema) for query, tree in statements(schema, workload)}
    for index in indexes.planned:
        served = [name for name in index.serves if name in tested]
        late = [_late_equality(index, tested[name]) for name in served]
        if index.method == "btree" and late and all(late):
            earlier, later = late[0] or ("", "")
            yield Objection(
                place=f"{index.table}.{index.name}",
                message=f"{index.name} has {earlier}, which {listed(served)} tests by range, before {later}, which "
                "is tested by equality: it reads the whole range and throws most of it away.",
                help=f"Put {later} before {earlier} in {index.name}.",
            )


def _late_equality(index: Index, conditions: tuple[Predicate, ...]) -> tuple[str, str] | None:
    here = [condition for condition in conditions if condition.table.name == index.table]
    equal = {condition.column for condition in here if condition.kind == "equality"}
    ranged = {condition.column for condition in here if condition.kind == "range"} - equal
    keys = index_columns(index)
    first = next((at for at, key in enumerate(keys) if key in ranged), None)
    if first is None:
        return None
    return next(((keys[first], key) for key in keys[first + 1 :] if key in equal), None)
