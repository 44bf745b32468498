"""What a statement says of itself: whether it writes, what it returns, and which of its names the schema lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from sqlglot import exp

from database_specialist.agent.designer.resolution import Resolver, common_table
from database_specialist.agent.model.relational import Schema, Table

Returns = Literal["one", "page", "list", "aggregate", "nothing"]
_WRITING = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


def kind_of(tree: exp.Expr) -> Literal["read", "write"]:
    """Return whether the statement changes rows, at any depth: a CTE may."""
    return "write" if tree.find(*_WRITING) else "read"


def returns_of(tree: exp.Expr, schema: Schema) -> Returns:
    """Return what comes back, as far as the statement's form tells."""
    if isinstance(tree, _WRITING):
        return "one" if tree.args.get("returning") else "nothing"
    if not isinstance(tree, exp.Select):
        return "list"
    if tree.args.get("group") or any(_is_aggregate(item) for item in tree.expressions):
        return "aggregate"
    limit = tree.args.get("limit")
    if limit is not None:
        return "one" if isinstance(limit, exp.Limit) and limit.expression.name == "1" else "page"
    return "one" if _finds_one(tree, schema) else "list"


def _is_aggregate(item: exp.Expr) -> bool:
    found = item.find(exp.AggFunc)
    return found is not None and found.find_ancestor(exp.Window, exp.Subquery) is None


def _finds_one(tree: exp.Select, schema: Schema) -> bool:
    """Say whether the WHERE fixes a whole key of the first table, and every join follows a key of the joined one."""
    clause = tree.args.get("from_")
    source = clause.this if isinstance(clause, exp.From) else None
    first = schema.table(source.name) if isinstance(source, exp.Table) else None
    if source is None or first is None or not _fixes_key(tree.args.get("where"), first, source.alias_or_name):
        return False
    for join in tree.args.get("joins") or ():
        joined = schema.table(join.this.name) if isinstance(join.this, exp.Table) else None
        if joined is None or not _fixes_key(join.args.get("on"), joined, join.this.alias_or_name):
            return False
    return True


def _fixes_key(condition: exp.Expr | None, table: Table, alias: str) -> bool:
    if condition is None or condition.find(exp.Or):
        return False
    fixed = {
        side.name
        for each in condition.find_all(exp.EQ)
        for side in (each.this, each.expression)
        if isinstance(side, exp.Column) and side.table in ("", alias)
    }
    keys = [table.primary_key.columns] if table.primary_key else []
    keys += [unique.columns for unique in table.uniques if unique.where is None]
    return any(set(key) <= fixed for key in keys)


def unknown_names(tree: exp.Expr, schema: Schema) -> Iterator[str]:
    """Yield the tables and columns that the statement names and the schema does not have."""
    for node in tree.find_all(exp.Table):
        # FOR UPDATE OF names what stands in FROM, by its alias.
        if not isinstance(node.parent, exp.Lock) and not _is_known_table(node, schema):
            yield f"table {node.name}"
    resolver = Resolver(schema)
    told: set[str] = set()
    for column in tree.find_all(exp.Column):
        if isinstance(column.this, exp.Star) or column.sql() in told:
            continue
        try:
            resolver.find(column)
        except KeyError:
            told.add(column.sql())
            yield f"column {column.sql()}"
    for insert in tree.find_all(exp.Insert):
        yield from _insert_names(insert, schema)


def _is_known_table(node: exp.Table, schema: Schema) -> bool:
    if not isinstance(node.this, exp.Identifier) or node.db in ("information_schema", "pg_catalog"):
        return True
    name = node.name.lower()
    views = {view.name for view in schema.views}
    parts = {each.name for table in schema.tables if table.partitioning for each in table.partitioning.partitions}
    made = any(re.search(rf"\b{re.escape(name)}\b", routine.create) for routine in schema.routines)
    return (
        schema.table(name) is not None
        or name in views | parts
        or made
        or common_table(node) is not None
        or name.startswith(("pg_", "sqlite_"))
    )


def _insert_names(insert: exp.Insert, schema: Schema) -> Iterator[str]:
    target = insert.this
    if not isinstance(target, exp.Schema) or not isinstance(target.this, exp.Table):
        return
    table = schema.table(target.this.name.lower())
    for each in target.expressions if table else ():
        if table is not None and table.column(each.name.lower()) is None:
            yield f"column {table.name}.{each.name}"


def misfilled(tree: exp.Expr, schema: Schema) -> Iterator[str]:
    """Say what an INSERT leaves out although it is required, or writes although the database makes it."""
    for insert in tree.find_all(exp.Insert):
        target = insert.this
        if not isinstance(target, exp.Schema) or not isinstance(target.this, exp.Table):
            continue
        table = schema.table(target.this.name.lower())
        if table is None:
            continue
        given = {each.name.lower() for each in target.expressions}
        yield from _wrong_columns(table, given, schema)


def _wrong_columns(table: Table, given: set[str], schema: Schema) -> Iterator[str]:
    for column in table.columns:
        is_made = column.generated is not None or (column.identity and schema.engine == "postgresql")
        if column.name in given and is_made:
            yield f"writes {table.name}.{column.name}, which the database makes"
        optional = column.nullable or column.default is not None or column.identity or column.generated is not None
        if column.name not in given and not optional and not _is_set_by_trigger(table.name, column.name, schema):
            yield f"leaves out {table.name}.{column.name}, which is required and has no default"


def _is_set_by_trigger(table: str, column: str, schema: Schema) -> bool:
    pattern = re.compile(rf"\bNEW\.{re.escape(column)}\s*:?=", re.IGNORECASE)
    return any(table in routine.create and pattern.search(routine.create) for routine in schema.routines)
