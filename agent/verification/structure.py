"""Proofs of structure: the DDL runs from empty, the catalog equals the model, every object exists."""

from __future__ import annotations

import re

from database_specialist.agent.dialects import create_statements, index_statements, split_statements
from database_specialist.agent.model.evidence import Stage
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.verification.catalog import Catalog, ObjectFact
from database_specialist.agent.verification.comparison import table_differences, type_differences
from database_specialist.agent.verification.records import Parts, Recorder, counted
from database_specialist.agent.verification.sandbox import Database, StatementError

_CREATED = re.compile(
    r"\s*(?:CREATE|ALTER|COMMENT\s+ON|DROP)\s+(?:OR\s+REPLACE\s+)?(?:(?:UNIQUE|TEMPORARY|MATERIALIZED|CONSTRAINT|FULLTEXT|SPATIAL)\s+)*"
    r"\w+\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?P<name>[\w.\"`]+)",
    re.IGNORECASE,
)


def prove_ddl(parts: Parts, database: Database, recorder: Recorder) -> bool:
    """Run the DDL and the indexes statement by statement; return whether all of it ran."""
    schema = parts.schema
    groups: tuple[tuple[tuple[str, ...], Stage], ...] = (
        (create_statements(schema), "plan_schema"),
        (index_statements(parts.indexes, schema.engine), "plan_indexes"),
    )
    failures = 0
    for statements, owner in groups:
        for statement in statements:
            error = _error(statement, database)
            # What fails because an earlier statement failed would hide the cause.
            if error and not (failures and _is_missing_table(error)):
                failures += 1
                detail = f"{error} in: {one_line(statement)}"
                recorder.failed("ddl", subject_of(statement), _DDL_CLAIM, detail, owner=owner)
    total = sum(len(statements) for statements, _ in groups)
    if not failures:
        stood_in = [each.name for each in schema.extensions if each.name in recorder.sandbox.shimmed]
        note = f"; shimmed: a stand-in replaced the extension {', '.join(stood_in)}" if stood_in else ""
        figure = counted(total, "statements", "statements of the DDL and the index plan, run in order")
        recorder.passed("ddl", "schema", _DDL_CLAIM, f"{total} statements ran without an error{note}", figure=figure)
    return not failures


_DDL_CLAIM = "The whole DDL runs on an empty database."


def _error(statement: str, database: Database) -> StatementError | None:
    try:
        database.execute(statement)
    except StatementError as error:
        return error
    return None


def _is_missing_table(error: StatementError) -> bool:
    return error.sqlstate in ("42P01", "42S02") or "no such table" in error.message


def subject_of(statement: str) -> str:
    """Return the name of what a statement creates, or "schema".

    >>> subject_of('CREATE UNIQUE INDEX orders_key ON orders (id)')
    'orders_key'
    """
    found = _CREATED.match(statement)
    return found["name"].strip('"`') if found else "schema"


def one_line(statement: str, limit: int = 160) -> str:
    """Return the statement on one line, cut at `limit` characters."""
    line = " ".join(statement.split())
    return line if len(line) <= limit else f"{line[: limit - 3]}..."


def prove_catalog(parts: Parts, database: Database, recorder: Recorder) -> Catalog:
    """Compare the catalog with the model, one record a table; return the catalog."""
    schema = parts.schema
    catalog = database.catalog()
    wanted = [column.type for table in schema.tables for column in table.columns]
    types = database.normal_types(wanted)
    if schema.enums or schema.domains or schema.extensions:
        count = f"{len(schema.extensions)} extensions, {len(schema.enums)} enumerations, {len(schema.domains)} domains"
        problems = type_differences(schema, catalog)
        recorder.judged("catalog", "types", "Types and extensions exist as the model says.", problems, detail=count)
    for table in schema.tables:
        problems = table_differences(table, catalog, types, engine=schema.engine)
        recorder.judged(
            "catalog",
            table.name,
            "The table read back from the catalog equals the model.",
            problems,
            detail=f"{len(table.columns)} columns and {_constraint_count(schema, table.name)} constraints, all equal",
        )
    known = {table.name for table in schema.tables}
    extra = tuple(f"table {fact.name} is not in the model" for fact in catalog.tables if fact.name not in known)
    if extra:
        recorder.failed("catalog", "schema", "The database holds no other table.", "; ".join(extra))
    return catalog


def _constraint_count(schema: Schema, name: str) -> int:
    table = schema.table(name)
    assert table is not None
    lists = (table.uniques, table.checks, table.foreign_keys, table.exclusions)
    return sum(len(constraints) for constraints in lists) + (table.primary_key is not None)


def prove_objects(parts: Parts, catalog: Catalog, recorder: Recorder) -> None:
    """Look up every index, view, function, trigger and policy."""
    for index in parts.indexes.planned:
        fact = next((each for each in catalog.indexes_of(index.table) if each.name == index.name), None)
        problems = () if fact else (f"no index {index.name} on {index.table}",)
        if fact and not fact.valid:
            problems = (f"index {index.name} is not valid",)
        keys = f"{fact.method} ({', '.join(fact.keys)})" if fact else ""
        claim = f"The index exists on {index.table} and is valid."
        recorder.judged("object", index.name, claim, problems, detail=keys, owner="plan_indexes")
    for view in parts.schema.views:
        _exists("view", view.name, catalog.views, recorder)
    for routine in parts.schema.routines:
        for kind, name in created_by(routine.create, parts.schema):
            facts = catalog.triggers if kind == "trigger" else catalog.functions
            _exists(kind, name, facts, recorder)
    for policy in parts.schema.policies:
        on_table = tuple(fact for fact in catalog.policies if fact.table == policy.table)
        _exists("policy", policy.name, on_table, recorder)


def _exists(kind: str, name: str, facts: tuple[ObjectFact, ...], recorder: Recorder) -> None:
    # A function's name in the catalog carries its argument types.
    found = any(fact.name == name or fact.name.split("(")[0] == name for fact in facts)
    problems = () if found else (f"no {kind} {name}",)
    recorder.judged("object", name, f"The {kind} exists.", problems, detail=f"{kind} found in the catalog")


_ROUTINE = re.compile(
    r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:(?:CONSTRAINT|TEMP|TEMPORARY)\s+)?"
    r"(?P<kind>FUNCTION|PROCEDURE|TRIGGER)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>[\w\"`]+)",
    re.IGNORECASE,
)


def created_by(create: str, schema: Schema) -> tuple[tuple[str, str], ...]:
    """Return what the statements of a routine create: ("function" or "trigger", its name)."""
    found: list[tuple[str, str]] = []
    for statement in split_statements(create, schema.engine):
        match = _ROUTINE.match(statement)
        if match:
            kind = "trigger" if match["kind"].upper() == "TRIGGER" else "function"
            found.append((kind, match["name"].strip('"`')))
    return tuple(found)
