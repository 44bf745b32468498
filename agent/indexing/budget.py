"""The index plan under a storage budget: what saves most for each byte stays, what does not fit is said with its size.

    saving   executions a day of the queries it serves x heap pages of the table, which they would read without it
    size     index bytes of a row x rows after the first year

The indexes of foreign keys come first and always stay: without one, each delete in the table referred to reads the
whole table. Keys and constraints are no choice and do not count.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from database_specialist.agent.model.workload import Index, IndexBudget, Indexes, RejectedIndex
from database_specialist.agent.operations import index_width, other_engines
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.figures import counted, size
from database_specialist.agent.operations.row_width import PAGE


@dataclass(frozen=True)
class _Weighed:
    index: Index
    bytes: float
    saves: float
    """Pages a day."""
    is_supporting: bool


def within_budget(indexes: Indexes, ground: Ground, allowed_bytes: float) -> Indexes:
    """Return the plan that fits, in the order of the given one; the rest is among the rejected."""
    weighed = [_weigh(index, ground) for index in indexes.planned]
    kept = _chosen(weighed, allowed_bytes)
    planned = tuple(each.index for each in weighed if each.index.name in kept)
    taken = sum(each.bytes for each in weighed if each.index.name in kept)
    refused = (_refused(each, taken, allowed_bytes) for each in weighed if each.index.name not in kept)
    supporting = sum(each.bytes for each in weighed if each.is_supporting)
    return Indexes(
        planned=planned,
        rejected=(*indexes.rejected, *refused),
        budget=IndexBudget(bytes_allowed=allowed_bytes, bytes_planned=taken, bytes_of_foreign_keys=supporting),
    )


def _weigh(index: Index, ground: Ground) -> _Weighed:
    found = ground.size_of(index.table)
    rows = found.rows_year_1.value
    a_day = {access.query.id: access.query.frequency.value for access in ground.accesses}
    pages = rows * found.row_bytes.value / PAGE
    return _Weighed(
        index=index,
        bytes=rows * _bytes_of_a_row(index, ground),
        saves=sum(a_day.get(name, 0.0) for name in index.serves) * pages,
        is_supporting=any(name not in a_day for name in index.serves),
    )


def _bytes_of_a_row(index: Index, ground: Ground) -> float:
    """Return what the index adds to a row's bytes, by the arithmetic of the engine."""
    table, schema = ground.schema.table(index.table), ground.schema
    if table is None:
        return 0.0
    of_row = index_width.index_bytes if schema.engine == "postgresql" else other_engines.index_bytes
    return of_row(table, schema, Indexes(planned=(index,))).value - of_row(table, schema, Indexes(planned=())).value


def _chosen(weighed: list[_Weighed], allowed: float) -> set[str]:
    """Return the names of those that stay: the densest first, then a large one for a smaller where it saves more."""
    kept = [each for each in weighed if each.is_supporting]
    room = allowed - sum(each.bytes for each in kept)
    loose = sorted(
        (each for each in weighed if not each.is_supporting),
        key=lambda each: (-each.saves / max(each.bytes, 1.0), each.index.name),
    )
    chosen: list[_Weighed] = []
    for each in loose:
        if each.bytes <= room:
            chosen.append(each)
            room -= each.bytes
    for each in sorted(loose, key=lambda each: (-each.saves, each.index.name)):
        given = None if each in chosen else _worth(each, chosen, room)
        if given is not None:
            chosen = [other for other in chosen if other not in given] + [each]
            room += sum(other.bytes for other in given) - each.bytes
    return {each.index.name for each in (*kept, *chosen)}


def _worth(wanted: _Weighed, chosen: Collection[_Weighed], room: float) -> tuple[_Weighed, ...] | None:
    """Return those to give up for one that saves more than all of them; None where it is not worth it."""
    given: list[_Weighed] = []
    for each in sorted(chosen, key=lambda each: (each.saves, each.index.name)):
        if room + sum(other.bytes for other in given) >= wanted.bytes:
            break
        given.append(each)
    fits = room + sum(other.bytes for other in given) >= wanted.bytes
    return tuple(given) if fits and sum(other.saves for other in given) < wanted.saves else None


def _refused(weighed: _Weighed, taken: float, allowed: float) -> RejectedIndex:
    index = weighed.index
    return RejectedIndex(
        table=index.table,
        keys=tuple(key.expression for key in index.keys),
        reason=f"For {', '.join(index.serves)}: its {size(weighed.bytes)} at the rows of the first year do not fit. "
        f"Those that stay take {size(taken)} of the {size(allowed)} allowed; this one would spare reading up to "
        f"{counted(round(weighed.saves), 'page')} a day.",
    )
