"""Whose values an expression of a query has: columns followed through aliases, CTEs and subqueries to their tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from database_specialist.agent.dialects.parsing import DIALECTS
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column, Schema, Table

MOMENTS = ("timestamptz", "timestamp", "timestamp with time zone", "timestamp without time zone", "datetime", "date")
TYPES: Mapping[Engine, Mapping[str, str]] = {
    "postgresql": {
        "whole": "bigint",
        "number": "numeric",
        "float": "double precision",
        "text": "text",
        "truth": "boolean",
        "moment": "timestamptz",
        "day": "date",
        "span": "interval",
        "json": "jsonb",
    },
    "sqlite": {
        "whole": "INTEGER",
        "number": "REAL",
        "float": "REAL",
        "text": "TEXT",
        "truth": "INTEGER",
        "moment": "TEXT",
        "day": "TEXT",
        "span": "TEXT",
        "json": "TEXT",
    },
    "mysql": {
        "whole": "bigint",
        "number": "decimal(18,4)",
        "float": "double",
        "text": "varchar(255)",
        "truth": "boolean",
        "moment": "datetime(6)",
        "day": "date",
        "span": "bigint",
        "json": "json",
    },
}
_ENCLOSING = (exp.Select, exp.SetOperation, exp.Update, exp.Delete, exp.Insert, exp.Merge)
_PASSING = (exp.Paren, exp.Lower, exp.Upper, exp.Trim, exp.Max, exp.Min, exp.Distinct, exp.Neg, exp.Abs, exp.Any)
_FIRST_TYPED = (exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Case, exp.If, exp.Filter, exp.Alias)
_RESULTS: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], str], ...] = (
    ((exp.Count, exp.Length, exp.RowNumber, exp.Rank, exp.DenseRank), "whole"),
    ((exp.Sum, exp.Avg, exp.Extract, exp.Round), "number"),
    ((exp.CurrentTimestamp, exp.TimestampTrunc, exp.DateAdd, exp.DateSub, exp.AtTimeZone), "moment"),
    ((exp.CurrentDate, exp.TsOrDsToDate, exp.Date), "day"),
    ((exp.Interval, exp.MakeInterval), "span"),
    ((exp.JSONExtractScalar, exp.Concat, exp.DPipe, exp.Substring, exp.Replace, exp.TimeToStr), "text"),
    ((exp.JSONExtract, exp.JSONBExtract, exp.ParseJSON, exp.JSONObject), "json"),
    ((exp.Boolean, exp.Predicate, exp.Exists), "truth"),
)
_NAMED_RESULTS = {
    "now": "moment",
    "clock_timestamp": "moment",
    "current_timestamp": "moment",
    "localtimestamp": "moment",
    "utc_timestamp": "moment",
    "datetime": "moment",
    "date": "day",
    "curdate": "day",
    "current_date": "day",
    "utc_date": "day",
    "similarity": "float",
    "word_similarity": "float",
    "ts_rank": "float",
    "ts_rank_cd": "float",
    "ts_headline": "text",
    "to_char": "text",
    "strftime": "text",
    "unixepoch": "whole",
    "julianday": "float",
    "jsonb_build_object": "json",
    "to_jsonb": "json",
    "age": "span",
    "char_length": "whole",
    "octet_length": "whole",
    "cardinality": "whole",
    "array_length": "whole",
}


@dataclass(frozen=True)
class Slot:
    """The type of a value, and the column whose values it shares."""

    type: str
    source: str | None = None
    is_weak: bool = False
    """Whether a better one may be found elsewhere: a literal says little about its column's type."""


@dataclass(frozen=True)
class Relation:
    """What stands behind an alias: a table, named expressions, or something whose columns are not known."""

    table: Table | None = None
    projected: Mapping[str, exp.Expr] | None = None

    @property
    def is_opaque(self) -> bool:
        """Whether any column may be in it."""
        return self.table is None and self.projected is None


OPAQUE = Relation()


