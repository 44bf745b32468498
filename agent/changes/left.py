"""What is there and the design does not hold. It stays, whatever it is; a person says whether it may go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from database_specialist.agent.changes.steps import Ground
from database_specialist.agent.dialects import literal
from database_specialist.agent.model.change import LeftInPlace
from database_specialist.agent.verification.catalog import ColumnFact, ConstraintFact

_ALIKE = 0.5
"""Share of columns that two tables have in common from which one may be the other, renamed."""
_ALIKE_NAMES = 0.6


def left_in_place(ground: Ground) -> tuple[LeftInPlace, ...]:
    """Return what no step takes away, tables first, each with the statements that would."""
    return tuple(
        (
            *_tables(ground),
            *_columns(ground),
            *_constraints(ground),
            *_indexes(ground),
            *_values(ground),
            *_objects(ground),
        )
    )


def _tables(ground: Ground) -> Iterator[LeftInPlace]:
    for fact in ground.now.tables:
        if fact.name not in ground.target.table_facts:
            candidates = _alike_tables(fact.name, ground)
            yield LeftInPlace(
                element=f"table {fact.name}",
                why="The design has no such table. Its rows stay.",
                question=_question(fact.name, candidates),
                later=(f"DROP TABLE {ground.name(fact.name)}",),
            )


def _alike_tables(name: str, ground: Ground) -> list[str]:
    """Return the new tables whose columns are like those of a table, the most alike first."""
    new = [fact.name for fact in ground.target.tables if fact.name not in ground.before.table_facts]
    mine = {column.name for column in ground.now.columns_of(name)}
    scores = []
    for other in new:
        theirs = {column.name for column in ground.target.columns_of(other)}
        share = len(mine & theirs) / max(1, len(mine | theirs))
        if share >= _ALIKE:
            scores.append((-share, other))
    return [other for _, other in sorted(scores)]


def _question(old: str, candidates: list[str]) -> str:
    if not candidates:
        return "Is it obsolete, or does a document not speak of it?"
    options = " or ".join(f"--rename {old}={candidate}" for candidate in candidates[:3])
    return f"Was it renamed? Then run again with {options}. Or is it obsolete?"


def _columns(ground: Ground) -> Iterator[LeftInPlace]:
    for table in ground.shared():
        wanted = {column.name for column in ground.target.columns_of(table)}
        for column in ground.now.columns_of(table):
            if column.name in wanted:
                continue
            kept = f"column {table}.{column.name}" in ground.created
            why = "It keeps the values of before the type changed." if kept else "The design has no such column."
            yield LeftInPlace(
                element=f"column {table}.{column.name}",
                why=f"{why} Its values stay.",
                question="" if kept else _question(f"{table}.{column.name}", _alike_columns(column, ground)),
                later=(f"ALTER TABLE {ground.name(table)} DROP COLUMN {ground.column(column.name)}",),
            )


def _alike_columns(column: ColumnFact, ground: Ground) -> list[str]:
    before = {each.name for each in ground.before.columns_of(column.table)}
    scores = []
    for other in ground.target.columns_of(column.table):
        if other.name in before:
            continue
        share = SequenceMatcher(None, column.name, other.name).ratio()
        if share >= _ALIKE_NAMES or (column.type == other.type and share >= _ALIKE):
            scores.append((-share, other.name))
    return [name for _, name in sorted(scores)]


def _constraints(ground: Ground) -> Iterator[LeftInPlace]:
    for table in ground.shared():
        wanted = {fact.name for fact in ground.target.constraints_of(table)}
        known = {column.name for column in ground.target.columns_of(table)}
        for fact in ground.now.constraints_of(table):
            if fact.name in wanted or (fact.columns and not known & set(fact.columns)):
                continue  # a constraint of a column that is left goes with it
            yield LeftInPlace(
                element=f"{fact.kind} {table}.{fact.name}",
                why=f"The design has no {fact.definition}.",
                question=_constraint_question(fact),
                later=(f"ALTER TABLE {ground.name(table)} DROP CONSTRAINT {ground.column(fact.name)}",),
            )


def _constraint_question(fact: ConstraintFact) -> str:
    if fact.kind == "primary key":
        return "Does anything refer to it?"
    return "Does the rule still hold? Rows of the new release that break it are refused."


def _indexes(ground: Ground) -> Iterator[LeftInPlace]:
    for table in ground.shared():
        wanted = {index.name for index in ground.target.indexes_of(table)}
        known = {column.name for column in ground.target.columns_of(table)}
        for index in ground.now.indexes_of(table):
            plain = {key.removesuffix(" DESC") for key in index.keys}
            is_of_left = not known & plain and not any(key.startswith("(") for key in plain)
            if index.of_constraint or index.name in wanted or is_of_left:
                continue
            yield LeftInPlace(
                element=f"index {index.name}",
                why=f"The design has no such index on {table} ({', '.join(index.keys)}).",
                question="Does a query outside the documents need it? Look at pg_stat_user_indexes first.",
                later=(f"DROP INDEX CONCURRENTLY {ground.name(index.name)}",),
            )


def _values(ground: Ground) -> Iterator[LeftInPlace]:
    wanted = {enum.name: enum.values for enum in ground.target.enums}
    for enum in ground.now.enums:
        if enum.name not in wanted:
            yield LeftInPlace(
                element=f"type {enum.name}",
                why="The design has no such type.",
                later=(f"DROP TYPE {ground.name(enum.name)}",),
            )
            continue
        over = [value for value in enum.values if value not in wanted[enum.name]]
        if over:
            yield LeftInPlace(
                element=f"type {enum.name}",
                why=f"The design does not know its values {', '.join(over)}. PostgreSQL cannot take a value away.",
                question="What do the rows with these values become?",
                later=_swap(enum.name, wanted[enum.name], ground),
            )


def _swap(name: str, values: tuple[str, ...], ground: Ground) -> tuple[str, ...]:
    """Return the way to a type with fewer values: a new one, the columns changed to it, the old one away."""
    old, new = ground.name(name), ground.name(f"{name}_new")
    members = ", ".join(literal(value, ground.engine) for value in values)
    columns = [column for column in ground.now.columns if column.type == name]
    changes = [
        f"ALTER TABLE {ground.name(each.table)} ALTER COLUMN {ground.column(each.name)} TYPE {new} "
        f"USING {ground.column(each.name)}::text::{new}"
        for each in columns
    ]
    return (f"CREATE TYPE {new} AS ENUM ({members})", *changes, f"DROP TYPE {old}", f"ALTER TYPE {new} RENAME TO {old}")


def _objects(ground: Ground) -> Iterator[LeftInPlace]:
    target, now = ground.target, ground.now
    tables = set(ground.shared())
    triggers = {(fact.table, fact.name) for fact in target.triggers}
    for fact in now.triggers:
        if fact.table in tables and (fact.table, fact.name) not in triggers:
            drop = f"DROP TRIGGER {ground.column(fact.name)} ON {ground.name(fact.table)}"
            yield _object("trigger", f"{fact.table}.{fact.name}", drop, "It still runs on every write it is made for.")
    functions = {fact.name for fact in target.functions}
    for fact in now.functions:
        if fact.name not in functions:
            yield _object("function", fact.name, f"DROP FUNCTION {fact.name}", "Something outside may call it.")
    policies = {(fact.table, fact.name) for fact in target.policies}
    for fact in now.policies:
        if fact.table in tables and (fact.table, fact.name) not in policies:
            drop = f"DROP POLICY {ground.column(fact.name)} ON {ground.name(fact.table)}"
            yield _object("policy", f"{fact.table}.{fact.name}", drop, "It still lets rows through.")
    views = {fact.name for fact in target.views}
    for fact in now.views:
        if fact.name not in views and f"view {fact.name}" not in ground.created:
            stale = [
                name.rpartition(".")[2]
                for name in sorted(ground.created)
                if name.endswith("_before") and re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", fact.definition)
            ]
            reads = f"It reads {', '.join(stale)}, which nobody writes any more." if stale else ""
            why = reads or "Something outside may read it."
            yield _object("view", fact.name, f"DROP VIEW {ground.name(fact.name)}", why)


def _object(kind: str, name: str, drop: str, why: str) -> LeftInPlace:
    return LeftInPlace(element=f"{kind} {name}", why=f"The design has no such {kind}. {why}", later=(drop,))
