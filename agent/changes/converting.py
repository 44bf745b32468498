"""Types that cannot change without writing every row again: a new column beside the old one, filled, then switched.

    expand    total_new numeric, kept in step by a trigger
    backfill  total_new = total, batch after batch
    contract  total becomes total_before, total_new becomes total; the old values stay where they are

A column that a key, a partition or a generated column rests on cannot be done so: its type is changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.changes.columns import batches
from database_specialist.agent.changes.objects import around_views
from database_specialist.agent.changes.prechecks import lossy
from database_specialist.agent.changes.steps import Check, Ground, Piece, Step, short
from database_specialist.agent.changes.trying import is_taken
from database_specialist.agent.verification.catalog import ColumnFact

_KEYS = ("primary key", "unique", "foreign key", "exclusion")


def _converted(ground: Ground) -> Iterator[tuple[ColumnFact, ColumnFact]]:
    """Yield the columns whose type still differs, as they are and as they shall be."""
    for table in ground.shared():
        wanted = {column.name: column for column in ground.target.columns_of(table)}
        for column in ground.now.columns_of(table):
            fact = wanted.get(column.name)
            if fact is not None and fact.type != column.type and not (column.generated or fact.generated):
                yield column, fact


def _needs_place(column: ColumnFact, ground: Ground) -> bool:
    """Say whether something rests on the column that only the column itself can carry."""
    in_keys = any(
        (fact.kind in _KEYS and fact.table == column.table and column.name in fact.columns)
        or (fact.ref_table == column.table and column.name in fact.ref_columns)
        for fact in (*ground.now.constraints, *ground.target.constraints)
    )
    generated = any(column.name in each.generated for each in ground.now.columns_of(column.table) if each.generated)
    return in_keys or generated or ground.is_partitioned(column.table) or column.identity


def _image(column: ColumnFact, fact: ColumnFact, ground: Ground, *, of: str) -> str:
    """Return the new value of a column's old one; through text where the server knows no direct way."""
    direct = f"{of}{ground.column(column.name)}::{fact.type}"
    probe = f"SELECT {ground.column(column.name)}::{fact.type} FROM {ground.name(column.table)}"
    return direct if is_taken((probe,), ground.database) else f"{of}{ground.column(column.name)}::text::{fact.type}"


def opened(ground: Ground) -> Iterator[Step]:
    """Put the new column beside the old one, and a trigger that keeps it in step."""
    for column, fact in _converted(ground):
        if _needs_place(column, ground):
            continue
        table, fresh = ground.name(fact.table), ground.column(f"{fact.name}_new")
        routine = ground.name(short("keep", fact.table, fact.name, "new"))
        image = _image(column, fact, ground, of="NEW.")
        ground.created.add(f"column {fact.table}.{fact.name}_new")
        yield Step(
            short("convert", fact.table, fact.name),
            (
                f"ALTER TABLE {table} ADD COLUMN {fresh} {fact.type}",
                f"CREATE FUNCTION {routine}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$BEGIN NEW.{fresh} := {image}; RETURN NEW; END$$",
                f"CREATE TRIGGER {routine} BEFORE INSERT OR UPDATE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {routine}()",
            ),
            (
                f"DROP TRIGGER {routine} ON {table}",
                f"DROP FUNCTION {routine}()",
                f"ALTER TABLE {table} DROP COLUMN {fresh}",
            ),
            (_piece(column, fact),),
            _asked(column, fact, ground),
        )


def _piece(column: ColumnFact, fact: ColumnFact) -> Piece:
    return Piece(
        f"column {fact.table}.{fact.name}",
        f"type {column.type} becomes {fact.type}",
        f"The values of before stay in {fact.name}_before.",
    )


def _asked(column: ColumnFact, fact: ColumnFact, ground: Ground) -> tuple[Check, ...]:
    sql = lossy(ground.name(fact.table), ground.column(fact.name), column.type, fact.type)
    return (Check(f"column {fact.table}.{fact.name}", fact.table, sql),)


def _opened(ground: Ground) -> Iterator[tuple[ColumnFact, ColumnFact]]:
    for column, fact in _converted(ground):
        if f"column {fact.table}.{fact.name}_new" in ground.created:
            yield column, fact


