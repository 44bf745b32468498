"""Small whole designs to render: the shop, proven on PostgreSQL and on SQLite."""

from __future__ import annotations

import pytest

from database_specialist.agent.citing import compare_operations, compare_schema
from database_specialist.agent.designer.workload import write_workload
from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.extensions import with_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Research, Source
from database_specialist.agent.model.design import Design
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.rules.critic import judge
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.verification.sandbox import Sandbox
from database_specialist.agent.verification.verify import verify
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.shop import BRIEF, ENTITY_MODEL


def source(number: int, topic: str, page: str, excerpt: str) -> Source:
    return Source(
        id=f"S{number}",
        provider="context7",
        topic=topic,
        query=f"PostgreSQL {topic}",
        title=page.removesuffix(".html"),
        url=f"https://www.postgresql.org/docs/current/{page}",
        retrieved="2026-01-05",
        excerpt=excerpt,
    )


RESEARCH = Research(
    topics=("PostgreSQL primary keys", "PostgreSQL types and constraints", "PostgreSQL indexes"),
    sources=(
        source(1, "primary keys", "ddl-identity-columns.html", "An identity column is generated from a sequence."),
        source(2, "types and constraints", "datatype-enum.html", "Values cannot be removed from an enum type."),
        source(3, "types and constraints", "datatype-geometric.html", "Geometric types hold points and lines."),
        source(4, "indexes", "indexes-multicolumn.html", "Multicolumn indexes should be used sparingly."),
    ),
    not_researched=("Perplexity: no key (PERPLEXITY_API_KEY)",),
)


def build(engine: Engine, sandbox: Sandbox) -> Design:
    """Take the shop through every step of the design, and prove it."""
    brief = BRIEF.model_copy(update={"stack": BRIEF.stack.model_copy(update={"engine": engine})})
    mapped = compare_schema(map_schema(ENTITY_MODEL, engine=engine), RESEARCH)
    workload = write_workload(brief, ENTITY_MODEL, mapped)
    indexes = plan_indexes(mapped, workload)
    schema = with_extensions(mapped, required_extensions(indexes))
    operations = compare_operations(plan_operations(brief, ENTITY_MODEL, schema, workload, indexes), RESEARCH)
    parts = {"schema": schema, "workload": workload, "indexes": indexes, "operations": operations}
    evidence = verify(entity_model=ENTITY_MODEL, sandbox=sandbox, progress=lambda doing: None, **parts).log
    subject = Subject(brief=brief, entity_model=ENTITY_MODEL, evidence=evidence, **parts)
    return Design(
        designer="rules",
        research=RESEARCH,
        brief=brief,
        entity_model=ENTITY_MODEL,
        relational_schema=schema,
        workload=workload,
        indexes=indexes,
        operations=operations,
        evidence=evidence,
        verdict=judge(subject, round=1),
    )


@pytest.fixture(scope="session")
def design(server: PostgresSandbox) -> Design:
    return build("postgresql", server)


@pytest.fixture(scope="session")
def sqlite_design() -> Design:
    with open_sqlite() as sandbox:
        return build("sqlite", sandbox)
