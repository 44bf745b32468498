"""DBML to declared entities, through pydbml (an optional dependency)."""

from __future__ import annotations

import re
import warnings
from typing import Any, Literal

from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity, DeclaredRelation
from database_specialist.agent.reading.declarations import Declarations, Snippet

MAX_CHARACTERS = 500_000
_DEEP = re.compile(r"[(\[{](?:\s*[(\[{]){40}")
_CARDINALITIES: dict[str, Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]] = {
    ">": "many_to_one",
    "<": "one_to_many",
    "-": "one_to_one",
    "<>": "many_to_many",
}


def read(snippet: Snippet) -> Declarations:
    """Read the tables and references of a DBML text."""
    # pydbml uses argument names that pyparsing 3.3 warns about, at import and when it parses.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _read(snippet)


def _read(snippet: Snippet) -> Declarations:
    try:
        from pydbml import PyDBML  # type: ignore[import-untyped]  # ships no types
        from pydbml.exceptions import DBMLError  # type: ignore[import-untyped]  # ships no types
        from pyparsing import ParseBaseException
    except ImportError:
        message = "DBML not read: install the extra, pip install 'database-specialist[formats]'."
        return Declarations(problems=(snippet.problem(message),))
    opened = snippet.text.count("(") + snippet.text.count("[")
    if len(snippet.text) > MAX_CHARACTERS or _DEEP.search(snippet.text):
        return Declarations(
            problems=(snippet.problem(f"DBML not read: too long or nested too deep ({opened} brackets)."),)
        )
    try:
        database = PyDBML(snippet.text)
    except (ParseBaseException, DBMLError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        # pydbml lets errors of its own lookups through (KeyError, AttributeError) on references to unknown tables.
        return Declarations(problems=(snippet.problem(f"DBML not understood: {error}"),))
    relations = tuple(relation for reference in database.refs for relation in _relation(reference))
    points = {(r.source, r.label): r.target for r in relations if r.cardinality != "one_to_many"}
    entities = tuple(_entity(snippet, table, points) for table in database.tables)
    return Declarations(entities, relations)


def _entity(snippet: Snippet, table: Any, points: dict[tuple[str, str | None], str]) -> DeclaredEntity:
    match = re.search(
        rf"^\s*table\s+[\"\w.]*?\"?{re.escape(table.name)}\b[^{{]*\{{", snippet.text, re.IGNORECASE | re.MULTILINE
    )
    start = match.start() + len(match.group()) - len(match.group().lstrip()) if match else 0
    end = _closing(snippet.text, match.end()) if match else start
    return DeclaredEntity(
        name=table.name,
        origin="dbml",
        attributes=tuple(_attribute(table.name, column, points) for column in table.columns),
        unique_sets=tuple(_unique_sets(table)),
        comment=table.note.text or None,
        span=snippet.span(start, end),
    )


def _closing(text: str, start: int) -> int:
    """Return where the brace that was opened before `start` is closed; an index block inside has its own."""
    depth = 1
    for match in re.finditer(r"[{}]", text[start:]):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return start + match.end()
    return len(text)


def _attribute(table: str, column: Any, points: dict[tuple[str, str | None], str]) -> DeclaredAttribute:
    members = tuple(item.name for item in getattr(column.type, "items", None) or ())
    target = points.get((table, column.name))
    default = column.default
    return DeclaredAttribute(
        name=column.name,
        type=str(getattr(column.type, "name", column.type)),
        required=bool(column.not_null or column.pk),
        unique=bool(column.unique),
        primary_key=bool(column.pk),
        default=default if isinstance(default, str | int | float | bool) else None,
        values=members,
        comment=column.note.text or None,
        references=(target, None) if target else None,
    )


def _unique_sets(table: Any) -> list[tuple[str, ...]]:
    return [
        tuple(str(getattr(subject, "name", subject)) for subject in index.subjects)
        for index in table.indexes
        if index.unique and len(index.subjects) > 1
    ]


def _relation(reference: Any) -> list[DeclaredRelation]:
    first, second = (side if isinstance(side, list | tuple) else [side] for side in (reference.col1, reference.col2))
    cardinality = _CARDINALITIES.get(reference.type)
    if not first or not second or cardinality is None:
        return []
    return [
        DeclaredRelation(
            source=first[0].table.name, target=second[0].table.name, cardinality=cardinality, label=first[0].name
        )
    ]
