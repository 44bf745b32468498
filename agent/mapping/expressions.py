"""Conditions over attributes, rewritten over columns and printed for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.dialects.parsing import DIALECTS
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.functions import missing_function
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.naming import snake
from database_specialist.agent.mapping.types import NOW, TODAY
from database_specialist.agent.mapping.value_kinds import kind_of_column, mismatch
from database_specialist.agent.model.base import Engine

MAX_CHARACTERS = 4000
"""sqlglot recurses over its input: a condition longer than this is no condition of one row."""

_CLOCK = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime)
_OTHER_ROWS = (exp.Query, exp.AggFunc, exp.Window)
_PORTABLE = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Paren,
    exp.Tuple,
    exp.Connector,
    exp.Predicate,
    exp.Not,
    exp.Neg,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Mod,
    exp.Coalesce,
    exp.Length,
    exp.Lower,
    exp.Upper,
    exp.Trim,
    exp.Abs,
    exp.Round,
    exp.Case,
    exp.If,
    *_CLOCK,
)


@dataclass(frozen=True)
class Condition:
    """A condition that could be placed."""

    sql: str
    columns: tuple[str, ...]
    reads_clock: bool


@dataclass(frozen=True)
class NotPlaced:
    """Why a condition cannot be enforced on one row of this engine."""

    reason: str


def place(
    condition: str, draft: TableDraft, ground: Ground, *, qualifier: str | None = None, is_condition: bool = True
) -> Condition | NotPlaced:
    """Rewrite a condition over attributes and roles (PostgreSQL's syntax) to the columns of the table.

    With a qualifier ("NEW") each column is written behind it. What the engine is sure to refuse is not placed: a
    function that it lacks, a comparison of values that cannot be compared.
    """
    if len(condition) > MAX_CHARACTERS:
        return NotPlaced(f"it is longer than {MAX_CHARACTERS} characters")
    try:
        tree = sqlglot.parse_one(condition, read="postgres")
    except (SqlglotError, RecursionError) as error:
        return NotPlaced(f"it is no SQL expression ({str(error).splitlines()[0][:80]})")
    engine = ground.engine
    refusal = _refusal(tree, engine)
    if refusal:
        return NotPlaced(refusal)
    reads_clock = any(isinstance(node, _CLOCK) for node in tree.walk())
    used = _put_columns(tree, draft.names, engine, qualifier)
    if isinstance(used, NotPlaced):
        return used
    kinds = {name: kind_of_column(draft.column(name), engine) for name in used}
    fault = mismatch(tree, kinds, must_be_true=is_condition)
    tree = tree.transform(_clock, engine)
    sql = tree.sql(dialect=DIALECTS[engine])
    fault = fault or (missing_function(sql, ground.major) if engine == "postgresql" else None)
    return NotPlaced(fault) if fault else Condition(sql, used, reads_clock)


def _refusal(tree: exp.Expr, engine: Engine) -> str | None:
    if isinstance(tree, exp.Command | exp.DDL | exp.DML) or any(isinstance(node, _OTHER_ROWS) for node in tree.walk()):
        return "it reads other rows"
    if engine == "postgresql":
        return None
    strange = next((node for node in tree.walk() if not isinstance(node, _PORTABLE)), None)
    if strange is None and not any(isinstance(node, exp.RegexpLike | exp.RegexpILike) for node in tree.walk()):
        return None
    shown = strange.sql(dialect="postgres") if strange is not None else "a regular expression"
    return f"{engine} has no equal of {shown}"


def _put_columns(
    tree: exp.Expr, names: Mapping[str, tuple[str, ...]], engine: Engine, qualifier: str | None
) -> tuple[str, ...] | NotPlaced:
    known = {snake(name): columns for name, columns in names.items()}
    known |= {column: (column,) for columns in names.values() for column in columns if column not in known}
    used: list[str] = []
    for column in list(tree.find_all(exp.Column)):
        found = known.get(snake(column.name))
        if found is None or len(found) != 1:
            return NotPlaced(f"it names {column.name}, which is no single column of the table")
        used.append(found[0])
        column.set("this", exp.to_identifier(found[0], quoted=quote(found[0], engine) != found[0]))
        column.set("table", exp.to_identifier(qualifier) if qualifier else None)
    return tuple(dict.fromkeys(used)) if used else NotPlaced("it names no attribute")


def _clock(node: exp.Expr, engine: Engine) -> exp.Expr:
    if engine == "postgresql":
        return node
    if isinstance(node, exp.CurrentDate):
        return exp.Var(this=TODAY[engine])
    return exp.Var(this=NOW[engine]) if isinstance(node, _CLOCK) else node
