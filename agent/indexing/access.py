"""What a parsed query asks of each table: equalities, ranges, sort order, joins and fixed conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from database_specialist.agent.dialects.parsing import parsed
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Query

_DIALECTS: dict[Engine, str] = {"postgresql": "postgres", "sqlite": "sqlite", "mysql": "mysql", "mariadb": "mysql"}
# sqlglot recurses: a statement longer than this is not one that a person wrote.
_LONGEST = 20_000
_RANGES = (exp.GT, exp.GTE, exp.LT, exp.LTE)

Special = Literal["trigram", "prefix", "full_text", "contains", "overlap", "nearest"]


@dataclass(frozen=True)
class SpecialPredicate:
    """A condition that a plain b-tree does not serve."""

    kind: Special
    expression: str
    """The column, or the expression in SQL of the engine with bare column names."""
    column: str | None = None


@dataclass(frozen=True)
class SortKey:
    """One term of an ORDER BY."""

    expression: str
    descending: bool = False


@dataclass
class TableAccess:
    """What one query asks of one table at one place of the statement."""

    query: str
    table: str
    equal: list[str] = field(default_factory=list)
    """Columns or expressions in parentheses compared with a value for equality."""
    listed: list[str] = field(default_factory=list)
    """Compared with a list of values."""
    joined: list[str] = field(default_factory=list)
    """Compared with a column of another table of the same FROM."""
    ranged: list[str] = field(default_factory=list)
    constant: list[tuple[str, str]] = field(default_factory=list)
    """Column and the whole fixed condition: ("status", "status = 'pending'")."""
    special: list[SpecialPredicate] = field(default_factory=list)
    sort: list[SortKey] = field(default_factory=list)
    grouped: list[str] = field(default_factory=list)
    """Columns of the GROUP BY, where it is over this table alone."""
    selected: set[str] = field(default_factory=set)
    limited: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether the query finds its rows in this table by something other than a join."""
        return bool(self.equal or self.listed or self.ranged or self.constant or self.special)


def accesses(query: Query, schema: Schema) -> tuple[TableAccess, ...]:
    """Return what a query asks of each table; nothing when it cannot be read."""
    statement = parse(query.sql, schema)
    if statement is None:
        return ()
    found: list[TableAccess] = []
    for scope in traverse_scope(statement):
        found += _of_scope(query.id, scope, schema)
    return tuple(found)


def parse(sql: str, schema: Schema) -> exp.Expr | None:
    """Read a statement as a SELECT whose columns carry their tables; None when sqlglot cannot.

    The rows that an UPDATE or a DELETE looks for are those of a SELECT with its WHERE.
    """
    if len(sql) > _LONGEST:
        return None
    dialect = _DIALECTS[schema.engine]
    try:
        statement = _as_select(parsed(sql, schema.engine).copy())
        if statement is None or _is_qualified(statement):
            return statement
        return qualify(
            statement,
            dialect=dialect,
            schema=_columns(schema, {table.name for table in statement.find_all(exp.Table)}),
            expand_stars=False,
            quote_identifiers=False,
            validate_qualify_columns=False,
            expand_alias_refs=False,
        )
    except (SqlglotError, RecursionError, ValueError):
        return None


def _is_qualified(statement: exp.Expr) -> bool:
    """Whether each column says its table already, or there is only one to say: most of the time goes into the rest."""
    tables = list(statement.find_all(exp.Table))
    bare = [column for column in statement.find_all(exp.Column) if not column.table]
    if bare and len(tables) == 1 and len(list(statement.find_all(exp.Query))) == 1:
        for column in bare:
            column.set("table", exp.to_identifier(tables[0].alias_or_name))
        return True
    return not bare


def _columns(schema: Schema, names: set[str]) -> dict[str, object]:
    """Return the columns of the tables named: of hundreds of tables a statement uses few."""
    tables = (table for table in schema.tables if table.name in names)
    return {table.name: {column.name: "text" for column in table.columns} for table in tables}


