"""A name with capitals or spaces must be quoted for ever, and is another name when it is not.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_upper_case_table_or_column_names
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import words


@rule("NAM001", "warning", "Name that must be quoted", owner="plan_schema")
def quoted_name(schema: Schema) -> Iterator[Objection]:
    """Object to names of tables and columns other than lower case letters, digits and underscores."""
    for table in schema.tables:
        names = [(table.name, table.name), *((f"{table.name}.{c.name}", c.name) for c in table.columns)]
        for place, name in names:
            # Letters beyond ASCII need no quotes; capitals are folded without them.
            if name != name.lower() or not re.fullmatch(r"[^\W\d]\w*", name):
                yield Objection(
                    place=place,
                    message=f"{name!r} must be written in quotes everywhere: without them it is another name.",
                    help=f"Rename it {'_'.join(words(name)) or 'in lower case'}.",
                )
