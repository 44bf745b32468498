"""Fills the tables one after the other, and puts back afterwards what stood in the way, which proves it.

    triggers off, foreign keys and planned indexes away -> rows, table by table -> keys into later tables
    -> foreign keys again (each one checked by the server on all rows) -> triggers on

It works on a throw-away copy that holds the seed, as the unprivileged owner of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from database_specialist.agent.dialects.tables import alter_foreign_key
from database_specialist.agent.mapping.ordering import in_creation_order
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.sampling.filling.numbers import share
from database_specialist.agent.sampling.filling.references import Pick, name, pick, references
from database_specialist.agent.sampling.filling.rows import TEMPLATE, Draft, Span, partition_span
from database_specialist.agent.sampling.scalars import BASE
from database_specialist.agent.verification.sandbox import Database, StatementError

NOW = BASE + timedelta(days=90)
"""The moment at which the sample stands still: the end of its times, unless partitions end elsewhere."""
_BATCH = 20_000
_ROUNDS = 8
_PROBED = 300
_PROBES = 8
_ENOUGH_PASS = 0.9
_DAYS = 365.0
_LINKED = 0.7
"""Share of the rows that get an optional reference which the rows of the seed cannot lend them."""


@dataclass
class Filled:
    """What became of the tables."""

    rows: dict[str, int] = field(default_factory=dict)
    """Rows of each table, those of the seed included."""
    left: dict[str, str] = field(default_factory=dict)
    """Tables that hold fewer rows than wanted, each with what stood in the way."""
    violated: dict[str, str] = field(default_factory=dict)
    """Foreign keys that the server refused on the rows made, with its words."""
    keys: int = 0
    """Foreign keys that the server checked on all rows."""
    more: dict[str, More] = field(default_factory=dict)
    """How further rows of a table are made."""


@dataclass
class More:
    """Makes rows of a table that was filled, one batch after the other."""

    draft: Draft
    next_number: int

    @contextmanager
    def statement(self, rows: int, database: Database) -> Iterator[str]:
        """Give an INSERT of this many rows, with what it reads: for use inside a transaction that is rolled back."""
        _prepare(self.draft, database)
        yield self.draft.insert(self.next_number, self.next_number + rows - 1)


def fill(
    schema: Schema, sizes: Mapping[str, int], database: Database, *, days: Mapping[str, float] | None = None
) -> Filled:
    """Bring each table to about as many rows as `sizes` says. The same call makes the same rows.

    `days` is the time over which a table's rows came into being. A table that cannot be filled keeps what it has,
    and is named with the reason.
    """
    filler = _Filler(schema, sizes, days or {}, database)
    filler.open()
    ordered = in_creation_order(schema.tables)
    for place, table in enumerate(ordered):
        filler.fill(table, {each.name for each in ordered[:place]})
    for table in ordered:
        filler.link(table)
    filler.close()
    return filler.filled


@dataclass
class _Filler:
    schema: Schema
    sizes: Mapping[str, int]
    days: Mapping[str, float]
    database: Database
    filled: Filled = field(default_factory=Filled)
    later: dict[str, tuple[ForeignKey, ...]] = field(default_factory=dict)

    def open(self) -> None:
        """Take away what would be checked row by row, or refuse rows for reasons that only a trigger knows."""
        for table in self.schema.tables:
            self.database.execute(f"ALTER TABLE {name(table.name)} DISABLE TRIGGER USER")
            self.database.execute(f"ALTER TABLE {name(table.name)} DISABLE ROW LEVEL SECURITY")
            for key in table.foreign_keys:
                self.database.execute(f"ALTER TABLE {name(table.name)} DROP CONSTRAINT {name(key.name)}")

    def close(self) -> None:
        """Put the foreign keys back, which has the server look at every row, and the triggers."""
        for table in self.schema.tables:
            for key in table.foreign_keys:
                try:
                    self.database.execute(alter_foreign_key(table, key, "postgresql"))
                    self.filled.keys += 1
                except StatementError as error:
                    self.filled.violated[f"{table.name}.{key.name}"] = str(error)
            self.database.execute(f"ALTER TABLE {name(table.name)} ENABLE TRIGGER USER")

    def fill(self, table: Table, filled: set[str]) -> None:
        """Add rows to one table."""
        seeded = self._number(f"SELECT count(*) FROM {name(table.name)}")
        self.filled.rows[table.name] = seeded
        wanted = self.sizes.get(table.name, 0)
        found = references(table, self.schema, filled)
        self.later[table.name] = found.later
        if wanted <= seeded:
            return
        if not seeded:
            self.filled.left[table.name] = "the seed has no row to start from"
            return
        draft = Draft(table, self.schema, found, self._span(table), seeded, wanted - seeded, self._first_keys(table))
        try:
            _prepare(draft, self.database)
            problem = self._fit(draft) or self._insert(draft, seeded, wanted)
        except StatementError as error:
            problem = str(error)
        finally:
            self._clean(draft)
        if problem:
            self.filled.left[table.name] = problem

    def link(self, table: Table) -> None:
        """Set the keys into tables that were filled after this one, and into the table itself."""
        for number, key in enumerate(self.later.get(table.name, ())):
            # What another key holds too, the tenant most often, stays: only parents of the same tenant will do.
            kept = {column for other in table.foreign_keys if other is not key for column in other.columns}
            known = {column: f"b.{name(column)}" for column in key.columns if column in kept}
            chosen = pick(table, key, self.schema, known, f"later_{number}")
            chosen = replace(chosen, taken=tuple(pair for pair in chosen.taken if pair[0] in key.columns))
            if chosen.taken and not chosen.is_one_to_one:
                with suppress(StatementError):  # then the seed's parents stay: valid, if fewer than they might be
                    self._link(table, chosen)
                self.database.execute(f"DROP TABLE IF EXISTS {chosen.alias}, {chosen.alias}_count")

    def _link(self, table: Table, chosen: Pick) -> None:
        for statement in chosen.preparation():
            self.database.execute(statement)
        values = chosen.values(table)
        if self._is_never_set(table, values):
            # The seed's rows cannot lend theirs: they have none, or one of another tenant.
            lot = share("b._n", f"{table.name}.{chosen.key.name} at all")
            values = {
                column: f"CASE WHEN {lot} < {_LINKED} THEN {chosen.alias}.{name(ref)} END"
                for column, ref in chosen.taken
            }
        new = ", ".join(f"{value} AS new_{place}" for place, value in enumerate(values.values()))
        assigned = ", ".join(f"{name(column)} = x.new_{place}" for place, column in enumerate(values))
        if chosen.key.ref_table == table.name:
            same = " AND ".join(f"u.{name(ref)} = x.new_{list(values).index(column)}" for column, ref in chosen.taken)
            itself = f" AND ({same}) IS NOT TRUE"
        else:
            itself = ""
        numbered = (
            f"SELECT r.*, r.ctid AS _row, r.tableoid AS _part, row_number() OVER (ORDER BY r.tableoid, r.ctid) AS _n "
            f"FROM {name(table.name)} AS r"
        )
        self.database.execute(
            f"UPDATE {name(table.name)} AS u SET {assigned} FROM (SELECT b._row, b._part, {new} FROM ({numbered}) AS b "
            f"{replace(chosen, is_optional=False).join(table)}) AS x WHERE u.ctid = x._row AND u.tableoid = x._part"
            f"{itself}"
        )
        self.database.execute(f"VACUUM FULL {name(table.name)}")

    def _is_never_set(self, table: Table, columns: Iterable[str]) -> bool:
        counts = ", ".join(f"count({name(column)})" for column in columns)
        few = max(1, self.filled.rows[table.name] // 10)
        return any(
            int(str(count)) < few for count in self.database.execute(f"SELECT {counts} FROM {name(table.name)}").rows[0]
        )

    def _clean(self, draft: Draft) -> None:
        names = [TEMPLATE, *(f"{each.alias}{end}" for each in draft.references.picks for end in ("", "_count"))]
        self.database.execute(f"DROP TABLE IF EXISTS {', '.join(names)}")

    def _fit(self, draft: Draft) -> str:
        """Try a few rows, and give up what the checks refuse; return why none can be made, if so."""
        for _ in range(_PROBES):
            refused = self._refused(draft)
            if refused is None:
                return ""
            if not refused:
                return "no row that it could refer to fits"
            if not self._simplify(draft, refused):
                break
        passing = self._refused(draft, least=0.02)
        return "" if passing is None else f"{', '.join(passing)} refuses the values made"

    def _refused(self, draft: Draft, least: float = _ENOUGH_PASS) -> list[str] | None:
        """Return the conditions that refuse too many of a few rows; None when all is well, nothing without any row."""
        checks = draft.checks()
        counts = "".join(f", count(*) FILTER (WHERE ({check}) IS NOT FALSE)" for check in checks.values())
        alike = [column for column in draft.varied() if draft.choices[column][0] != "" and _must_differ(draft, column)]
        distinct = "".join(f", count(DISTINCT {name(column)})" for column in alike)
        last = max(draft.target, _PROBED)
        rows = f"({draft.candidates(1, _PROBED // 2)}) UNION ALL ({draft.candidates(last - _PROBED // 2, last)})"
        try:
            found = self.database.execute(f"SELECT count(*){counts}{distinct} FROM ({rows}) AS w").rows[0]
        except StatementError as error:
            return [str(error)]
        total, *passed = (int(str(value)) for value in found)
        if not total:
            return []
        names = [*checks, *(f"distinct {column}" for column in alike)]
        bad = [each for each, count in zip(names, passed, strict=True) if count < least * total]
        return bad or None

    def _simplify(self, draft: Draft, refused: Sequence[str]) -> bool:
        """Let the columns that the conditions speak of take simpler values; say whether any could."""
        texts = [draft.checks().get(each, each) for each in refused]
        spoken = [column for column in draft.varied() if any(re.search(rf"\b{column}\b", text) for text in texts)]
        known = set(draft.checks()) | {f"distinct {column}" for column in draft.choices}
        # The server's own words name no column: then everything becomes simpler.
        chosen = spoken if all(each in known for each in refused) else list(draft.varied())
        for column in chosen:
            draft.simplify(column)
        return bool(chosen)

    def _insert(self, draft: Draft, seeded: int, wanted: int) -> str:
        next_number, have = 1, seeded
        for _ in range(_ROUNDS):
            missing = wanted - have
            for first in range(next_number, next_number + missing, _BATCH):
                last = min(first + _BATCH, next_number + missing) - 1
                have += self.database.execute(draft.insert(first, last)).row_count
                self.filled.rows[draft.table.name] = have
            next_number += missing
            self.filled.more[draft.table.name] = More(draft, next_number)
            if have >= wanted:
                return ""
        return "" if have >= 0.5 * wanted else f"only {have} of {wanted} rows fit its keys and constraints"

    def _span(self, table: Table) -> Span:
        days = min(max(self.days.get(table.name, _DAYS), 7.0), 2 * _DAYS)
        return partition_span(table) or Span(NOW - timedelta(days=days), NOW)

    def _first_keys(self, table: Table) -> dict[str, int]:
        found = {}
        for column in table.columns:
            if re.match(r"(small|big)?int(eger)?\b", column.type, re.IGNORECASE):
                query = f"SELECT coalesce(max({name(column.name)}), 0) FROM {name(table.name)}"
                found[column.name] = max(0, self._number(query))
        return found

    def _number(self, query: str) -> int:
        return int(str(self.database.execute(query).rows[0][0]))


def _prepare(draft: Draft, database: Database) -> None:
    order = _order(draft.table)
    database.execute(
        f"CREATE TEMPORARY TABLE {TEMPLATE} AS SELECT row_number() OVER (ORDER BY {order}) - 1 AS _template, r.* "
        f"FROM {name(draft.table.name)} AS r"
    )
    for chosen in draft.references.picks:
        for statement in chosen.preparation():
            database.execute(statement)
        database.execute(f"ANALYZE {chosen.alias}, {chosen.alias}_count")
    database.execute(f"ANALYZE {TEMPLATE}")


def _must_differ(draft: Draft, column: str) -> bool:
    return any(
        column in re.findall(r"\w+", part)
        for unique in draft.table.uniques
        if len(unique.columns) == 1
        for part in unique.columns
    )


def _order(table: Table) -> str:
    """Order the seed's rows: those past their first state come first, and are the most in production as well."""
    initial = [
        f"({name(column.name)}::text = ({column.default})::text)"
        for column in table.columns
        if column.values and column.default
    ]
    keys = table.primary_key.columns if table.primary_key else tuple(column.name for column in table.columns)
    return ", ".join([*initial, *_named(keys)])


def _named(columns: Sequence[str]) -> Iterator[str]:
    return (name(column) for column in columns)
