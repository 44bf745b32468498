"""The index plan beside the best choice that a search finds among many more indexes, in the same storage.

The plan is chosen by rule and can be read; the search is told nothing but costs. Where it does much better, a rule
says so; the indexes stay those of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from database_specialist.agent.indexing.search import Costs, Found, Option, saving, search
from database_specialist.agent.indexing.variants import Variant, variants
from database_specialist.agent.model.scale import IndexSearch, IndexWeighed
from database_specialist.agent.model.workload import Index
from database_specialist.agent.verification.balance import updates_of
from database_specialist.agent.verification.records import Recorder, counted
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.agent.verification.scale_plans import Planned, rounded
from database_specialist.agent.verification.scale_sample import Sample, relations_of
from database_specialist.agent.verification.scale_statistics import PAGE

_ENTRY_COST = 1.0
"""What an entry costs that is written: one page, in the planner's unit."""
_MOST_TRIED = 400
_SHOWN = 10


@runtime_checkable
class WhatIf(Protocol):
    """A database that can say what statements cost with some of its indexes."""

    def what_if(self, statements: Mapping[str, str], options: frozenset[str]) -> AbstractContextManager[Costs]:
        """Give the costs of statements, by name; the options are built."""


@dataclass(frozen=True)
class Tried:
    """What was built beside the plan."""

    variants: Mapping[str, tuple[Variant, frozenset[str]]]


def build_variants(sample: Sample) -> Tried:
    """Build on the sample what else could serve the workload. To be called before the sample grows."""
    parts = sample.parts
    planned = {
        (index.table, tuple(key.expression for key in index.keys), index.include, index.where)
        for index in parts.indexes.planned
    }
    found: dict[str, tuple[Variant, frozenset[str]]] = {}
    for variant, queries in variants(parts.schema, parts.workload).items():
        if (variant.table, variant.keys, variant.include, variant.where) in planned or len(found) == _MOST_TRIED:
            continue
        name = f"tried_{len(found) + 1}"
        with suppress(StatementError):  # a value may be too long for an entry: then it is no option
            sample.database.execute(variant.statement(name))
            found[name] = (variant, queries)
    sample.relations = relations_of(sample.database)
    return Tried(found)


def compare(
    sample: Sample, tried: Tried, planned: Sequence[Planned], recorder: Recorder, *, megabytes: float | None = None
) -> None:
    """Search, and record how the plan stands beside what was found; `megabytes` is the storage at the year's end."""
    if not isinstance(sample.database, WhatIf):
        return
    own = [index for index in sample.parts.indexes.planned if not _is_for_key(index, sample)]
    names = sample.names()
    touched: dict[str, set[str]] = {}
    for each in planned:
        for read in each.after.reads(names):
            touched.setdefault(read.table, set()).add(each.query.id)
    own_options = [_planned_option(index, sample, frozenset(touched.get(index.table, ()))) for index in own]
    options = [*own_options, *_tried_options(sample, tried)]
    statements = {each.query.id: each.sql for each in planned}
    weights = {each.query.id: each.query.frequency.value for each in planned}
    sizes = {option.name: option.size for option in options}
    allowed = megabytes * 1e6 if megabytes else sum(sizes[index.name] for index in own)
    with sample.database.what_if(statements, frozenset(sizes)) as costs:
        before = saving([index.name for index in own], options, weights, costs)
        found = search(options, weights, costs, budget=allowed)
    recorder.index_search = _result(found, before, allowed, own, tried, sizes)
    _record(recorder.index_search, recorder)


def _result(
    found: Found, before: float, allowed: float, own: Sequence[Index], tried: Tried, sizes: Mapping[str, float]
) -> IndexSearch:
    def weighed(names: Iterable[tuple[str, float]]) -> tuple[IndexWeighed, ...]:
        return tuple(
            IndexWeighed(
                statement=_described(tried.variants[name][0]), saves=rounded(saves), bytes_year_1=rounded(sizes[name])
            )
            for name, saves in names
            if name in tried.variants
        )

    return IndexSearch(
        tried=len(sizes),
        bytes_allowed=rounded(allowed),
        planned_saves=round(before, 3),
        found_saves=round(found.saves, 3),
        added=weighed((name, found.worth[name]) for name in found.chosen),
        dropped=tuple(index.name for index in own if index.name not in found.chosen and not index.hides_in_bytes),
        rejected=weighed((each.name, each.saves) for each in found.rejected)[:_SHOWN],
    )


def _described(variant: Variant) -> str:
    """Return the index without a name: it has none."""
    return variant.statement("x").partition(" ON ")[2]


def _record(found: IndexSearch, recorder: Recorder) -> None:
    claim = "The planned indexes are set beside the best choice that a search finds in the same storage."
    detail = (
        f"of {found.tried} indexes built and weighed; the plan saves {found.planned_saves:.1%} of the planner's cost "
        f"of a day, the search's choice {found.found_saves:.1%}"
    )
    figure = counted(found.tried, "indexes", "indexes built on the sample and weighed")
    recorder.passed("index_search", "indexes", claim, detail, figure=figure)


def _is_for_key(index: Index, sample: Sample) -> bool:
    keys = {key.name for table in sample.parts.schema.tables for key in table.foreign_keys}
    return bool(keys & set(index.serves))


def _planned_option(index: Index, sample: Sample, touching: frozenset[str]) -> Option:
    moved = updates_of(index, sample.parts.workload, sample.parts.schema)
    columns = tuple(key.expression for key in index.keys)
    upkeep = _upkeep(index.table, moved, sample)
    return Option(index.name, index.table, columns, _size(index.name, index.table, sample), upkeep, touching)


def _tried_options(sample: Sample, tried: Tried) -> Sequence[Option]:
    options = []
    for name, (variant, queries) in tried.variants.items():
        as_index = Index(
            name=name,
            table=variant.table,
            keys=(),
            include=tuple(column for column in variant.columns if not column.startswith("(")),
            where=variant.where,
            serves=(),
            reason="",
        )
        moved = updates_of(as_index, sample.parts.workload, sample.parts.schema)
        upkeep = _upkeep(variant.table, moved, sample)
        size = _size(name, variant.table, sample)
        options.append(Option(name, variant.table, variant.keys, size, upkeep, queries))
    return options


def _size(name: str, table: str, sample: Sample) -> float:
    pages = sum(max(each.pages - 1, 0) for each in sample.relations if each.family == name and each.kind == "i")
    return pages * PAGE * sample.factors.get(table, 1.0)


def _upkeep(table: str, moved: Sequence[str], sample: Sample) -> float:
    """Return a day's cost of keeping an index: an entry for each new row, and for each update that moves it."""
    size = next((each for each in sample.parts.operations.capacity.tables if each.table == table), None)
    updates = sum(query.frequency.value for name in moved if (query := sample.parts.workload.query(name)) is not None)
    return _ENTRY_COST * ((size.rows_per_day.value if size else 0.0) + updates)
