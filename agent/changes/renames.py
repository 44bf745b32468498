"""Renames, and only where a person says so: what was dropped and added may as well be two things.

The old name lives on until the contract steps: a table's as a view that takes writes, a column's as a generated column
that can be read (PostgreSQL 18).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from database_specialist.agent.changes.steps import Ground, Piece, Step, short
from database_specialist.agent.dialects.versions import major_version
from database_specialist.agent.model.change import Rename

_FIRST_VIRTUAL = 18
"""The first PostgreSQL with generated columns that are computed when they are read: adding one writes no row."""


def renames(ground: Ground, wished: Sequence[Rename]) -> Iterator[Step]:
    """Rename what a person named; what is not there is left to be told by `unknown`."""
    tables = {wish.old: wish.new for wish in wished if "." not in wish.old}
    for wish in wished:
        table, _, column = wish.old.rpartition(".")
        if table:
            yield _column(tables.get(table, table), column, wish.new, ground)
        else:
            yield _table(wish.old, wish.new, ground)


def unknown(ground: Ground, wished: Sequence[Rename]) -> tuple[str, ...]:
    """Say which of the renames name something that is not there, or is not in the design."""
    tables = {wish.old: wish.new for wish in wished if "." not in wish.old}
    old_of = {new: old for old, new in tables.items()}
    problems = []
    for wish in wished:
        table, _, column = wish.old.rpartition(".")
        if not table:
            found, wanted = wish.old in ground.now.table_facts, wish.new in ground.target.table_facts
        else:
            old = old_of.get(table, table)
            found = any(each.name == column for each in ground.now.columns_of(old))
            new = tables.get(table, table)
            wanted = any(each.name == wish.new for each in ground.target.columns_of(new))
        if not found:
            problems.append(f"{wish.old} is not in the existing schema")
        elif not wanted:
            problems.append(f"{wish.new} is not in the design")
    return tuple(problems)


def _table(old: str, new: str, ground: Ground) -> Step:
    ground.created.add(f"view {old}")
    before, after = ground.name(old), ground.name(new)
    return Step(
        short("rename", old),
        (f"ALTER TABLE {before} RENAME TO {after}", f"CREATE VIEW {before} AS SELECT * FROM {after}"),
        (f"DROP VIEW {before}", f"ALTER TABLE {after} RENAME TO {before}"),
        (Piece(f"table {new}", f"was named {old}", f"The view {old} takes the older release's reads and writes."),),
    )


def _column(table: str, old: str, new: str, ground: Ground) -> Step:
    name, before, after = ground.name(table), ground.column(old), ground.column(new)
    start = f"ALTER TABLE {name}"
    up, down = [f"{start} RENAME COLUMN {before} TO {after}"], [f"{start} RENAME COLUMN {after} TO {before}"]
    note = "An older release that names the old column fails from here on: change its code first."
    old_table = next((fact.table for fact in ground.now.columns if fact.table == table and fact.name == old), None)
    fact = next((each for each in ground.now.columns if each.name == old and each.table == (old_table or "")), None)
    if fact and not fact.generated and major_version(ground.schema.engine_version, "postgresql") >= _FIRST_VIRTUAL:
        up.append(f"{start} ADD COLUMN {before} {fact.type} GENERATED ALWAYS AS ({after}) VIRTUAL")
        down.insert(0, f"{start} DROP COLUMN {before}")
        ground.created.add(f"column {table}.{old}")
        note = "The older release still reads the old name, a generated column; it can no longer write it."
    piece = Piece(f"column {table}.{new}", f"was named {old}", note)
    return Step(short("rename", table, old), tuple(up), tuple(down), (piece,), note=note)


def farewells(ground: Ground, wished: Sequence[Rename]) -> Iterator[Step]:
    """Take the old names away once the older release is gone: they hold no rows of their own."""
    tables = {wish.old: wish.new for wish in wished if "." not in wish.old}
    for wish in wished:
        table, _, column = wish.old.rpartition(".")
        if not table and f"view {wish.old}" in ground.created:
            name = ground.name(wish.old)
            up, down = f"DROP VIEW {name}", f"CREATE VIEW {name} AS SELECT * FROM {ground.name(wish.new)}"
            piece = Piece(f"table {wish.new}", f"the name {wish.old} is given up", "It was a view.")
            yield Step(short("forget", wish.old), (up,), (down,), (piece,))
        now = tables.get(table, table)
        if table and f"column {now}.{column}" in ground.created:
            fact = next(each for each in ground.now.columns_of(now) if each.name == column)
            start = f"ALTER TABLE {ground.name(now)}"
            up = f"{start} DROP COLUMN {ground.column(column)}"
            down = (
                f"{start} ADD COLUMN {ground.column(column)} {fact.type} GENERATED ALWAYS AS ({fact.generated}) VIRTUAL"
            )
            piece = Piece(f"column {now}.{wish.new}", f"the name {column} is given up", "It was generated.")
            yield Step(short("forget", now, column), (up,), (down,), (piece,))