def _as_select(statement: exp.Expr) -> exp.Expr | None:
    if isinstance(statement, exp.Query):
        return statement
    if isinstance(statement, (exp.Update, exp.Delete)):
        select = exp.select("1").from_(statement.this.copy())
        where = statement.args.get("where")
        if where is not None:
            select = select.where(where.this.copy())
        for clause in ("order", "limit"):
            if (part := statement.args.get(clause)) is not None:
                select.set(clause, part.copy())
        return select
    if isinstance(statement, exp.Insert) and isinstance(statement.expression, exp.Query):
        return statement.expression
    return None


def _of_scope(query: str, scope: Scope, schema: Schema) -> list[TableAccess]:
    tables: dict[str, TableAccess] = {}
    for alias, source in scope.sources.items():
        if isinstance(source, exp.Table) and (table := schema.table(source.name)):
            tables[alias] = TableAccess(query, table.name)
    select = scope.expression
    if not isinstance(select, exp.Select) or not tables:
        return []
    reader = _Reader(tables, schema)
    for condition in _conditions(select):
        reader.read(condition)
    reader.read_order(select)
    reader.read_groups(select)
    for column in scope.columns:
        if column.table in tables:
            tables[column.table].selected.add(column.name)
    for access in tables.values():
        access.limited = select.args.get("limit") is not None
    return list(tables.values())


def _conditions(select: exp.Select) -> Iterator[exp.Expr]:
    roots = [join.args["on"] for join in select.args.get("joins") or () if join.args.get("on") is not None]
    if where := select.args.get("where"):
        roots.append(where.this)
    for root in roots:
        whole = root.unnest()
        yield from (part.unnest() for part in whole.flatten()) if isinstance(whole, exp.And) else (whole,)


