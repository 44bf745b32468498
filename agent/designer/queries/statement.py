"""The pieces of a statement: quoted names, bound parameters and the clauses of a SELECT."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from database_specialist.agent.dialects.identifiers import reserved_words
from database_specialist.agent.model.base import Engine, FactId, Scalar
from database_specialist.agent.model.relational import Column, Table
from database_specialist.agent.model.workload import Parameter

Staleness = Literal["fresh", "seconds", "minutes", "hours"]
Returns = Literal["one", "page", "list", "aggregate", "nothing"]

_INDENT = "\n  AND "
_LINE = 100


@dataclass(frozen=True)
class Draft:
    """A query before it has an id and figures. Two drafts of one name are the same access."""

    name: str
    purpose: str
    intent: str
    """What it does to `table`: decides how often, how fast and how fresh."""
    table: str
    sql: str
    parameters: tuple[Parameter, ...] = ()
    returns: Returns = "list"
    staleness: Staleness = "fresh"
    role: str | None = None
    facts: tuple[FactId, ...] = ()

    @property
    def kind(self) -> Literal["read", "write"]:
        """Whether it changes rows."""
        is_write = self.sql.startswith(("INSERT", "UPDATE", "DELETE")) or "\nINSERT INTO " in self.sql
        return "write" if is_write else "read"


@dataclass
class Bindings:
    """Collects the parameters of one statement, each name once."""

    engine: Engine
    _taken: dict[str, Parameter] = field(default_factory=dict)

    def of(self, table: Table, column: Column, *, name: str | None = None, example: Scalar = None) -> str:
        """Bind a value of a column: drawn from it, or the example where a stored value would not do."""
        source = None if example is not None else f"{table.name}.{column.name}"
        return self.bind(name or column.name, column.type, source=source, example=example)

    def bind(self, name: str, type_: str, *, source: str | None = None, example: Scalar = None) -> str:
        """Bind a named value and return its place in the statement. No parameter is called like a word of SQL."""
        if any(name in reserved_words(engine) for engine in get_args(Engine)):
            name = f"{name}_value"
        self._taken.setdefault(name, Parameter(name=name, type=type_, source=source, example=example))
        return f":{name}"

    def page(self, size: int = 50) -> str:
        """Bind the size of a page."""
        return self.bind("page_size", "bigint" if self.engine == "postgresql" else "integer", example=size)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in the order in which they were bound."""
        return tuple(self._taken.values())


@dataclass(frozen=True)
class Select:
    """The clauses of one SELECT, each already SQL text."""

    columns: tuple[str, ...]
    source: str
    joins: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limit: str | None = None

    def __str__(self) -> str:
        lines = [f"SELECT {wrap(self.columns)}", f"FROM {self.source}", *self.joins]
        if self.where:
            lines.append(f"WHERE {_INDENT.join(self.where)}")
        if self.group:
            lines.append(f"GROUP BY {', '.join(self.group)}")
        if self.order:
            lines.append(f"ORDER BY {', '.join(self.order)}")
        if self.limit:
            lines.append(f"LIMIT {self.limit}")
        return "\n".join(lines)


def conditions(parts: Iterable[str]) -> str:
    """Join conditions as the body of a WHERE clause."""
    return _INDENT.join(parts)


def wrap(items: Iterable[str]) -> str:
    """Join list items with commas, broken over lines of readable length."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(item) + 2 <= _LINE:
            lines[-1] += f", {item}"
        else:
            lines.append(item)
    return ",\n       ".join(lines)
