"""From a catalog to the typed model, so that the rules can look at designs that others wrote."""

from __future__ import annotations

import re

from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import (
    Check,
    Column,
    Domain,
    EnumType,
    Exclusion,
    ExclusionElement,
    Extension,
    ForeignKey,
    Partition,
    Partitioning,
    Policy,
    PrimaryKey,
    Routine,
    Schema,
    Table,
    Unique,
    View,
)
from database_specialist.agent.model.workload import Index, Indexes, IndexKey
from database_specialist.agent.verification.catalog import Catalog, ColumnFact, ConstraintFact, IndexFact, TableFact

_FOUND = "As found in the database."
_SHORT = (
    (r"^timestamp(\(\d\))? with time zone", r"timestamptz\1"),
    (r"^timestamp(\(\d\))? without time zone", r"timestamp\1"),
    (r"^time(\(\d\))? with time zone", r"timetz\1"),
    (r"^time(\(\d\))? without time zone", r"time\1"),
    (r"^character varying", "varchar"),
    (r"^character\b", "char"),
)
_METHODS = {"RANGE": "range", "LIST": "list", "HASH": "hash"}
_VALUE = re.compile(r"'((?:[^']|'')*)'")


def schema_from_catalog(
    catalog: Catalog, *, engine: Engine = "postgresql", engine_version: str | None = None
) -> tuple[Schema, Indexes]:
    """Return what a catalog holds as a Schema and an index plan; why anything is there is not known."""
    schema = Schema(
        engine=engine,
        engine_version=engine_version,
        extensions=tuple(Extension(name=name, why=_FOUND) for name in catalog.extensions),
        enums=tuple(EnumType(name=enum.name, values=enum.values) for enum in catalog.enums),
        domains=tuple(_domain(domain.name, domain.definition) for domain in catalog.domains),
        tables=tuple(_table(fact, catalog) for fact in _in_order(catalog)),
        routines=_routines(catalog),
        views=tuple(View(name=view.name, query=view.definition) for view in catalog.views),
        policies=tuple(_policy(fact.name, fact.table, fact.definition) for fact in catalog.policies),
    )
    planned = [index for index in catalog.indexes if not index.of_constraint and not index.unique]
    return schema, Indexes(planned=tuple(_index(index) for index in planned))


def _domain(name: str, definition: str) -> Domain:
    base, _, check = definition.partition(" CHECK ")
    return Domain(name=name, base=base, check=_unwrapped(_unwrapped(check)) or None)


def _in_order(catalog: Catalog) -> tuple[TableFact, ...]:
    """Return the tables, those referred to first; those of a cycle in the order of their names."""
    waiting = {table.name: table for table in catalog.tables}
    references = {
        name: {fact.ref_table for fact in catalog.constraints_of(name) if fact.ref_table != name} for name in waiting
    }
    ordered: list[TableFact] = []
    while waiting:
        ready = [name for name in waiting if not references[name] & waiting.keys()]
        for name in ready or [min(waiting)]:
            ordered.append(waiting.pop(name))
    return tuple(ordered)


def _table(fact: TableFact, catalog: Catalog) -> Table:
    constraints = catalog.constraints_of(fact.name)
    enums = {enum.name: enum.values for enum in catalog.enums}
    lists = {
        check.columns[0]: _values(check) for check in constraints if check.kind == "check" and len(check.columns) == 1
    }
    columns = tuple(
        _column(each, enums.get(each.type) or lists.get(each.name, ())) for each in catalog.columns_of(fact.name)
    )
    key = next((each for each in constraints if each.kind == "primary key"), None)
    return Table(
        name=fact.name,
        comment=fact.comment,
        columns=columns,
        primary_key=PrimaryKey(name=key.name, columns=key.columns) if key else None,
        uniques=_uniques(constraints, catalog.indexes_of(fact.name)),
        checks=tuple(_check(each, number) for number, each in enumerate(constraints) if each.kind == "check"),
        foreign_keys=tuple(_foreign_key(each, number) for number, each in enumerate(constraints) if each.ref_table),
        exclusions=tuple(_exclusion(each) for each in constraints if each.kind == "exclusion"),
        partitioning=_partitioning(fact, catalog),
    )


def _column(fact: ColumnFact, values: tuple[str, ...]) -> Column:
    return Column(
        name=fact.name,
        type=short_type(fact.type),
        nullable=fact.nullable,
        default=fact.default or None,
        identity=fact.identity,
        generated=fact.generated or None,
        comment=fact.comment,
        values=values,
    )


def short_type(name: str) -> str:
    """Return the short spelling of a PostgreSQL type.

    >>> short_type('timestamp without time zone'), short_type('character varying(20)[]')
    ('timestamp', 'varchar(20)[]')
    """
    for pattern, short in _SHORT:
        name = re.sub(pattern, short, name)
    return name


