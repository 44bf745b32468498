"""Examples of the entity model in terms of the tables: what is set up, what is tried, what must refuse it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from database_specialist.agent.mapping.naming import column_name
from database_specialist.agent.model.base import Scalar
from database_specialist.agent.model.entities import Entity, EntityModel, Example, ExampleRow, Relationship
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.sampling.expressions import columns_of
from database_specialist.agent.sampling.literals import read_literal
from database_specialist.agent.sampling.minimums import enforced_minimums
from database_specialist.agent.sampling.population import Population, Wish, is_optional
from database_specialist.agent.sampling.scalars import Row, Value
from database_specialist.agent.sampling.solving import Goal
from database_specialist.agent.sampling.statements import delete_statement, insert_statements, update_statement
from database_specialist.agent.sampling.violations import (
    ExampleError,
    Expected,
    NoRowError,
    entity_table,
    expected_violation,
    lineage,
)

_FIRST = 9000
"""Number of the first row: no seed reaches it, so an example also runs beside the seeded rows."""
_DEPTH = 12
"""Owners of owners that are followed before the example is given up."""


@dataclass(frozen=True)
class ExampleScript:
    """An example as SQL."""

    setup: tuple[str, ...]
    """These must succeed."""
    probe: str
    """This must succeed or be refused, as the example says."""
    expected: Expected | None
    """What must refuse the probe; None when it is to be accepted, or when the example does not say."""


def example_statements(
    example: Example,
    entity_model: EntityModel,
    schema: Schema,
    *,
    fresh_owners: bool = False,
    first: int = _FIRST,
    beside: Population | None = None,
) -> ExampleScript:
    """Put an example into SQL. Owners are made as needed, and what is not given gets a valid value.

    With `fresh_owners` no row that the example names becomes an owner that it does not name. The rows are numbered
    from `first` on. Where a row of `beside`, which holds what is there already, has the same unique key as one of the
    example, it stands for it.

    Raises:
        ExampleError: the example speaks of what the schema does not have, or no valid row can be made.
    """
    expected = expectation(example, entity_model, schema)
    stage = _Stage(entity_model, schema, example, expected, fresh_owners=fresh_owners, first=first, beside=beside)
    statements = stage.play()
    if not statements:
        raise ExampleError(f"{example.id}: it has neither rows, nor an update, nor a delete")
    return ExampleScript(tuple(statements[:-1]), statements[-1], expected)


def given_values(example: Example, entity_model: EntityModel, schema: Schema) -> dict[str, Value]:
    """Return what the last row of an example gives itself, by column; references are left out.

    Raises:
        ExampleError: the example speaks of what the schema does not have.
    """
    last = example.rows[-1]
    plain = {name: value for name, value in last.values.items() if not str(value).startswith("@")}
    return _Stage(entity_model, schema, example, None).given(last.model_copy(update={"values": plain}))


def expectation(example: Example, entity_model: EntityModel, schema: Schema) -> Expected | None:
    """Return what must refuse an example; None when it is to be accepted, or does not say.

    Raises:
        ExampleError: it means something that the schema does not have.
    """
    if example.expect == "reject" and example.violates:
        return expected_violation(example.violates, entity_model, schema)
    return None


@dataclass(frozen=True)
class _Labelled:
    entity: str
    parts: tuple[tuple[Table, dict[str, Value]], ...]
    """The row of the entity's table, and of its supertypes' tables before it."""

    @property
    def row(self) -> dict[str, Value]:
        return self.parts[-1][1]


class _Stage:
    def __init__(
        self,
        entity_model: EntityModel,
        schema: Schema,
        example: Example,
        expected: Expected | None,
        *,
        fresh_owners: bool = False,
        first: int = _FIRST,
        beside: Population | None = None,
    ):
        self._beside = beside
        self._fresh_owners = fresh_owners
        self._model = entity_model
        self._schema = schema
        self._example = example
        self._expected = expected
        self._population = Population(entity_model, schema, first=first)
        self._labels: dict[str, _Labelled] = {}
        self._statements: list[str] = []

    def play(self) -> list[str]:
        example = self._example
        changes_after = example.update is not None or example.delete is not None
        for place, row in enumerate(example.rows):
            self._insert(row, is_probe=place == len(example.rows) - 1 and not changes_after)
        if example.update is not None:
            self._update(example.update)
        if example.delete is not None:
            self._delete(example.delete)
        self._complete()
        return self._statements

    def _complete(self) -> None:
        """Add the rows without which what the example wrote could not be committed, before its last statement.

        A row that the last statement itself inserts cannot be referred to before: they become one statement.
        """
        minimums = enforced_minimums(self._model, self._schema)
        if not minimums or not self._statements:
            return
        last, changes = self._statements.pop(), bool(self._example.update or self._example.delete)
        joined = [last]
        for minimum in minimums:
            inserted = None if changes else self._last_row(minimum.target)
            for row, missing in list(minimum.lacking(self._population, spare=int(changes))):
                for _ in range(0 if self._is_deleted(row) else missing):
                    self._add(minimum.source, minimum.link(row), None)
                    if row is inserted:
                        joined.append(self._statements.pop())
        self._statements.append(_as_one(joined))

    def _last_row(self, table: Table) -> Row | None:
        """Return the row of this table that the example inserts last of all."""
        parts = list(self._labels.values())[-1].parts if self._labels else ()
        return next((row for part, row in parts if part.name == table.name), None)

    def _is_deleted(self, row: Row) -> bool:
        label = (self._example.delete or "").removeprefix("@")
        return label in self._labels and any(row is part for _, part in self._labels[label].parts)

    def _labelled(self, label: str) -> _Labelled:
        found = self._labels.get(label.removeprefix("@"))
        if found is None:
            raise ExampleError(f"{self._example.id}: no earlier row is labelled {label}")
        return found

    def _insert(self, row: ExampleRow, *, is_probe: bool) -> None:
        expected = self._expected if is_probe else None
        given = self.given(row)
        if expected is not None:
            self._provoke(expected, given, row.entity)
        parts: list[tuple[Table, dict[str, Value]]] = []
        for entity in lineage(row.entity, self._model):
            table = entity_table(entity.name, self._model, self._schema)
            own = {name: value for name, value in given.items() if table.column(name)}
            own = {**self._initial_state(table), **own}
            if parts:
                own.update(_shared_key(table, parts))
            meant = expected if expected and expected.table == table.name else None
            made = self._present(table, own) or self._add(table, own, meant)
            parts.append((table, made))
        self._labels[row.label] = _Labelled(row.entity, tuple(parts))
        if self._fresh_owners or row.label == (self._example.delete or "").removeprefix("@"):
            # Only the reference that the example is about is to stand in the way of the deletion.
            for _, made in parts:
                self._population.avoid(made)
        self._link(row)

    def _present(self, table: Table, given: Mapping[str, Value]) -> dict[str, Value] | None:
        """Return the row that is there already and has the unique key that is given."""
        for unique in self._population.conditions(table).uniques if self._beside else ():
            key = unique.key(given) if _given_whole(unique.parts, given) else None
            for row in self._beside.rows[table.name] if self._beside and key else ():
                if unique.key(row) == key:
                    return row
        return None

    def _initial_state(self, table: Table) -> dict[str, Value]:
        """Return the state in which a row of the table begins, when its entity has a lifecycle."""
        usual = _defaults(table) if self._fresh_owners else {}
        entity = self._model.entity(table.entity) if table.entity else None
        if entity is None or entity.lifecycle is None or entity.attribute(entity.lifecycle.attribute) is None:
            return usual
        columns = column_name(self._model, entity.name, entity.lifecycle.attribute, engine=self._schema.engine)
        return {**usual, **{name: entity.lifecycle.initial for name in columns if table.column(name)}}

    def given(self, row: ExampleRow) -> dict[str, Value]:
        """Return what a row gives itself, by column."""
        given: dict[str, Value] = {}
        for name, value in row.values.items():
            given.update(self._physical(row.entity, name, value))
        return given

    def _physical(self, entity: str, name: str, value: Scalar | list[Scalar]) -> dict[str, Value]:
        for owner in reversed(lineage(entity, self._model)):
            try:
                columns = column_name(self._model, owner.name, name, engine=self._schema.engine)
            except KeyError:
                continue
            table = entity_table(owner.name, self._model, self._schema)
            relationship = self._relationship(owner, name)
            if relationship is not None and owner.attribute(name) is None:
                return self._reference(table, relationship, columns, value)
            return _read(table, columns, value, self._schema)
        raise ExampleError(f"{self._example.id}: {entity} has no attribute or role {name}")

    def _relationship(self, entity: Entity, role: str) -> Relationship | None:
        related = (each for each in self._model.relationships if each.source == entity.name)
        return next((each for each in related if each.role == role), None)

    def _reference(
        self, table: Table, relationship: Relationship, columns: tuple[str, ...], value: Scalar | list[Scalar]
    ) -> dict[str, Value]:
        if not columns:
            return {}  # many-to-many: linked after the insert
        if not isinstance(value, str) or not value.startswith("@"):
            return dict.fromkeys(columns, value)
        key = _foreign_key(table, columns)
        parent = next((row for part, row in self._labelled(value).parts if part.name == key.ref_table), None)
        if parent is None:
            raise ExampleError(f"{self._example.id}: {value} is no row of {key.ref_table} ({relationship.role})")
        return dict(zip(key.columns, (parent[name] for name in key.ref_columns), strict=True))

    def _provoke(self, expected: Expected, given: dict[str, Value], entity: str) -> None:
        """Add what the example leaves to the reader: the missing value, the dead reference, the same key again."""
        violates = self._example.violates or ""
        if expected.kind == "not_null":
            given.setdefault(expected.columns[0], None)
        elif expected.kind == "foreign_key" and violates.endswith(":reference"):
            table = self._schema.table(expected.table)
            for name in expected.columns if table and not any(name in given for name in expected.columns) else ():
                given[name] = _nowhere(table, name) if table else None
        elif expected.kind == "unique":
            earlier = [each for each in self._labels.values() if each.entity == entity]
            if earlier:
                same = {name: earlier[-1].row[name] for name in expected.columns if name in earlier[-1].row}
                given.update({name: value for name, value in same.items() if name not in given})

    def _add(self, table: Table, given: Mapping[str, Value], expected: Expected | None) -> dict[str, Value]:
        self._provide_owners(table, given)
        wish = self._wish(table, given, expected)
        made = self._population.add(table, wish)
        if made is None and wish.goals:
            made = self._population.add(table, Wish(wish.given, (), wish.dropped, sparse=True))
        if made is None:
            made = self._add_with_new_owners(table, wish, 0)
        self._statements += insert_statements(table, [made], self._schema, also=given)
        return made

    def _add_with_new_owners(self, table: Table, wish: Wish, depth: int) -> dict[str, Value]:
        """Make the references that a check makes necessary; or owners anew, those first that a key lets in once."""
        for key in self._population.tested_references(table):
            if self._is_open(table, key, wish.given) and not self._fitting(key, wish.given):
                self._make_owner(key, wish.given, depth)
        made = self._population.add(table, wish)
        held = {name for unique in table.uniques for name in unique.columns}
        held.update(table.primary_key.columns if table.primary_key else ())
        ordered = sorted(table.foreign_keys, key=lambda key: (is_optional(table, key), -len(key.columns)))
        for keys in ([key for key in ordered if held.intersection(key.columns)], ordered):
            made = made or self._add_to_new_owners(table, wish, keys, depth)
        if made is None:
            raise NoRowError(f"{self._example.id}: no valid row of {table.name} was found")
        return made

    def _add_to_new_owners(
        self, table: Table, wish: Wish, keys: Iterable[ForeignKey], depth: int
    ) -> dict[str, Value] | None:
        known = dict(wish.given)
        for key in keys:
            if self._is_open(table, key, known):
                owner = self._make_owner(key, known, depth)
                taken = zip(key.columns, key.ref_columns, strict=True)
                known.update({} if is_optional(table, key) else {name: owner[ref] for name, ref in taken})
        return self._population.add(table, replace(wish, given=known)) or self._population.add(table, wish)

    def _wish(self, table: Table, given: Mapping[str, Value], expected: Expected | None) -> Wish:
        """Drop what the given values break by themselves: the database is to say so, not we."""
        conditions = self._population.conditions(table)
        broken = {name for name, goal in conditions.goals if _is_fixed(goal, given) and not goal.met(dict(given))}
        meant = {expected.name} if expected else set()
        targets = tuple(
            Goal(goal.condition, wanted=False)
            for name, goal in conditions.goals
            if name in meant and not _is_fixed(goal, given)
        )
        unique = {each.name for each in conditions.uniques if _given_whole(each.parts, given)}
        clashing = {each.name for each in conditions.exclusions} if expected else set()
        return Wish(given, targets, frozenset(broken | meant | unique | clashing), sparse=True)

    def _provide_owners(self, table: Table, given: Mapping[str, Value], depth: int = 0) -> None:
        for key in table.foreign_keys:
            if not is_optional(table, key) and self._is_open(table, key, given) and not self._fitting(key, given):
                self._make_owner(key, given, depth)

    def _is_open(self, table: Table, key: ForeignKey, given: Mapping[str, Value]) -> bool:
        """Say whether an owner is to be chosen: the row gives neither all of the reference nor that there is none."""
        is_void = any(name in given and given[name] is None for name in key.columns)
        return key.ref_table != table.name and not is_void and not all(name in given for name in key.columns)

    def _fitting(self, key: ForeignKey, given: Mapping[str, Value]) -> list[dict[str, Value]]:
        """Return the rows that can be the owner; columns that the reference shares with others may be given."""
        shared = _shared(key, given)
        available = self._population.available(key.ref_table)
        return [row for row in available if all(row[name] == value for name, value in shared.items())]

    def _make_owner(self, key: ForeignKey, given: Mapping[str, Value], depth: int) -> dict[str, Value]:
        table = self._schema.table(key.ref_table)
        if table is None or depth > _DEPTH:
            raise NoRowError(f"{self._example.id}: no owner can be made in {key.ref_table}")
        shared = _shared(key, given)
        self._provide_owners(table, shared, depth + 1)
        beginning = Wish({**self._initial_state(table), **shared}, sparse=True)
        made = self._population.add(table, beginning) or self._population.add(table, Wish(shared, sparse=True))
        made = made or self._add_with_new_owners(table, beginning, depth + 1)
        self._statements += insert_statements(table, [made], self._schema)
        return made

    def _link(self, row: ExampleRow) -> None:
        """Insert the rows of join tables that a many-to-many role asks for."""
        for entity in lineage(row.entity, self._model):
            for name, value in row.values.items():
                relationship = self._relationship(entity, name)
                if relationship is not None and relationship.cardinality == "many_to_many" and value is not None:
                    for label in value if isinstance(value, list) else [value]:
                        self._join(relationship, self._labels[row.label].row, self._labelled(str(label)).row)

    def _join(self, relationship: Relationship, source: dict[str, Value], target: dict[str, Value]) -> None:
        ends = [entity_table(name, self._model, self._schema) for name in (relationship.source, relationship.target)]
        table = _join_table(relationship, ends[0], ends[1], self._schema)
        if table is None:
            raise ExampleError(f"{self._example.id}: no join table holds {relationship.source}.{relationship.role}")
        keys = sorted(table.foreign_keys, key=lambda key: key.ref_table != ends[0].name)
        given: dict[str, Value] = {}
        for key, row in zip(keys[:2], (source, target), strict=True):
            given.update(zip(key.columns, (row[name] for name in key.ref_columns), strict=True))
        self._add(table, given, None)

    def _update(self, change: ExampleRow) -> None:
        labelled = self._labelled(change.label)
        given = self.given(change)
        for table, row in labelled.parts:
            own = {name: value for name, value in given.items() if table.column(name)}
            if own:
                changed = self._population.changed(table, row, self._wish(table, {**row, **own}, None), own)
                statement = update_statement(table, row, changed, self._schema.engine)
                self._statements.append(statement)
        if not given:
            raise ExampleError(f"{self._example.id}: the update changes nothing that a column holds")

    def _delete(self, label: str) -> None:
        table, row = self._labelled(label).parts[0]
        self._statements.append(delete_statement(table, row, self._schema.engine))


def _as_one(statements: list[str]) -> str:
    """Join INSERTs (PostgreSQL), so that the references between their rows are tested after all of them."""
    if len(statements) == 1:
        return statements[0]
    *earlier, final = statements
    parts = ", ".join(f"written_{number} AS (\n{statement}\n)" for number, statement in enumerate(earlier, 1))
    return f"WITH {parts}\n{final}"


def _shared_key(table: Table, parts: list[tuple[Table, dict[str, Value]]]) -> dict[str, Value]:
    """Return the columns by which a specialisation is the same thing as its supertype's row."""
    above, row = parts[-1]
    key = next((key for key in table.foreign_keys if key.ref_table == above.name), None)
    return {} if key is None else dict(zip(key.columns, (row[name] for name in key.ref_columns), strict=True))


