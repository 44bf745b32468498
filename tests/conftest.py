"""What tests share: one PostgreSQL server for the session, and an empty database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox, open_postgres


@pytest.fixture(scope="session", autouse=True)
def no_redis_by_chance() -> Iterator[None]:
    """Keep a redis-server on somebody's PATH out of the documents that tests compare; what tests it asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_SPECIALIST_REDIS_URL", "off")
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresSandbox]:
    """A sandbox on the embedded PostgreSQL: `server.database()` makes an empty database."""
    with open_postgres() as sandbox:
        yield sandbox


@pytest.fixture
def database(server: PostgresSandbox) -> Iterator[PostgresDatabase]:
    """An empty database: `execute(sql)`, `run(statements)`, `trial()`, `catalog()`."""
    with server.database() as empty:
        yield empty
