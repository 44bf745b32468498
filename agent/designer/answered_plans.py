"""A designer's corrections of the computed plans in their short notation, and the reviews that they mean."""

from __future__ import annotations

import re

from database_specialist.agent.answers.decisions import decided
from database_specialist.agent.answers.plans import (
    IndexAnswer,
    IndexReview,
    IndexReviewAnswer,
    OperationsAnswer,
    OperationsReview,
)
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.model.workload import Index, Indexes, IndexKey, Query, Workload

_LONGEST_NAME = 63
_DESCENDING = re.compile(r"\s+(desc|asc)\s*$", re.IGNORECASE)
_BY_KEY = re.compile(r"^WHERE (?:\w+\.)?id = :\w+$", re.IGNORECASE)
_COVERED = "finds the same rows"


def answered_indexes(answer: IndexReviewAnswer, schema: Schema) -> IndexReview:
    """Return the review of indexes that an answer means; what is added gets its name from its keys."""
    return IndexReview(drop=answer.drop, add=tuple(_index(each, schema) for each in answer.add), notes=answer.notes)


def _index(each: IndexAnswer, schema: Schema) -> Index:
    table = schema.table(each.table)
    keys = tuple(_with_class(_key(text), each.method, table) for text in each.keys)
    words = "_".join(re.findall(r"[a-z0-9_]+", " ".join(key.expression for key in keys).lower()))
    name = f"{each.table}_{words}"[: _LONGEST_NAME - len("_where_idx")]
    return Index(
        name=f"{name}_where_idx" if each.where else f"{name}_idx",
        table=each.table,
        method=each.method,
        keys=keys,
        where=each.where,
        serves=each.serves,
        reason=each.reason,
    )


def _key(text: str) -> IndexKey:
    order = _DESCENDING.search(text)
    expression = _DESCENDING.sub("", text).strip()
    plain = re.fullmatch(r"\w+", expression) or expression.startswith("(")
    words = expression.split()
    if not plain and len(words) == 2 and words[1].endswith("_ops"):
        return IndexKey(expression=words[0], operator_class=words[1])
    descending = order is not None and order[1].lower() == "desc"
    return IndexKey(expression=expression if plain else f"({expression})", descending=descending)


def _with_class(key: IndexKey, method: str, table: Table | None) -> IndexKey:
    """Add the operator class without which a GIN index takes no text: it is meant for a part of a word."""
    column = table.column(key.expression) if table else None
    is_text = column is not None and re.match(r"text|varchar|char|citext", column.type, re.IGNORECASE)
    bare = method.lower() == "gin" and key.operator_class is None
    return key.model_copy(update={"operator_class": "gin_trgm_ops"}) if bare and is_text else key


def answered_operations(answer: OperationsAnswer) -> OperationsReview:
    """Return the review of operations that an answer means."""
    return OperationsReview(decisions=tuple(decided(each) for each in answer.decisions))


def index_listing(schema: Schema, indexes: Indexes) -> str:
    """List, by table, the keys that exist and the indexes that are planned, and what was considered in vain."""
    lines = []
    for table in schema.tables:
        keys = [f"pk ({', '.join(table.primary_key.columns)})"] if table.primary_key else []
        keys += [f"unique ({', '.join(each.columns)})" for each in table.uniques]
        rate = f", {table.rows_per_day.value:,.0f} inserts/day" if table.rows_per_day else ""
        lines.append(f"{table.name}{rate}: {'; '.join(keys)}")
        lines += [f"  {_shown(index)}" for index in indexes.planned if index.table == table.name]
    unmet = [each for each in indexes.rejected if _COVERED not in each.reason]
    lines += [f"not taken: {each.table} ({', '.join(each.keys)}): {_first_sentence(each.reason)}" for each in unmet]
    return "\n".join(lines)


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.;])\s", text, maxsplit=1)[0]


def _shown(index: Index) -> str:
    keys = ", ".join(f"{key.expression}{' desc' if key.descending else ''}" for key in index.keys)
    method = "" if index.method == "btree" else f"{index.method} "
    where = f" where {index.where}" if index.where else ""
    serves = ", ".join("foreign key" if each.endswith("_fkey") else each for each in index.serves)
    return f"{index.name} {method}({keys}){where}: {serves}"


def query_listing(workload: Workload) -> str:
    """List what queries look for: inserts and look-ups by the primary key need no index of their own."""
    lines = []
    for query in workload.queries:
        looked_for = looks_for(query)
        if looked_for:
            lines.append(f"{query.id} {query.frequency.value:,.0f}/day: {looked_for}")
    return "\n".join(lines)


def looks_for(query: Query) -> str:
    """Return the statement from its FROM on; empty where it looks for nothing but a key."""
    text = " ".join(query.sql.split())
    first = text.split(" ", 1)[0].upper()
    if first == "SELECT":
        text = _from(text)
    elif first == "UPDATE":
        table, where = text.split(" ")[1], text.rfind(" WHERE ")
        text = f"{table}{text[where:]}" if where > 0 else ""
    elif first == "INSERT" and " SELECT " not in text:
        return ""
    tables = re.findall(r"\b(?:FROM|JOIN|UPDATE) (\w+)", f"FROM {text}" if first == "UPDATE" else text)
    if len(set(tables)) == 1:
        text = text.replace(f"{tables[0]}.", "")
    where = text.find("WHERE ")
    return "" if where >= 0 and _BY_KEY.match(text[where:]) and len(set(tables)) <= 1 else text


def _from(text: str) -> str:
    """Cut the select list: it names columns, which no index is chosen by."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and text.startswith(" FROM ", place):
            return text[place + 1 :]
    return text
