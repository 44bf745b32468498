"""Changes of state: guarded by the states that lead there, and kept in the history where the model has one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.lexicon import lexicon, stem
from database_specialist.agent.designer.queries.predicates import by_key, in_tenant
from database_specialist.agent.designer.queries.statement import Bindings, Draft, conditions, wrap
from database_specialist.agent.designer.queries.writes import (
    given,
    insert,
    one_of,
    touched,
    update_statement,
    value_of,
    word_of,
)
from database_specialist.agent.dialects.identifiers import literal
from database_specialist.agent.model.relational import Column, ForeignKey, Table

_CHANGES = re.compile(
    r"\b(changes?|transitions?) of (the )?(state|status)|\b(state|status) (changes?|transitions?)", re.I
)
_KEPT = re.compile(r"\b(kept|keeps?|recorded|records?|logged|logs?|stored|stores?|tracked|tracks?|audited)\b", re.I)


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
        listed = ", ".join(literal(source, catalog.schema.engine) for source in sources)
        where.append(f"{name} = {listed}" if len(sources) == 1 else f"{name} IN ({listed})")
        expected = f" that is {' or '.join(sources)}"
    else:
        where.append(f"{name} <> {literal(state, catalog.schema.engine)}")
        expected = f" that is not yet {state}"
    return Draft(
        name=f"set_{one_of(table)}_{column.name}_{state}",
        purpose=f"Moves one {word_of(table)}{expected} to {state}{_kept(catalog, table)}; no row changes when somebody "
        "was faster.",
        intent="transition",
        table=table.name,
        sql=_moved(
            catalog, table, (literal(state, catalog.schema.engine), _stamps(catalog, table, state), where), binds
        ),
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
    value = binds.of(table, column, name=f"new_{column.name}", example=new)
    where = [*by_key(catalog, table, binds), *in_tenant(catalog, table, binds)]
    where.append(f"{name} = {binds.of(table, column, name=f'expected_{column.name}', example=old)}")
    return Draft(
        name=f"change_{one_of(table)}_{column.name}",
        purpose=f"Moves one {word_of(table)} from the {column.name} the user saw to the next{_kept(catalog, table)}; "
        "no row changes when somebody was faster.",
        intent="transition",
        table=table.name,
        sql=_moved(catalog, table, (value, touched(catalog, table), where), binds),
        parameters=binds.parameters,
        returns="nothing",
    )


def _stamps(catalog: Catalog, table: Table, state: str) -> list[str]:
    """Return the time of the change, where the table keeps one for this state: cancelled_at for cancelled."""
    stamp = next((c for c in table.columns if c.name == f"{state}_at" and c.logical_type == "timestamp"), None)
    own = [f"{catalog.quoted(stamp.name)} = {catalog.now(stamp)}"] if stamp else []
    return [*own, *touched(catalog, table)]


def _sources(catalog: Catalog, table: Table, state: str) -> tuple[str, ...]:
    entity = catalog.entity(table)
    if entity is None or entity.lifecycle is None:
        return ()
    return tuple(dict.fromkeys(step.source for step in entity.lifecycle.transitions if step.target == state))


def history_of(catalog: Catalog, table: Table) -> tuple[Table, ForeignKey] | None:
    """Return the table that keeps the states a row went through, unless a trigger writes it."""
    for child, key in catalog.children(table):
        is_written = any(f"INSERT INTO {child.name}" in routine.create for routine in catalog.schema.routines)
        if child.kind == "history" and len(key.columns) == 1 and not is_written and _state_columns(child):
            return child, key
    return None


def kept_changes(catalog: Catalog, text: str, fact_id: str) -> Iterator[Draft]:
    """Write the change of state that a fact wants kept: "every change of status is recorded with time and user"."""
    if not _CHANGES.search(text) or not _KEPT.search(text):
        return
    kept = [(table, found[0]) for table in catalog.schema.tables if (found := history_of(catalog, table))]
    for table, _ in [pair for pair in kept if fact_id in pair[1].facts] or kept:
        draft = move_any(catalog, table)
        if draft is not None:
            yield draft
            yield from history_inserts(catalog, table)


def history_inserts(catalog: Catalog, table: Table) -> Iterator[Draft]:
    """Write the insert into the history, where one statement cannot change the state and keep it."""
    kept = history_of(catalog, table)
    if kept is not None and catalog.schema.engine != "postgresql":
        yield insert(catalog, kept[0])


def _state_columns(history: Table) -> list[Column]:
    return [column for column in history.columns if column.values]


def _kept(catalog: Catalog, table: Table) -> str:
    kept = history_of(catalog, table)
    if kept is None:
        return ""
    if catalog.schema.engine == "postgresql":
        return f" and keeps the change in {kept[0].name} in the same statement"
    return f" (insert_{one_of(kept[0])} keeps the change, in the same transaction)"


def _moved(catalog: Catalog, table: Table, change: tuple[str, Sequence[str], Sequence[str]], binds: Bindings) -> str:
    """Write the change of state, with the entry in the history where PostgreSQL can do both at once."""
    value, stamps, where = change
    column, kept = catalog.state(table), history_of(catalog, table)
    name = catalog.quoted(column.name) if column else ""
    if column is None or kept is None or catalog.schema.engine != "postgresql":
        return update_statement(catalog, table, [f"{name} = {value}", *stamps], where)
    keys = [catalog.quoted(key.name) for key in catalog.key(table)]
    here = catalog.quoted(table.name)
    selected = ", ".join(f"{here}.{key}" for key in [*keys, name])
    on = " AND ".join(f"{here}.{key} = found.{key}" for key in keys)
    changes = ",\n      ".join([f"{name} = {value}", *stamps])
    columns, values = _history_values(catalog, kept, (f"found.{name}", value), binds)
    return (
        f"WITH found AS (\n  SELECT {selected} FROM {here}\n  WHERE {conditions(where)}\n  FOR UPDATE\n"
        f"), moved AS (\n  UPDATE {here}\n  SET {changes}\n  FROM found\n  WHERE {on}\n  RETURNING {here}.{keys[0]}\n"
        f")\nINSERT INTO {catalog.quoted(kept[0].name)} ({wrap(columns)})\nSELECT {wrap(values)}\nFROM found"
    )


def _history_values(
    catalog: Catalog, kept: tuple[Table, ForeignKey], states: tuple[str, str], binds: Bindings
) -> tuple[list[str], list[str]]:
    history, key = kept
    before, after = states
    columns = given(catalog, history)
    values: list[str] = []
    for column in columns:
        if column.name in key.columns:
            values.append(f"found.{catalog.quoted(key.ref_columns[0])}")
        elif column.values:
            is_before = column.name.startswith(("from_", "old_", "previous_"))
            values.append(before if is_before else after)
        elif column.logical_type in ("timestamp", "date") and not column.nullable:
            values.append(catalog.now(column))
        else:
            values.append(value_of(catalog, history, column, binds))
    return [catalog.quoted(column.name) for column in columns], values
