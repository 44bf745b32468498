"""A view of SELECT * keeps the columns of the day it was made (SQL Antipatterns, Implicit Columns).

https://www.postgresql.org/docs/current/sql-createview.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import is_select_star, parsed


@rule("QRY014", "warning", "View of SELECT *", owner="plan_schema")
def view_of_star(schema: Schema) -> Iterator[Objection]:
    """Object to views whose source text says SELECT *."""
    for view in schema.views:
        tree = parsed(view.query, schema.engine)
        if tree is not None and is_select_star(tree):
            yield Objection(
                place=view.name,
                message=f"{view.name} selects *: it keeps the columns of the day it is created, and no column of its "
                "tables can be dropped.",
                help=f"List the columns of {view.name}.",
            )