@dataclass
class Resolver:
    """Reads one statement over a schema. Trees are searched upwards, so that correlated columns are found too."""

    schema: Schema
    _open: set[int] = field(default_factory=set)

    @property
    def names(self) -> Mapping[str, str]:
        """How the engine calls the kinds of value that no column stands behind."""
        return TYPES.get(self.schema.engine, TYPES["mysql"])

    def kind(self, name: str, *, is_weak: bool = False) -> Slot:
        """Return the slot of a kind of value that no column stands behind."""
        return Slot(self.names[name], is_weak=is_weak)

    def slot(self, node: exp.Expr | None) -> Slot | None:
        """Return the type and source of an expression; None where that is not certain."""
        if node is None or id(node) in self._open or len(self._open) > 60:
            return None
        self._open.add(id(node))
        try:
            return self._slot(node)
        finally:
            self._open.discard(id(node))

    def _slot(self, node: exp.Expr) -> Slot | None:
        if isinstance(node, exp.Column):
            return self.column(node)
        if isinstance(node, exp.Cast):
            return self._cast(node)
        if isinstance(node, exp.Literal):
            whole = "number" if "." in node.name else "whole"
            return self.kind("text" if node.is_string else whole, is_weak=True)
        if isinstance(node, _PASSING):
            return self.slot(node.this)
        if isinstance(node, exp.Query):
            return next((slot for name, each in projections(node) if (slot := self.slot(each))), None)
        if isinstance(node, (*_FIRST_TYPED, exp.Window)):
            return self._first(node)
        if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)):
            return self._arithmetic(node)
        if isinstance(node, exp.Array):
            slot = next((slot for each in node.expressions if (slot := self.slot(each))), None)
            return Slot(f"{slot.type}[]", is_weak=slot.is_weak) if slot else None
        return self._result(node)

    def _result(self, node: exp.Expr) -> Slot | None:
        if isinstance(node, exp.Anonymous):
            name = node.name.lower()
            if name.endswith("range"):
                return Slot(name)
            return self.kind(_NAMED_RESULTS[name]) if name in _NAMED_RESULTS else None
        return next((self.kind(name) for kinds, name in _RESULTS if isinstance(node, kinds)), None)

    def _cast(self, node: exp.Cast) -> Slot:
        wanted = node.to.sql(dialect=DIALECTS[self.schema.engine]).lower()
        inner = self.slot(node.this)
        same = inner is not None and inner.type.split("(")[0].lower() == wanted.split("(")[0]
        return Slot(wanted, inner.source if inner and same else None)

    def _first(self, node: exp.Expr) -> Slot | None:
        inner = list(branches(node))
        found = [slot for each in inner if (slot := self.slot(each))]
        return next((slot for slot in found if not slot.is_weak), found[0] if found else None)

    def _arithmetic(self, node: exp.Binary) -> Slot | None:
        left, right = self.slot(node.this), self.slot(node.expression)
        moments = [slot for slot in (left, right) if slot and slot.type.split("(")[0] in MOMENTS]
        if len(moments) == 2:
            return self.kind("span")
        strong = [slot for slot in (*moments, left, right) if slot and not slot.is_weak]
        known = strong or [slot for slot in (left, right) if slot]
        # A computed value belongs to no column, though it has the column's type.
        return Slot(known[0].type, is_weak=not strong) if known else None

    def column(self, node: exp.Column) -> Slot | None:
        """Return the slot of a column reference; None for one that the statement cannot have."""
        try:
            found = self.find(node)
        except KeyError:
            return None
        if isinstance(found, tuple):
            table, column = found
            return Slot(column.type, f"{table.name}.{column.name}")
        return self.slot(found) if found is not None else None

    def find(self, node: exp.Column) -> tuple[Table, Column] | exp.Expr | None:
        """Return the column, or the expression behind a derived one; None when it is not known.

        Raises:
            KeyError: the statement can have no such column.
        """
        name = node.name.lower()
        scope = node.find_ancestor(*_ENCLOSING)
        while scope is not None:
            relations = self.relations(scope)
            if node.table:
                relation = relations.get(node.table.lower())
                if relation is not None:
                    return _member(relation, name, node)
            else:
                if (found := _among(relations, name)) is not None:
                    return found
                aliased = _alias(scope, name)
                if aliased is not None and not _is_inside(node, aliased):
                    return aliased
                if name in relations or any(relation.is_opaque for relation in relations.values()):
                    return None
            scope = scope.find_ancestor(*_ENCLOSING)
        raise KeyError(node.sql())

    def relations(self, scope: exp.Expr) -> dict[str, Relation]:
        """Return what a SELECT or a writing statement reads from, by alias."""
        found: dict[str, Relation] = {}
        for node in _from_items(scope):
            alias = node.alias_or_name.lower()
            found[alias] = self._relation(node)
        if isinstance(scope, exp.Insert) and scope.args.get("conflict"):
            found["excluded"] = next(iter(found.values()), OPAQUE)
        return found

    def _relation(self, node: exp.Expr) -> Relation:
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            common = common_table(node)
            if common is not None:
                return _derived(common.this, common.args.get("alias"))
            table = self.schema.table(node.name.lower())
            return Relation(table=table) if table else OPAQUE
        if isinstance(node, (exp.Subquery, exp.Lateral)) and isinstance(node.this, (exp.Query, exp.Subquery)):
            inner = node.this.unnest() if isinstance(node.this, exp.Subquery) else node.this
            return _derived(inner, node.args.get("alias"))
        if isinstance(node, exp.Values):
            return _derived(node, node.args.get("alias"))
        return OPAQUE


