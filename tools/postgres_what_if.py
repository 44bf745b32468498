"""What a query would cost with some of the indexes: all are built on a sample, and most hidden from the planner.

An index whose `indisvalid` is false is kept up to date but never planned with. Only the catalog is touched, by the
administrator; the queries are planned as the unprivileged login.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import psycopg

from database_specialist.agent.verification.sandbox import Result

_OIDS = """
SELECT c.relname, i.indexrelid
FROM pg_index AS i
LEFT JOIN pg_inherits AS h ON h.inhrelid = i.indexrelid
JOIN pg_class AS c ON c.oid = coalesce(h.inhparent, i.indexrelid)
WHERE c.relnamespace = 'public'::regnamespace
"""
_COST = re.compile(r"\.\.(\d+\.\d+) rows=")
_SHOW = "UPDATE pg_index SET indisvalid = NOT indisvalid WHERE indexrelid = ANY(%s)"


class ToggledCosts:
    """The `Costs` of a search: the planner's, on a database where all options are built."""

    def __init__(
        self,
        execute: Callable[[str], Result],
        administrator: psycopg.Connection[tuple[object, ...]],
        statements: Mapping[str, str],
        options: frozenset[str],
    ) -> None:
        self._execute = execute
        self._administrator = administrator
        self._statements = statements
        self._oids: dict[str, list[int]] = {name: [] for name in options}
        for name, oid in administrator.execute(_OIDS).fetchall():
            if name in self._oids:
                self._oids[str(name)].append(int(str(oid)))
        self._shown = set(options)
        self.asked = 0

    def cost(self, query: str, indexes: frozenset[str]) -> float:
        """Return the planner's cost of a query when, of all options, exactly these are seen."""
        self.show(indexes)
        self.asked += 1
        rows = self._execute(f"EXPLAIN {self._statements[query]}").rows
        found = _COST.search(str(rows[0][0]))
        return float(found[1]) if found else 0.0

    def show(self, indexes: frozenset[str]) -> None:
        """Let the planner see exactly these of the options."""
        oids = [oid for name in sorted(self._shown ^ indexes) for oid in self._oids[name]]
        if oids:
            self._administrator.execute(_SHOW, (oids,))
        self._shown = set(indexes)
