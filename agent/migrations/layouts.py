"""The layouts to choose from: what is told of each tool, its commands, and who writes its files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from database_specialist.agent.migrations.alembic import ALEMBIC
from database_specialist.agent.migrations.dbmate import DBMATE
from database_specialist.agent.migrations.flyway import FLYWAY
from database_specialist.agent.migrations.goose import GOOSE
from database_specialist.agent.migrations.liquibase import LIQUIBASE
from database_specialist.agent.migrations.plain import PLAIN
from database_specialist.agent.migrations.renderer import Renderer
from database_specialist.agent.migrations.sqitch import SQITCH
from database_specialist.agent.migrations.steps import steps_of
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.operations import Migration, MigrationFormat

FOLDER = "database/migrations"
RENDERERS: Mapping[MigrationFormat, Renderer] = {
    "plain": PLAIN,
    "alembic": ALEMBIC,
    "dbmate": DBMATE,
    "goose": GOOSE,
    "flyway": FLYWAY,
    "liquibase": LIQUIBASE,
    "sqitch": SQITCH,
}


@dataclass(frozen=True)
class Layout:
    """What is told of a tool."""

    title: str
    page: str
    """The page of its conventions."""
    layout: str
    """Which files there are, in Markdown of ours."""
    ran: str
    """What the tests of this program do with the sample's files; empty for plain SQL, which each run proves."""
    _up: str
    _down: str
    _urls: Mapping[str, str]

    def up(self, steps: Sequence[Migration], engine: Engine, database: str) -> str:
        """Return the command that applies the steps, which are the next in order."""
        return self._filled(self._up, steps[-1], len(steps), engine, database)

    def down(self, steps: Sequence[Migration], engine: Engine, database: str) -> str:
        """Return the command that undoes all the steps."""
        return self._filled(self._down, steps[-1], len(steps), engine, database)

    def _filled(self, command: str, last: Migration, count: int, engine: Engine, database: str) -> str:
        (step,) = steps_of((last,), engine)
        url = self._urls[engine].format(database=database)
        words = {"label": step.label, "version": step.version, "number": step.number, "count": count}
        return command.format(url=url, folder=FOLDER, **words)


@cache
def layouts() -> Mapping[str, Layout]:
    """Return the layouts by name, from `tools.toml`."""
    text = resources.files(__package__).joinpath("tools.toml").read_text(encoding="utf-8")
    return {name: _layout(entry) for name, entry in tomllib.loads(text).items()}


def _layout(entry: Mapping[str, Any]) -> Layout:
    told = {key: entry[key] for key in ("title", "page", "layout", "ran")}
    return Layout(**told, _up=entry["up"], _down=entry["down"], _urls=entry.get("url", {}))


def render_migrations(
    migrations: Sequence[Migration], kind: MigrationFormat, engine: Engine, project: str
) -> dict[str, str]:
    """Return the files of the migrations in a tool's layout, by their path below `database/migrations/`."""
    return RENDERERS[kind].render(project, steps_of(migrations, engine))


def up_file(migration: Migration, kind: MigrationFormat, engine: Engine) -> str:
    """Return the path of the file that holds the way up, below `database/migrations/`."""
    return RENDERERS[kind].up_file(*steps_of((migration,), engine))


def down_file(migration: Migration, kind: MigrationFormat, engine: Engine) -> str:
    """Return the path of the file that holds the way down, below `database/migrations/`."""
    return RENDERERS[kind].down_file(*steps_of((migration,), engine))
