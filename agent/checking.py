"""Judge the SQL of a document or a script that others wrote.

The file's statements are run in order; what the engine then holds is read back and put before the rules of the
critic, so that a design of ours and one of others meet the same objections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlglot
from markdown_it import MarkdownIt

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.base import Engine, Figure, Part
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Query, Workload
from database_specialist.agent.rules.critic import review
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.verification.sandbox import Database, StatementError

_SQL_FENCES = frozenset({"sql", "postgresql", "postgres", "pgsql", "psql", "sqlite", "mysql", "mariadb", "ddl"})
_STARTS = re.compile(
    r"\s*(CREATE|ALTER|DROP|COMMENT|INSERT|SELECT|WITH|UPDATE|DELETE|GRANT|PREPARE|BEGIN|SET|TRUNCATE)\b", re.IGNORECASE
)
_QUERY = re.compile(r"\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b", re.IGNORECASE)
_PREPARE = re.compile(r"\s*PREPARE\s+\w+\s*(?:\((?:[^()]|\([^)]*\))*\))?\s*AS\s+", re.IGNORECASE)
_LEADING_COMMENT = re.compile(r"\A(?:\s*--[^\n]*\n|\s*/\*.*?\*/)+", re.DOTALL)
_PLACEHOLDER = re.compile(r"\$\d+|(?<![:\w]):[A-Za-z_]\w*|%s|%\(\w+\)s|(?<=[\s=(,])\?(?=[\s,);]|$)")
_HINTS: tuple[tuple[Engine, re.Pattern[str]], ...] = (
    ("mysql", re.compile(r"\bENGINE\s*=\s*InnoDB|\bAUTO_INCREMENT\b", re.IGNORECASE)),
    ("sqlite", re.compile(r"\bAUTOINCREMENT\b|\bPRAGMA\s+foreign_keys|\)\s*STRICT\s*;", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Statement:
    """A statement and the line of the file on which it begins."""

    line: int
    sql: str


class Failure(Part):
    """A statement that the engine refused."""

    place: str
    """"file:line"."""
    statement: str
    """Its first line."""
    message: str


class CheckReport(Part):
    """What was found in a file."""

    file: str
    engine: str
    statements: int
    tables: int
    indexes: int
    queries: int
    failures: tuple[Failure, ...]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether every statement ran and no rule of severity error objects."""
        return not self.failures and not any(finding.severity == "error" for finding in self.findings)


def guess_engine(text: str) -> Engine:
    """Tell the engine by words that only it knows; PostgreSQL when there are none."""
    return next((engine for engine, hint in _HINTS if hint.search(text)), "postgresql")


def sql_statements(text: str, engine: Engine, *, markdown: bool) -> tuple[Statement, ...]:
    r"""Return the statements of a script, or of a document's SQL blocks, in order.

    >>> [s.line for s in sql_statements("x\n\n```sql\nSELECT 1;\n\nSELECT 2;\n```", "postgresql", markdown=True)]
    [4, 6]
    """
    blocks = _sql_blocks(text) if markdown else [(1, text)]
    return tuple(statement for line, block in blocks for statement in _split(block, line, engine))


def _sql_blocks(text: str) -> Iterable[tuple[int, str]]:
    for token in MarkdownIt("commonmark").parse(text):
        if token.type != "fence" or token.map is None:
            continue
        language = token.info.strip().split(" ")[0].lower()
        if language in _SQL_FENCES or (not language and _STARTS.match(token.content)):
            yield token.map[0] + 2, token.content


def _split(block: str, first_line: int, engine: Engine) -> Iterable[Statement]:
    # psql's own commands are no SQL: they are blanked, so that lines keep their numbers.
    body = re.sub(r"(?m)^\\.*$", "", block)
    at = 0
    for sql in split_statements(body, engine):
        found = body.find(sql, at)
        start = found if found >= 0 else at
        at = start + len(sql)
        yield Statement(first_line + body.count("\n", 0, start), sql)


def check_statements(
    file: str,
    statements: Iterable[Statement],
    database: Database,
    *,
    engine: str,
    read_back: Callable[[Database], tuple[Schema, Indexes]],
) -> CheckReport:
    """Run the statements in order, read the result back, and review it."""
    listed = tuple(statements)
    kind = engine.partition(" ")[0]
    failures = tuple(failure for failure in (_run(file, each, database, kind) for each in listed) if failure)
    schema, indexes = read_back(database)
    queries = tuple(query for query in map(_as_query, enumerate(listed, 1)) if query)
    workload = Workload(queries=queries) if queries else None
    return CheckReport(
        file=file,
        engine=engine,
        statements=len(listed),
        tables=len(schema.tables),
        indexes=len(indexes.planned),
        queries=len(queries),
        failures=failures,
        findings=review(Subject(schema=schema, indexes=indexes, workload=workload)),
    )


def _run(file: str, statement: Statement, database: Database, engine: str) -> Failure | None:
    try:
        bare = _bare(statement.sql)
        parameterised = _QUERY.match(bare) and _PLACEHOLDER.search(bare)
        database.execute(_prepared(bare, statement.line, engine) if parameterised else statement.sql)
    except StatementError as error:
        first = _bare(statement.sql).splitlines()[0]
        return Failure(place=f"{file}:{statement.line}", statement=first, message=str(error))
    return None


def _prepared(query: str, line: int, engine: str) -> str:
    """Return a statement that makes the engine look over a query with parameters without running it.

    >>> _prepared("SELECT a FROM t WHERE b = :b", 7, "sqlite")
    'EXPLAIN SELECT a FROM t WHERE b = NULL'
    >>> _prepared("SELECT a FROM t WHERE b = 'x' AND c = :c", 7, "mysql")
    "PREPARE checked_7 FROM 'SELECT a FROM t WHERE b = ''x'' AND c = ?'"
    """
    if engine == "sqlite":
        return f"EXPLAIN {_PLACEHOLDER.sub('NULL', query)}"
    if engine == "postgresql":
        return f"PREPARE checked_{line} AS {_numbered(query)}"
    quoted = _PLACEHOLDER.sub("?", query).replace("\\", "\\\\").replace("'", "''")
    return f"PREPARE checked_{line} FROM '{quoted}'"


def _bare(sql: str) -> str:
    """Return a statement without the comments above it."""
    return _LEADING_COMMENT.sub("", sql).strip()


def _numbered(sql: str) -> str:
    """Return a query with every placeholder as `$n`, whatever its notation.

    >>> _numbered("SELECT a FROM t WHERE b = :b AND c = ? AND d = :b")
    'SELECT a FROM t WHERE b = $1 AND c = $2 AND d = $1'
    """
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        mark = match.group()
        if mark.startswith("$"):
            return mark
        key = f"{mark}{len(names)}" if mark in {"?", "%s"} else mark
        return f"${names.setdefault(key, len(names) + 1)}"

    return _PLACEHOLDER.sub(number, sql)


def _as_query(numbered: tuple[int, Statement]) -> Query | None:
    number, statement = numbered
    sql = _PREPARE.sub("", _bare(statement.sql))
    if not _QUERY.match(sql) or sql[:6].upper() == "INSERT":
        return None
    try:
        sqlglot.parse_one(_numbered(sql), dialect="postgres")
    except sqlglot.errors.SqlglotError:
        return None
    return Query(
        id=f"line {statement.line}",
        name=f"query_{number}",
        purpose="Stands in the file.",
        kind="write" if sql[:6].upper() in {"UPDATE", "DELETE"} else "read",
        sql=sql,
        frequency=Figure(value=1, unit="executions/day", origin="assumed", basis="The file does not say how often."),
    )
