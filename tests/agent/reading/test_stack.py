"""The engine and the technologies around it."""

from __future__ import annotations

import pytest

from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.stack import quick_stack

from .documents import brief, document


def architecture(text: str) -> str:
    return f"# Architecture\n\n{text}\n"


@pytest.mark.parametrize(
    ("text", "engine", "version"),
    [
        ("- PostgreSQL 16 (primary data store)", "postgresql", "16"),
        ("- **MySQL** - Relational database for data storage", "mysql", None),
        ("| Layer | Technology |\n|---|---|\n| Database | MariaDB 11.4 |", "mariadb", "11.4"),
        ("The database is SQLite.", "sqlite", None),
        ("We chose PostgreSQL instead of MySQL.", "postgresql", None),
        ("We considered MySQL, but all data is stored in PostgreSQL.", "postgresql", None),
        ("- MySQL was rejected\n- PostgreSQL holds the orders", "postgresql", None),
        ("| Decision | Chosen | Alternative |\n|---|---|---|\n| Database | MariaDB | MySQL |", "mariadb", None),
        ("## Alternatives\n\n- MySQL: popular\n\n## Data\n\n- Orders live in PostgreSQL", "postgresql", None),
        ("The device keeps SQLite while offline; the primary store in the cloud is PostgreSQL.", "postgresql", None),
        ("It runs on AWS Aurora.", "postgresql", None),
        ("Supabase hosts the data.", "postgresql", None),
        ('```prisma\ndatasource db {\n  provider = "mysql"\n}\n```', "mysql", None),
        ("```yaml\nservices:\n  db:\n    image: postgres:15.2-alpine\n```", "postgresql", "15.2"),
    ],
)
def test_the_chosen_engine_is_found(text: str, engine: str, version: str | None) -> None:
    stack = brief(architecture(text), "architecture.md").stack
    assert (stack.engine, stack.engine_version, stack.origin) == (engine, version, "given")
    assert "architecture.md:" in stack.reason


def test_without_a_named_engine_postgresql_is_taken_with_a_reason_and_a_question() -> None:
    read = brief("Users can pay.")
    assert (read.stack.engine, read.stack.origin) == ("postgresql", "assumed")
    assert "no database engine" in read.stack.reason
    assert any("engine" in gap.question for gap in read.gaps)


@pytest.mark.parametrize("name", ["SQL Server 2019", "MongoDB", "Oracle", "Cassandra", "DynamoDB"])
def test_an_engine_that_cannot_be_designed_for_gives_postgresql_and_a_question(name: str) -> None:
    read = brief(architecture(f"- Primary database: {name}"), "architecture.md")
    assert (read.stack.engine, read.stack.origin) == ("postgresql", "assumed")
    assert "architecture.md:3" in read.stack.reason
    assert any("replaced by PostgreSQL" in gap.question for gap in read.gaps)


def test_the_caller_overrides_the_documents_and_the_reason_says_what_they_name() -> None:
    documents = [document(architecture("- Primary database: MySQL 8"), "architecture.md")]
    stack = read_brief(documents, project="Test", engine="sqlite").stack
    assert (stack.engine, stack.origin) == ("sqlite", "given")
    assert "mysql" in stack.reason


def test_a_managed_service_is_the_platform() -> None:
    read = brief(
        architecture("| Part | Choice |\n|---|---|\n| Primary database | PostgreSQL 17 on AWS RDS |"), "architecture.md"
    )
    assert (read.stack.platform, read.stack.engine_version) == ("AWS RDS", "17")


def test_technologies_have_category_version_purpose_and_facts() -> None:
    read = brief(architecture("- Redis 7 (session storage)\n- Elasticsearch for full-text search"), "architecture.md")
    assert [(t.name, t.category, t.version, t.purpose, t.facts) for t in read.stack.technologies] == [
        ("Redis", "key_value", "7", "session storage", ("F1",)),
        ("Elasticsearch", "search", None, "full-text search", ("F2",)),
    ]


def test_words_that_are_also_names_are_read_as_words() -> None:
    read = brief(architecture("- Users go to the express checkout and react to a swift flask"), "architecture.md")
    assert read.stack.technologies == ()


def test_two_chosen_primary_engines_are_a_contradiction() -> None:
    read = brief(architecture("- Primary database: PostgreSQL\n- Primary database: MySQL"), "architecture.md")
    assert any("PostgreSQL" in found.text and "MySQL" in found.text for found in read.contradictions)


def test_the_quick_stack_is_the_stack_of_the_brief() -> None:
    documents = [document(architecture("- PostgreSQL 16 (primary store)\n- Redis 7 (cache)"), "architecture.md")]
    quick, full = quick_stack(documents), read_brief(documents, project="Test").stack
    assert (quick.engine, quick.engine_version) == (full.engine, full.engine_version)
    assert [t.name for t in quick.technologies] == [t.name for t in full.technologies]


def test_all_that_was_considered_and_not_taken_is_left_out() -> None:
    text = "- **Decision**: PostgreSQL 16\n- **Considered**: MySQL 8, Cosmos DB\n- We decided against MongoDB."
    assert [technology.name for technology in brief(architecture(text), "architecture.md").stack.technologies] == [
        "PostgreSQL"
    ]
