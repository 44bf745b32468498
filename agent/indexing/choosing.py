"""Chooses among the candidates: merges those that one index can stand for, and says why the others are not built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from database_specialist.agent.indexing.candidates import Candidate
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.model.workload import RejectedIndex

_YEAR_DAYS = 365
TINY_ROWS = 1_000
"""A table of fewer rows in a year fits into a few pages, which a scan reads as fast as an index."""
_HUGE_ROWS = 10_000_000
_FEW_VALUES = 8


@dataclass
class Choice:
    """What is kept and what is not."""

    kept: list[Candidate] = field(default_factory=list)
    _refused: dict[tuple[str, tuple[str, ...], str, str | None], list[str]] = field(default_factory=dict)

    def reject(self, candidate: Candidate, reason: str, covered_by: str | None = None) -> None:
        """Note a candidate that is not built; those with the same keys and reason make one entry."""
        entry = (candidate.table, candidate.columns, reason, covered_by)
        self._refused.setdefault(entry, []).extend(candidate.serves)

    @property
    def rejected(self) -> tuple[RejectedIndex, ...]:
        """The rejected candidates, each with what it would have served and why it is not built."""
        return tuple(
            RejectedIndex(
                table=table,
                keys=keys,
                reason=f"For {', '.join(dict.fromkeys(serves))}: {reason}",
                covered_by=covered_by,
            )
            for (table, keys, reason, covered_by), serves in self._refused.items()
        )


def choose(schema: Schema, found: Sequence[Candidate]) -> Choice:
    """Return the indexes to build, in the order of the tables, and the rejected candidates with reasons."""
    choice = Choice()
    by_table: dict[str, list[Candidate]] = {}
    for candidate in found:
        by_table.setdefault(candidate.table, []).append(candidate)
    for table in schema.tables:
        for candidate in _merged(_worthwhile(table, by_table.get(table.name, ()), schema, choice)):
            choice.kept.append(_summarised(table, candidate, schema))
    return choice


def _summarised(table: Table, candidate: Candidate, schema: Schema) -> Candidate:
    """Return a block-range index for spans of time in a huge table whose rows lie in the order of their time."""
    column = table.column(candidate.columns[0]) if len(candidate.keys) == 1 else None
    is_span = candidate.equalities == 0 and not candidate.is_ordered and candidate.method == "btree"
    if column is None or not is_span or not table.append_only or schema.engine != "postgresql":
        return candidate
    rows = rows_in_a_year(table) or 0.0
    if rows < _HUGE_ROWS or column.logical_type not in ("timestamp", "date"):
        return candidate
    why = f"{candidate.why}; {table.name} grows to {rows:,.0f} rows a year in the order of {column.name}, so that a"
    return replace(candidate, method="brin", why=f"{why} summary of its blocks is enough and costs almost nothing")


def rows_in_a_year(table: Table) -> float | None:
    """Return the rows of the table after its first year; None when nothing is known."""
    if table.rows is None and table.rows_per_day is None:
        return None
    days = min(_YEAR_DAYS, table.retention_days.value) if table.retention_days else _YEAR_DAYS
    start = table.rows.value if table.rows else 0.0
    return start + (table.rows_per_day.value * days if table.rows_per_day else 0.0)


def _worthwhile(table: Table, found: Sequence[Candidate], schema: Schema, choice: Choice) -> Iterator[Candidate]:
    rows = rows_in_a_year(table)
    for candidate in found:
        key = _covering_key(table, candidate)
        if candidate.unsupported:
            choice.reject(candidate, candidate.unsupported)
        elif key is not None:
            same = _as_key(table, candidate, key)
            choice.reject(same, f"{key} finds the same rows of {table.name} in the same order.", covered_by=key)
        elif candidate.origin == "foreign_key":
            if schema.engine in ("mysql", "mariadb"):
                choice.reject(candidate, "InnoDB builds the index of a foreign key with the constraint itself.")
            else:
                yield candidate
        elif rows is not None and rows < TINY_ROWS:
            reason = f"{table.name} has about {rows:,.0f} rows after a year: a scan of a few pages is as fast."
            choice.reject(candidate, reason)
        elif pruned := _pruned(table, candidate):
            choice.reject(candidate, pruned)
        elif unselective := _unselective(table, candidate):
            choice.reject(candidate, unselective)
        else:
            yield candidate


def _covering_key(table: Table, candidate: Candidate) -> str | None:
    """Return the primary key or unique constraint whose index already does what the candidate would."""
    keys = [(table.primary_key.name, table.primary_key.columns)] if table.primary_key else []
    keys += [(unique.name, unique.columns) for unique in table.uniques if unique.where is None]
    if candidate.method != "btree":
        return _covering_exclusion(table, candidate)
    equal = {_plain(column) for column in candidate.columns[: candidate.equalities]}
    for name, columns in keys:
        if {_plain(column) for column in columns} <= equal or _is_prefix(candidate, columns):
            return name
    return None


def _as_key(table: Table, candidate: Candidate, name: str) -> Candidate:
    """Cut the keys that add nothing to a unique key, so that all lookups by it make one entry."""
    keys = table.primary_key
    if keys is None or name != keys.name or not set(keys.columns) <= set(candidate.columns[: candidate.equalities]):
        return candidate
    return replace(candidate, keys=tuple(key for key in candidate.keys if key.expression in keys.columns))


def _covering_exclusion(table: Table, candidate: Candidate) -> str | None:
    wanted = {_plain(column) for column in candidate.columns}
    for exclusion in table.exclusions:
        held = {_plain(element.expression) for element in exclusion.elements}
        if candidate.method == exclusion.method and wanted <= held and exclusion.where is None:
            return exclusion.name
    return None


def _plain(expression: str) -> str:
    return expression.strip("()").replace(" ", "").lower()


def _is_prefix(shorter: Candidate, columns: Sequence[str]) -> bool:
    """Whether an index on `columns` finds and orders rows as the shorter candidate would."""
    size = len(shorter.columns)
    if size > len(columns) or any(key.descending or key.operator_class for key in shorter.keys):
        return False
    head = shorter.equalities
    return set(columns[:head]) == set(shorter.columns[:head]) and tuple(columns[head:size]) == shorter.columns[head:]


def _pruned(table: Table, candidate: Candidate) -> str | None:
    """Say so where the partitions already leave out what the span leaves out."""
    parts = table.partitioning
    is_span = candidate.equalities == 0 and not candidate.is_ordered and candidate.where is None
    if parts is None or parts.method != "range" or not is_span or candidate.columns != parts.columns[:1]:
        return None
    return f"{table.name} is partitioned by {parts.columns[0]}: a span of it reads only the partitions it falls in."


def _unselective(table: Table, candidate: Candidate) -> str | None:
    column = table.column(candidate.columns[0]) if len(candidate.keys) == 1 and candidate.where is None else None
    if column is None or candidate.equalities == 0:
        return None
    if column.logical_type == "boolean" or 0 < len(column.values) <= _FEW_VALUES:
        values = "two values" if column.logical_type == "boolean" else f"{len(column.values)} values"
        return f"{column.name} has {values}: each is on so many rows of {table.name} that a scan is cheaper."
    return None


def _merged(found: Iterator[Candidate]) -> list[Candidate]:
    """Let the longest candidate stand for those that begin the same way."""
    kept: list[Candidate] = []
    for candidate in sorted(found, key=lambda item: (-len(item.keys), item.where is not None, -item.per_day)):
        place = next((i for i, other in enumerate(kept) if _stands_for(other, candidate)), None)
        if place is None:
            kept.append(candidate)
        else:
            kept[place] = _join(kept[place], candidate)
    return kept


def _stands_for(longer: Candidate, shorter: Candidate) -> bool:
    if longer.method != shorter.method or longer.table != shorter.table:
        return False
    if longer.method != "btree":
        return longer.keys == shorter.keys and longer.where == shorter.where
    if longer.where is not None and longer.where != shorter.where and not _may_widen(longer, shorter):
        return False
    if shorter.keys == longer.keys[: len(shorter.keys)] and shorter.equalities <= len(shorter.keys):
        return True
    return _is_prefix(shorter, longer.columns)


def _may_widen(longer: Candidate, shorter: Candidate) -> bool:
    """Whether the longer one may as well hold all rows: it leaves out only the few that are marked as deleted."""
    parts = (longer.where or "").split(" AND ")
    return shorter.where is None and all(part.endswith(" IS NULL") for part in parts)


def _join(longer: Candidate, shorter: Candidate) -> Candidate:
    """Return the longer candidate, with its free leading keys in the order that the shorter one needs."""
    serves = tuple(dict.fromkeys((*longer.serves, *shorter.serves)))
    is_said = shorter.why == longer.why  # one query that reads a table twice
    return replace(
        longer,
        serves=serves,
        where=longer.where if longer.where == shorter.where else None if shorter.where is None else longer.where,
        include=longer.include if shorter.origin == "foreign_key" else (),
        is_ordered=longer.is_ordered or shorter.is_ordered,
        why=longer.why if is_said else f"{longer.why}; {shorter.why}",
        per_day=longer.per_day if is_said else longer.per_day + shorter.per_day,
        origin="query" if "query" in (longer.origin, shorter.origin) else "foreign_key",
    )
