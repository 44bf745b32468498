"""Judge the SQL of a document or a script that others wrote.

The file's statements are run in order; what the engine then holds is read back and put before the rules of the
critic, so that a design of ours and one of others meet the same objections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import sqlglot

from database_specialist.agent.conduct import conduct, left_behind
from database_specialist.agent.model.base import Figure, Part
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Query, Workload
from database_specialist.agent.rules.critic import review
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.script import Statement, bare
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.sandbox import Database, Sandbox, StatementError

_CLONED_WHOLE = ("postgresql", "sqlite")
"""The engines whose copies hold all that the original does."""
_QUERY = re.compile(r"\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b", re.IGNORECASE)
_PREPARE = re.compile(r"\s*PREPARE\s+\w+\s*(?:\((?:[^()]|\([^)]*\))*\))?\s*AS\s+", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$\d+|(?<![:\w]):[A-Za-z_]\w*|%s|%\(\w+\)s|(?<=[\s=(,])\?(?=[\s,);]|$)")


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


def check_statements(
    file: str,
    statements: Iterable[Statement],
    sandbox: Sandbox,
    *,
    read_back: Callable[[Database], tuple[Schema, Indexes]],
) -> CheckReport:
    """Run the statements in order on an empty database, read the result back, review it, and try what can be tried.

    What leads back down is run on a copy, and held against what stood before its way up.
    """
    listed = tuple(statements)
    with sandbox.database() as database:
        failures, findings = _run_all(file, listed, database, sandbox)
        _end_transaction(database)
        schema, indexes = read_back(database)
        findings += conduct(schema, indexes, database, sandbox)
    queries = tuple(query for query in map(_as_query, enumerate(listed, 1)) if query)
    workload = Workload(queries=queries) if queries else None
    reviewed = review(Subject(schema=schema, indexes=indexes, workload=workload))
    return CheckReport(
        file=file,
        engine=sandbox.engine,
        statements=len(listed),
        tables=len(schema.tables),
        indexes=len(indexes.planned),
        queries=len(queries),
        failures=failures,
        # That there is no table is no news where the statement that makes it failed.
        findings=(*findings, *(each for each in reviewed if not (failures and each.code == "DES012"))),
    )


def _run_all(
    file: str, listed: Sequence[Statement], database: Database, sandbox: Sandbox
) -> tuple[tuple[Failure, ...], tuple[Finding, ...]]:
    """Run each stretch of statements that lead one way; of ways back return what they leave as well."""
    kind = sandbox.engine.partition(" ")[0]
    goes_back = any(statement.way == "down" for statement in listed)
    failures: list[Failure] = []
    findings: list[Finding] = []
    before: list[Catalog] = []
    for is_back, stretch in groupby(listed, key=lambda statement: statement.way == "down"):
        if is_back:
            with database.clone() as copy:
                for _, step in groupby(stretch, key=lambda statement: statement.step):
                    part = tuple(step)
                    failures += filter(None, (_run(file, each, copy, kind) for each in part))
                    if before and kind in _CLONED_WHOLE:
                        findings += left_behind(f"{file}:{part[0].line}", before, copy.catalog(), sandbox)
                        before.pop()
            before = []
            continue
        for _, step in groupby(stretch, key=lambda statement: statement.step):
            part = tuple(step)
            if goes_back and part[0].way == "up":
                before.append(database.catalog())
            failures += filter(None, (_run(file, each, database, kind) for each in part))
    return tuple(failures), tuple(findings)


def _end_transaction(database: Database) -> None:
    """Commit what the file left open; where a statement of it failed, the engine takes all of it back instead."""
    try:
        database.execute("COMMIT")
    except StatementError:
        return  # there was none


def _run(file: str, statement: Statement, database: Database, engine: str) -> Failure | None:
    try:
        query = bare(statement.sql)
        parameterised = _QUERY.match(query) and _PLACEHOLDER.search(query)
        database.execute(_prepared(query, statement.line, engine) if parameterised else statement.sql)
    except StatementError as error:
        first = bare(statement.sql).splitlines()[0]
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
    sql = _PREPARE.sub("", bare(statement.sql))
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