def branches(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the expressions of which the node has one as its value."""
    if isinstance(node, exp.Case):
        yield from (each.args["true"] for each in node.args.get("ifs") or ())
        yield from filter(None, (node.args.get("default"),))
    elif isinstance(node, exp.If):
        yield from filter(None, (node.args.get("true"), node.args.get("false")))
    else:
        yield from filter(None, (node.this, node.args.get("expression"), *node.expressions))


def projections(node: exp.Expr) -> list[tuple[str, exp.Expr]]:
    """Return the columns that a query or a RETURNING clause gives, with the names it gives them."""
    if isinstance(node, exp.Subquery):
        return projections(node.this)
    if isinstance(node, exp.SetOperation):
        return projections(node.this)
    if isinstance(node, exp.Values):
        row = node.expressions[0]
        items = row.expressions if isinstance(row, exp.Tuple) else [row]
        return [(f"column{place}", item) for place, item in enumerate(items, 1)]
    if isinstance(node, exp.Select):
        return [(item.alias_or_name.lower(), item) for item in node.expressions]
    returning = node.args.get("returning")
    return [(item.alias_or_name.lower(), item) for item in returning.expressions] if returning else []


def common_table(node: exp.Table) -> exp.CTE | None:
    """Return the common table expression that a name means, or None."""
    scope: exp.Expr | None = node
    while scope is not None:
        clause = scope.args.get("with_")
        for each in clause.expressions if clause else ():
            if each.alias.lower() == node.name.lower() and not node.db:
                return each if isinstance(each, exp.CTE) else None
        scope = scope.parent
    return None


def _derived(query: exp.Expr, alias: exp.Expr | None) -> Relation:
    given = projections(query)
    if not given or any(item.is_star for _, item in given):
        return OPAQUE
    renamed = [each.name.lower() for each in (alias.args.get("columns") or ())] if alias else []
    names = [*renamed, *(name for name, _ in given[len(renamed) :])]
    return Relation(projected={name: item for name, (_, item) in zip(names, given, strict=False)})


def _from_items(scope: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(scope, (exp.Update, exp.Delete, exp.Merge, exp.Insert)):
        target = scope.this
        yield from filter(None, (target.this if isinstance(target, exp.Schema) else target,))
    using = scope.args.get("using")
    yield from using if isinstance(using, list) else filter(None, (using,))
    clause = scope.args.get("from_")
    if isinstance(clause, exp.From):
        yield clause.this
        yield from _joined(clause.this)
    yield from _joined(scope)
    yield from scope.args.get("laterals") or ()


def _joined(node: exp.Expr) -> Iterator[exp.Expr]:
    for join in node.args.get("joins") or ():
        yield join.this
        yield from _joined(join.this)


def _member(relation: Relation, name: str, node: exp.Column) -> tuple[Table, Column] | exp.Expr | None:
    if relation.table is not None:
        column = relation.table.column(name)
        if column is None and not _is_hidden(name):
            raise KeyError(node.sql())
        return (relation.table, column) if column else None
    if relation.projected is None:
        return None
    if name not in relation.projected and name != "*":
        raise KeyError(node.sql())
    return relation.projected.get(name)


def _among(relations: Mapping[str, Relation], name: str) -> tuple[Table, Column] | exp.Expr | None:
    for alias, relation in relations.items():
        if alias == "excluded":
            continue
        if relation.table is not None and (column := relation.table.column(name)) is not None:
            return relation.table, column
        if relation.projected is not None and name in relation.projected:
            return relation.projected[name]
    return None


def _alias(scope: exp.Expr, name: str) -> exp.Expr | None:
    if isinstance(scope, exp.SetOperation):
        return dict(projections(scope)).get(name)
    if not isinstance(scope, exp.Select):
        return None
    return next(
        (item for item in scope.expressions if isinstance(item, exp.Alias) and item.alias.lower() == name), None
    )


def _is_inside(node: exp.Expr, outer: exp.Expr) -> bool:
    step: exp.Expr | None = node
    while step is not None:
        if step is outer:
            return True
        step = step.parent
    return False


def _is_hidden(name: str) -> bool:
    """Say whether every table of some engine has the column without declaring it."""
    return name in ("*", "ctid", "xmin", "tableoid", "rowid", "oid")
