"""A number without a unit is read in two units sooner or later.

https://en.wikipedia.org/wiki/Mars_Climate_Orbiter#Cause_of_failure
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, words

_MEASURES = frozenset({"duration", "timeout", "interval", "delay", "size", "weight", "height", "width", "distance"})


@rule("TYP016", "info", "Measure without a unit", owner="model_entities")
def measure_without_unit(schema: Schema) -> Iterator[Objection]:
    """Object to numbers named after a measure, where neither the name nor the comment ends in a unit."""
    for table, column in columns(schema):
        named = words(column.name)
        numeric = family(column.type) in ("integer", "decimal", "float")
        if numeric and named and named[-1] in _MEASURES and not _UNITS.search(column.comment):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} does not say its unit: sooner or later two are written.",
                help=f"Rename {table.name}.{column.name} after its unit ({column.name}_seconds, {column.name}_grams, "
                "...), or name the unit in its comment.",
            )


_UNITS = re.compile(
    r"\b(milli|micro)?seconds?\b|\bminutes?\b|\bhours?\b|\bdays?\b|\b(kilo|mega|giga)?bytes?\b|\b[kmgt]i?b\b|"
    r"\b(kilo|milli)?grams?\b|\b(kilo|centi|milli)?met(er|re)s?\b|\b(m?s|[kmc]?m|k?g|inch(es)?|pounds?|pixels?)\b",
    re.IGNORECASE,
)
