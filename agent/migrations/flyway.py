"""Flyway: `V` files up, `U` files down (the undo command is of the paid editions), and a configuration.

https://documentation.red-gate.com/fd/migrations-184127470.html

A file of a step that must run outside a transaction has a `.conf` beside it. Its own advisory lock would hold a
transaction open, and CREATE INDEX CONCURRENTLY waits for all of them: so it locks by session.
"""

from __future__ import annotations

from database_specialist.agent.migrations.renderer import Renderer
from database_specialist.agent.migrations.steps import Step, Way, client_lines, commented

_CONFIGURATION = """\
flyway.locations=filesystem:database/migrations
flyway.validateMigrationNaming=true
# A dollar sign in a statement is the statement's own.
flyway.placeholderReplacement=false
"""
_SESSION_LOCK = "flyway.postgresql.transactional.lock=false\n"
_OUTSIDE = "executeInTransaction=false\n"


def _up(step: Step) -> str:
    return f"V{step.version}__{step.name}.sql"


def _down(step: Step) -> str:
    return f"U{step.version}__{step.name}.sql"


def _render(project: str, steps: tuple[Step, ...]) -> dict[str, str]:
    lock = _SESSION_LOCK if any(step.engine == "postgresql" for step in steps) else ""
    files = {"flyway.conf": _CONFIGURATION + lock}
    for step in steps:
        files |= _files(_up(step), step, step.up)
        if step.down.statements:
            files |= _files(_down(step), step, step.down)
    return files


def _files(path: str, step: Step, way: Way) -> dict[str, str]:
    files = {path: "\n\n".join((commented(step), *client_lines(step, way))) + "\n"}
    return files if way.transactional else {**files, f"{path}.conf": _OUTSIDE}


FLYWAY = Renderer(_up, _down, _render)
