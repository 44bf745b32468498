"""Text searches: each column is looked into in the way that its values and an index without extensions allow.

    long text               the words of the text      to_tsvector @@ websearch_to_tsquery   GIN on the expression
    names, titles           a word begins with it      to_tsvector @@ to_tsquery(term:*)     GIN on the expression
    cities, brands, e-mail  it begins with, any case   lower(column) LIKE lower(term) || %   text_pattern_ops
    codes, numbers, phones  it begins with             column LIKE term || %                 text_pattern_ops

A part in the middle of a word is looked for only where a fact asks for that: it takes a trigram index, an extension.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.naming import GENERIC, Place
from database_specialist.agent.designer.queries.predicates import in_tenant
from database_specialist.agent.designer.queries.reads import with_parents
from database_specialist.agent.designer.queries.statement import Bindings, Draft, Select
from database_specialist.agent.model.relational import Column, ForeignKey, Table

Way = Literal["words", "word_prefix", "folded_prefix", "prefix", "contains"]

_PREFIXED = frozenset({"code", "slug", "phone"})
_WORDED = frozenset({"short_text", "text"})
_TEXTS = frozenset({"short_text", "text", "long_text", "email", *_PREFIXED})
# Up to this length a value is one name (a city, a brand) and is typed from its beginning.
_ONE_NAME = 120
_LONG = 500
_FUZZY = re.compile(
    r"\b(contain\w*|typo|fuzzy|misspel\w+|substring|similar spelling|tolerant|partial match\w*)\b", re.I
)
_MANY_LANGUAGES = re.compile(r"\b(multi-?lingual|languages|countries|internationali[sz]\w+|locali[sz]\w+)\b", re.I)
_SAID = {
    "words": "has the words typed",
    "word_prefix": "has a word that begins with what was typed",
    "folded_prefix": "begins with what was typed, in letters of either case",
    "prefix": "begins with what was typed",
    "contains": "contains what was typed",
}


@dataclass(frozen=True)
class _Branch:
    """The columns of one table that are looked into together."""

    table: Table
    columns: tuple[Column, ...]
    key: ForeignKey | None
    way: Way


def is_text(column: Column) -> bool:
    """Whether people search in the column's values rather than choose among them."""
    return column.logical_type in _TEXTS and not column.values


def search(catalog: Catalog, table: Table, places: Sequence[Place], said: str) -> Draft | None:
    """Write the one search over all places that a fact names, or over the label; `said` is the fact's text."""
    wanted = [place for place in places if is_text(place.column) and place.column.sensitivity != "restricted"]
    label = catalog.label(table)
    if not wanted and label is not None and is_text(label):
        wanted = [Place(table, label)]
    if not wanted:
        return None
    branches = _branches(catalog, wanted, is_fuzzy=_FUZZY.search(said) is not None)
    binds = Bindings(catalog.schema.engine)
    is_simple = len(branches) == 1 and branches[0].key is None
    where = _conditions(catalog, branches[0], binds) if is_simple else [_found(catalog, table, branches, binds)]
    where = [*in_tenant(catalog, table, binds), *where]
    columns, joins = with_parents(catalog, table, None)
    order, ordered = _order(catalog, table, branches, binds)
    select = Select(columns, catalog.quoted(table.name), joins, tuple(where), order=order, limit=binds.page(20))
    return Draft(
        name=_name(table, branches),
        purpose=f"The {_words(table)} {_which(table, branches)}; {ordered}.{_note(branches, catalog)}",
        intent="search",
        table=table.name,
        sql=str(select),
        parameters=binds.parameters,
        returns="page",
        staleness="seconds",
    )


def _branches(catalog: Catalog, places: Sequence[Place], *, is_fuzzy: bool) -> list[_Branch]:
    """Put columns that one expression can hold together; the order is that of the first of them."""
    found: dict[tuple[str, str, str], list[Place]] = {}
    for place in places:
        way = _way(catalog, place, is_fuzzy=is_fuzzy)
        together = (
            place.table.name if way in ("words", "word_prefix") and _is_postgresql(catalog) else place.column.name
        )
        found.setdefault((place.table.name, way, together), []).append(place)
    return [
        _Branch(
            group[0].table,
            tuple(place.column for place in group),
            group[0].key,
            _way(catalog, group[0], is_fuzzy=is_fuzzy),
        )
        for group in found.values()
    ]


