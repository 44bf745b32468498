"""The sandbox for an engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database_specialist.agent.model.base import Engine
from database_specialist.agent.run_log import run_log
from database_specialist.agent.verification.sandbox import Sandbox
from database_specialist.tools.mysql_sandbox import open_mysql
from database_specialist.tools.postgres_sandbox import open_postgres
from database_specialist.tools.sqlite_sandbox import open_sqlite
from database_specialist.tools.telemetry import span

_LOG = run_log(__name__)


@contextmanager
def open_sandbox(
    engine: Engine, *, pg_bin: str | None = None, mysql_dsn: str | None = None, cache: Path | None = None
) -> Iterator[Sandbox]:
    """Open the sandbox that proves designs for `engine`.

    For MySQL and MariaDB without a server it only parses, and says so.

    Raises:
        SandboxError: no PostgreSQL can be had, or the server of `mysql_dsn` cannot be used.
    """
    with (
        span(f"sandbox {engine}", {"db.system.name": engine}),
        _logged(engine),
        _opened(engine, pg_bin, mysql_dsn, cache) as sandbox,
    ):
        yield sandbox


@contextmanager
def _logged(engine: Engine) -> Iterator[None]:
    began = time.monotonic()
    _LOG.info("sandbox starts", fields={"engine": engine})
    try:
        yield
    finally:
        _LOG.info("sandbox stopped", fields={"engine": engine, "seconds": round(time.monotonic() - began, 3)})


@contextmanager
def _opened(engine: Engine, pg_bin: str | None, mysql_dsn: str | None, cache: Path | None) -> Iterator[Sandbox]:
    if engine == "postgresql":
        with open_postgres(pg_bin, cache=cache) as sandbox:
            yield sandbox
    elif engine == "sqlite":
        with open_sqlite() as light:
            yield light
    else:
        with open_mysql(engine, dsn=mysql_dsn) as other:
            yield other
