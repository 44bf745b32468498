"""A rule over rows can be broken from each side that it speaks of: by a new row, by a changed one, in either table.

https://www.postgresql.org/docs/current/sql-createtrigger.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.checking import CheckingFunction, checking_functions
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import tables_by_name


@rule("TRG001", "warning", "Trigger that lets one side through", owner="plan_schema")
def trigger_that_lets_one_side_through(schema: Schema) -> Iterator[Objection]:
    """Object to triggers that test other rows on INSERT but not on UPDATE, and to those whose other table has none."""
    checking = tuple(checking_functions(schema))
    for function in checking:
        for table, events in function.events.items():
            if len(function.events) == 1 and function.reads and events == {"INSERT"} and not _is_fixed(table, schema):
                yield Objection(
                    place=f"{table}.{function.name}",
                    message=f"{function.name} refuses a new row of {table} and looks at no changed one: an UPDATE "
                    "brings about what the INSERT was refused for.",
                    help=f"Add UPDATE to the trigger of {function.name} on {table}, or give UPDATE a trigger that "
                    "refuses.",
                )
            for other in _open_sides(function, table, checking, schema):
                yield Objection(
                    place=f"{other}.{function.name}",
                    message=f"{function.name} tests rows of {table} against {other}, and no trigger tests {other} "
                    f"against {table}: the rule is broken from the other side.",
                    help=f"Add a trigger on {other} that tests it against {table}.",
                )


def _is_fixed(table: str, schema: Schema) -> bool:
    found = tables_by_name(schema).get(table)
    return found is not None and found.append_only


def _open_sides(
    function: CheckingFunction, table: str, checking: tuple[CheckingFunction, ...], schema: Schema
) -> Iterator[str]:
    """Yield the tables that are read and do not look back. What a row refers to is looked up, and has its own rules."""
    tables = tables_by_name(schema)
    parents = {key.ref_table for key in tables[table].foreign_keys} if table in tables else set()
    for other in function.reads:
        looks_back = any(other in each.events and {table, other} & set(each.reads) for each in checking)
        fixed = other == table or other in parents or _is_fixed(other, schema)
        if not fixed and not looks_back and other not in function.events:
            yield other
