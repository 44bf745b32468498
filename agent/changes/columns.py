"""Columns: added, relaxed, given another default or a wider type, filled, and at last required."""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.changes.objects import VIEWS_AGAIN, around_views
from database_specialist.agent.changes.steps import Check, Ground, Piece, Step, short
from database_specialist.agent.changes.trying import Trial, is_taken, tried
from database_specialist.agent.verification.catalog import ColumnFact

_BATCH_PAGES = 200
"""Pages of 8 kB whose rows one batch of a backfill changes: about 1.6 MB, some thousand rows."""
_GIVEN = "given"
"""The last word of the names of the checks that stand in for NOT NULL for a while."""


def added_columns(ground: Ground) -> Iterator[Step]:
    """Add the columns that are missing, such that no row is written again: what is required comes later."""
    for table in ground.shared():
        known = {column.name for column in ground.now.columns_of(table)}
        missing = [column for column in ground.target.columns_of(table) if column.name not in known]
        up, down, pieces = [], [], []
        for column in missing:
            statements, piece = _added(column, ground)
            up += statements
            down.append(f"ALTER TABLE {ground.name(table)} DROP COLUMN {ground.column(column.name)}")
            pieces.append(piece)
        if up:
            yield Step(short("add_columns", table), tuple(up), tuple(reversed(down)), tuple(pieces))


def _added(column: ColumnFact, ground: Ground) -> tuple[list[str], Piece]:
    element = f"column {column.table}.{column.name}"
    start = f"ALTER TABLE {ground.name(column.table)} ADD COLUMN {ground.column(column.name)} {column.type}"
    described = f"added: {column.type}{'' if column.nullable else ' NOT NULL'}"
    if column.generated:
        return [f"{start} GENERATED ALWAYS AS ({column.generated}) STORED{_required(column)}"], Piece(
            element, f"{described}, generated", "The rows that are there are written again."
        )
    if column.identity:
        return [f"{start} GENERATED ALWAYS AS IDENTITY"], Piece(
            element, f"{described}, identity", "The rows that are there are numbered, and so written again."
        )
    default = f" DEFAULT {column.default}" if column.default else ""
    whole = f"{start}{default}{_required(column)}"
    key = f"{column.table}.{column.name}"
    says_what = bool(column.default) or column.nullable
    if says_what and key not in ground.fills and tried((whole,), ground.database) is Trial.LEAVES_ROWS:
        note = f"The rows that are there get {column.default}." if column.default else ""
        return [whole], Piece(element, described, note)
    altered = f"ALTER TABLE {ground.name(column.table)} ALTER COLUMN {ground.column(column.name)}"
    set_default = f"{altered} SET DEFAULT {column.default}"
    note = "The rows that are there stay NULL." if column.nullable else "Filled in batches, then required."
    return [start, *([set_default] if column.default else [])], Piece(element, described, note)


def _required(column: ColumnFact) -> str:
    return "" if column.nullable else " NOT NULL"


def relaxed_columns(ground: Ground) -> Iterator[Step]:
    """Let columns be NULL: those that the design lets be, and those it does not know, which its rows leave out."""
    for table in ground.shared():
        wanted = {column.name: column for column in ground.target.columns_of(table)}
        up, down, pieces = [], [], []
        for column in ground.now.columns_of(table):
            fact = wanted.get(column.name)
            unknown = fact is None and not (column.default or column.identity or column.generated)
            if column.nullable or not (unknown or (fact is not None and fact.nullable)):
                continue
            if _in_primary_key(column, ground):
                continue
            start = f"ALTER TABLE {ground.name(table)} ALTER COLUMN {ground.column(column.name)}"
            up.append(f"{start} DROP NOT NULL")
            down.append(f"{start} SET NOT NULL")
            why = "The design does not know it, so its new rows leave it out." if unknown else ""
            note = f"{why} Rows without a value that came since stop the way down.".strip()
            pieces.append(Piece(f"column {table}.{column.name}", "NULL allowed", note))
        if up:
            yield Step(short("relax", table), tuple(up), tuple(down), tuple(pieces))


def _in_primary_key(column: ColumnFact, ground: Ground) -> bool:
    facts = ground.now.constraints_of(column.table)
    return any(fact.kind == "primary key" and column.name in fact.columns for fact in facts)


