"""The statements of a script or a dump that make a schema, and loading them into an empty database."""

from __future__ import annotations

import re
from collections.abc import Iterable

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.errors import DocumentError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.change import Existing
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.sandbox import Database, StatementError

# The rows of a dump are not read, and psql's own commands are no SQL.
_ROWS = re.compile(r"^COPY [^;]* FROM stdin;\n.*?^\\\.$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?m)^\\.*$")
_LEADING_COMMENT = re.compile(r"\A(?:\s*--[^\n]*\n|\s*/\*.*?\*/)+", re.DOTALL)
# What says nothing of tables, or names roles that the sandbox does not know.
_NO_SCHEMA = re.compile(
    r"(INSERT|UPDATE|DELETE|GRANT|REVOKE|ANALYZE|VACUUM|BEGIN|COMMIT|START TRANSACTION|END)\b"
    r"|SET (?!search_path)|SELECT\b|ALTER DEFAULT PRIVILEGES|ALTER .* OWNER TO |COMMENT ON (EXTENSION|SCHEMA) "
    r"|CREATE SCHEMA (IF NOT EXISTS )?\"?public\"?|(CREATE|ALTER|DROP) (ROLE|USER|DATABASE|PUBLICATION|SUBSCRIPTION)\b"
    r"|DROP \w+ IF EXISTS |PRAGMA\b",
    re.IGNORECASE | re.DOTALL,
)


def schema_statements(text: str, engine: Engine) -> tuple[str, ...]:
    r"""Return the statements of a script that make a schema, without its rows, roles and grants.

    >>> schema_statements("SET x = 1;\nCREATE TABLE t (a int);\nCOPY t FROM stdin;\n1\n\\.\nGRANT ALL ON t TO me;",
    ...                   "postgresql")
    ('CREATE TABLE t (a int)',)
    """
    body = _COMMAND.sub("", _ROWS.sub("", text.replace("\r\n", "\n")))
    bare = (_LEADING_COMMENT.sub("", statement).strip() for statement in split_statements(body, engine))
    return tuple(statement for statement in bare if statement and not _NO_SCHEMA.match(statement))


def load(existing: Existing, database: Database) -> Catalog:
    """Make the existing schema in an empty database; return its catalog.

    Raises:
        DocumentError: the engine refuses a statement, or there is no table.
    """
    for statement in existing.statements:
        try:
            database.execute(statement)
        except StatementError as error:
            first = " ".join(statement.split())[:120]
            raise DocumentError(
                f"{existing.origin}: the sandbox refuses {first} ({error}); mend it, or give a dump of the schema"
            ) from error
    database.run(_settled(existing.engine))
    catalog = database.catalog()
    if not catalog.tables:
        raise DocumentError(f"{existing.origin}: it makes no table; give the schema that is there, or leave --existing")
    return catalog


def _settled(engine: Engine) -> Iterable[str]:
    """Undo what a script did to its session."""
    return ("RESET search_path",) if engine == "postgresql" else ()
