"""The sandbox for an engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database_specialist.agent.model.base import Engine
from database_specialist.agent.verification.sandbox import Sandbox
from database_specialist.tools.mysql_sandbox import open_mysql
from database_specialist.tools.postgres_sandbox import open_postgres
from database_specialist.tools.sqlite_sandbox import open_sqlite


@contextmanager
def open_sandbox(
    engine: Engine, *, pg_bin: str | None = None, mysql_dsn: str | None = None, cache: Path | None = None
) -> Iterator[Sandbox]:
    """Open the sandbox that proves designs for `engine`.

    For MySQL and MariaDB without a server it only parses, and says so.

    Raises:
        SandboxError: no PostgreSQL can be had, or the server of `mysql_dsn` cannot be used.
    """
    if engine == "postgresql":
        with open_postgres(pg_bin, cache=cache) as sandbox:
            yield sandbox
    elif engine == "sqlite":
        with open_sqlite() as light:
            yield light
    else:
        with open_mysql(engine, dsn=mysql_dsn) as other:
            yield other