def _pairs(ground: Ground) -> Iterator[tuple[ColumnFact, ColumnFact]]:
    """Yield each column that both sides hold: as it is, and as it shall be."""
    for table in ground.shared():
        wanted = {column.name: column for column in ground.target.columns_of(table)}
        for column in ground.now.columns_of(table):
            if column.name in wanted:
                yield column, wanted[column.name]


def defaults(ground: Ground) -> Iterator[Step]:
    """Set or drop defaults; they are those of rows to come."""
    for column, fact in _pairs(ground):
        if column.default == fact.default or column.generated or fact.generated or fact.identity or column.identity:
            continue
        start = f"ALTER TABLE {ground.name(fact.table)} ALTER COLUMN {ground.column(fact.name)}"
        up, down = _default(start, fact.default), _default(start, column.default)
        change = f"default {column.default or 'none'} becomes {fact.default or 'none'}"
        piece = Piece(f"column {fact.table}.{fact.name}", change)
        if is_taken((up,), ground.database):  # else the type has to change first
            yield Step(short("default", fact.table, fact.name), (up,), (down,), (piece,))


def _default(start: str, default: str) -> str:
    return f"{start} SET DEFAULT {default}" if default else f"{start} DROP DEFAULT"


def identities(ground: Ground) -> Iterator[Step]:
    """Let the server number rows by identity, going on after the highest number that is there."""
    for column, fact in _pairs(ground):
        if not fact.identity or column.identity or column.nullable:
            continue
        table, name = ground.name(fact.table), ground.column(fact.name)
        sequence = ground.name(short(fact.table, fact.name, "identity"))
        start = f"ALTER TABLE {table} ALTER COLUMN {name}"
        drop = (f"{start} DROP DEFAULT",) if column.default else ()
        up = (
            *drop,
            f"{start} ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME {sequence})",
            f"SELECT setval('{sequence}', (SELECT coalesce(max({name}), 0) + 1 FROM {table}), false)",
        )
        down = (f"{start} DROP IDENTITY", *((f"{start} SET DEFAULT {column.default}",) if column.default else ()))
        if column.default.startswith("nextval("):
            counter = column.default.removeprefix("nextval(").removesuffix(")")
            down += (f"SELECT setval({counter}, (SELECT coalesce(max({name}), 0) + 1 FROM {table}), false)",)
        piece = Piece(f"column {fact.table}.{fact.name}", "numbered by identity", "Rows keep their numbers.")
        yield Step(short("identity", fact.table, fact.name), up, down, (piece,))


def wider_types(ground: Ground) -> Iterator[Step]:
    """Change types in place where the server was seen to leave every row as it is."""
    for column, fact in _pairs(ground):
        if column.type == fact.type or column.generated or fact.generated:
            continue
        start = f"ALTER TABLE {ground.name(fact.table)} ALTER COLUMN {ground.column(fact.name)} TYPE"
        up, down = f"{start} {fact.type}", f"{start} {column.type}"
        drops, creates = (
            around_views(fact.table, ground) if tried((up,), ground.database) is Trial.REFUSED else ((), ())
        )
        if tried((*drops, up, *creates), ground.database) is Trial.LEAVES_ROWS:
            note = "No row is written again: tried on the server."
            note += f" {VIEWS_AGAIN}" if drops else ""
            if {column.type, fact.type} == {"timestamp without time zone", "timestamp with time zone"}:
                note += " That holds where the server's TimeZone is UTC; times are read in that zone."
            piece = Piece(f"column {fact.table}.{fact.name}", f"type {column.type} becomes {fact.type}", note)
            name = short("widen", fact.table, fact.name)
            yield Step(name, (*drops, up, *creates), (*drops, down, *creates), (piece,))


def backfills(ground: Ground) -> Iterator[Step]:
    """Fill the added columns that will be required: with what a person said, or with their default."""
    before = {(column.table, column.name) for column in ground.before.columns}
    for column, fact in _pairs(ground):
        key = f"{fact.table}.{fact.name}"
        is_new = (fact.table, fact.name) not in before
        value = ground.fills.get(key) or (fact.default if is_new else "")
        if not column.nullable or (fact.nullable and key not in ground.fills) or fact.generated:
            continue
        element = f"column {key}"
        if value:
            assigned = f"{ground.column(fact.name)} = {value}"
            piece = Piece(element, f"rows that are there get {value}", f"In batches of {_BATCH_PAGES} pages.")
            up: tuple[str, ...] = (batches(fact.table, assigned, f"{ground.column(fact.name)} IS NULL", ground),)
        elif is_new:
            ground.awaited.append(key)
            note = f"Nothing says what the rows that are there hold: name it with --fill {key}=EXPRESSION."
            piece = Piece(element, "rows that are there wait for a value", note)
            up = (_waits(fact, ground),)
        else:
            continue
        why = "Rows that were filled stay filled on the way down: the column goes with its own step."
        yield Step(short("fill", fact.table, fact.name), up, ("SELECT 1",), (piece,), alone=True, note=why)