def _way(catalog: Catalog, place: Place, *, is_fuzzy: bool) -> Way:
    """Choose by what the values are and how long they may be."""
    column, length = place.column, _length(catalog, place)
    is_long = column.logical_type == "long_text" or (column.logical_type == "text" and (length or _LONG) >= _LONG)
    if not _is_postgresql(catalog):
        return "contains" if is_long or is_fuzzy else "prefix"
    if is_long:
        return "words"
    if is_fuzzy:
        return "contains"
    if column.logical_type in _PREFIXED:
        return "prefix"
    is_one_name = column.logical_type not in _WORDED or (length is not None and length <= _ONE_NAME)
    return "folded_prefix" if is_one_name else "word_prefix"


def _length(catalog: Catalog, place: Place) -> int | None:
    entity = catalog.entity(place.table)
    attribute = entity.attribute(place.column.attribute or place.column.name) if entity else None
    return attribute.length if attribute else None


def _is_postgresql(catalog: Catalog) -> bool:
    return catalog.schema.engine == "postgresql"


def _conditions(catalog: Catalog, branch: _Branch, binds: Bindings) -> list[str]:
    name = catalog.qualified(branch.table, branch.columns[0])
    source = f"{branch.table.name}.{branch.columns[0].name}"
    if branch.way in ("words", "word_prefix"):
        return [f"{_vector(catalog, branch)} @@ {_ts_query(catalog, branch, binds)}"]
    if branch.way == "contains":
        return [_contains(catalog, name, source, binds)]
    if not _is_postgresql(catalog):
        return [f"{name} LIKE {binds.bind('prefix', 'text', example='a%')}"]
    term = binds.bind("term", "text", source=source)
    return [
        f"lower({name}) LIKE lower({term}) || '%'" if branch.way == "folded_prefix" else f"{name} LIKE {term} || '%'"
    ]


def _contains(catalog: Catalog, name: str, source: str, binds: Bindings) -> str:
    term = binds.bind("term", "text", source=source)
    if catalog.schema.engine == "postgresql":
        return f"{name} ILIKE '%' || {term} || '%'"
    return (
        f"{name} LIKE '%' || {term} || '%'"
        if catalog.schema.engine == "sqlite"
        else f"{name} LIKE CONCAT('%', {term}, '%')"
    )


def _vector(catalog: Catalog, branch: _Branch) -> str:
    """Return the document that is searched; an optional column must not make all of it null."""
    names = [(catalog.qualified(branch.table, column), column.nullable) for column in branch.columns]
    parts = [f"coalesce({name}, '')" if nullable and len(names) > 1 else name for name, nullable in names]
    text = " || ' ' || ".join(parts)
    return f"to_tsvector('{_configuration(catalog, branch)}', {text})"


def _ts_query(catalog: Catalog, branch: _Branch, binds: Bindings) -> str:
    configuration = _configuration(catalog, branch)
    if branch.way == "words":
        return f"websearch_to_tsquery('{configuration}', {binds.bind('words', 'text', example='new')})"
    # Quoted, any text is a valid search: what the user types is never read as an operator.
    source = f"{branch.table.name}.{branch.columns[0].name}"
    return f"to_tsquery('{configuration}', quote_literal({binds.bind('term', 'text', source=source)}) || ':*')"


def _configuration(catalog: Catalog, branch: _Branch) -> str:
    """Return the text search configuration: stems of one language help prose, and spoil names and mixed languages."""
    is_mixed = any(_MANY_LANGUAGES.search(fact.text) for fact in catalog.brief.facts)
    return "simple" if branch.way == "word_prefix" or is_mixed else "english"


def _found(catalog: Catalog, table: Table, branches: Sequence[_Branch], binds: Bindings) -> str:
    """Return the condition that a row is in one of the branches: a union, so that each finds its rows by its index."""
    keys = [catalog.quoted(key.name) for key in catalog.key(table)]
    here = ", ".join(f"{catalog.quoted(table.name)}.{key}" for key in keys)
    parts = [_branch(catalog, table, branch, binds) for branch in branches]
    return f"{f'({here})' if len(keys) > 1 else here} IN (\n    " + "\n    UNION\n    ".join(parts) + "\n  )"


