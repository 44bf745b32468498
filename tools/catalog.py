"""Reading a catalog back from PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

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
from database_specialist.agent.verification.sandbox import Result
from database_specialist.tools import catalog_queries as queries


class Reader(Protocol):
    """Something that runs a query of ours."""

    def execute(self, sql: str) -> Result:
        """Run it."""


def postgres_catalog(reader: Reader, *, hidden: frozenset[str] = frozenset()) -> Catalog:
    """Read the catalog as the session's own user, whatever it did to its search path.

    `hidden` names extensions that stand ready and that nobody asked for.
    """
    raise NotImplementedError