def filled(ground: Ground) -> Iterator[Step]:
    """Fill the new columns, batch after batch."""
    for column, fact in _opened(ground):
        fresh = ground.column(f"{fact.name}_new")
        image = _image(column, fact, ground, of="")
        where = f"{fresh} IS DISTINCT FROM {image}"
        up = batches(fact.table, f"{fresh} = {image}", where, ground)
        note = "Undoing it takes nothing: the column goes with its own step."
        name = short("fill", fact.table, fact.name)
        yield Step(name, (up,), ("SELECT 1",), (_piece(column, fact),), alone=True, note=note)


def switched(ground: Ground) -> Iterator[Step]:
    """Let the new column take the old one's name, in one transaction; the old one stays, with its values."""
    for column, fact in _opened(ground):
        table, name = ground.name(fact.table), ground.column(fact.name)
        fresh, before = ground.column(f"{fact.name}_new"), ground.column(f"{fact.name}_before")
        routine = ground.name(short("keep", fact.table, fact.name, "new"))
        start = f"ALTER TABLE {table}"
        image, back = _image(column, fact, ground, of=""), _back(column, fact, ground)
        ground.created.add(f"column {fact.table}.{fact.name}_before")
        relax = () if column.nullable else (f"{start} ALTER COLUMN {name} DROP NOT NULL",)
        tighten = () if column.nullable else (f"{start} ALTER COLUMN {name} SET NOT NULL",)
        default = (f"{start} ALTER COLUMN {name} SET DEFAULT {fact.default}",) if fact.default else ()
        undefault = (f"{start} ALTER COLUMN {name} DROP DEFAULT",) if fact.default else ()
        up = (
            f"DROP TRIGGER {routine} ON {table}",
            f"DROP FUNCTION {routine}()",
            *relax,
            f"{start} RENAME COLUMN {name} TO {before}",
            f"{start} RENAME COLUMN {fresh} TO {name}",
            *default,
        )
        # Else the views would go on reading the values of before, which nobody writes any more.
        drops, creates = around_views(fact.table, ground)
        if not is_taken((*drops, *up, *creates), ground.database):
            drops, creates = (), ()
        yield Step(
            short("switch", fact.table, fact.name),
            (*drops, *up, *creates),
            (
                *drops,
                *undefault,
                f"{start} RENAME COLUMN {name} TO {fresh}",
                f"{start} RENAME COLUMN {before} TO {name}",
                f"UPDATE {table} SET {name} = {back} WHERE {fresh} IS DISTINCT FROM {image}",
                *tighten,
                f"CREATE FUNCTION {routine}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$BEGIN NEW.{fresh} := {_image(column, fact, ground, of='NEW.')}; RETURN NEW; END$$",
                f"CREATE TRIGGER {routine} BEFORE INSERT OR UPDATE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {routine}()",
                *creates,
            ),
            (_piece(column, fact),),
            note="On the way down, rows written since get their old column from the new one.",
        )


def _back(column: ColumnFact, fact: ColumnFact, ground: Ground) -> str:
    fresh = ground.column(f"{fact.name}_new")
    probe = f"SELECT {fresh}::{column.type} FROM {ground.name(fact.table)}"
    return f"{fresh}::{column.type}" if is_taken((probe,), ground.database) else f"{fresh}::text::{column.type}"


def converted_in_place(ground: Ground) -> Iterator[Step]:
    """Change the type in place where only that can be done, and say that the table stands still meanwhile."""
    for column, fact in _converted(ground):
        if f"column {fact.table}.{fact.name}_new" in ground.created:
            continue
        start = f"ALTER TABLE {ground.name(fact.table)} ALTER COLUMN {ground.column(fact.name)}"
        using = f" USING {_image(column, fact, ground, of='')}"
        back = f" USING {ground.column(fact.name)}::text::{column.type}"
        piece = Piece(
            f"column {fact.table}.{fact.name}",
            f"type {column.type} becomes {fact.type}",
            "A key rests on it, so it is changed in place: every row is written again and the table stands still "
            "meanwhile. Do it in a maintenance window.",
        )
        default = f"{start} DROP DEFAULT"
        keeps = bool(column.default) and not column.default.startswith("nextval(")
        drops, creates = around_views(fact.table, ground)
        up = (*drops, *((default,) if keeps else ()), f"{start} TYPE {fact.type}{using}", *creates)
        down = (
            *drops,
            f"{start} TYPE {column.type}{back}",
            *((f"{start} SET DEFAULT {column.default}",) if keeps else ()),
            *creates,
        )
        name = short("retype", fact.table, fact.name)
        yield Step(name, up, down, (piece,), _asked(column, fact, ground), note=piece.note)
