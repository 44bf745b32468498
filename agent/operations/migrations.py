"""The initial migrations: the statements that create the schema, cut into steps that each can be undone.

    0001 types         extensions, enumerations, domains
    0002 ... tables    one step for each layer of tables, those referred to before those that refer
    ....  routines     functions and triggers, then views, then row-level policies
    ....  indexes      the planned indexes

Each step is the SQL that `agent.dialects` prints for a part of the schema; its way down is what takes that same
part away. So the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from database_specialist.agent.dialects import create_statements, drop_statements, index_statements, quote, script
from database_specialist.agent.dialects.identifiers import quote_all
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.operations import Migration
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.model.workload import Index, Indexes

_LOCK_TIMEOUT = "SET lock_timeout = '5s'"
_TABLES_A_STEP = 8
"""More tables than this make a step that nobody reads."""
_FIRST_DEPLOYMENT = (
    "The tables are empty at the first deployment, so the indexes are built inside the transaction, without "
    "CONCURRENTLY. On a database that holds rows, create each of them alone with CREATE INDEX CONCURRENTLY."
)
_MYSQL_COMMITS = (
    "Each statement commits by itself on this engine: when one fails, run the way down before the next try."
)
_NO_INDEXES = Indexes(planned=())


def plan_migrations(schema: Schema, indexes: Indexes) -> tuple[Migration, ...]:
    """Return the steps from an empty database to the whole schema, numbered from 1."""
    numbers = count(1)
    steps = [_step(next(numbers), name, part, note) for name, part, note in _parts(schema)]
    if indexes.planned:
        steps.append(_index_step(next(numbers), schema, indexes))
    return tuple(steps)


def _parts(schema: Schema) -> Iterator[tuple[str, Schema, str]]:
    nothing = schema.model_copy(update=dict.fromkeys(_PIECES, ()))
    types = {key: getattr(schema, key) for key in ("extensions", "enums", "domains")}
    if any(types.values()):
        names = ", ".join(each.name for each in schema.extensions)
        yield "types", nothing.model_copy(update=types), f"Extensions: {names}." if names else ""
    for tables in _steps_of_tables(schema):
        yield _name(tables), nothing.model_copy(update={"tables": tables}), ""
    for name in ("routines", "views", "policies"):
        if getattr(schema, name):
            yield name, nothing.model_copy(update={name: getattr(schema, name)}), ""


_PIECES = ("extensions", "enums", "domains", "tables", "routines", "views", "policies", "decisions", "normal_forms")


def _step(number: int, name: str, part: Schema, note: str) -> Migration:
    up, down = create_statements(part), drop_statements(part, _NO_INDEXES)
    return _migration(number, name, part.engine, up, down, note)


def _index_step(number: int, schema: Schema, indexes: Indexes) -> Migration:
    nothing = schema.model_copy(update=dict.fromkeys(_PIECES, ()))
    note = _FIRST_DEPLOYMENT if schema.engine == "postgresql" else ""
    made = tuple(f"EXTENSION IF {word} {each.name}" for each in schema.extensions for word in ("NOT EXISTS", "EXISTS"))
    up = tuple(each for each in index_statements(indexes, schema.engine) if not each.rstrip(";").endswith(made))
    down = tuple(each for each in drop_statements(nothing, indexes) if not each.rstrip(";").endswith(made))
    if schema.engine in ("mysql", "mariadb"):
        down = tuple(_drop_mysql_indexes(schema, indexes))
    return _migration(number, "indexes", schema.engine, up, down, note)


def _drop_mysql_indexes(schema: Schema, indexes: Indexes) -> Iterator[str]:
    """Yield the way down of the indexes, the last first.

    InnoDB gives each foreign key an index of the key's name, and takes it away again when another one can serve
    the key. The last of these cannot be dropped but in the statement that brings the key's own index back.
    """
    for place, index in reversed(list(enumerate(indexes.planned))):
        own = [
            f"ADD INDEX {quote(key.name, schema.engine)} ({quote_all(key.columns, schema.engine)})"
            for key in _keys_of(index.table, schema)
            if _serves(index, key) and not _has_other(index.table, key, schema, indexes.planned[:place])
        ]
        changes = ", ".join((f"DROP INDEX {quote(index.name, schema.engine)}", *own))
        yield f"ALTER TABLE {quote(index.table, schema.engine)} {changes}"


def _keys_of(name: str, schema: Schema) -> tuple[ForeignKey, ...]:
    table = schema.table(name)
    return table.foreign_keys if table else ()


def _serves(index: Index, key: ForeignKey) -> bool:
    leading = index.keys[: len(key.columns)]
    return index.method == "btree" and _begins(tuple(each.expression for each in leading), key)


def _begins(columns: tuple[str, ...], key: ForeignKey) -> bool:
    return columns[: len(key.columns)] == key.columns


def _has_other(name: str, key: ForeignKey, schema: Schema, before: tuple[Index, ...]) -> bool:
    """Say whether a constraint, or an index that is dropped later, serves the key as well."""
    table = schema.table(name)
    assert table is not None
    lists = [unique.columns for unique in table.uniques]
    lists += [table.primary_key.columns] if table.primary_key else []
    return any(_begins(columns, key) for columns in lists) or any(
        index.table == name and _serves(index, key) for index in before
    )


def _migration(
    number: int, name: str, engine: Engine, up: tuple[str, ...], down: tuple[str, ...], note: str
) -> Migration:
    guard = (_LOCK_TIMEOUT,) if engine == "postgresql" else ()
    transactional = engine in ("postgresql", "sqlite")
    return Migration(
        number=number,
        name=name,
        phase="expand",
        up=script((*guard, *up)),
        down=script((*guard, *down)),
        transactional=transactional,
        reversible=bool(down),
        note=" ".join(part for part in (note, "" if transactional else _MYSQL_COMMITS) if part),
    )


def _steps_of_tables(schema: Schema) -> Iterator[tuple[Table, ...]]:
    """Yield the tables layer by layer, a large layer in several steps."""
    for layer in _layers(schema):
        loose = [table for table in layer if not _refers_within(table, layer)]
        for start in range(0, len(loose), _TABLES_A_STEP):
            yield tuple(loose[start : start + _TABLES_A_STEP])
        cyclic = tuple(table for table in layer if _refers_within(table, layer))
        if cyclic:
            yield cyclic


def _refers_within(table: Table, layer: tuple[Table, ...]) -> bool:
    names = {each.name for each in layer} - {table.name}
    return any(key.ref_table in names for key in table.foreign_keys)


def _layers(schema: Schema) -> list[tuple[Table, ...]]:
    """Group the tables by the longest way down their references; the order within a group is the schema's."""
    references = {table.name: {key.ref_table for key in table.foreign_keys} for table in schema.tables}
    below = {name: _reachable(name, references) for name in references}
    # Tables that reach each other stand in one cycle, and so at one depth.
    cycles = {name: {other for other in reached if name in below[other]} | {name} for name, reached in below.items()}
    depth = dict.fromkeys(references, 1)
    settled = False
    while not settled:
        deeper = {
            name: 1 + max((depth[other] for other in below[name] - cycles[name]), default=0) for name in references
        }
        settled, depth = deeper == depth, deeper
    return [
        tuple(table for table in schema.tables if depth[table.name] == level)
        for level in range(1, max(depth.values(), default=0) + 1)
    ]


def _reachable(start: str, references: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        news = (references[waiting.pop()] & references.keys()) - found
        found |= news
        waiting += sorted(news)
    return found


def _name(tables: tuple[Table, ...]) -> str:
    """Name a step after its tables: all of three, or the first two of more."""
    names = [table.name for table in tables]
    return "_".join(names) if len(names) <= 3 else f"{names[0]}_{names[1]}_and_{len(names) - 2}_more"
