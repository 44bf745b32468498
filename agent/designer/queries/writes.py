"""Writing queries: insert, change, move to a state, link, unlink, delete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.examples import fresh_example
from database_specialist.agent.designer.queries.lexicon import lexicon, stem
from database_specialist.agent.designer.queries.predicates import by_key, in_tenant
from database_specialist.agent.designer.queries.statement import Bindings, Draft, conditions, wrap
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column, ForeignKey, Table

_KEPT = frozenset({"created_at", "updated_at", "deleted_at", "is_deleted", "version"})
_MANY = 10


def inserts(catalog: Catalog, table: Table) -> Iterator[Draft]:
    """Write the insert of a row, and of each of its line items as a query of its own."""
    yield insert(catalog, table)
    for child, _ in catalog.owned_children(table):
        if child.kind == "line_item":
            yield insert(catalog, child)


def insert(catalog: Catalog, table: Table) -> Draft:
    """Write the insert of one row; where its key is the pair it links, a second insert changes nothing."""
    binds = Bindings(catalog.schema.engine)
    columns = _given(catalog, table)
    values = [_value(catalog, table, column, binds) for column in columns]
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
        name=f"insert_{_one(table)}",
        purpose=f"Stores a new {_word(table)}." + _conflict_note(lines),
        intent="create",
        table=table.name,
        sql="\n".join(lines),
        parameters=binds.parameters,
        returns="one" if lines[-1].startswith("RETURNING") else "nothing",
    )


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
        name=f"update_{_one(table)}" + (f"_{what}" if what else ""),
        purpose=f"Changes {', '.join(column.name for column in columns)} of one {_word(table)}"
        + _lock_note(catalog, table),
        intent="update",
        table=table.name,
        sql=_update(catalog, table, [*changes, *_touched(catalog, table)], where),
        parameters=binds.parameters,
        returns="nothing",
    )


def _change(catalog: Catalog, table: Table, column: Column, binds: Bindings) -> str:
    example = fresh_example(catalog, table, column)
    return f"{catalog.quoted(column.name)} = {binds.of(table, column, name=f'new_{column.name}', example=example)}"


def target_state(catalog: Catalog, table: Table, verb: str) -> str | None:
    """Return the state of the table's state column that a verb leads to, or None."""
    column = catalog.state(table)
    if column is None:
        return None
    for value in column.values:
        if stem(value) == verb and value != verb + "ing":
            return value
    return next((state for state in lexicon().states.get(verb, ()) if state in column.values), None)


def move(catalog: Catalog, table: Table, state: str) -> Draft | None:
    """Write the change to a state, from exactly the states that lead to it."""
    column = catalog.state(table)
    if column is None or not catalog.key(table) or table.append_only:
        return None
    binds = Bindings(catalog.schema.engine)
    sources = _sources(catalog, table, state)
    where = [*by_key(catalog, table, binds), *in_tenant(catalog, table, binds)]
    name = catalog.quoted(column.name)
    if sources:
        listed = ", ".join(_literal(source) for source in sources)
        where.append(f"{name} = {listed}" if len(sources) == 1 else f"{name} IN ({listed})")
        expected = f" that is {' or '.join(sources)}"
    else:
        where.append(f"{name} <> {_literal(state)}")
        expected = f" that is not yet {state}"
    return Draft(
        name=f"set_{_one(table)}_{column.name}_{state}",
        purpose=f"Moves one {_word(table)}{expected} to {state}; no row changes when somebody was faster.",
        intent="transition",
        table=table.name,
        sql=_update(catalog, table, [f"{name} = {_literal(state)}", *_stamps(catalog, table, state)], where),
        parameters=binds.parameters,
        returns="nothing",
    )


def move_any(catalog: Catalog, table: Table) -> Draft | None:
    """Write the change from an expected state to another, both given by the caller."""
    column = catalog.state(table)
    if column is None or not catalog.key(table) or table.append_only:
        return None
    entity = catalog.entity(table)
    steps = entity.lifecycle.transitions if entity and entity.lifecycle else ()
    old, new = (steps[0].source, steps[0].target) if steps else (column.values[0], column.values[-1])
    binds = Bindings(catalog.schema.engine)
    name = catalog.quoted(column.name)
    change = f"{name} = {binds.of(table, column, name=f'new_{column.name}', example=new)}"
    where = [*by_key(catalog, table, binds), *in_tenant(catalog, table, binds)]
    where.append(f"{name} = {binds.of(table, column, name=f'expected_{column.name}', example=old)}")
    return Draft(
        name=f"change_{_one(table)}_{column.name}",
        purpose=f"Moves one {_word(table)} from the {column.name} the user saw to the next; "
        "no row changes when somebody was faster.",
        intent="transition",
        table=table.name,
        sql=_update(catalog, table, [change, *_touched(catalog, table)], where),
        parameters=binds.parameters,
        returns="nothing",
    )


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
        name=f"assign_{_one(table)}_{role}",
        purpose=f"Gives one {_word(table)} another {role.replace('_', ' ')}.",
        intent="update",
        table=table.name,
        sql=_update(catalog, table, [*changes, *_touched(catalog, table)], where),
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
        sql = _update(catalog, table, [f"{catalog.quoted(mark.name)} = {value}"], where)
        note = f"Marks one {_word(table)} as deleted; its row stays."
    else:
        where += _unreferenced(catalog, table)
        sql = f"DELETE FROM {catalog.quoted(table.name)}\nWHERE {conditions(where)}"
        guarded = any("NOT EXISTS" in part for part in where)
        note = f"Deletes one {_word(table)}" + (", unless other rows still refer to it." if guarded else ".")
    return Draft(
        name=f"delete_{_one(table)}",
        purpose=note,
        intent="delete",
        table=table.name,
        sql=sql,
        parameters=binds.parameters,
        returns="nothing",
    )


def _given(catalog: Catalog, table: Table) -> list[Column]:
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


def _value(catalog: Catalog, table: Table, column: Column, binds: Bindings) -> str:
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


def _touched(catalog: Catalog, table: Table) -> list[str]:
    found: list[str] = []
    if column := table.column("updated_at"):
        found.append(f"{catalog.quoted(column.name)} = {catalog.now(column)}")
    if (column := _stamp_of_change(table)) and column.name == "version":
        found.append("version = version + 1")
    return found


def _stamps(catalog: Catalog, table: Table, state: str) -> list[str]:
    """Return the time of the change, where the table keeps one for this state: cancelled_at for cancelled."""
    stamp = next((c for c in table.columns if c.name == f"{state}_at" and c.logical_type == "timestamp"), None)
    own = [f"{catalog.quoted(stamp.name)} = {catalog.now(stamp)}"] if stamp else []
    return [*own, *_touched(catalog, table)]


def _sources(catalog: Catalog, table: Table, state: str) -> tuple[str, ...]:
    entity = catalog.entity(table)
    if entity is None or entity.lifecycle is None:
        return ()
    return tuple(dict.fromkeys(step.source for step in entity.lifecycle.transitions if step.target == state))


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


def _update(catalog: Catalog, table: Table, changes: Sequence[str], where: Sequence[str]) -> str:
    listed = ",\n    ".join(changes)
    return f"UPDATE {catalog.quoted(table.name)}\nSET {listed}\nWHERE {conditions(where)}"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _one(table: Table) -> str:
    return table.entity or table.name


def _word(table: Table) -> str:
    return _one(table).replace("_", " ")
