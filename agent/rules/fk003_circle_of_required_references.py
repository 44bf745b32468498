"""Tables that need each other's rows first can take no row at all, unless a key of the circle is nullable or deferred.

https://www.postgresql.org/docs/current/sql-set-constraints.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import foreign_keys


@rule("FK003", "error", "Circle of required references", owner="plan_schema")
def circle_of_required_references(schema: Schema) -> Iterator[Objection]:
    """Object to circles of NOT NULL foreign keys that are checked at once: no first row can go in."""
    needs = _needs(schema)
    while circle := _circle(needs):
        path = " -> ".join((*circle, circle[0]))
        yield Objection(
            place=circle[0],
            message=f"{path}: each row needs a row of the next table first, so none of them takes a first row.",
            help=f"Make one key of the circle nullable, or DEFERRABLE INITIALLY DEFERRED, say that of {circle[0]}.",
        )
        for name in circle:
            needs.pop(name)


def _needs(schema: Schema) -> dict[str, list[str]]:
    """Return the tables that must have a row before each table can have one."""
    needs: dict[str, list[str]] = {table.name: [] for table in schema.tables}
    for table, key in foreign_keys(schema):
        held = [table.column(name) for name in key.columns]
        required = not any(column is None or column.nullable for column in held)
        if required and not key.deferrable and key.ref_table != table.name and key.ref_table in needs:
            needs[table.name].append(key.ref_table)
    return needs


def _circle(needs: dict[str, list[str]]) -> tuple[str, ...]:
    """Return one circle, or nothing: what needs only finished tables is finished, and who is left walks in circles."""
    left = {name: [other for other in others if other in needs] for name, others in needs.items()}
    while ready := [name for name, others in left.items() if not any(other in left for other in others)]:
        for name in ready:
            del left[name]
    if not left:
        return ()
    path = [next(iter(left))]
    while (step := next(other for other in left[path[-1]] if other in left)) not in path:
        path.append(step)
    return tuple(path[path.index(step) :])
