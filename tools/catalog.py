"""Reading a catalog back from PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from database_specialist.agent.verification.catalog import (
    Catalog,
    ColumnFact,
    ConstraintFact,
    EnumFact,
    IndexFact,
    ObjectFact,
    PartitionFact,
    TableFact,
)
from database_specialist.tools import catalog_queries as queries
from database_specialist.tools.catalog_schema import schema_from_catalog

__all__ = ["postgres_catalog", "schema_from_catalog"]

Row = tuple[Any, ...]
_Fact = TypeVar("_Fact")


def postgres_catalog(read: Callable[[str], Iterable[Row]], *, hidden: frozenset[str] = frozenset()) -> Catalog:
    """Read the catalog through `read`, in a session whose search path is `public`.

    `hidden` names extensions that stand ready and that the design did not ask for.
    """

    def facts(fact: Callable[..., _Fact], query: str) -> tuple[_Fact, ...]:
        made = [fact(*(tuple(value) if isinstance(value, list) else value for value in row)) for row in read(query)]
        return tuple(sorted(made, key=repr))

    def names(query: str) -> tuple[str, ...]:
        return tuple(sorted(str(row[0]) for row in read(query)))

    columns = [ColumnFact(*row) for row in read(queries.COLUMNS)]
    return Catalog(
        tables=facts(TableFact, queries.TABLES),
        columns=tuple(sorted(columns, key=lambda column: (column.table, column.position))),
        constraints=facts(ConstraintFact, queries.CONSTRAINTS),
        indexes=facts(IndexFact, queries.INDEXES),
        views=facts(ObjectFact, queries.VIEWS),
        functions=facts(ObjectFact, queries.FUNCTIONS),
        triggers=facts(ObjectFact, queries.TRIGGERS),
        policies=facts(ObjectFact, queries.POLICIES),
        partitions=facts(PartitionFact, queries.PARTITIONS),
        enums=facts(EnumFact, queries.ENUMS),
        domains=facts(ObjectFact, queries.DOMAINS),
        sequences=names(queries.SEQUENCES),
        schemas=names(queries.SCHEMAS),
        extensions=tuple(name for name in names(queries.EXTENSIONS) if name not in hidden),
    )
