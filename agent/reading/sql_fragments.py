"""Tables and columns from fragments of SQL in code and prose: the strongest evidence there is without DDL.

Fragments are cut out by expressions, not parsed: they stand in string templates with placeholders and gaps
that no SQL parser accepts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity, DeclaredRelation
from database_specialist.agent.reading.declarations import Declarations, EntityDraft, Snippet
from database_specialist.agent.reading.numbers import singular
from database_specialist.agent.reading.vocabulary import words

_LONGEST = 2500
_START = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|SELECT)\b")
_START_ANY_CASE = re.compile(_START.pattern, re.IGNORECASE)
_NAME = r"[\"`\[]?(?:[a-z_]\w*[\"`\]]?\.[\"`\[]?)?(?P<table>[a-zA-Z_]\w*)[\"`\]]?"
_INSERT = re.compile(rf"INSERT\s+INTO\s+{_NAME}\s*\((?P<columns>[^()]{{1,2000}})\)", re.IGNORECASE)
_INSERT_BARE = re.compile(rf"INSERT\s+INTO\s+{_NAME}\s*\(", re.IGNORECASE)
_CATALOG = re.compile(r"(?:pg_|sqlite_|information_schema)", re.IGNORECASE)
_DERIVED = re.compile(r"\b(\w+)\s+AS\s+(?:NOT\s+)?(?:MATERIALIZED\s+)?\(", re.IGNORECASE)
_UPDATE = re.compile(
    rf"UPDATE\s+{_NAME}(?:\s+(?:AS\s+)?(?P<alias>[a-z]\w*))?\s+SET\s+(?P<rest>.+)", re.IGNORECASE | re.DOTALL
)
_DELETE = re.compile(rf"DELETE\s+FROM\s+{_NAME}(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_TABLE = re.compile(
    rf"\b(?:FROM|JOIN)\s+{_NAME}(?:\s+(?:AS\s+)?(?!(?:on|where|join|left|right"
    rf"|inner|outer|full|cross|natural|group|order|limit|set|using|for|having"
    rf"|union|and|or|as|values|returning|offset|window|lateral|tablesample)\b)(?P<alias>[a-z]\w*))?",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(r"\b(?P<alias>[a-zA-Z_]\w*)\.(?P<column>[a-zA-Z_]\w*)\b(?!\s*\()")
_EQUAL = re.compile(r"\b([a-zA-Z_]\w*)\.([a-zA-Z_]\w*)\s*=\s*([a-zA-Z_]\w*)\.([a-zA-Z_]\w*)\b")
_ASSIGNED = re.compile(
    r"(?<![\w.'\"$:@])(?P<column>[a-zA-Z_]\w*)\s*(?:=|<>|!=|<=|>=|<|>|\bIS\b|\bIN\b|\bLIKE\b|\bILIKE\b|\bBETWEEN\b)\s*"
    r"(?:ANY\s*\()?\s*(?P<value>'[^']{0,60}'|NOW\(\)|CURRENT_TIMESTAMP|true|false"
    r"|\$\d+|\?|:\w+|\d+|NULL|NOT|\(|\$\{|%s|[a-zA-Z_]\w*)?",
    re.IGNORECASE,
)
_ORDERED = re.compile(r"\b(?:ORDER|GROUP)\s+BY\s+(?P<columns>[\w\s,.]{1,200})", re.IGNORECASE)
_PLAIN_COLUMN = re.compile(r"^[a-zA-Z_]\w*$")
_ALIASED = re.compile(r"^([a-zA-Z_]\w*)\s+(?:AS\s+)?[a-zA-Z_]\w*$", re.IGNORECASE)
_RESERVED = frozenset(words("code", "sql"))


@dataclass
class _Collector:
    """Tables found so far, and the links between them."""

    snippet: Snippet
    tables: dict[str, EntityDraft] = field(default_factory=dict)
    relations: list[tuple[str, str, str, str]] = field(default_factory=list)
    written: dict[str, bool] = field(default_factory=dict)
    """Tables that something is written to: these exist even where no column is named."""
    derived: frozenset[str] = frozenset()
    """Names of common table expressions, which are no tables."""

    def table(self, name: str, start: int, end: int) -> EntityDraft | None:
        """Return the draft of a table, new when it is seen for the first time; None for what cannot be a table."""
        if name.lower() in _RESERVED or len(name) < 2 or _CATALOG.match(name) or name in self.derived:
            return None
        return self.tables.setdefault(name, EntityDraft(name, self.snippet.span(start, end)))


def read_fragments(snippet: Snippet, *, any_case: bool = False) -> Declarations:
    """Read the tables and columns that SQL fragments name; keywords must be in capitals unless `any_case`."""
    collector = _Collector(snippet, derived=frozenset(_DERIVED.findall(snippet.text)))
    for start, text in _statements(snippet.text, _START_ANY_CASE if any_case else _START):
        _read_statement(collector, start, text)
    # A table without one column is a word after FROM.
    known = {name: draft for name, draft in collector.tables.items() if draft.attributes or name in collector.written}
    entities = tuple(
        DeclaredEntity(name=name, origin="sql_fragment", attributes=tuple(draft.attributes.values()), span=draft.span)
        for name, draft in known.items()
    )
    return Declarations(entities, tuple(_relations(collector, known)))


def _statements(text: str, start: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    starts = [match.start() for match in start.finditer(text)]
    for index, begin in enumerate(starts):
        limit = starts[index + 1] if index + 1 < len(starts) else len(text)
        piece = text[begin : min(limit, begin + _LONGEST)]
        end = min((at for at in (piece.find(";"), piece.find("`"), piece.find("\n\n")) if at > 0), default=len(piece))
        yield begin, piece[:end]


def _read_statement(collector: _Collector, start: int, text: str) -> None:
    word = text[:6].upper()
    if word == "INSERT":
        _read_insert(collector, start, text)
    elif word == "UPDATE":
        _read_update(collector, start, text)
    elif word == "DELETE":
        match = _DELETE.match(text)
        if match:
            _read_conditions(collector.table(match.group("table"), start, start + len(text)), match.group("rest"))
    else:
        _read_select(collector, start, text)


def _read_insert(collector: _Collector, start: int, text: str) -> None:
    match = _INSERT.match(text) or _INSERT_BARE.match(text)
    if match is None:
        return
    draft = collector.table(match.group("table"), start, start + match.end())
    if draft is not None:
        collector.written[draft.name] = True
    if match.re is _INSERT_BARE:
        return
    for column in match.group("columns").split(","):
        name = column.strip(' \n\t"`[]')
        # In a list of columns even a reserved word is one: `key`, `type`, `order`.
        if draft is not None and _PLAIN_COLUMN.match(name):
            draft.add(DeclaredAttribute(name=name))


def _read_update(collector: _Collector, start: int, text: str) -> None:
    match = _UPDATE.match(text)
    if match:
        _read_conditions(collector.table(match.group("table"), start, start + len(text.rstrip())), match.group("rest"))


def _read_conditions(draft: EntityDraft | None, text: str) -> None:
    if draft is None:
        return
    for match in _ASSIGNED.finditer(text):
        if _is_column(match.group("column")):
            draft.add(_typed(match.group("column"), match.group("value") or ""))


def _typed(name: str, value: str) -> DeclaredAttribute:
    """Return a column with what the value beside it tells about its type."""
    if value.startswith("'") and _PLAIN_COLUMN.match(value.strip("'")):
        return DeclaredAttribute(name=name, type="text", comment=f"value seen: {value}")
    if value.lower() in ("true", "false"):
        return DeclaredAttribute(name=name, type="boolean")
    if value.upper() in ("NOW()", "CURRENT_TIMESTAMP"):
        return DeclaredAttribute(name=name, type="timestamp")
    return DeclaredAttribute(name=name)


def _read_select(collector: _Collector, start: int, text: str) -> None:
    aliases: dict[str, EntityDraft] = {}
    for match in _TABLE.finditer(text):
        draft = collector.table(match.group("table"), start + match.start(), start + match.end())
        if draft is not None:
            aliases[(match.group("alias") or draft.name).lower()] = draft
            aliases.setdefault(draft.name.lower(), draft)
    for match in _QUALIFIED.finditer(text):
        draft = aliases.get(match.group("alias").lower())
        if draft is not None and _is_column(match.group("column")):
            draft.add(DeclaredAttribute(name=match.group("column")))
    for match in _EQUAL.finditer(text):
        left, right = aliases.get(match.group(1).lower()), aliases.get(match.group(3).lower())
        if left is not None and right is not None:
            collector.relations.append((left.name, match.group(2), right.name, match.group(4)))
    drafts = {id(draft): draft for draft in aliases.values()}
    if len(drafts) == 1:
        _read_plain_columns(next(iter(drafts.values())), text)


def _read_plain_columns(draft: EntityDraft, text: str) -> None:
    """Read unqualified columns, which belong to the only table there is."""
    selected = re.match(r"SELECT\s+(?:DISTINCT\s+)?(?P<list>[^()]{1,1500}?)\s+FROM\b", text, re.IGNORECASE)
    for item in selected.group("list").split(",") if selected else ():
        aliased = _ALIASED.match(item.strip())
        name = aliased.group(1) if aliased else item.strip()
        if _PLAIN_COLUMN.match(name) and _is_column(name):
            draft.add(DeclaredAttribute(name=name))
    where = re.search(r"\bWHERE\b", text, re.IGNORECASE)
    if where:
        _read_conditions(draft, text[where.end() :])
    for match in _ORDERED.finditer(text):
        for item in match.group("columns").split(","):
            name = item.split()[0] if item.split() else ""
            if _PLAIN_COLUMN.match(name) and _is_column(name) and name.islower() and "_" in name:
                draft.add(DeclaredAttribute(name=name))


def _is_column(name: str) -> bool:
    return bool(_PLAIN_COLUMN.match(name)) and name.lower() not in _RESERVED


def _relations(collector: _Collector, known: dict[str, EntityDraft]) -> Iterator[DeclaredRelation]:
    """Yield a relation for each join of a foreign key with a key."""
    for left, left_column, right, right_column in collector.relations:
        if left not in known or right not in known or left == right:
            continue
        if left_column.lower() == "id" and right_column.lower() != "id":
            left, left_column, right, right_column = right, right_column, left, left_column
        if right_column.lower() not in ("id", left_column.lower()) or left_column.lower() == "id":
            continue
        if right_column.lower() != "id" and not left_column.lower().startswith(singular(right)):
            continue
        known[left].add(DeclaredAttribute(name=left_column, references=(right, right_column)))
        yield DeclaredRelation(source=left, target=right, cardinality="many_to_one", label=left_column)
