"""What can be said without running anything: every statement parses in its dialect."""

from __future__ import annotations

from collections.abc import Iterable

from database_specialist.agent.dialects import bind, create_statements, index_statements, split_statements
from database_specialist.agent.model.evidence import CheckKind, Stage
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.agent.verification.structure import one_line, subject_of

NOT_UNDERSTOOD = "0A000"
"""The state by which a parser says that it can neither confirm nor refuse a statement."""


def check_statically(parts: Parts, recorder: Recorder) -> None:
    """Parse all SQL of the design, and name what only a run could show."""
    with recorder.phase("parsing", "parsing: no server runs"), recorder.sandbox.database() as parser:
        _parse_scripts(parts, parser, recorder)
        _parse_queries(parts, parser, recorder)
    why = recorder.sandbox.note
    recorder.not_checked("catalog", "schema", "The catalog read back equals the model.", why)
    for example in parts.entity_model.examples:
        kind: CheckKind = "example_accept" if example.expect == "accept" else "example_reject"
        recorder.not_checked(kind, example.id, f"{example.id} is {example.expect}ed: {example.text}", why)
    for table in parts.schema.tables:
        for key in table.foreign_keys:
            claim = f"Deleting a row of {key.ref_table} does what {key.on_delete} says."
            recorder.not_checked("cascade", f"{table.name}.{key.name}", claim, why)


def _parse_scripts(parts: Parts, parser: Database, recorder: Recorder) -> None:
    engine = parts.schema.engine
    ddl = create_statements(parts.schema)
    _parse_all("ddl", "schema", "The DDL parses.", ddl, parser, recorder, owner="plan_schema")
    indexes = index_statements(parts.indexes, engine)
    _parse_all("ddl", "indexes", "The index statements parse.", indexes, parser, recorder, owner="plan_indexes")
    seed = split_statements(parts.operations.seed.sql, engine)
    _parse_all("seed", "seed", "The seed parses.", seed, parser, recorder)
    for migration in parts.operations.migrations:
        both = (*split_statements(migration.up, engine), *split_statements(migration.down, engine))
        name = f"{migration.number:04d}_{migration.name}"
        _parse_all("migration", name, "The migration parses, up and down.", both, parser, recorder)


def _parse_queries(parts: Parts, parser: Database, recorder: Recorder) -> None:
    for query in parts.workload.queries:
        sql, _ = bind(query.sql, query, engine=parts.schema.engine)
        claim = f"{query.id} ({query.name}) parses."
        _parse_all("query", query.id, claim, (sql,), parser, recorder)


def _parse_all(
    kind: CheckKind,
    subject: str,
    claim: str,
    statements: Iterable[str],
    parser: Database,
    recorder: Recorder,
    *,
    owner: Stage | None = None,
) -> None:
    count = opaque = 0
    problems: list[str] = []
    for statement in statements:
        count += 1
        try:
            parser.execute(statement)
        except StatementError as error:
            if error.sqlstate == NOT_UNDERSTOOD:
                opaque += 1
                continue
            problems.append(f"{subject_of(statement)}: {error} in: {one_line(statement)}")
    taken = f", {opaque} more are of a kind that the parser does not know" if opaque else ""
    detail = f"{count - opaque} statements parsed{taken}"
    recorder.judged(kind, subject, claim, tuple(problems), detail=detail, owner=owner)
