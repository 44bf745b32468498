"""What an example must be refused by: from the words of the entity model to the constraint of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlglot import exp

from database_specialist.agent.errors import SpecialistError
from database_specialist.agent.mapping.naming import column_name, table_names
from database_specialist.agent.model.entities import Entity, EntityModel
from database_specialist.agent.model.relational import Check, Column, Schema, Table, Unique
from database_specialist.agent.sampling.expressions import columns_of, parse
from database_specialist.agent.sampling.scalars import NotEvaluated
from database_specialist.agent.sampling.sharing import Same

ViolationKind = Literal["not_null", "check", "unique", "foreign_key", "restrict", "exclusion", "trigger", "type"]

SQLSTATES: dict[ViolationKind, str] = {
    "not_null": "23502",
    "check": "23514",
    "unique": "23505",
    "foreign_key": "23503",
    "restrict": "23",
    "exclusion": "23P01",
    "trigger": "23514",
    "type": "22",
}
"""PostgreSQL's code of each kind; "22" is the class of values that a type does not take.

A refused deletion is 23503, or 23001 since PostgreSQL 18 where the key says RESTRICT: hence the class."""


class ExampleError(SpecialistError):
    """An example cannot be put into SQL; the message says why."""


class NoRowError(ExampleError):
    """No valid row was found for an example: that says nothing of the design."""


@dataclass(frozen=True)
class Expected:
    """The refusal that is meant."""

    kind: ViolationKind
    name: str
    """The constraint's, trigger's or routine's name; the column's for `not_null` and `type`."""
    table: str
    columns: tuple[str, ...] = ()
    is_primary: bool = False
    """Whether the primary key is meant, which MySQL calls by a name of its own."""
    partitions: tuple[str, ...] = ()
    """The partitions of the table: PostgreSQL names the key of the partition that refuses."""

    @property
    def sqlstate(self) -> str:
        """PostgreSQL's SQLSTATE, or the class of it (two characters)."""
        return SQLSTATES[self.kind]

    def __str__(self) -> str:
        return self.name


def expected_violation(violates: str, entity_model: EntityModel, schema: Schema) -> Expected:
    """Find what `violates` of an example names; ExampleError when the schema has nothing of the kind."""
    attribute = re.fullmatch(r"([^.:]+)\.([^:]+):(\w+)", violates)
    if attribute:
        return _of_attribute(attribute[1], attribute[2], attribute[3], entity_model, schema)
    together = re.fullmatch(r"([^.:]+):unique\(([^)]*)\)", violates)
    if together:
        found = [_columns(together[1], name.strip(), entity_model, schema) for name in together[2].split(",")]
        table = entity_table(found[0][0], entity_model, schema)
        return _unique(table, [column for _, columns in found for column in columns], violates)
    return _of_rule(violates, entity_model, schema)


def _of_rule(rule: str, entity_model: EntityModel, schema: Schema) -> Expected:
    for table in schema.tables:
        found = _constraint_of_rule(rule, table)
        if found:
            return found
    for routine in schema.routines:
        if routine.rule == rule:
            return Expected("trigger", routine.name, routine.table or "")
    stated = next((each for each in entity_model.rules if each.id == rule), None)
    reason = "no such rule" if stated is None else f"nothing in the schema enforces it ({stated.kind})"
    raise ExampleError(f"{rule}: {reason}")


def _constraint_of_rule(rule: str, table: Table) -> Expected | None:
    for check in table.checks:
        if check.rule == rule:
            return Expected("check", check.name, table.name)
    for unique in table.uniques:
        if unique.rule == rule:
            return Expected("unique", unique.name, table.name, unique.columns, partitions=_partitions(table))
    for exclusion in table.exclusions:
        if exclusion.rule == rule:
            return Expected("exclusion", exclusion.name, table.name)
    return None


def _of_attribute(entity: str, name: str, kind: str, entity_model: EntityModel, schema: Schema) -> Expected:
    owner, columns = _columns(entity, name, entity_model, schema)
    table = entity_table(owner, entity_model, schema)
    where = f"{entity}.{name}:{kind}"
    if kind == "required":
        return Expected("not_null", columns[0], table.name, columns[:1])
    if kind == "unique":
        return _unique(table, columns, where)
    if kind in ("reference", "restrict"):
        return _foreign_key(table, columns, "restrict" if kind == "restrict" else "foreign_key", where)
    if kind in _SHAPES:
        return _check(table, columns, kind, schema, where)
    raise ExampleError(f"{where}: unknown kind of violation")


