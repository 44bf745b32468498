"""What each `:name` of a query takes: read from the place where it stands, so that nobody has to declare it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from database_specialist.agent.designer.parameter_examples import example_of
from database_specialist.agent.designer.resolution import MOMENTS, Resolver, Slot, branches, projections
from database_specialist.agent.dialects.parsing import DIALECTS
from database_specialist.agent.model.base import Scalar
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Parameter

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_PATTERNS = (exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike, exp.RegexpILike, exp.Glob)
_TRUTHS = (exp.And, exp.Or, exp.Not, exp.Where, exp.Having, exp.Join, exp.Filter, exp.Xor)
_PASSED = (exp.Paren, exp.Lower, exp.Upper, exp.Trim, exp.Neg, exp.Abs, exp.Alias, exp.Round, exp.Distinct)
_ALTERNATIVES = (exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least)
_JOINED_TEXT = (exp.DPipe, exp.Concat, exp.ConcatWs)
_SETS = (exp.ArrayContainsAll, exp.ArrayContainedBy, exp.ArrayOverlaps)
_RANGE_ELEMENTS = {
    "tstzrange": "timestamptz",
    "tsrange": "timestamp",
    "daterange": "date",
    "int4range": "integer",
    "int8range": "bigint",
    "numrange": "numeric",
}
_SEARCHES = ("to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery")
_PAGE = 20


@dataclass(frozen=True)
class Place(Slot):
    """What one place of a statement takes: a slot, and a value that runs where no column has one."""

    example: Scalar = None
    is_cast: bool = False


@dataclass(frozen=True)
class Inferred:
    """The parameters of a statement in order of their first place, and the names of those that nothing tells."""

    parameters: tuple[Parameter, ...]
    unknown: tuple[str, ...]


def inferred(tree: exp.Expr, schema: Schema) -> Inferred:
    """Return what the parameters of a statement take, as far as their places tell."""
    reader = _Reader(Resolver(schema))
    places: dict[str, list[Place]] = {}
    for node in tree.find_all(exp.Placeholder, bfs=False):
        name = str(node.this or "")
        found = places.setdefault(name, [])
        if name and (place := reader.place(node)) is not None:
            found.append(place)
    known = {name: _best(found) for name, found in places.items() if found}
    # A parameter that is compared only with another one takes what the other takes.
    for node in tree.find_all(exp.Placeholder, bfs=False):
        twin = _twin(node)
        if str(node.this) not in known and twin in known:
            known[str(node.this)] = known[twin]
    parameters = tuple(_parameter(name, known[name], schema) for name in places if name in known)
    return Inferred(parameters, tuple(name for name in places if name and name not in known))


def _twin(node: exp.Placeholder) -> str:
    parent = node.parent
    sides = (parent.this, parent.expression) if isinstance(parent, _COMPARISONS) else ()
    return next((str(side.this) for side in sides if isinstance(side, exp.Placeholder) and side is not node), "")


def _best(found: Iterable[Place]) -> Place:
    """Return the surest place; a source of the same type is taken from any of them."""
    ranked = sorted(found, key=lambda place: (place.is_weak, not place.is_cast, place.source is None))
    best = ranked[0]
    source = next((each.source for each in ranked if each.source and _base(each.type) == _base(best.type)), None)
    example = next((each.example for each in ranked if each.example is not None), None)
    return Place(best.type, source, example=example)


def _base(sql_type: str) -> str:
    return re.sub(r"\(.*", "", sql_type.lower()).strip()


def _parameter(name: str, place: Place, schema: Schema) -> Parameter:
    if place.source is not None:
        return Parameter(name=name, type=place.type, source=place.source)
    example = place.example if place.example is not None else example_of(name, place.type, schema.engine)
    return Parameter(name=name, type=place.type, example=example)


@dataclass
class _Reader:
    """Reads a placeholder's surroundings outwards, until something says what it takes."""

    resolver: Resolver
    _handlers: tuple[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr, exp.Expr], Place | None]], ...] = field(
        init=False
    )

    def __post_init__(self) -> None:
        self._handlers = (
            ((exp.Cast,), self._cast),
            (_PASSED, self._through),
            (_COMPARISONS, self._comparison),
            ((exp.Tuple,), self._tuple),
            ((exp.In,), self._membership),
            ((exp.Between,), self._between),
            ((exp.Any, exp.All), self._any),
            ((exp.Limit, exp.Fetch), self._limit),
            ((exp.Offset,), self._offset),
            (_PATTERNS, self._pattern),
            (_JOINED_TEXT, self._joined_text),
            ((exp.MatchAgainst, exp.Match), self._match),
            (_ALTERNATIVES, self._alternative),
            ((exp.Case, exp.If), self._branch),
            (_SETS, self._set),
            ((exp.Array,), self._element),
            ((exp.JSONBContains,), self._json_contains),
            ((exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBContainsTopKey), self._json_key),
            ((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod), self._arithmetic),
            ((exp.Interval, exp.DateAdd, exp.DateSub, exp.MakeInterval, exp.Kwarg, exp.PropertyEQ), self._amount),
            ((exp.TimestampTrunc, exp.DateTrunc), self._truncated),
            ((exp.Extract, exp.AtTimeZone), self._moment),
            ((exp.Unnest,), self._unnested),
            ((exp.Insert, exp.Select), self._projected),
            (_TRUTHS, self._truth),
            ((exp.Anonymous, exp.Func), self._argument),
        )

    def place(self, node: exp.Expr) -> Place | None:
        """Return what stands to be put in the place of this node; None when its surroundings do not tell."""
        parent = node.parent
        if parent is None:
            return None
        handler = next((each for kinds, each in self._handlers if isinstance(parent, kinds)), None)
        return handler(node, parent) if handler else None

    def _of(self, other: exp.Expr | None) -> Place | None:
        slot = self.resolver.slot(other)
        return Place(slot.type, slot.source, slot.is_weak) if slot else None

    def _kind(self, name: str, example: Scalar = None, *, is_weak: bool = False) -> Place:
        return Place(self.resolver.names[name], None, is_weak, example)

    def _cast(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        wanted = parent.args["to"].sql(dialect=DIALECTS[self.resolver.schema.engine]).lower()
        around = self.place(parent)
        same = around is not None and _base(around.type) == _base(wanted)
        return Place(wanted, around.source if around and same else None, is_cast=True)

    def _through(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self.place(parent)

    def _comparison(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        other = parent.expression if parent.this is node else parent.this
        if isinstance(other.unnest(), (exp.Any, exp.All)):
            element = self._of(other.unnest().this)
            return Place(element.type.removesuffix("[]"), is_weak=element.is_weak) if element else None
        return self._of(other.unnest())

    def _tuple(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        index, outer = _index(node, parent), parent.parent
        if isinstance(outer, exp.Values):
            return self._row(outer, index)
        if isinstance(outer, exp.In):
            row = outer.this if outer.this is not parent else next(iter(outer.expressions), None)
            return self._of(row.expressions[index]) if isinstance(row, exp.Tuple) else None
        if isinstance(outer, exp.Insert):
            return self._of_list(outer, index)
        if isinstance(outer, _COMPARISONS):
            other = outer.expression if outer.this is parent else outer.this
            items = other.expressions if isinstance(other, exp.Tuple) else [item for _, item in _columns(other)]
            return self._of(items[index]) if index < len(items) else None
        return None

    def _row(self, values: exp.Values, index: int) -> Place | None:
        """Return what a place of VALUES takes: the column of the INSERT, or what its other rows hold."""
        insert = values.parent
        if isinstance(insert, exp.Insert):
            return self._of_list(insert, index)
        rows = [row.expressions for row in values.expressions if isinstance(row, exp.Tuple)]
        found = [self._of(row[index]) for row in rows if index < len(row)]
        return next((place for place in found if place is not None), None) or self._used(rows[0][index])

    def _of_list(self, insert: exp.Expr, index: int) -> Place | None:
        """Return what a place of an INSERT takes, by its list of columns."""
        merge = insert.find_ancestor(exp.Merge)
        target = insert.this if merge is None else merge.this
        table_node = target.this if isinstance(target, exp.Schema) else target
        table = self.resolver.schema.table(table_node.name.lower()) if isinstance(table_node, exp.Table) else None
        if table is None:
            return None
        listed = insert.this.expressions if isinstance(insert.this, (exp.Schema, exp.Tuple)) else ()
        names = [each.name.lower() for each in listed] or [column.name for column in table.columns]
        column = table.column(names[index]) if index < len(names) else None
        return Place(column.type, f"{table.name}.{column.name}") if column else None

    def _projected(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        """Return what a selected value takes: the column that it is written into, or what it is compared with."""
        if isinstance(parent, exp.Insert) or node.arg_key != "expressions":
            return None
        index, outer = _index(node, parent), parent.parent
        while isinstance(outer, (exp.Union, exp.Subquery)) and isinstance(outer.parent, (exp.Insert, exp.Union)):
            outer = outer.parent
        if isinstance(outer, exp.Insert):
            return self._of_list(outer, index)
        if isinstance(outer, exp.SetOperation):
            sibling = projections(outer.expression if outer.this is parent else outer.this)
            return self._of(sibling[index][1]) if index < len(sibling) else None
        return self._used(node)

    def _used(self, node: exp.Expr) -> Place | None:
        """Return what the users of a derived column do with it."""
        for column in node.root().find_all(exp.Column):
            try:
                behind = self.resolver.find(column)
            except KeyError:
                continue
            if behind is node and (place := self.place(column)) is not None:
                return place
        return None

    def _membership(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        if parent.this is not node:
            return self._of(parent.this.unnest())
        query = parent.args.get("query")
        others: list[exp.Expr] = [query] if query is not None else list(parent.expressions)
        return next((place for other in others if (place := self._of(other.unnest()))), None)

    def _between(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        sides = [parent.this, parent.args["low"], parent.args["high"]]
        found = [place for side in sides if side is not node and (place := self._of(side.unnest()))]
        return min(found, key=lambda place: place.is_weak, default=None)

    def _any(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        compared = parent.parent
        element = self._comparison(parent, compared) if isinstance(compared, _COMPARISONS) else None
        return Place(f"{element.type}[]", is_weak=element.is_weak) if element else None

    def _limit(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self._kind("whole", _PAGE)

    def _offset(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self._kind("whole", 0)

    def _pattern(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        other = self._of(parent.this if parent.this is not node else parent.expression)
        text = self.resolver.names["text"]
        # A pattern is made of text, whatever is searched; a value of the column is a pattern that finds its row.
        is_text = other is not None and _is_text(other.type) and not isinstance(parent, _REGULAR)
        return Place(text, other.source if other and is_text else None)

    def _joined_text(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        siblings = [self.resolver.slot(each) for each in branches(parent) if each is not node]
        special = next(
            (s for s in siblings if s and not _is_text(s.type) and ("json" in s.type or "[" in s.type)), None
        )
        if special is not None:
            return Place(special.type)
        outer: exp.Expr = parent
        while isinstance(outer.parent, (*_JOINED_TEXT, exp.Paren)):
            outer = outer.parent
        around = self._pattern(outer, outer.parent) if isinstance(outer.parent, _PATTERNS) else None
        return around or self._kind("text")

    def _match(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self._kind("text", "word")

    def _alternative(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        found = [place for each in branches(parent) if each is not node and (place := self._of(each))]
        strong = next((place for place in found if not place.is_weak), None)
        return strong or self.place(parent) or next(iter(found), None)

    def _branch(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        case = parent.parent if isinstance(parent, exp.If) and isinstance(parent.parent, exp.Case) else parent
        if isinstance(parent, exp.If) and parent.this is node:
            return self._of(case.this) if case.this is not None else self._kind("truth")
        if isinstance(case, exp.Case) and case.this is node:
            return next((place for each in case.args["ifs"] if (place := self._of(each.this))), None)
        found = [place for each in branches(case) if each is not node and (place := self._of(each))]
        strong = next((place for place in found if not place.is_weak), None)
        return strong or self.place(case) or next(iter(found), None)

    def _set(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        other = self._of(parent.expression if parent.this is node else parent.this)
        if other is None:
            return None
        element = _RANGE_ELEMENTS.get(_base(other.type))
        if element and not isinstance(parent, exp.ArrayOverlaps) and node is parent.expression:
            return Place(element)
        return Place(other.type)

    def _element(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        around = self.place(parent)
        if around is not None and around.type.endswith("[]"):
            return Place(around.type.removesuffix("[]"))
        return next((Place(p.type) for each in parent.expressions if each is not node and (p := self._of(each))), None)

    def _json_contains(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self._kind("json")

    def _json_key(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self._kind("text", "key") if parent.this is not node else self._kind("json")

    def _arithmetic(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        other = self.resolver.slot((parent.expression if parent.this is node else parent.this).unnest())
        span = self.resolver.names["span"]
        if other is None:
            return self.place(parent)
        if _base(other.type) == "interval" and isinstance(parent, (exp.Mul, exp.Div)):
            return self._kind("float", 7)
        if _base(other.type) in ("interval", *MOMENTS):
            return self._near_moment(node, parent, other)
        if other.is_weak and (around := self.place(parent)) is not None:
            return Place(around.type, is_weak=around.is_weak)
        if _is_text(other.type) and isinstance(parent, exp.Mod):
            return Place(other.type, other.source)  # pg_trgm's operator %
        return Place(other.type, None, other.is_weak, 1 if span != other.type else None)

    def _near_moment(self, node: exp.Expr, parent: exp.Expr, other: Slot) -> Place | None:
        """Return what is added to or taken from a moment or a span."""
        around = self.place(parent)
        if _base(other.type) == "interval":
            return Place(around.type, around.source) if around and _base(around.type) in MOMENTS else around
        if _base(other.type) == "date":
            return Place("integer", example=7)
        spans = around is not None and _base(around.type) == "interval"
        return Place(other.type, other.source) if spans else self._kind("span")

    def _amount(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        if isinstance(parent, (exp.DateAdd, exp.DateSub)) and parent.this is node:
            return self.place(parent) or self._kind("moment")
        if isinstance(parent, (exp.Kwarg, exp.PropertyEQ)):
            if not isinstance(parent.parent, exp.MakeInterval):
                return None
            return self._kind("float", 7) if parent.name.startswith("sec") else Place("integer", example=7)
        return self._kind("whole", 7)

    def _truncated(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self._kind("text", "day") if node.arg_key == "unit" else self.place(parent) or self._kind("moment")

    def _moment(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self._kind("text", "UTC") if node.arg_key == "zone" else self._kind("moment")

    def _unnested(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return None

    def _truth(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        return self._kind("truth", True)

    def _argument(self, node: exp.Expr, parent: exp.Expr) -> Place | None:
        """Return what a function takes, by its name."""
        name = parent.name.lower() if isinstance(parent, exp.Anonymous) else parent.key
        index = _index(node, parent)
        if name in _SEARCHES:
            return self._kind("text", "word")
        if name in _RANGE_ELEMENTS:
            return self._bound(parent, index, _RANGE_ELEMENTS[name]) if index < 2 else self._kind("text", "[)")
        expected = _ARGUMENTS.get(name)
        if expected is None:
            return None
        kind, example = expected[min(index, len(expected) - 1)]
        return self._kind(kind, example)

    def _bound(self, parent: exp.Expr, index: int, element: str) -> Place:
        """Return what a bound of a range takes: the values of the range that it is compared with, where built too."""
        compared = parent.parent
        if isinstance(compared, (*_SETS, exp.EQ)):
            other = compared.expression if compared.this is parent else compared.this
            if isinstance(other, exp.Anonymous) and index < len(other.expressions):
                bound = self._of(other.expressions[index])
                if bound is not None and _base(bound.type) == element:
                    return Place(element, bound.source)
        name = "until" if index else "since"
        return Place(element, example=example_of(name, element, self.resolver.schema.engine))


_REGULAR = (exp.RegexpLike, exp.RegexpILike, exp.SimilarTo, exp.Glob)
_ARGUMENTS: Mapping[str, tuple[tuple[str, Scalar], ...]] = {
    "similarity": (("text", None),),
    "word_similarity": (("text", None),),
    "strict_word_similarity": (("text", None),),
    "date": (("day", None), ("text", "+1 day")),
    "datetime": (("moment", None), ("text", "-7 days")),
    "strftime": (("text", "%Y-%m-%d"), ("moment", None)),
    "julianday": (("moment", None),),
    "unixepoch": (("moment", None),),
    "json_each": (("json", "[1]"),),
    "jsonb_build_object": (("text", None),),
    "json_build_object": (("text", None),),
    "jsonobject": (("text", None),),
    "json_object": (("text", None),),
    "jsonb_array_elements_text": (("json", "[]"),),
    "jsonb_array_elements": (("json", "[]"),),
    "jsonb_to_recordset": (("json", "[]"),),
    "to_char": (("moment", None), ("text", "YYYY-MM")),
    "make_interval": (("whole", 1),),
    "length": (("text", None),),
    "left": (("text", None), ("whole", 1)),
    "right": (("text", None), ("whole", 1)),
    "set_config": (("text", "app.value"), ("text", "1"), ("truth", False)),
    "hashtext": (("text", "key"),),
    "hashtextextended": (("text", "key"), ("whole", 0)),
    "pg_advisory_xact_lock": (("whole", 1),),
    "quote_literal": (("text", None),),
    "unaccent": (("text", None),),
    "starts_with": (("text", None),),
    "startswith": (("text", None),),
    "split_part": (("text", None), ("text", ","), ("whole", 1)),
    "regexp_replace": (("text", None),),
    "replace": (("text", None),),
    "format": (("text", None),),
    "instr": (("text", None),),
    "strposition": (("text", None),),
    "md5": (("text", None),),
    "crypt": (("text", None),),
    "make_date": (("whole", 1),),
    "point": (("float", 1),),
    "st_makepoint": (("float", 1),),
    "st_point": (("float", 1),),
    "ll_to_earth": (("float", 1),),
    "json_extract": (("json", None), ("text", "$")),
    "string_to_array": (("text", None), ("text", ",")),
    "stringtoarray": (("text", None), ("text", ",")),
    "substring": (("text", None), ("whole", 1), ("whole", 1)),
    "ts_or_ds_to_date": (("day", None),),
    "tsordstodate": (("day", None),),
}


def _columns(node: exp.Expr) -> list[tuple[str, exp.Expr]]:
    return projections(node.unnest())


def _index(node: exp.Expr, parent: exp.Expr) -> int:
    return next((place for place, each in enumerate(parent.expressions) if each is node), 0)


def _is_text(sql_type: str) -> bool:
    return any(word in sql_type.lower() for word in ("char", "text", "citext", "clob"))
