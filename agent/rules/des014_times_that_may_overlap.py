"""Only a constraint keeps two bookings apart: a query before the insert sees nothing that is not committed yet.

https://www.postgresql.org/docs/current/rangetypes.html#RANGETYPES-CONSTRAINT
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, family, foreign_columns, listed, singular, words

_TAKEN = frozenset({"booking", "reservation", "appointment", "rental", "allocation"})
"""What takes a thing for a time. Shifts, visits and contracts may overlap as often as not."""
_BEGINS = re.compile(r"(^|_)(starts?|begins?|from|check_?in|pick_?up|since)(_|$)")
_ENDS = re.compile(r"(^|_)(ends?|until|to|check_?out|return|due)(_|$)")
_RANGES = ("tstzrange", "tsrange", "daterange")


@rule("DES014", "warning", "Times that may overlap", owner="plan_schema")
def times_that_may_overlap(schema: Schema) -> Iterator[Objection]:
    """Object to bookings of a thing from one time to another that neither an exclusion nor a trigger keeps apart."""
    guarded = {routine.table for routine in schema.routines}
    for table in schema.tables:
        named = words(singular(table.name))
        span, things = _span(table), sorted(foreign_columns(table))
        if not named or named[-1] not in _TAKEN or not span or not things:
            continue
        if not table.exclusions and table.name not in guarded and not _is_slotted(table, span):
            yield Objection(
                place=table.name,
                message=f"{table.name} holds a time ({listed(span)}) beside {listed(things)}, and nothing keeps two "
                "rows for one thing from overlapping: two sessions at once both find the time free.",
                help=f"Add an exclusion constraint to {table.name} over the thing that is taken (WITH =) and its time "
                "(WITH &&), or note that overlaps are meant.",
            )


def _span(table: Table) -> tuple[str, ...]:
    """Return the column or the two columns that hold a time from and to; empty when there are none."""
    ranges = tuple(column.name for column in table.columns if base_type(column.type) in _RANGES)
    if ranges:
        return ranges[:1]
    times = [column for column in table.columns if _is_time(column)]
    begins = [column.name for column in times if _BEGINS.search(column.name.lower())]
    ends = [column.name for column in times if _ENDS.search(column.name.lower())]
    return (begins[0], ends[0]) if begins and ends else ()


def _is_time(column: Column) -> bool:
    return family(column.type) in ("timestamp", "date")


def _is_slotted(table: Table, span: tuple[str, ...]) -> bool:
    """Say whether the begin is part of a unique key: then times are slots, which are equal or apart."""
    return any(span[0] in unique.columns for unique in table.uniques)
