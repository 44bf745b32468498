"""Writing queries: insert, change, link, unlink, delete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.examples import fresh_example
from database_specialist.agent.designer.queries.predicates import by_key, in_tenant
from database_specialist.agent.designer.queries.statement import Bindings, Draft, conditions, wrap
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column, ForeignKey, Table

_KEPT = frozenset({"created_at", "updated_at", "deleted_at", "is_deleted", "version"})
_MANY = 10
_A_COMMIT_EACH = 1_000_000.0


def inserts(catalog: Catalog, table: Table) -> Iterator[Draft]:
    """Write the insert of a row, and of each of its line items as a query of its own."""
    yield insert(catalog, table)
    for child, _ in catalog.owned_children(table):
        if child.kind == "line_item":
            yield insert(catalog, child)


def insert(catalog: Catalog, table: Table) -> Draft:
    """Write the insert of one row; where its key is the pair it links, a second insert changes nothing."""
    binds = Bindings(catalog.schema.engine)
    columns = given(catalog, table)
    values = [value_of(catalog, table, column, binds) for column in columns]
    lines = [
        f"INSERT INTO {catalog.quoted(table.name)} ({wrap(catalog.quoted(c.name) for c in columns)})",
        f"VALUES ({wrap(values)})",
    ]
    if not columns:
        default = "() VALUES ()" if catalog.schema.engine in ("mysql", "mariadb") else "DEFAULT VALUES"
        lines = [f"INSERT INTO {catalog.quoted(table.name)} {default}"]
    lines += _on_conflict(catalog, table, columns)
    returned = [key for key in catalog.key(table) if key not in columns]
    if returned and catalog.schema.engine not in ("mysql", "mariadb"):
        lines.append(f"RETURNING {', '.join(catalog.quoted(key.name) for key in returned)}")
    return Draft(
        name=f"insert_{one_of(table)}",
        purpose=f"Stores a new {word_of(table)}." + _conflict_note(lines) + _batch_note(catalog, table),
        intent="create",
        table=table.name,
        sql="\n".join(lines),
        parameters=binds.parameters,
        returns="one" if lines[-1].startswith("RETURNING") else "nothing",
    )


def _batch_note(catalog: Catalog, table: Table) -> str:
    """Say that rows come in batches, where a fact says so or one commit for each row would be the bottleneck."""
    flow = table.rows_per_day
    entity = (table.entity or table.name).replace("_", " ")
    said = any(entity in text for text in catalog.batches)
    if not said and (flow is None or flow.value < _A_COMMIT_EACH):
        return ""
    copy = ", or COPY for more" if catalog.schema.engine == "postgresql" else ""
    return f" Sent in batches: the statement is prepared once, and a few hundred rows share one commit{copy}."


def _conflict_note(lines: Sequence[str]) -> str:
    text = " ".join(lines)
    if "ON CONFLICT" not in text and "ON DUPLICATE" not in text:
        return ""
    replaces = "excluded." in text or "= VALUES(" in text
    return " The one that is there takes the new values." if replaces else " Storing it twice changes nothing."


def update(catalog: Catalog, table: Table, named: Sequence[str] = ()) -> Draft | None:
    """Write the change of the columns that the fact names, or of all that may change."""
    changeable = _changeable(catalog, table)
    wanted = [column for name in named if (column := catalog.attribute(table, name)) and column in changeable]
    columns = wanted or changeable[:_MANY]
    if not columns or table.append_only or not catalog.key(table):
        return None
    binds = Bindings(catalog.schema.engine)
    changes = [_change(catalog, table, column, binds) for column in columns]
    where = [*by_key(catalog, table, binds), *in_tenant(catalog, table, binds), *_unchanged(catalog, table, binds)]
    what = "_".join(column.name for column in wanted) if len(wanted) in (1, 2) else ""
    return Draft(
        name=f"update_{one_of(table)}" + (f"_{what}" if what else ""),
        purpose=f"Changes {', '.join(column.name for column in columns)} of one {word_of(table)}"
        + _lock_note(catalog, table),
        intent="update",
        table=table.name,
        sql=update_statement(catalog, table, [*changes, *touched(catalog, table)], where),
        parameters=binds.parameters,
        returns="nothing",
    )


def _change(catalog: Catalog, table: Table, column: Column, binds: Bindings) -> str:
    example = fresh_example(catalog, table, column)
    return f"{catalog.quoted(column.name)} = {binds.of(table, column, name=f'new_{column.name}', example=example)}"


def assign(catalog: Catalog, table: Table, key: ForeignKey) -> Draft:
    """Write the change of what a row refers to."""
    binds = Bindings(catalog.schema.engine)
    changes: list[str] = []
    for name, ref in zip(key.columns, key.ref_columns, strict=True):
        if column := table.column(name):
            value = binds.bind(f"new_{name}", column.type, source=f"{key.ref_table}.{ref}")
            changes.append(f"{catalog.quoted(name)} = {value}")
    where = [*by_key(catalog, table, binds), *in_tenant(catalog, table, binds)]
    role = key.columns[0].removesuffix("_id")
    return Draft(
        name=f"assign_{one_of(table)}_{role}",
        purpose=f"Gives one {word_of(table)} another {role.replace('_', ' ')}.",
        intent="update",
        table=table.name,
        sql=update_statement(catalog, table, [*changes, *touched(catalog, table)], where),
        parameters=binds.parameters,
        returns="nothing",
    )


def delete(catalog: Catalog, table: Table) -> Draft | None:
    """Write the deletion of one row: a mark where deletion is soft, and none while others refer to the row."""
    if not catalog.key(table) or table.append_only:
        return None
    binds = Bindings(catalog.schema.engine)
    where = [*by_key(catalog, table, binds), *in_tenant(catalog, table, binds)]
    mark = catalog.deleted_mark(table)
    if mark is not None:
        value = catalog.now(mark) if mark.nullable else "TRUE"
        sql = update_statement(catalog, table, [f"{catalog.quoted(mark.name)} = {value}"], where)
        note = f"Marks one {word_of(table)} as deleted; its row stays."
    else:
        where += _unreferenced(catalog, table)
        sql = f"DELETE FROM {catalog.quoted(table.name)}\nWHERE {conditions(where)}"
        guarded = any("NOT EXISTS" in part for part in where)
        note = f"Deletes one {word_of(table)}" + (", unless other rows still refer to it." if guarded else ".")
    return Draft(
        name=f"delete_{one_of(table)}",
        purpose=note,
        intent="delete",
        table=table.name,
        sql=sql,
        parameters=binds.parameters,
        returns="nothing",
    )


def given(catalog: Catalog, table: Table) -> list[Column]:
    """Return the columns that the application gives; the database fills the others."""
    state = catalog.state(table)
    reached = {f"{value}_at" for value in state.values} if state else set()
    return [
        column
        for column in table.columns
        if not column.identity
        and not (column.name in reached and column.nullable)
        and column.generated is None
        and not (column.name in _KEPT and (column.nullable or column.default is not None))
        and not (column.default is not None and (_is_computed(column.default) or column == state))
        and not (
            table.primary_key and column.name in table.primary_key.columns and _fills_itself(catalog, table, column)
        )
    ]


def _fills_itself(catalog: Catalog, table: Table, column: Column) -> bool:
    single = table.primary_key is not None and len(table.primary_key.columns) == 1
    return (
        catalog.schema.engine == "sqlite" and single and column.type.lower() == "integer" and column.attribute is None
    )


def _is_computed(default: str) -> bool:
    return "(" in default or default.upper().startswith("CURRENT")


def value_of(catalog: Catalog, table: Table, column: Column, binds: Bindings) -> str:
    """Bind the value of a column in an insert: a key that exists, or a value that no row has yet."""
    key = catalog.foreign_key(table, column)
    if key is not None:
        ref = key.ref_columns[key.columns.index(column.name)]
        if column.nullable and any(unique.columns == (column.name,) for unique in table.uniques):
            return binds.bind(column.name, column.type)
        return binds.bind(column.name, column.type, source=f"{key.ref_table}.{ref}")
    return binds.of(table, column, example=fresh_example(catalog, table, column))


def _on_conflict(catalog: Catalog, table: Table, columns: Sequence[Column]) -> list[str]:
    """Let a link that exists stand, and a row of which each owner has one take the new values."""
    names = {column.name for column in columns}
    keys = table.primary_key.columns if table.primary_key else ()
    linked = {name for key in table.foreign_keys for name in key.columns}
    if keys and set(keys) <= names and set(keys) <= linked:
        return _ignore(catalog.schema.engine, catalog, keys)
    for unique in table.uniques:
        is_required = not any(column.nullable for column in columns if column.name in unique.columns)
        if unique.where is None and set(unique.columns) <= linked & names and is_required:
            return _replace(catalog, unique.columns, [c for c in columns if c.name not in unique.columns])
    return []


def _ignore(engine: Engine, catalog: Catalog, keys: Sequence[str]) -> list[str]:
    names = [catalog.quoted(key) for key in keys]
    if engine in ("mysql", "mariadb"):
        return [f"ON DUPLICATE KEY UPDATE {names[0]} = {names[0]}"]
    return [f"ON CONFLICT ({', '.join(names)}) DO NOTHING"]


def _replace(catalog: Catalog, unique: Sequence[str], others: Sequence[Column]) -> list[str]:
    if not others:
        return _ignore(catalog.schema.engine, catalog, unique)
    names = [catalog.quoted(column.name) for column in others]
    if catalog.schema.engine in ("mysql", "mariadb"):
        return [f"ON DUPLICATE KEY UPDATE {', '.join(f'{name} = VALUES({name})' for name in names)}"]
    changes = wrap(f"{name} = excluded.{name}" for name in names)
    return [f"ON CONFLICT ({', '.join(catalog.quoted(name) for name in unique)}) DO UPDATE SET {changes}"]


def _changeable(catalog: Catalog, table: Table) -> list[Column]:
    entity = catalog.entity(table)
    fixed = {a.name for a in entity.attributes if a.immutable} if entity else set()
    keys = {name for key in table.foreign_keys for name in key.columns}
    keys |= set(table.primary_key.columns) if table.primary_key else set()
    state = catalog.state(table)
    clock = catalog.clock(table)
    return [
        column
        for column in table.columns
        if not column.identity
        and column.generated is None
        and column.name not in _KEPT | keys
        and column.attribute not in fixed
        and column != state
        and not (column == clock and column.default is not None)
    ]


def _unchanged(catalog: Catalog, table: Table, binds: Bindings) -> list[str]:
    """Return the condition that the row is still as the user saw it."""
    column = _stamp_of_change(table)
    if column is None:
        return []
    return [f"{catalog.qualified(table, column)} = {binds.of(table, column, name=f'expected_{column.name}')}"]


def _stamp_of_change(table: Table) -> Column | None:
    """Return the column that tells whether a row was changed: a counter, or the time of the last change."""
    counter = table.column("version")
    if counter is not None and counter.logical_type in ("integer", "big_integer"):
        return counter
    return table.column("updated_at")


def _lock_note(catalog: Catalog, table: Table) -> str:
    column = _stamp_of_change(table)
    return f"; no row changes when its {column.name} is no longer the one the user saw." if column else "."


def touched(catalog: Catalog, table: Table) -> list[str]:
    """Return what every change of a row changes with it: the time of the change, the counter."""
    found: list[str] = []
    if column := table.column("updated_at"):
        found.append(f"{catalog.quoted(column.name)} = {catalog.now(column)}")
    if (column := _stamp_of_change(table)) and column.name == "version":
        found.append("version = version + 1")
    return found


def _unreferenced(catalog: Catalog, table: Table) -> list[str]:
    found: list[str] = []
    for child, key in catalog.children(table):
        if key.on_delete in ("no action", "restrict") and child.name != table.name:
            here, there = catalog.quoted(table.name), catalog.quoted(child.name)
            on = " AND ".join(
                f"{there}.{catalog.quoted(name)} = {here}.{catalog.quoted(ref)}"
                for name, ref in zip(key.columns, key.ref_columns, strict=True)
            )
            found.append(f"NOT EXISTS (SELECT 1 FROM {catalog.quoted(child.name)} WHERE {on})")
    return found


def update_statement(catalog: Catalog, table: Table, changes: Sequence[str], where: Sequence[str]) -> str:
    """Write an UPDATE of its changes and conditions."""
    listed = ",\n    ".join(changes)
    return f"UPDATE {catalog.quoted(table.name)}\nSET {listed}\nWHERE {conditions(where)}"


def one_of(table: Table) -> str:
    """Return the name of one row of the table."""
    return table.entity or table.name


def word_of(table: Table) -> str:
    """Return the name of one row of the table in words."""
    return one_of(table).replace("_", " ")
