"""Tables, views and indexes share one namespace: the second of a name cannot be created.

https://www.postgresql.org/docs/current/catalog-pg-class.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from database_specialist.agent.model.evidence import Stage
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule


@rule("NAM005", "error", "Name used twice", owner="plan_schema")
def name_used_twice(schema: Schema, indexes: Indexes | None = None) -> Iterator[Objection]:
    """Object to two relations of one name, and to two columns of one name in a table."""
    seen: dict[str, str] = {}
    for name, what, owner in _relations(schema, indexes):
        kept = seen.setdefault(name, what)
        if kept != what:
            yield _objection(name, f"{what} has the name of {kept}", owner)
    for table in schema.tables:
        doubled = [name for name, count in Counter(column.name for column in table.columns).items() if count > 1]
        for name in doubled:
            yield _objection(f"{table.name}.{name}", f"{table.name} has two columns {name}", "plan_schema")


def _objection(place: str, what: str, owner: Stage) -> Objection:
    return Objection(
        place=place,
        message=f"{what}: the second cannot be created.",
        help=f"Rename one {place}, or drop it if both are the same.",
        owner=owner,
    )


def _relations(schema: Schema, indexes: Indexes | None) -> Iterator[tuple[str, str, Stage]]:
    """Yield each name of the namespace with a description that is its own. MySQL's keys live inside their table."""
    for number, table in enumerate(schema.tables):
        yield table.name, f"table {number + 1}", "plan_schema"
    yield from ((view.name, f"view {number + 1}", "plan_schema") for number, view in enumerate(schema.views))
    if schema.engine in ("mysql", "mariadb"):
        return
    for table in schema.tables:
        keys = (table.primary_key,) if table.primary_key else ()
        for key in (*keys, *table.uniques, *table.exclusions) if schema.engine == "postgresql" else ():
            yield key.name, f"a key of {table.name}", "plan_schema"
    for number, index in enumerate(indexes.planned if indexes else ()):
        yield index.name, f"index {number + 1} on {index.table}", "plan_indexes"