def _values(check: ConstraintFact) -> tuple[str, ...]:
    """Return the members of a check that lists them, as IN or as = ANY (ARRAY[...])."""
    if not re.search(r"= ANY \(|\bIN\s*\(", check.expression, re.IGNORECASE):
        return ()
    return tuple(found[1].replace("''", "'") for found in _VALUE.finditer(check.expression))


def _uniques(constraints: tuple[ConstraintFact, ...], indexes: tuple[IndexFact, ...]) -> tuple[Unique, ...]:
    found = [
        Unique(
            name=fact.name or f"{fact.table}_{'_'.join(fact.columns)}_key",
            columns=fact.columns,
            nulls_not_distinct="NULLS NOT DISTINCT" in fact.definition,
        )
        for fact in constraints
        if fact.kind == "unique"
    ]
    for index in indexes:
        if index.unique and not index.of_constraint:
            keys = tuple(key.removesuffix(" DESC") for key in index.keys)
            found.append(Unique(name=index.name, columns=keys, where=_unwrapped(index.where) or None))
    return tuple(found)


def _check(fact: ConstraintFact, number: int) -> Check:
    return Check(name=fact.name or f"{fact.table}_check_{number}", expression=_unwrapped(fact.expression))


def _unwrapped(expression: str) -> str:
    """Take away the parentheses around the whole of an expression."""
    if not (expression.startswith("(") and expression.endswith(")")):
        return expression
    depth = 0
    for place, character in enumerate(expression):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 and place < len(expression) - 1:
            return expression
    return expression[1:-1]


def _foreign_key(fact: ConstraintFact, number: int) -> ForeignKey:
    return ForeignKey(
        name=fact.name or f"{fact.table}_fkey_{number}",
        columns=fact.columns,
        ref_table=fact.ref_table,
        ref_columns=fact.ref_columns,
        on_delete=fact.on_delete,
        on_update=fact.on_update,
        deferrable=fact.deferrable,
    )


def _exclusion(fact: ConstraintFact) -> Exclusion:
    """Read EXCLUDE USING gist (room_id WITH =, period WITH &&)."""
    found = re.match(
        r"EXCLUDE USING (\w+) \((.*?)\)(?: WHERE \((.*)\))?(?: DEFERRABLE.*)?$", fact.definition, re.DOTALL
    )
    method, inside, where = found.groups() if found else ("gist", "", None)
    parts = re.findall(r"(.+?) WITH ([^\s,]+)(?:, |$)", inside)
    elements = tuple(ExclusionElement(expression=expression, operator=operator) for expression, operator in parts)
    return Exclusion(name=fact.name, method=method, elements=elements, where=where)


def _partitioning(fact: TableFact, catalog: Catalog) -> Partitioning | None:
    if not fact.partition_key:
        return None
    method, _, inside = fact.partition_key.partition(" ")
    parts = [each for each in catalog.partitions if each.table == fact.name]
    return Partitioning.load(
        {
            "method": _METHODS.get(method, "range"),
            "columns": [name.strip().strip('"') for name in inside.strip("()").split(",")],
            "partitions": [Partition(name=each.name, bounds=each.bounds).dump() for each in parts],
            "why": _FOUND,
        }
    )


def _routines(catalog: Catalog) -> tuple[Routine, ...]:
    functions = [
        Routine(name=fact.name, create=f"{fact.definition};", drop=f"DROP FUNCTION {fact.name};", why=_FOUND)
        for fact in catalog.functions
    ]
    triggers = [
        Routine(
            name=fact.name,
            table=fact.table,
            create=f"{fact.definition};",
            drop=f"DROP TRIGGER {fact.name} ON {fact.table};",
            why=_FOUND,
        )
        for fact in catalog.triggers
    ]
    return (*functions, *triggers)


def _policy(name: str, table: str, definition: str) -> Policy:
    # A part that the policy lacks leaves its keyword behind, with nothing after it.
    found = re.match(r"\w+ \S+(?: using\b ?(.*?))?(?: ?with check\b ?(.*))?$", definition, re.DOTALL)
    using, check = found.groups() if found else (definition, None)
    return Policy(name=name, table=table, using=using or "true", check=check or None)


def _index(fact: IndexFact) -> Index:
    classes = fact.operator_classes or ("",) * len(fact.keys)
    keys = tuple(
        IndexKey(
            expression=key.removesuffix(" DESC"),
            descending=key.endswith(" DESC"),
            operator_class=operator_class or None,
        )
        for key, operator_class in zip(fact.keys, classes, strict=True)
    )
    return Index(
        name=fact.name,
        table=fact.table,
        method=fact.method,
        keys=keys,
        include=fact.include,
        where=_unwrapped(fact.where) or None,
        serves=(),
        reason=_FOUND,
    )
