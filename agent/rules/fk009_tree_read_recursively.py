"""A parent column is right for small trees (SQL Antipatterns, Naive Trees); frequent subtree reads want a stored path.

https://www.postgresql.org/docs/current/ltree.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import sources, statements
from database_specialist.agent.rules.walk import foreign_keys

_FREQUENT_PER_DAY = 10_000


@rule("FK009", "info", "Tree read recursively all day", owner="plan_schema")
def tree_read_recursively(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to self-references whose subtrees are read by a recursive query ten thousand times a day or more."""
    trees = {table.name: key for table, key in foreign_keys(schema) if key.ref_table == table.name}
    for query, tree in statements(schema, workload):
        recursive = any(clause.args.get("recursive") for clause in tree.find_all(exp.With))
        if not recursive or query.frequency.value < _FREQUENT_PER_DAY:
            continue
        for name in dict.fromkeys(table.name for table in sources(tree, schema).values() if table.name in trees):
            yield Objection(
                place=f"{name}.{trees[name].name}",
                message=f"{query.id} climbs {name} row by row {query.frequency.value:,.0f} times a day.",
                help=f"Store the path of each row of {name} (ltree with a GiST index), or a closure table.",
            )
