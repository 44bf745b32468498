"""From the Schema to the SQL text of its engine."""

from database_specialist.agent.dialects.identifiers import literal, quote, quote_all
from database_specialist.agent.dialects.parameters import bind
from database_specialist.agent.dialects.splitting import split_statements
from database_specialist.agent.dialects.statements import (
    create_statements,
    drop_statements,
    index_statements,
    script,
)

__all__ = [
    "bind",
    "create_statements",
    "drop_statements",
    "index_statements",
    "literal",
    "quote",
    "quote_all",
    "script",
    "split_statements",
]