@dataclass
class _Reader:
    """Sorts the conditions of one SELECT by table and kind."""

    tables: dict[str, TableAccess]
    schema: Schema

    def read(self, condition: exp.Expr) -> None:
        """Note one condition that every row must meet."""
        for kind, reader in _READERS:
            if isinstance(condition, kind):
                reader(self, condition)
                return

    def read_order(self, select: exp.Select) -> None:
        """Note the sort order when it is over one table."""
        order = select.args.get("order")
        terms = order.expressions if order is not None else ()
        keys: list[tuple[str, SortKey]] = []
        for term in terms:
            owner = self._owner(term.this)
            if owner is None:
                return
            keys.append((owner, SortKey(self._bare(term.this), bool(term.args.get("desc")))))
        if keys and len({owner for owner, _ in keys}) == 1:
            self.tables[keys[0][0]].sort.extend(key for _, key in keys)

    def read_groups(self, select: exp.Select) -> None:
        """Note the columns that rows are grouped by when they are of one table."""
        group = select.args.get("group")
        terms = group.expressions if group is not None else ()
        owners = {self._owner(term) for term in terms}
        if len(owners) == 1 and (owner := owners.pop()) is not None:
            self.tables[owner].grouped.extend(self._bare(term) for term in terms)

    def equality(self, condition: exp.Expr) -> None:
        left, right = condition.this.unnest(), condition.expression.unnest()
        for here, there in ((left, right), (right, left)):
            owner = self._owner(here)
            if owner is None:
                continue
            access = self.tables[owner]
            if isinstance(there, exp.Column) and there.table in self.tables:
                if there.table != owner:
                    access.joined.append(self._bare(here))
            elif isinstance(here, exp.Column) and isinstance(there, (exp.Literal, exp.Boolean)):
                access.constant.append((here.name, self._bare(condition)))
            elif not any(column.table in self.tables for column in there.find_all(exp.Column)):
                access.equal.append(self._bare(here))

    def range(self, condition: exp.Expr) -> None:
        left, right = condition.this.unnest(), condition.args.get("expression")
        sides = [left] if right is None else [left, right.unnest()]
        if len(sides) == 2 and all(isinstance(side, exp.Column) for side in sides):
            # Two columns of one row: an index cannot find such rows by a value, only hold no others.
            if sides[0].table == sides[1].table and sides[0].table in self.tables:
                self.tables[sides[0].table].constant.append((sides[0].name, self._bare(condition)))
            return
        for side in sides:
            for part in side.expressions[:1] if isinstance(side, exp.Tuple) else (side,):
                if (owner := self._owner(part)) is not None:
                    self.tables[owner].ranged.append(self._bare(part))

    def membership(self, condition: exp.Expr) -> None:
        owner = self._owner(condition.this)
        if owner is None:
            return
        access, values = self.tables[owner], condition.expressions
        is_fixed = bool(values) and all(isinstance(value, exp.Literal) for value in values)
        if is_fixed and isinstance(condition.this, exp.Column):
            access.constant.append((condition.this.name, self._bare(condition)))
        elif isinstance(condition.this, exp.Column):
            access.listed.append(self._bare(condition.this))

    def null_test(self, condition: exp.Expr) -> None:
        inner = condition.this if isinstance(condition, exp.Is) else condition.this.unnest()
        if isinstance(inner, exp.Is):
            inner = inner.this
        owner = self._owner(inner)
        if owner is not None and isinstance(inner, exp.Column):
            self.tables[owner].constant.append((inner.name, self._bare(condition)))

    def pattern(self, condition: exp.Expr) -> None:
        owner = self._owner(condition.this)
        if owner is None:
            return
        asked = condition.expression.sql()
        is_open = isinstance(condition, exp.ILike) or asked.lstrip("(").startswith("'%")
        kind: Special = "trigram" if is_open else "prefix"
        column = condition.this.name if isinstance(condition.this, exp.Column) else None
        self.tables[owner].special.append(SpecialPredicate(kind, self._bare(condition.this), column))

    def full_text(self, condition: exp.Expr) -> None:
        for part in condition.expressions:
            if (owner := self._owner(part)) is not None:
                column = part.name if isinstance(part, exp.Column) else None
                self.tables[owner].special.append(SpecialPredicate("full_text", self._bare(part), column))

    def containment(self, condition: exp.Expr) -> None:
        for part in (condition.this, condition.args.get("expression")):
            if part is None or (owner := self._owner(part)) is None:
                continue
            kind: Special = "overlap" if self._is_range(owner, part) else "contains"
            column = part.name if isinstance(part, exp.Column) else None
            self.tables[owner].special.append(SpecialPredicate(kind, self._bare(part), column))
            return

    def bare_boolean(self, condition: exp.Expr) -> None:
        owner = self._owner(condition)
        if owner is not None and isinstance(condition, exp.Column):
            self.tables[owner].constant.append((condition.name, self._bare(condition)))

    def _is_range(self, owner: str, part: exp.Expr) -> bool:
        table = self.schema.table(self.tables[owner].table)
        if isinstance(part, exp.Column):
            column = table.column(part.name) if table else None
            return column is not None and "range" in column.type
        return "range" in part.sql().lower()

    def _owner(self, part: exp.Expr | None) -> str | None:
        """Return the one table whose columns the expression uses; None for values and for mixtures."""
        if part is None or part.find(exp.Query) is not None:
            return None
        owners = {column.table for column in part.find_all(exp.Column)}
        return next(iter(owners)) if len(owners) == 1 and owners <= set(self.tables) else None

    def _bare(self, part: exp.Expr) -> str:
        """Return the SQL with bare column names; in parentheses when it is more than a column."""
        bare = part.copy()
        for column in bare.find_all(exp.Column):
            column.set("table", None)
        if isinstance(bare, exp.Column):
            return bare.name
        text = bare.sql(dialect=_DIALECTS[self.schema.engine], normalize_functions="lower")
        return text if isinstance(part, (exp.Predicate, exp.Not, exp.Boolean)) else f"({text})"


_READERS = (
    (exp.EQ, _Reader.equality),
    (_RANGES, _Reader.range),
    (exp.Between, _Reader.range),
    (exp.In, _Reader.membership),
    ((exp.Is, exp.Not), _Reader.null_test),
    ((exp.ILike, exp.Like), _Reader.pattern),
    (exp.MatchAgainst, _Reader.full_text),
    ((exp.ArrayOverlaps, exp.ArrayContainsAll, exp.ArrayContainedBy, exp.JSONBContains), _Reader.containment),
    (exp.Column, _Reader.bare_boolean),
)
