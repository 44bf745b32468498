"""One name with two types makes readers guess and joins cast.

https://www.schemacrawler.com/lint.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, foreign_columns, words


@rule("TYP012", "info", "One column name, several types", owner="plan_schema")
def one_name_several_types(schema: Schema) -> Iterator[Objection]:
    """Object to names of two words or more that stand for different families of types; keys are FK002's matter."""
    seen: dict[str, tuple[str, str]] = {}
    for table, column in columns(schema):
        if len(words(column.name)) < 2 or column.values or column.name in foreign_columns(table):
            continue
        place = f"{table.name}.{column.name}"
        first, kind = seen.setdefault(column.name, (place, family(column.type)))
        if kind != family(column.type):
            yield Objection(
                place=place,
                message=f"{place} is {column.type}, while {first} is of the family {kind}: the same name means two "
                "things.",
                help=f"Give {place} the type of {first}, or another name.",
            )
