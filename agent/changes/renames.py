"""Renames, and only where a person says so: what was dropped and added may as well be two things.

The old name lives on until the contract steps: a table's as a view that takes writes, a column's as a generated column
that can be read (PostgreSQL 18).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from database_specialist.agent.changes.steps import Ground, Piece, Step, short
from database_specialist.agent.dialects.versions import major_version
from database_specialist.agent.errors import ConfigError
from database_specialist.agent.model.change import Rename
from database_specialist.agent.verification.catalog import Catalog

_FIRST_VIRTUAL = 18
"""The first PostgreSQL with generated columns that are computed when they are read: adding one writes no row."""


def renames(ground: Ground, wished: Sequence[Rename]) -> Iterator[Step]:
    """Rename what a person named."""
    tables = {wish.old: wish.new for wish in wished if "." not in wish.old}
    for wish in wished:
        table, _, column = wish.old.rpartition(".")
        if table:
            new = tables.get(table, table)
            old = next((before for before, after in tables.items() if after == table), table)
            yield _column((old, new), column, wish.new, ground)
        else:
            yield _table(wish.old, wish.new, ground)


def require_old_names(now: Catalog, wished: Sequence[Rename]) -> None:
    """Refuse renames of what is not there.

    Raises:
        ConfigError: the existing schema has no such table or column.
    """
    old_of = {wish.new: wish.old for wish in wished if "." not in wish.old}
    for wish in wished:
        table, _, column = wish.old.rpartition(".")
        old = old_of.get(table, table)
        is_there = any(each.name == column for each in now.columns_of(old)) if table else column in now.table_facts
        if not is_there:
            raise ConfigError(f"--rename {wish.old}={wish.new}: {wish.old} is not in the existing schema")


def of_design(target: Catalog, wished: Sequence[Rename]) -> tuple[Rename, ...]:
    """Return the renames whose new names the design holds."""
    tables = {wish.old: wish.new for wish in wished if "." not in wish.old}

    def is_held(wish: Rename) -> bool:
        table = wish.old.rpartition(".")[0]
        columns = target.columns_of(tables.get(table, table))
        return any(each.name == wish.new for each in columns) if table else wish.new in target.table_facts

    return tuple(wish for wish in wished if is_held(wish))


def _table(old: str, new: str, ground: Ground) -> Step:
    ground.created.add(f"view {old}")
    before, after = ground.name(old), ground.name(new)
    return Step(
        short("rename", old),
        (f"ALTER TABLE {before} RENAME TO {after}", f"CREATE VIEW {before} AS SELECT * FROM {after}"),
        (f"DROP VIEW {before}", f"ALTER TABLE {after} RENAME TO {before}"),
        (Piece(f"table {new}", f"was named {old}", f"The view {old} takes the older release's reads and writes."),),
    )


def _column(tables: tuple[str, str], old: str, new: str, ground: Ground) -> Step:
    """Rename a column; its table has a name in the catalog and, by an earlier step of the stage, maybe another now."""
    old_table, table = tables
    name, before, after = ground.name(table), ground.column(old), ground.column(new)
    start = f"ALTER TABLE {name}"
    up, down = [f"{start} RENAME COLUMN {before} TO {after}"], [f"{start} RENAME COLUMN {after} TO {before}"]
    note = "An older release that names the old column fails from here on: change its code first."
    fact = next((each for each in ground.now.columns_of(old_table) if each.name == old), None)
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
    views = {fact.name: fact.definition.strip() for fact in ground.now.views}
    # The other way round than they were made: on the way down each finds what it found on the way up.
    for wish in reversed(wished):
        table, _, column = wish.old.rpartition(".")
        if not table and f"view {wish.old}" in ground.created:
            name = ground.name(wish.old)
            up, down = f"DROP VIEW {name}", f"CREATE VIEW {name} AS\n{views[wish.old].rstrip(';')}"
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