def _branch(catalog: Catalog, table: Table, branch: _Branch, binds: Bindings) -> str:
    scope = in_tenant(catalog, branch.table, binds)
    where = "\n      AND ".join([*scope, *_conditions(catalog, branch, binds)])
    here, there = catalog.quoted(table.name), catalog.quoted(branch.table.name)
    selected = ", ".join(f"{here}.{catalog.quoted(key.name)}" for key in catalog.key(table))
    key = branch.key
    if key is None:
        return f"SELECT {selected} FROM {here}\n    WHERE {where}"
    source, target = (here, there) if key.ref_table == branch.table.name else (there, here)
    on = f"{target}.{catalog.quoted(key.ref_columns[0])} = {source}.{catalog.quoted(key.columns[0])}"
    if target == here and key.ref_columns == tuple(column.name for column in catalog.key(table)):
        return f"SELECT {source}.{catalog.quoted(key.columns[0])} FROM {there}\n    WHERE {where}"
    return f"SELECT {selected} FROM {there}\n    JOIN {here} ON {on}\n    WHERE {where}"


def _order(catalog: Catalog, table: Table, branches: Sequence[_Branch], binds: Bindings) -> tuple[tuple[str, ...], str]:
    """Return the order and its name: newest first for what happens, best first for texts, by name for the rest."""
    keys = [catalog.qualified(table, key) for key in catalog.key(table)]
    clock, label = catalog.clock(table), catalog.label(table)
    is_prose = any(branch.way == "words" or (branch.way == "contains" and _is_prose(branch)) for branch in branches)
    if is_prose and clock is not None and (catalog.happens(table) or not _is_ranked(branches)):
        return (f"{catalog.qualified(table, clock)} DESC", *(f"{key} DESC" for key in keys)), "newest first"
    if is_prose and _is_ranked(branches):
        rank = f"ts_rank({_vector(catalog, branches[0])}, {_ts_query(catalog, branches[0], binds)}) DESC"
        return (rank, *keys), "best match first"
    column = branches[0].columns[0] if len(branches) == 1 and not is_prose else label
    if column is None:
        return tuple(keys), "in the order of their keys"
    name = catalog.qualified(table, column)
    # SQLite's LIKE folds case: only an order that folds it too lets one index serve both.
    name = f"{name} COLLATE NOCASE" if catalog.schema.engine == "sqlite" else name
    return tuple(dict.fromkeys((name, *keys))), f"by {column.name}"


def _is_prose(branch: _Branch) -> bool:
    return branch.columns[0].logical_type in ("long_text", "text")


def _is_ranked(branches: Sequence[_Branch]) -> bool:
    return len(branches) == 1 and branches[0].way == "words" and branches[0].key is None


def _name(table: Table, branches: Sequence[_Branch]) -> str:
    words = [_called(table, branch, column) for branch in branches for column in branch.columns]
    how = "in" if all(_is_prose(branch) for branch in branches) else "by"
    return f"search_{table.name}_{how}_{'_or_'.join(dict.fromkeys(words))}"[:63].rstrip("_")


def _called(table: Table, branch: _Branch, column: Column) -> str:
    owner = branch.table.entity or branch.table.name
    is_clear = branch.table.name == table.name or column.name.startswith(owner) or column.name not in GENERIC
    return column.name if is_clear else f"{owner}_{column.name}"


def _which(table: Table, branches: Sequence[_Branch]) -> str:
    return ", or ".join(f"whose {text}" for text in _each(table, branches))


def _each(table: Table, branches: Sequence[_Branch]) -> Iterator[str]:
    for way, group in groupby(branches, key=lambda branch: branch.way):
        names = [_called(table, branch, column).replace("_", " ") for branch in group for column in branch.columns]
        yield f"{' or '.join(names)} {_SAID[way]}"


def _note(branches: Sequence[_Branch], catalog: Catalog) -> str:
    if len(branches) > 1:
        return " Each branch of the union finds its rows by an index of its own."
    if not _is_postgresql(catalog) and branches[0].way == "prefix":
        return " The application appends the %."
    return ""


def _words(table: Table) -> str:
    return table.name.replace("_", " ")
