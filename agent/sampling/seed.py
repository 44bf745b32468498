"""The seed: rows for every table that satisfy every constraint, printed as INSERT statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.dialects.statements import script
from database_specialist.agent.mapping.ordering import in_creation_order
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.operations import Seed
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.sampling.minimums import Minimum, enforced_minimums
from database_specialist.agent.sampling.population import Population, Wish, is_optional
from database_specialist.agent.sampling.scalars import Value
from database_specialist.agent.sampling.statements import insert_statements, update_statement
from database_specialist.agent.sampling.trial import Trial, lent_by_examples

_FEW = 8
"""Rows of a list of allowed values."""
_FAILURES = 3
"""Rows in a row that cannot be made before the table counts as full."""
_TRIES_WHEN_REFUSED = 12
"""Rows made for each row wanted, while the database refuses them; then those follow whose times are moved."""
_MOST_TRIES = 30
"""Rows made for each row wanted, in all."""
_MOVED = (-365, -730, -1095, 365)
"""By how many days the times are moved, in turn: a trigger may compare them with those of another table."""
_LINKS_SET_LATER = 5
"""Rows of a table in a cycle whose optional reference is set once both tables are filled."""


def make_seed(entity_model: EntityModel, schema: Schema, *, rows: int = 20, accepts: Trial | None = None) -> Seed:
    """Return about `rows` rows for a core table, more for its children, fewer for a list of values.

    `accepts` runs statements on a database that holds the schema and the rows before them, and says whether they were
    taken. It decides on rows that a trigger may refuse for a reason that cannot be read from its text.
    """
    sizes = {table.name: _size(table, rows) for table in schema.tables}
    population = Population(entity_model, schema, sizes=sizes)
    planting = _Planting(population, sizes, enforced_minimums(entity_model, schema), accepts)
    ordered = planting.plant()
    for place, table in enumerate(ordered):
        planting.link_late(table, {each.name for each in ordered[place + 1 :]})
    planted = planting.statements
    if accepts is not None:
        planted += lent_by_examples(entity_model, population, accepts)
    names = [table.name for table in ordered]
    counters = [statement for table in schema.tables for statement in counter_statements(table, schema)]
    return Seed(
        sql=script((*_opening(schema), *planted, *_closing(schema), *counters)),
        rows=accepts.counts_after(planted, names) if accepts else {name: len(population.rows[name]) for name in names},
        note=_note(schema, population),
    )


class _Planting:
    """Fills table after table, and keeps the statements that do so."""

    def __init__(
        self, population: Population, sizes: Mapping[str, int], minimums: Sequence[Minimum], trial: Trial | None
    ) -> None:
        self.statements: list[str] = []
        self._population = population
        self._schema = population.schema
        self._sizes = sizes
        self._minimums = minimums
        self._trial = trial

    def plant(self) -> list[Table]:
        """Fill all tables and return them in the order in which they were filled.

        A table of which all rows are refused waits for the others: what a trigger asks for may stand there.
        """
        planted: list[Table] = []
        waiting: Sequence[Table] = in_creation_order(self._schema.tables)
        while waiting:
            put_off: list[Table] = []
            for table in waiting:
                is_due = not _refers_to(table, put_off) and self._plant(table)
                (planted if is_due else put_off).append(table)
            if len(put_off) == len(waiting):
                return [*planted, *put_off]
            waiting = put_off
        return planted

    def _plant(self, table: Table) -> bool:
        """Fill one table; say whether it is settled. What triggers have filled already is left to them."""
        if self._trial is not None and self._trial.count(table.name):
            return True
        was_refused = self._fill(table)
        self._complete(table)
        if was_refused and not self._population.rows[table.name]:
            self._population.start_over(table)
            return False
        self.statements += insert_statements(table, self._population.rows[table.name], self._schema)
        if self._trial is not None and self._population.rows[table.name]:
            # A trigger of a later table may write here: its keys are to follow those of the seed.
            self.statements += [each for each in counter_statements(table, self._schema) if self._trial(each)]
        return True

    def _fill(self, table: Table) -> bool:
        """Add rows until there are enough, or until no more of them fit: a list of values is soon full."""
        failures, size, was_refused = 0, self._sizes[table.name], False
        usual = size if self._trial is None else size * _TRIES_WHEN_REFUSED
        for turn in range(usual if self._trial is None else size * _MOST_TRIES):
            moved = timedelta(days=_MOVED[turn % len(_MOVED)] if turn >= usual else 0)
            row = self._population.add(table, Wish(later=moved))
            failures = 0 if row is not None else failures + 1
            if row is not None and not self._is_taken(row, table):
                was_refused = True
            if failures == _FAILURES or len(self._population.rows[table.name]) == size:
                break
        return was_refused

    def _is_taken(self, row: dict[str, Value], table: Table) -> bool:
        """Say whether the database takes the row, which is withdrawn if not."""
        if self._trial is None or self._trial(*insert_statements(table, [row], self._schema)):
            return True
        self._population.withdraw(table, row)
        return False

    def _complete(self, table: Table) -> None:
        """Add the rows without which a row of an earlier table could not be committed."""
        for minimum in self._minimums:
            if minimum.source.name == table.name:
                for row, missing in minimum.lacking(self._population):
                    for _ in range(missing):
                        made = self._population.add(table, Wish(minimum.link(row)))
                        if made is not None:
                            self._is_taken(made, table)

    def link_late(self, table: Table, later: set[str]) -> None:
        """Set the optional references into a table that was filled later."""
        for key in table.foreign_keys:
            parents = self._population.rows[key.ref_table]
            if key.ref_table in later and parents and not table.append_only and table.primary_key:
                rows = self._population.rows[table.name]
                empty = [row for row in rows if any(row[name] is None for name in key.columns)]
                self._link(table, key, empty[:_LINKS_SET_LATER], list(parents))

    def _link(
        self, table: Table, key: ForeignKey, rows: Sequence[dict[str, Value]], unused: list[dict[str, Value]]
    ) -> None:
        for row in rows:
            # What the row holds already stays: the tenant of a composite key.
            parent = next((each for each in unused if _fits(key, row, each)), None)
            if parent is None:
                continue
            unused.remove(parent)
            changed = dict(zip(key.columns, (parent[name] for name in key.ref_columns), strict=True))
            statement = update_statement(table, row, {**row, **changed}, self._schema.engine)
            if self._trial is None or self._trial(statement):
                self.statements.append(statement)
                row.update(changed)


def _refers_to(table: Table, others: Sequence[Table]) -> bool:
    """Say whether a row of the table needs a row of one of the others."""
    names = {other.name for other in others}
    return any(key.ref_table in names and not is_optional(table, key) for key in table.foreign_keys)


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


def _fits(key: ForeignKey, row: dict[str, Value], parent: dict[str, Value]) -> bool:
    pairs = zip(key.columns, key.ref_columns, strict=True)
    return all(row[name] is None or row[name] == parent[ref] for name, ref in pairs)


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
