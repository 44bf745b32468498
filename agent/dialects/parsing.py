"""Statements read by sqlglot, each text once: planning, scaling and review ask about the same queries."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from database_specialist.agent.model.base import Engine

DIALECTS = {"postgresql": "postgres", "sqlite": "sqlite", "mysql": "mysql", "mariadb": "mysql"}
"""How sqlglot calls the engines."""


@lru_cache(maxsize=2048)
def parsed(sql: str, engine: Engine) -> exp.Expr:
    """Return the tree of a statement, shared with other callers: copy it before you change it.

    Raises:
        SqlglotError: it is no statement of the engine. RecursionError where it is nested too deeply.
    """
    return sqlglot.parse_one(sql, dialect=DIALECTS[engine])
