"""Types, whole tables, partitions and comments: what is added without touching a row."""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.changes.steps import Ground, Piece, Step, short
from database_specialist.agent.dialects import create_statements, drop_statements, literal
from database_specialist.agent.dialects.statements import TRUSTED_EXTENSIONS
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.model.workload import Indexes

_BARE = ("extensions", "enums", "domains", "tables", "routines", "views", "policies", "decisions", "normal_forms")
_NO_WAY_BACK = (
    "A value of an enumeration cannot be taken away again: the way down leaves it, and nothing need use it. To be rid "
    "of it, make a new type, change the columns to it, and drop this one."
)


def types(ground: Ground) -> Iterator[Step]:
    """Create the extensions, enumerations and domains that are missing, and add values to enumerations."""
    yield from _extensions(ground)
    yield from _new_types(ground)
    yield from _values(ground)


def _extensions(ground: Ground) -> Iterator[Step]:
    missing = [name for name in ground.target.extensions if name not in ground.now.extensions]
    if missing:
        yield Step(
            "extensions",
            tuple(f"CREATE EXTENSION IF NOT EXISTS {ground.column(name)}" for name in missing),
            tuple(
                f"DROP EXTENSION IF EXISTS {ground.column(name)}"
                for name in reversed(missing)
                if name in TRUSTED_EXTENSIONS
            )
            or ("SELECT 1",),
            tuple(Piece(f"extension {name}", "added") for name in missing),
        )


def _new_types(ground: Ground) -> Iterator[Step]:
    known = {enum.name for enum in ground.now.enums} | {domain.name for domain in ground.now.domains}
    enums = [enum for enum in ground.target.enums if enum.name not in known]
    domains = [domain for domain in ground.target.domains if domain.name not in known]
    up = [f"CREATE TYPE {ground.name(e.name)} AS ENUM ({_members(e.values, ground)})" for e in enums]
    up += [f"CREATE DOMAIN {ground.name(domain.name)} AS {domain.definition}" for domain in domains]
    down = [f"DROP DOMAIN {ground.name(domain.name)}" for domain in reversed(domains)]
    down += [f"DROP TYPE {ground.name(enum.name)}" for enum in reversed(enums)]
    if up:
        names = [*(enum.name for enum in enums), *(domain.name for domain in domains)]
        pieces = tuple(Piece(f"type {name}", "added") for name in names)
        yield Step("types", tuple(up), tuple(down), pieces)


def _members(values: tuple[str, ...], ground: Ground) -> str:
    return ", ".join(literal(value, ground.engine) for value in values)


def _values(ground: Ground) -> Iterator[Step]:
    there = {enum.name: list(enum.values) for enum in ground.now.enums}
    for enum in ground.target.enums:
        values, up = there.get(enum.name, list(enum.values)), []
        added = [value for value in enum.values if value not in values]
        for value in added:
            # Behind the value that stands before it in the design, so that the order is the design's.
            place = enum.values.index(value)
            where = f" AFTER {literal(enum.values[place - 1], ground.engine)}" if place else ""
            if not place and values:
                where = f" BEFORE {literal(values[0], ground.engine)}"
            up.append(f"ALTER TYPE {ground.name(enum.name)} ADD VALUE {literal(value, ground.engine)}{where}")
        if up:
            piece = Piece(f"type {enum.name}", f"values added: {', '.join(added)}", _NO_WAY_BACK)
            name = short("values", enum.name)
            yield Step(name, tuple(up), (), (piece,), alone=True, note=_NO_WAY_BACK, is_reversible=False)


def new_tables(ground: Ground) -> Iterator[Step]:
    """Create the tables that are missing; a key into a table that is not yet fit to be referred to comes later."""
    missing = tuple(
        _without_early_keys(table, ground) for table in ground.schema.tables if not _stands(table.name, ground)
    )
    if not missing:
        return
    part = _only(ground.schema, missing)
    names = [table.name for table in missing]
    indexes = [fact for fact in ground.target.indexes if fact.table in names and not fact.of_constraint]
    printed = "\n".join(create_statements(part))
    # Unique indexes of a table are printed with it; the planned ones are the rest.
    planned = [fact for fact in indexes if not fact.unique or fact.name not in printed]
    yield Step(
        short("tables", *names[:3]),
        (*create_statements(part), *(definition(fact.definition) for fact in planned)),
        drop_statements(part, Indexes(planned=())),
        tuple(Piece(f"table {name}", "added") for name in names),
    )


def definition(text: str) -> str:
    """Return a definition of the engine's own without the name of the default schema."""
    return text.replace(" ON public.", " ON ").replace(" ON ONLY public.", " ON ")


def _stands(name: str, ground: Ground) -> bool:
    return name in ground.now.table_facts


def _only(schema: Schema, tables: tuple[Table, ...]) -> Schema:
    return schema.model_copy(update={**dict.fromkeys(_BARE, ()), "tables": tables})


def _without_early_keys(table: Table, ground: Ground) -> Table:
    kept = tuple(key for key in table.foreign_keys if _can_refer(key, ground))
    return table.model_copy(update={"foreign_keys": kept})


def _can_refer(key: ForeignKey, ground: Ground) -> bool:
    if not _stands(key.ref_table, ground):
        return True
    types = {column.name for column in ground.now.columns_of(key.ref_table)}
    keys = [fact.columns for fact in ground.now.constraints_of(key.ref_table) if fact.kind in ("primary key", "unique")]
    return set(key.ref_columns) <= types and any(set(columns) == set(key.ref_columns) for columns in keys)


def partitions(ground: Ground) -> Iterator[Step]:
    """Create the partitions that are missing on tables that both sides cut in the same way."""
    there = {fact.name for fact in ground.now.partitions}
    for table in ground.shared():
        if not ground.is_partitioned(table) or not ground.keeps_partitioning(table):
            continue
        missing = [fact for fact in ground.target.partitions if fact.table == table and fact.name not in there]
        if missing:
            yield Step(
                short("partitions", table),
                tuple(
                    f"CREATE TABLE {ground.name(each.name)} PARTITION OF {ground.name(table)} {each.bounds}"
                    for each in missing
                ),
                tuple(f"DROP TABLE {ground.name(each.name)}" for each in reversed(missing)),
                tuple(Piece(f"partition {each.name}", f"added to {table}: {each.bounds}") for each in missing),
            )


def comments(ground: Ground) -> Iterator[Step]:
    """Set the comments that the design has; one that only the existing schema has stays."""
    up, down = [], []
    for name in ground.shared():
        fact, there = ground.target.table_facts[name], ground.now.table_facts[name]
        changes = [(f"TABLE {ground.name(name)}", fact.comment, there.comment)]
        known = {column.name: column.comment for column in ground.now.columns_of(name)}
        changes += [
            (
                f"COLUMN {ground.name(name)}.{ground.column(column.name)}",
                column.comment,
                known[column.name],
            )
            for column in ground.target.columns_of(name)
            if column.name in known
        ]
        for on, wanted, found in changes:
            if wanted and wanted != found:
                up.append(f"COMMENT ON {on} IS {literal(wanted, ground.engine)}")
                down.append(f"COMMENT ON {on} IS {literal(found, ground.engine) if found else 'NULL'}")
    if up:
        yield Step("comments", tuple(up), tuple(down), (Piece("comments", f"{len(up)} set as in the design"),))
