"""A list in a text column cannot be joined, checked or indexed (SQL Antipatterns, Jaywalking). An array can.

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family


@rule("DES003", "warning", "List in a text column", owner="model_entities")
def list_in_text(schema: Schema) -> Iterator[Objection]:
    """Object to text columns named `..._ids`, `..._list` or `..._csv`."""
    for table, column in columns(schema):
        if family(column.type) == "text" and re.search(r"_(ids|list|csv)$|^ids$", column.name):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} keeps a list in text: its members have no foreign key, and "
                "finding one reads every row.",
                help=f"Move the members of {table.name}.{column.name} into a table of their own, one row each.",
            )
