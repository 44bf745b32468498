"""What the workload does to the tables, read from the parsed queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from sqlglot import exp
from sqlglot.errors import SqlglotError

from database_specialist.agent.dialects.parsing import parsed
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Query, Workload
from database_specialist.agent.operations.figures import DAY_SECONDS, unique

Operation = Literal["select", "insert", "update", "delete"]
ColumnName = tuple[str, str]
"""Table and column."""


@dataclass(frozen=True)
class Access:
    """One query, and what it touches."""

    query: Query
    operations: tuple[tuple[str, Operation], ...]
    """Table and operation, in order of first appearance. Empty when the SQL cannot be parsed."""
    fixed: tuple[ColumnName, ...] = ()
    """Columns compared with a parameter or a constant by equality, joined columns followed; for an insert, those
    written."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it touches."""
        return unique(table for table, _ in self.operations)

    @property
    def written(self) -> tuple[str, ...]:
        """The tables it changes."""
        return unique(table for table, operation in self.operations if operation != "select")

    @property
    def per_second(self) -> float:
        """Mean executions a second."""
        return self.query.frequency.value / DAY_SECONDS

    def does(self, operation: Operation) -> tuple[str, ...]:
        """Return the tables that the query does this to."""
        return unique(table for table, found in self.operations if found == operation)


def accesses(workload: Workload, schema: Schema) -> tuple[Access, ...]:
    """Parse every query of the workload, in its order."""
    return tuple(_access(query, schema) for query in workload.queries)


def parse(sql: str, engine: Engine) -> exp.Expression | None:
    """Return the parsed statement, or None when sqlglot cannot read it: running it is the judge, not parsing."""
    try:
        return cast("exp.Expression", parsed(sql, engine))
    except (SqlglotError, RecursionError):
        return None


def _access(query: Query, schema: Schema) -> Access:
    tree = parse(query.sql, schema.engine)
    if tree is None:
        return Access(query, ())
    known = {table.name for table in schema.tables}
    operations = tuple(item for item in _operations(tree) if item[0] in known)
    return Access(query, tuple(dict.fromkeys(operations)), _fixed(tree, schema))


def _operations(tree: exp.Expression) -> Iterable[tuple[str, Operation]]:
    targets: set[int] = set()
    for node in tree.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge):
        target = node.this.find(exp.Table) if node.this is not None else None
        if target is not None:
            targets.add(id(target))
            yield target.name, _verb(node)
            if isinstance(node, exp.Insert) and node.args.get("conflict") is not None:
                yield target.name, "update"
    for table in tree.find_all(exp.Table):
        if id(table) not in targets:
            yield table.name, "select"


def _verb(node: exp.Expression) -> Operation:
    if isinstance(node, exp.Insert):
        return "insert"
    return "delete" if isinstance(node, exp.Delete) else "update"


def _fixed(tree: exp.Expression, schema: Schema) -> tuple[ColumnName, ...]:
    aliases = {table.alias_or_name: table.name for table in tree.find_all(exp.Table)}
    fixed: dict[ColumnName, None] = {}
    joined: list[tuple[ColumnName, ColumnName]] = []
    for equality in tree.find_all(exp.EQ):
        if isinstance(equality.parent, (exp.Update, exp.OnConflict)) or equality.find_ancestor(exp.Or):
            continue
        left, right = (_column(side, aliases, schema) for side in (equality.this, equality.expression))
        if left and right:
            joined.append((left, right))
        elif left or right:
            fixed[cast("ColumnName", left or right)] = None
    fixed.update(dict.fromkeys(_inserted(tree)))
    return _closed(fixed, joined)


def _column(node: exp.Expression, aliases: dict[str, str], schema: Schema) -> ColumnName | None:
    while isinstance(node, (exp.Cast, exp.Paren)):
        node = node.this
    if not isinstance(node, exp.Column):
        return None
    if node.table:
        return aliases.get(node.table, node.table), node.name
    for name in aliases.values():
        table = schema.table(name)
        if table is not None and table.column(node.name):
            return name, node.name
    return None


def _inserted(tree: exp.Expression) -> Iterable[ColumnName]:
    for insert in tree.find_all(exp.Insert):
        if isinstance(insert.this, exp.Schema):
            table = insert.this.this
            yield from ((table.name, column.name) for column in insert.this.expressions)


def _closed(fixed: dict[ColumnName, None], joined: list[tuple[ColumnName, ColumnName]]) -> tuple[ColumnName, ...]:
    """Follow joins: what equals a fixed column is fixed too."""
    grown = True
    while grown:
        grown = False
        for left, right in joined:
            if (left in fixed) != (right in fixed):
                fixed[left], fixed[right], grown = None, None, True
    return tuple(fixed)
