"""Rows in the existing schema, for the proofs of a change, and what becomes of them.

The rows keep to what both schemas ask, as far as the existing columns allow: whether the user's own rows do, only the
user's database can say, and the pre-checks ask it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from database_specialist.agent.changes.steps import short
from database_specialist.agent.dialects import quote, split_statements
from database_specialist.agent.dialects.parsing import parsed
from database_specialist.agent.dialects.tables import alter_foreign_key, unique_index
from database_specialist.agent.model.change import Change, Rename
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Check, Column, Exclusion, ForeignKey, Schema, Table, Unique
from database_specialist.agent.sampling.filling import fill
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.verification.catalog import Catalog, differences
from database_specialist.agent.verification.records import Parts
from database_specialist.agent.verification.sandbox import Database, StatementError

_ROWS = 500
"""Rows that a table is filled with."""
_SEED = 12
_TEXT = re.compile(r"(text|character varying|varchar|char|character|citext)\b")
_NUMBER = re.compile(r"(smallint|integer|bigint|numeric|int|decimal|real|double precision)\b")

Sums = dict[str, tuple[int, str]]
"""By column: how many rows, and a hash of all values."""


@dataclass
class Rows:
    """The rows of the existing tables, and the sums of their columns."""

    catalog: Catalog
    """The existing schema's."""
    counts: dict[str, int] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    """Tables that hold fewer rows than wanted, each with what stood in the way."""
    sums: dict[str, Sums] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    """The tables that the change renames, by their old names."""
    emptied: tuple[str, ...] = ()
    """Tables whose rows did not fit what the design asks."""

    @property
    def told(self) -> str:
        """How many rows there are, and where there are none."""
        empty = sorted(name for name, rows in self.counts.items() if not rows)
        text = f"{sum(self.counts.values())} rows in {len(self.counts) - len(empty)} tables"
        unfit = "what was made up does not fit the design"
        whys = [f"{name} ({unfit if name in self.emptied else self.left.get(name, 'refused')})" for name in empty]
        return f"{text}; no row fits {', '.join(whys)}" if whys else text

    @property
    def size(self) -> str:
        """How much was compared."""
        return f"{sum(self.counts.values())} rows, {sum(map(len, self.sums.values()))} columns"

    def has_rows(self, table: str) -> bool:
        """Say whether a table holds rows; one that has been renamed since counts as one with rows."""
        return self.counts.get(table, 1 if any(self.counts.values()) else 0) > 0

    def take_out(self, table: str, database: Database) -> None:
        """Empty a table and all that refer to it; from here on nothing is said of their rows."""
        database.execute(f"TRUNCATE {_name(table)} CASCADE")
        for name in list(self.sums):
            if _is_empty(self.renamed.get(name, name), database):
                del self.sums[name]
                self.counts[name] = 0

    def count(self, database: Database) -> None:
        """Count the rows and sum up every column as they are now."""
        for fact in self.catalog.tables:
            names = [column.name for column in self.catalog.columns_of(fact.name)]
            self.sums[fact.name] = dict(_sums(fact.name, {name: (name, "") for name in names}, database))
            self.counts[fact.name] = next((rows for rows, _ in self.sums[fact.name].values()), 0)

    def compared(self, database: Database, change: Change | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what is no longer as it was, and what is changed by triggers that were there before.

        With `change`, columns are looked for under their new names, and their values read as of their old type.
        """
        problems: list[str] = []
        notes: list[str] = []
        now = database.catalog()
        for table, before in self.sums.items():
            found = self.renamed.get(table, table) if change else table
            columns = _places(table, found, self.catalog, now, change)
            for name, (rows, total) in _sums(found, columns, database):
                if rows != before[name][0]:
                    problems.append(f"{table} holds {rows} rows, not {before[name][0]}")
                    break
                if total != before[name][1]:
                    told = f"{table}.{name} holds other values"
                    (notes if self._is_upkept(table) else problems).append(told)
        upkept = (
            (f"{'; '.join(notes)}: set by a trigger that was there before, when rows were filled",) if notes else ()
        )
        return tuple(problems), upkept

    def _is_upkept(self, table: str) -> bool:
        """Say whether a trigger of the existing schema changes rows as they are updated."""
        return any(fact.table == table and "UPDATE" in fact.definition for fact in self.catalog.triggers)


def _places(table: str, found: str, before: Catalog, now: Catalog, change: Change | None) -> dict[str, tuple[str, str]]:
    """Return for each old column its name now and the type to read it as, where it is another."""
    columns = {each.old.rpartition(".")[2]: each.new for each in _renames_of(table, found, change)}
    there = {column.name: column for column in now.columns_of(found)}
    places = {}
    for column in before.columns_of(table):
        name = columns.get(column.name, column.name)
        kept = f"{name}_before"
        if change is not None and kept in there and kept not in {each.name for each in before.columns_of(table)}:
            name = kept  # the values of before a change of type
        if name in there:
            places[column.name] = (name, column.type if there[name].type != column.type else "")
    return places


def _renames_of(table: str, found: str, change: Change | None) -> Sequence[Rename]:
    wished = change.renames if change else ()
    return [each for each in wished if each.old.rpartition(".")[0] in (table, found)]


def _sums(
    table: str, columns: Mapping[str, tuple[str, str]], database: Database
) -> Iterator[tuple[str, tuple[int, str]]]:
    if not columns:
        return
    values = [quote(place, "postgresql") + (f"::{kind}" if kind else "") for place, kind in columns.values()]
    sums = ", ".join(f"coalesce(sum(hashtextextended(({value})::text, 0)::numeric), 0)" for value in values)
    count, *totals = database.execute(f"SELECT count(*), {sums} FROM {_name(table)}").rows[0]
    for name, total in zip(columns, totals, strict=True):
        yield name, (int(str(count)), str(total))


def _name(table: str) -> str:
    return ".".join(quote(part, "postgresql") for part in table.split("."))


@dataclass(frozen=True)
class Sides:
    """The two schemas, as the model has them."""

    before: Catalog
    wanted: Catalog
    existing: Schema
    design: Schema
    renames: tuple[Rename, ...] = ()

    def designed(self, table: str) -> Table | None:
        """Return what the design makes of an existing table, under the existing names."""
        new = {each.old: each.new for each in self.renames if "." not in each.old}.get(table, table)
        found = self.design.table(new)
        renamed = [each for each in self.renames if each.old.rpartition(".")[0] in (table, new)]
        if found is None or not renamed:
            return found
        old = {each.new: each.old.rpartition(".")[2] for each in renamed}
        columns = tuple(each.model_copy(update={"name": old.get(each.name, each.name)}) for each in found.columns)
        # Conditions speak of the new names: what they ask is left to the pre-checks.
        bare: dict[str, object] = dict.fromkeys(("checks", "uniques", "foreign_keys", "exclusions"), ())
        return found.model_copy(update={"columns": columns, **bare})


def fill_existing(sides: Sides, database: Database) -> Rows | None:
    """Fill the existing tables with rows that both schemas take, as far as can be.

    None when the server does not give the schema back as it was: then only `seed_existing` will do, on a new database.
    """
    rows, blend = seed_existing(sides, database), _blended(sides)
    own = {table.name: table for table in sides.existing.tables}
    # Where the design narrows a type the filler's values might not fit it: such a table keeps the seed's rows.
    sizes = {table.name: _ROWS for table in blend.tables if _types(table) == _types(own[table.name])}
    with _keys_of_design(blend, own, database) as wider:
        try:
            rows.left = fill(wider, sizes, database).left
            for fact in sides.before.tables:
                if fact.row_security:
                    database.execute(f"ALTER TABLE {_name(fact.name)} ENABLE ROW LEVEL SECURITY")
        except StatementError:
            return None
    return rows if not differences(sides.before, database.catalog()) else None


@contextmanager
def _keys_of_design(blend: Schema, own: Mapping[str, Table], database: Database) -> Iterator[Schema]:
    """Let the design's own keys hold while rows are made, so that they keep to them; give the schema that holds."""
    undo: list[str] = []
    for table in blend.tables:
        for unique in table.uniques:
            if unique.name not in {each.name for each in own[table.name].uniques}:
                _put(unique_index(table, unique, "postgresql"), f"DROP INDEX {_quoted(unique.name)}", undo, database)
    kept = []
    for table in blend.tables:
        known = own[table.name].foreign_keys
        added = [
            key
            for key in table.foreign_keys
            if key not in known
            and _put(
                alter_foreign_key(table, key, "postgresql"),
                f"ALTER TABLE {_name(table.name)} DROP CONSTRAINT {_quoted(key.name)}",
                undo,
                database,
            )
        ]
        kept.append(table.model_copy(update={"foreign_keys": (*known, *added)}))
    yield blend.model_copy(update={"tables": tuple(kept)})
    for statement in reversed(undo):
        with suppress(StatementError):  # the server found rows that break the key, and did not put it back
            database.execute(statement)


def _put(statement: str, undoing: str, undo: list[str], database: Database) -> bool:
    try:
        database.execute(statement)
    except StatementError:
        return False
    undo.append(undoing)
    return True


def _quoted(name: str) -> str:
    return quote(name, "postgresql")


def _types(table: Table) -> list[str]:
    return [column.type for column in table.columns]


def empty_unfit(change: Change, database: Database) -> tuple[str, ...]:
    """Empty the tables whose rows, made up here, the design would refuse; return their names."""
    emptied = []
    for check in change.prechecks:
        with suppress(StatementError):  # it asks about a column that a step adds or renames
            if database.execute(check.sql).rows[0][0]:
                database.execute(f"TRUNCATE {_name(check.table)} CASCADE")
                emptied.append(check.table)
    return tuple(dict.fromkeys(emptied))


def seed_existing(sides: Sides, database: Database) -> Rows:
    """Put a few rows into each existing table, each as the server takes it."""
    planting = _Planting(database)
    seed = make_seed(EntityModel(entities=()), _blended(sides), rows=_SEED, accepts=planting)
    for statement in split_statements(seed.sql, "postgresql"):
        if re.match(r"UPDATE\b|SELECT setval", statement, re.IGNORECASE):
            planting(statement)
    return Rows(sides.before)


class _Planting:
    """A `Trial` of the sampling whose rows stay: one that is taken is there at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, *statements: str) -> bool:
        """Run the statements, all or none; say whether they were taken."""
        script = statements if len(statements) == 1 else ("BEGIN", *statements, "COMMIT")
        try:
            self._database.run(script)
        except StatementError:
            if len(statements) > 1:
                self._database.execute("ROLLBACK")
            return False
        return True

    def count(self, table: str) -> int:
        """Return how many rows the table holds, those of triggers too."""
        return int(str(self._database.execute(f"SELECT count(*) FROM {_name(table)}").rows[0][0]))

    def counts_after(self, statements: Collection[str], tables: Collection[str]) -> dict[str, int]:
        """Return how many rows each table holds: the statements have run already."""
        return {table: self.count(table) for table in tables}


def _blended(sides: Sides) -> Schema:
    """Return the existing tables with what the design asks of the same columns, so that rows do for both."""
    tables = tuple(_blend(_plain(table), sides.designed(table.name)) for table in sides.existing.tables)
    return sides.existing.model_copy(update={"tables": tables, "routines": (), "views": (), "policies": ()})


_CAST = re.compile(r"::(?:text|character varying|bpchar)\b(?:\(\d+\))?(?!\[)")


def _plain(table: Table) -> Table:
    """Return a table whose checks are spelled as a person would: so the sampler reads them."""
    checks = tuple(check.model_copy(update={"expression": plain_check(check.expression)}) for check in table.checks)
    return table.model_copy(update={"checks": checks})


def plain_check(expression: str) -> str:
    """Return a check as a person would spell it.

    >>> plain_check("status = ANY (ARRAY['open'::text, 'done'::text])")
    "status IN ('open', 'done')"
    >>> plain_check("(kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])")
    "kind IN ('a', 'b')"
    """
    found = re.fullmatch(r"\(?(\w+)\)?(?:::[\w ]+)? = ANY \(+ARRAY\[(.*?)\]\)?(?:::[\w ]+\[\])?\)", expression)
    if found:
        return f"{found[1]} IN ({_CAST.sub('', found[2])})"
    return _CAST.sub("", expression)


def _blend(table: Table, wanted: Table | None) -> Table:
    if wanted is None:
        return table
    wanted = _plain(wanted)
    columns = tuple(_stricter(column, wanted.column(column.name)) for column in table.columns)
    names = {column.name for column in columns}

    def fitting(parts: Sequence[_Named], own: Sequence[_Named]) -> tuple[_Named, ...]:
        known = {part.name for part in own}
        return (*own, *(part for part in parts if part.name not in known and _columns_of(part, wanted) <= names))

    return table.model_copy(
        update={
            "columns": columns,
            "checks": fitting(_apart(wanted.checks, table.checks), table.checks),
            "uniques": fitting(wanted.uniques, table.uniques),
            "foreign_keys": fitting(wanted.foreign_keys, table.foreign_keys),
            "exclusions": fitting(wanted.exclusions, table.exclusions),
        }
    )


def _apart(checks: Sequence[Check], own: Sequence[Check]) -> tuple[Check, ...]:
    """Return the design's checks; one that takes the place of another of the same name gets a name of its own."""
    known = {check.name for check in own}
    return tuple(
        check.model_copy(update={"name": f"{check.name}_of_design"}) if check.name in known else check
        for check in checks
    )


_Named = Check | Unique | ForeignKey | Exclusion


def _columns_of(part: _Named, table: Table) -> set[str]:
    """Return the columns of the table that a constraint speaks of."""
    text = part.model_dump_json(exclude={"name", "why", "facts", "ref_columns", "ref_table"})
    words = set(re.findall(r"\w+", text))
    return {column.name for column in table.columns if column.name in words}


def _stricter(column: Column, wanted: Column | None) -> Column:
    if wanted is None:
        return column
    allowed = tuple(value for value in column.values if value in wanted.values) or wanted.values or column.values
    kind = wanted.type if _is_narrower(wanted.type, column.type) else column.type
    nullable = column.nullable and wanted.nullable
    return column.model_copy(update={"type": kind, "nullable": nullable, "values": allowed})


def _is_narrower(one: str, other: str) -> bool:
    """Say whether each value of one type goes into the other, as far as their names tell.

    >>> _is_narrower("integer", "text"), _is_narrower("numeric(12,2)", "numeric(12,4)"), _is_narrower("text", "integer")
    (True, True, False)
    """
    if _TEXT.match(other):
        return not _TEXT.match(one) or _sizes(one) < _sizes(other)
    if one == "date":
        return other.startswith("timestamp")
    pairs = list(zip(_sizes(one), _sizes(other), strict=True))
    both = bool(_NUMBER.match(one) and _NUMBER.match(other))
    return both and all(mine <= theirs for mine, theirs in pairs) and _sizes(one) != _sizes(other)


def _sizes(name: str) -> tuple[float, float]:
    """Return how many digits or characters a type holds, and how many of them behind the point."""
    whole = {"smallint": 4.0, "integer": 9.0, "bigint": 18.0}
    if name in whole:
        return whole[name], 0.0
    found = re.search(r"\((\d+)(?:,(\d+))?\)", name)
    return (float(found[1]), float(found[2] or 0)) if found else (float("inf"), float("inf"))


def give_values(change: Change, name: str, parts: Parts, sides: Sides, database: Database) -> None:
    """Do before the step of this name what a person has to: give the rows a value that only a person knows.

    Here it is one of the design's seed; for a reference, the first row that can be referred to.
    """
    new = [table.name for table in parts.schema.tables if table.name not in sides.before.table_facts]
    for key in change.awaited:
        table, _, column = key.rpartition(".")
        if name == short("fill", table, column):
            _add_new_rows(new, parts, database)
            value = _stand_in(table, column, parts, sides.wanted)
            start = f"UPDATE {_name(table)} SET {quote(column, 'postgresql')}"
            try:
                database.execute(f"{start} = {value}")
            except StatementError:
                continue  # the step itself will say that the value is missing


def _add_new_rows(new: Sequence[str], parts: Parts, database: Database) -> None:
    """Put the design's seed into new tables, as far as its rows go in."""
    empty = [name for name in new if _is_empty(name, database)]
    for statement in split_statements(parts.operations.seed.sql, "postgresql"):
        found = re.match(r'INSERT INTO "?(\w+)"?', statement)
        if found and found[1] in empty:
            with suppress(StatementError):
                database.execute(statement)


def _is_empty(table: str, database: Database) -> bool:
    try:
        return not database.execute(f"SELECT 1 FROM {_name(table)} LIMIT 1").rows
    except StatementError:
        return False


def _stand_in(table: str, column: str, parts: Parts, target: Catalog) -> str:
    for fact in target.constraints_of(table):
        if fact.kind == "foreign key" and column in fact.columns:
            ref = quote(fact.ref_columns[fact.columns.index(column)], "postgresql")
            return f"(SELECT {ref} FROM {_name(fact.ref_table)} ORDER BY {ref} LIMIT 1)"
    unique = any(fact.kind == "unique" and fact.columns == (column,) for fact in target.constraints_of(table))
    kind = next(each.type for each in target.columns_of(table) if each.name == column)
    if unique:
        return _distinct(kind)
    return _of_seed(table, column, parts) or "DEFAULT"


def _distinct(kind: str) -> str:
    """Return an expression that differs from row to row."""
    number = "((ctid::text::point)[0] * 1000 + (ctid::text::point)[1])::int"
    if kind == "uuid":
        return "gen_random_uuid()"
    return f"left(md5(ctid::text), 12)::{kind}" if _TEXT.match(kind) else f"({number})::{kind}"


def _of_seed(table: str, column: str, parts: Parts) -> str:
    """Return the value that the design's seed has for a column in its first row, as a literal."""
    for statement in split_statements(parts.operations.seed.sql, "postgresql"):
        found = re.match(rf'INSERT INTO "?{re.escape(table)}"? ', statement)
        if not found:
            continue
        tree = parsed(statement.replace(" OVERRIDING SYSTEM VALUE", "", 1), "postgresql")
        names = [each.name for each in tree.this.expressions]
        row = tree.expression.expressions[0].expressions
        if column in names:
            return str(row[names.index(column)].sql(dialect="postgres"))
    return ""