def _defaults(table: Table) -> dict[str, Value]:
    """Return the defaults of the columns that hold one of a few values: most often the first of several states."""
    return {
        column.name: value
        for column in table.columns
        for value in column.values
        if column.default is not None and column.default.strip("'") == value
    }


def _shared(key: ForeignKey, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return what the owner must hold because the row gives it already: the tenant of a composite key."""
    return {ref: given[name] for name, ref in zip(key.columns, key.ref_columns, strict=True) if name in given}


def _foreign_key(table: Table, columns: Iterable[str]) -> ForeignKey:
    wanted = set(columns)
    found = [key for key in table.foreign_keys if wanted <= set(key.columns)]
    if not found:
        raise ExampleError(f"{table.name} has no foreign key on {', '.join(sorted(wanted))}")
    return found[0]


def _read(table: Table, columns: tuple[str, ...], value: Scalar | list[Scalar], schema: Schema) -> dict[str, Value]:
    values = value if len(columns) > 1 and isinstance(value, list) else [value] * len(columns)
    read: dict[str, Value] = {}
    for name, each in zip(columns, values, strict=False):
        column = table.column(name)
        if column is None:
            raise ExampleError(f"{table.name} has no column {name}")
        read[name] = read_literal(each, column, schema.engine)
    return read


def _is_fixed(goal: Goal, given: Mapping[str, Value]) -> bool:
    return all(name in given for name in columns_of(goal.condition))


def _given_whole(parts: Iterable[Value], given: Mapping[str, Value]) -> bool:
    return all(name in given for part in parts for name in columns_of(part))


def _nowhere(table: Table, name: str) -> Value:
    column = table.column(name)
    native = column.type.lower() if column else ""
    if "int" in native:
        return 987_654_321 if "small" not in native else 32_000
    return "00000000-0000-7000-8000-000000000000" if "uuid" in native or native == "char(36)" else "nowhere"


def _join_table(relationship: Relationship, source: Table, target: Table, schema: Schema) -> Table | None:
    ends = sorted((source.name, target.name))
    found = [
        table
        for table in schema.tables
        if table.entity is None and sorted(key.ref_table for key in table.foreign_keys)[:2] == ends
    ]
    named = [table for table in found if relationship.role in table.name]
    return next(iter(named or found), None)