def lineage(entity: str, entity_model: EntityModel) -> tuple[Entity, ...]:
    """Return the entity after its supertypes, the topmost first; ExampleError when it is unknown."""
    line: list[Entity] = []
    name: str | None = entity
    while name is not None and name not in [each.name for each in line]:
        found = entity_model.entity(name)
        if found is None:
            raise ExampleError(f"{name}: no such entity")
        line.insert(0, found)
        name = found.supertype
    return tuple(line)


def entity_table(entity: str, entity_model: EntityModel, schema: Schema) -> Table:
    """Return the table of an entity; ExampleError when there is none."""
    name = _table_names(Same(entity_model)).get(entity)
    found = schema.table(name) if name else None
    if found is None:
        raise ExampleError(f"{entity}: no table holds it")
    return found


@lru_cache(maxsize=4)
def _table_names(entity_model: Same[EntityModel]) -> dict[str, str]:
    return table_names(entity_model.part)


def _columns(entity: str, name: str, entity_model: EntityModel, schema: Schema) -> tuple[str, tuple[str, ...]]:
    """Return the entity, or that of its supertypes, that has the attribute or role, and its columns."""
    for owner in reversed(lineage(entity, entity_model)):
        try:
            columns = column_name(entity_model, owner.name, name, engine=schema.engine)
        except KeyError:
            continue
        if not columns:
            raise ExampleError(f"{entity}.{name}: no column holds it")
        return owner.name, columns
    raise ExampleError(f"{entity}.{name}: no such attribute or role")


def _unique(table: Table, columns: Iterable[str], where: str) -> Expected:
    wanted = set(columns)
    keys = [Unique(name=table.primary_key.name, columns=table.primary_key.columns)] if table.primary_key else []
    candidates = [key for key in (*table.uniques, *keys) if wanted <= set(_bare(key))]
    if not candidates:
        raise ExampleError(f"{where}: {table.name} has no unique constraint on {', '.join(sorted(wanted))}")
    closest = min(candidates, key=lambda key: len(key.columns))
    return Expected(
        "unique",
        closest.name,
        table.name,
        _bare(closest),
        is_primary=closest in keys,
        partitions=_partitions(table),
    )


def _partitions(table: Table) -> tuple[str, ...]:
    return tuple(part.name for part in table.partitioning.partitions) if table.partitioning else ()


def _bare(unique: Unique) -> tuple[str, ...]:
    """Return the columns of a unique constraint, those inside of expressions too."""
    found: list[str] = []
    for column in unique.columns:
        found += re.findall(r"[a-z_]\w*", column) if column.startswith("(") else [column]
    return tuple(found)


def _foreign_key(table: Table, columns: tuple[str, ...], kind: ViolationKind, where: str) -> Expected:
    key = next((key for key in table.foreign_keys if set(columns) <= set(key.columns)), None)
    if key is None:
        raise ExampleError(f"{where}: {table.name} has no foreign key on {', '.join(columns)}")
    return Expected(kind, key.name, table.name, key.columns)


def _check(table: Table, columns: tuple[str, ...], kind: str, schema: Schema, where: str) -> Expected:
    """Choose among the checks on these columns the one that looks like the kind meant."""
    candidates = [check for check in table.checks if set(_read(check.expression, schema)) == set(columns)]
    fitting = [check for check in candidates if _looks_like(check, kind, schema)]
    if fitting or len(candidates) == 1:
        return Expected("check", (fitting or candidates)[0].name, table.name, columns)
    column = table.column(columns[0])
    domain = next((domain for domain in schema.domains if column and domain.name == column.type), None)
    if domain and domain.check:
        return Expected("check", f"{domain.name}_check", table.name, columns)
    if column and _typed(column, kind, schema):
        return Expected("type", column.name, table.name, columns)
    raise ExampleError(f"{where}: no constraint of {table.name} limits {', '.join(columns)}")


def _read(expression: str, schema: Schema) -> tuple[str, ...]:
    try:
        return columns_of(parse(expression, schema.engine))
    except NotEvaluated:
        return ()


def _looks_like(check: Check, kind: str, schema: Schema) -> bool:
    try:
        return any(isinstance(node, _SHAPES[kind]) for node in parse(check.expression, schema.engine).walk())
    except NotEvaluated:
        return False


_SHAPES: dict[str, tuple[type[exp.Expr], ...]] = {
    "range": (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between),
    "enum": (exp.In, exp.Any),
    "length": (exp.Length,),
    "pattern": (exp.RegexpLike, exp.RegexpILike, exp.Like, exp.ILike, exp.Glob),
}


def _typed(column: Column, kind: str, schema: Schema) -> bool:
    if kind == "enum":
        return any(enum.name == column.type for enum in schema.enums) or column.type.startswith("enum")
    return kind in ("length", "range") and "(" in column.type
