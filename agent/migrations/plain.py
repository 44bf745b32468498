"""Plain pairs of scripts, for psql, golang-migrate, or by hand.

https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md
"""

from __future__ import annotations

from database_specialist.agent.migrations.renderer import Renderer
from database_specialist.agent.migrations.steps import Step


def _up(step: Step) -> str:
    return f"{step.label}.up.sql"


def _down(step: Step) -> str:
    return f"{step.label}.down.sql"


def _render(project: str, steps: tuple[Step, ...]) -> dict[str, str]:
    files = {}
    for step in steps:
        files[_up(step)] = step.up.script.rstrip() + "\n"
        if step.down.statements:
            files[_down(step)] = step.down.script.rstrip() + "\n"
    return files


PLAIN = Renderer(_up, _down, _render)
