"""The seed: rows for every table that satisfy every constraint, printed as INSERT statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.dialects.statements import script
from database_specialist.agent.mapping.ordering import in_creation_order
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.operations import Seed
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.sampling.minimums import Minimum, enforced_minimums
from database_specialist.agent.sampling.population import Population, Wish, is_optional
from database_specialist.agent.sampling.scalars import Value
from database_specialist.agent.sampling.statements import insert_statements, update_statement

_FEW = 8
"""Rows of a list of allowed values."""
_FAILURES = 3
"""Rows in a row that cannot be made before the table counts as full."""
_TRIES_WHEN_REFUSED = 12
"""Rows made for each row wanted, while the database refuses them."""
_LINKS_SET_LATER = 5
"""Rows of a table in a cycle whose optional reference is set once both tables are filled."""


def make_seed(
    entity_model: EntityModel, schema: Schema, *, rows: int = 20, accepts: Callable[[str], bool] | None = None
) -> Seed:
    """Return about `rows` rows for a core table, more for its children, fewer for a list of values.

    `accepts` runs one INSERT on a database that holds the schema and the rows before it, and says whether it was
    taken. It decides on rows that a trigger may refuse for a reason that cannot be read from its text.
    """
    sizes = {table.name: _size(table, rows) for table in schema.tables}
    population = Population(entity_model, schema, sizes=sizes)
    minimums = enforced_minimums(entity_model, schema)
    inserts: list[str] = []
    updates: list[str] = []
    ordered = in_creation_order(schema.tables)
    for table in ordered:
        _fill(population, table, sizes[table.name], accepts)
        _complete(population, table, minimums, accepts)
        inserts += insert_statements(table, population.rows[table.name], schema)
    for place, table in enumerate(ordered):
        updates += _late_links(table, {each.name for each in ordered[place + 1 :]}, population)
    counters = [statement for table in schema.tables for statement in counter_statements(table, schema)]
    return Seed(
        sql=script((*_opening(schema), *inserts, *updates, *_closing(schema), *counters)),
        rows={table.name: len(population.rows[table.name]) for table in ordered},
        note=_note(schema, population),
    )


def _fill(population: Population, table: Table, size: int, accepts: Callable[[str], bool] | None) -> None:
    """Add rows until there are enough, or until no more of them fit: a list of values is soon full."""
    failures = 0
    for _ in range(size if accepts is None else size * _TRIES_WHEN_REFUSED):
        row = population.add(table)
        failures = 0 if row is not None else failures + 1
        if row is not None and accepts is not None and not _is_taken(row, table, population, accepts):
            population.withdraw(table, row)
        if failures == _FAILURES or len(population.rows[table.name]) == size:
            return


def _is_taken(row: dict[str, Value], table: Table, population: Population, accepts: Callable[[str], bool]) -> bool:
    return all(accepts(statement) for statement in insert_statements(table, [row], population.schema))


def _complete(
    population: Population, table: Table, minimums: Sequence[Minimum], accepts: Callable[[str], bool] | None
) -> None:
    """Add the rows without which a row of an earlier table could not be committed."""
    for minimum in minimums:
        if minimum.source.name == table.name:
            for row, missing in minimum.lacking(population):
                for _ in range(missing):
                    made = population.add(table, Wish(minimum.link(row)))
                    if made is not None and accepts is not None:
                        _is_taken(made, table, population, accepts)


def _needs_one_transaction(schema: Schema) -> bool:
    """Say whether something is checked at the end of the transaction only."""
    deferred = any(key.deferrable for table in schema.tables for key in table.foreign_keys)
    return deferred or any("deferrable" in routine.create.lower() for routine in schema.routines)


def _has_forward_keys(schema: Schema) -> bool:
    place = {table.name: number for number, table in enumerate(in_creation_order(schema.tables))}
    return any(
        place.get(key.ref_table, -1) > place[table.name] and not is_optional(table, key)
        for table in schema.tables
        for key in table.foreign_keys
    )


def _opening(schema: Schema) -> tuple[str, ...]:
    if schema.engine in ("mysql", "mariadb"):
        return ("SET foreign_key_checks = 0",) if _has_forward_keys(schema) else ()
    if not _needs_one_transaction(schema):
        return ()
    return ("BEGIN TRANSACTION",) if schema.engine == "sqlite" else ("START TRANSACTION",)


def _closing(schema: Schema) -> tuple[str, ...]:
    if schema.engine in ("mysql", "mariadb"):
        return ("SET foreign_key_checks = 1",) if _has_forward_keys(schema) else ()
    return ("COMMIT",) if _needs_one_transaction(schema) else ()


def _size(table: Table, rows: int) -> int:
    if table.kind == "reference":
        size = min(rows, _FEW)
    elif table.kind in ("line_item", "association", "event", "history", "audit"):
        size = 3 * rows if table.kind == "line_item" else 2 * rows
    else:
        size = 2 * rows if len(_owners(table)) > 1 else rows
    stock = int(table.rows.value) if table.rows else 0
    return min(size, stock) if stock > 0 else size


def _owners(table: Table) -> list[ForeignKey]:
    return [key for key in table.foreign_keys if key.on_delete == "cascade"]


def _late_links(table: Table, later: set[str], population: Population) -> list[str]:
    """Set the optional references into a table that was filled later."""
    schema, statements = population.schema, []
    for key in table.foreign_keys:
        parents = population.rows[key.ref_table]
        if key.ref_table in later and parents and not table.append_only and table.primary_key:
            empty = [row for row in population.rows[table.name] if any(row[name] is None for name in key.columns)]
            unused = list(parents)
            for row in empty[:_LINKS_SET_LATER]:
                # What the row holds already stays: the tenant of a composite key.
                fitting = [parent for parent in unused if _fits(key, row, parent)]
                if fitting:
                    unused.remove(fitting[0])
                    statements.append(_link(table, key, row, fitting[0], schema.engine))
    return statements


def _fits(key: ForeignKey, row: dict[str, Value], parent: dict[str, Value]) -> bool:
    pairs = zip(key.columns, key.ref_columns, strict=True)
    return all(row[name] is None or row[name] == parent[ref] for name, ref in pairs)


def _link(table: Table, key: ForeignKey, row: dict[str, Value], parent: dict[str, Value], engine: Engine) -> str:
    changed = dict(zip(key.columns, (parent[name] for name in key.ref_columns), strict=True))
    statement = update_statement(table, row, {**row, **changed}, engine)
    row.update(changed)
    return statement


def counter_statements(table: Table, schema: Schema) -> list[str]:
    """Let the identity go on after the rows given; the other engines do so by themselves."""
    if schema.engine != "postgresql":
        return []
    name = quote(table.name, "postgresql")
    return [
        f"SELECT setval(pg_get_serial_sequence('{name}', '{column.name}'), max({quote(column.name, 'postgresql')}))"
        f" FROM {name}"
        for column in table.columns
        if column.identity
    ]


def _note(schema: Schema, population: Population) -> str:
    notes = ["Names, addresses and times are made up; the same design always gets the same rows."]
    unread = [name for table in schema.tables for name in population.conditions(table).not_evaluated]
    if unread:
        notes.append(f"Not considered while the rows were made: {', '.join(unread)}.")
    return " ".join(notes)
