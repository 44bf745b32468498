"""Queries read with sqlglot: what they read, and which columns they test. The engine decides what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.model.workload import Query, Workload
from database_specialist.agent.rules.walk import tables_by_name

_DIALECTS = {"postgresql": "postgres", "sqlite": "sqlite", "mysql": "mysql", "mariadb": "mysql"}

# sqlglot recurses with the nesting of its input: what no person would write is left to the engine.
_MAX_CHARACTERS = 20_000
_MAX_NESTING = 60

# What the parser raises on text that is no SQL, beside its own errors: AttributeError on "select ` { : }".
_UNREADABLE = (SqlglotError, RecursionError, AttributeError, IndexError, KeyError, TypeError, ValueError)


class Predicate(NamedTuple):
    """A condition on one column that holds for every row of the answer."""

    table: Table
    column: str
    kind: Literal["equality", "range"]


@lru_cache(maxsize=4096)
def parsed(sql: str, engine: Engine) -> exp.Expr | None:
    """Return the statement's tree, or None when sqlglot cannot read it in bounds."""
    depth = accumulate((character == "(") - (character == ")") for character in sql)
    if len(sql) > _MAX_CHARACTERS or max(depth, default=0) > _MAX_NESTING:
        return None
    try:
        return sqlglot.parse_one(sql, read=_DIALECTS[engine])
    except _UNREADABLE:
        return None


def statements(schema: Schema, workload: Workload) -> Iterator[tuple[Query, exp.Expr]]:
    """Yield each query that can be read, with its tree."""
    for query in workload.queries:
        tree = parsed(query.sql, schema.engine)
        if tree is not None:
            yield query, tree


def sources(tree: exp.Expr, schema: Schema) -> dict[str, Table]:
    """Return the tables that a statement names, by alias; an alias used for two tables is left out."""
    tables = tables_by_name(schema)
    found: dict[str, Table] = {}
    ambiguous: set[str] = set()
    for node in tree.find_all(exp.Table):
        table = tables.get(node.name)
        if table is None:
            continue
        alias = node.alias_or_name
        if found.get(alias, table) != table:
            ambiguous.add(alias)
        found[alias] = table
    return {alias: table for alias, table in found.items() if alias not in ambiguous}


def table_of(column: exp.Column, named: dict[str, Table]) -> Table | None:
    """Return the table that a column of a query belongs to; None when that is not certain."""
    if column.table:
        table = named.get(column.table)
        return table if table and table.column(column.name) else None
    owners = {table.name: table for table in named.values() if table.column(column.name)}
    return next(iter(owners.values())) if len(owners) == 1 else None


def predicates(tree: exp.Expr, schema: Schema) -> tuple[Predicate, ...]:
    """Return the conditions that compare one column with something that is no column, under no OR and no NOT."""
    named = sources(tree, schema)
    found: dict[Predicate, None] = {}
    for node in conditions(tree):
        column = _compared_column(node)
        table = table_of(column, named) if column is not None else None
        if column is None or table is None or node.find_ancestor(exp.Or, exp.Not):
            continue
        kind: Literal["equality", "range"] = "equality" if isinstance(node, (exp.EQ, exp.In, exp.Is)) else "range"
        found[Predicate(table, column.name, kind)] = None
    return tuple(found)


def conditions(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the comparisons of WHERE and ON clauses, not the assignments of SET."""
    for node in tree.find_all(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Is, exp.Between):
        if node.find_ancestor(exp.Where, exp.Join):
            yield node


def other_side(node: exp.Expr, side: exp.Expr) -> exp.Expr | None:
    """Return what `side` is compared with."""
    return node.args.get("expression") if node.this is side else node.this


def is_select_star(tree: exp.Expr) -> bool:
    """Say whether any SELECT of the statement asks for all columns; count(*) does not."""
    return any(item.is_star for select in tree.find_all(exp.Select) for item in select.expressions)


def _compared_column(node: exp.Expr) -> exp.Column | None:
    sides = [node.this] if isinstance(node, (exp.In, exp.Between)) else [node.this, node.args.get("expression")]
    for side in sides:
        if isinstance(side, exp.Column):
            rest = [value for key, value in node.args.items() if value is not side and key != "this"]
            other = node.this if side is not node.this else rest
            if not _has_column(other):
                return side
    return None


def _has_column(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_has_column(item) for item in value)
    # A subquery's own columns do not make the condition a join.
    return (
        isinstance(value, exp.Expr)
        and not isinstance(value, (exp.Query, exp.Subquery))
        and bool(value.find(exp.Column))
    )