def batches(table: str, assigned: str, where: str, ground: Ground) -> str:
    """Return a statement that changes rows page by page and commits after each batch, in every partition."""
    return (
        "DO $$\n"
        "DECLARE\n"
        "  part regclass;\n"
        "  page bigint;\n"
        "  pages bigint;\n"
        "BEGIN\n"
        f"  FOREACH part IN ARRAY (SELECT array_agg(relid) FROM ({_leaves(table, ground)}) AS leaves) LOOP\n"
        "    pages := pg_relation_size(part) / current_setting('block_size')::bigint;\n"
        "    page := 0;\n"
        "    WHILE page <= pages LOOP\n"
        f"      EXECUTE format($q$UPDATE ONLY %s SET {_escaped(assigned)} WHERE ctid >= '(%s,0)' AND ctid < '(%s,0)' "
        f"AND {_escaped(where)}$q$, part, page, page + {_BATCH_PAGES});\n"
        "      COMMIT;\n"
        f"      page := page + {_BATCH_PAGES};\n"
        "    END LOOP;\n"
        "  END LOOP;\n"
        "END $$"
    )


def _escaped(sql: str) -> str:
    return sql.replace("%", "%%")


def _leaves(table: str, ground: Ground) -> str:
    name = ground.name(table).replace("'", "''")
    if ground.is_partitioned(table):
        return f"SELECT relid FROM pg_partition_tree('{name}') WHERE isleaf"
    return f"SELECT '{name}'::regclass AS relid"


def _waits(fact: ColumnFact, ground: Ground) -> str:
    table, name = ground.name(fact.table), ground.column(fact.name)
    said = f"{fact.table}.{fact.name}: give the rows that are there a value before this step".replace("'", "''")
    return (
        f"-- UPDATE {table} SET {name} = ... WHERE {name} IS NULL;\n"
        f"DO $$ BEGIN IF EXISTS (SELECT FROM {table} WHERE {name} IS NULL) THEN "
        f"RAISE EXCEPTION USING MESSAGE = '{said}'; END IF; END $$"
    )


def required_columns(ground: Ground) -> Iterator[Step]:
    """Make columns required without a scan under the strongest lock: a check, validated, then NOT NULL by it."""
    for table in ground.shared():
        names = [
            fact.name
            for column, fact in _pairs(ground)
            if fact.table == table and column.nullable and not fact.nullable and not fact.generated
        ]
        if names:
            yield from _required_steps(table, names, ground)


def _required_steps(table: str, names: list[str], ground: Ground) -> Iterator[Step]:
    start = f"ALTER TABLE {ground.name(table)}"
    before = {(column.table, column.name) for column in ground.before.columns}
    checks = {name: ground.column(short(table, name, _GIVEN)) for name in names}
    adds = tuple(
        f"{start} ADD CONSTRAINT {check} CHECK ({ground.column(name)} IS NOT NULL) NOT VALID"
        for name, check in checks.items()
    )
    drops = tuple(f"{start} DROP CONSTRAINT {check}" for check in checks.values())
    validates = tuple(f"{start} VALIDATE CONSTRAINT {check}" for check in checks.values())
    pieces = tuple(Piece(f"column {table}.{name}", "NOT NULL") for name in names)
    asked = tuple(
        Check(
            f"column {table}.{name}",
            table,
            f"SELECT count(*) FROM {ground.name(table)} WHERE {ground.column(name)} IS NULL",
        )
        for name in names
        if (table, name) in before
    )
    yield Step(short("require", table), adds, tuple(reversed(drops)), pieces)
    yield Step(short("validate_required", table), validates, (*drops, *adds), pieces, checks=asked)
    sets = tuple(f"{start} ALTER COLUMN {ground.column(name)} SET NOT NULL" for name in names)
    unset = tuple(f"{start} ALTER COLUMN {ground.column(name)} DROP NOT NULL" for name in names)
    yield Step(short("set_not_null", table), (*sets, *drops), (*unset, *adds), pieces)
