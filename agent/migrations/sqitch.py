"""Sqitch: a plan, and for each step the scripts deploy, revert and verify.

https://sqitch.org/docs/manual/sqitchtutorial/

Its scripts are run by the engine's own client, so they open their transactions themselves. A verify script fails
when something that its deploy script made is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.dialects import literal
from database_specialist.agent.migrations.renderer import Renderer
from database_specialist.agent.migrations.steps import REFUSAL, Step, Way, client_lines, commented, ended
from database_specialist.agent.model.base import Engine

_ENGINES: dict[Engine, str] = {"postgresql": "pg", "sqlite": "sqlite", "mysql": "mysql", "mariadb": "mysql"}
# The plan asks for a time and a person for each change; neither may differ between two runs.
_PLANNED = "2000-01-01T00:00:00Z database-specialist <database-specialist@localhost>"
_NAME = r'(?P<name>(?:"(?:[^"]|"")+"|[\w.])+)'
_CREATES = re.compile(
    rf"CREATE (?:OR REPLACE )?(?:UNIQUE |CONSTRAINT )?(?P<kind>TABLE|VIEW|TYPE|DOMAIN|INDEX|TRIGGER|POLICY|EXTENSION)"
    rf"(?: CONCURRENTLY)?(?: IF NOT EXISTS)? {_NAME}(?:.*? ON (?P<table>(?:\"(?:[^\"]|\"\")+\"|[\w.])+))?",
    re.DOTALL | re.IGNORECASE,
)
# Each reads something that is an error where the object is not there: a name, or a division by a count of none.
_POSTGRESQL = {
    "TABLE": "SELECT FROM {name} WHERE false",
    "VIEW": "SELECT FROM {name} WHERE false",
    "TYPE": "SELECT NULL::{name}",
    "DOMAIN": "SELECT {text}::regtype",
    "INDEX": "SELECT {text}::regclass",
    "TRIGGER": "SELECT 1 / count(*) FROM pg_trigger WHERE tgname = {bare} AND tgrelid = {of}::regclass",
    "POLICY": "SELECT 1 / count(*) FROM pg_policy WHERE polname = {bare} AND polrelid = {of}::regclass",
    "EXTENSION": "SELECT 1 / count(*) FROM pg_extension WHERE extname = {bare}",
}
_OTHERS = {"TABLE": "SELECT 1 FROM {name} WHERE 1 = 0", "VIEW": "SELECT 1 FROM {name} WHERE 1 = 0"}
_NOTHING = "-- Nothing that can be looked up is made here.\nSELECT 1;"


def _deploy(step: Step) -> str:
    return f"deploy/{step.label}.sql"


def _revert(step: Step) -> str:
    return f"revert/{step.label}.sql"


def _render(project: str, steps: tuple[Step, ...]) -> dict[str, str]:
    engine = _ENGINES[steps[0].engine] if steps else "pg"
    name = re.sub(r"\W+", "_", project.lower()).strip("_") or "project"
    files = {
        "sqitch.conf": f"[core]\n\tengine = {engine}\n",
        "sqitch.plan": f"%syntax-version=1.0.0\n%project={name}\n\n" + "".join(map(_line, steps)),
    }
    for step in steps:
        refusal = (ended(REFUSAL),) if not step.down.statements else ()
        files[_deploy(step)] = _script(step, step.up, client_lines(step, step.up))
        files[_revert(step)] = _script(step, step.down, (*client_lines(step, step.down), *refusal))
        files[f"verify/{step.label}.sql"] = "\n\n".join((commented(step), *_verify(step))) + "\n"
    return files


def _line(step: Step) -> str:
    return f"{step.label} {_PLANNED} # {step.note or step.phase}\n"


def _script(step: Step, way: Way, statements: tuple[str, ...]) -> str:
    begin, commit = ("BEGIN;", "COMMIT;") if way.transactional else ("", "")
    return "\n\n".join(part for part in (commented(step), begin, *statements, commit) if part) + "\n"


def _verify(step: Step) -> tuple[str, ...]:
    gone = {_key(found) for each in step.up.statements if (found := _DROPS.match(each))}
    made = [found for each in step.up.statements if (found := _CREATES.match(each)) and _key(found) not in gone]
    return tuple(_checks(step.engine, made)) or (_NOTHING,)


_DROPS = re.compile(
    rf"DROP (?P<kind>TABLE|VIEW|TYPE|DOMAIN|INDEX|TRIGGER|POLICY|EXTENSION)(?: CONCURRENTLY)?(?: IF EXISTS)? {_NAME}",
    re.IGNORECASE,
)


def _key(found: re.Match[str]) -> tuple[str, str]:
    return found["kind"].upper(), found["name"]


def _checks(engine: Engine, made: list[re.Match[str]]) -> Iterator[str]:
    known = _POSTGRESQL if engine == "postgresql" else _OTHERS
    for found in made:
        pattern = known.get(found["kind"].upper())
        if pattern:
            name = found["name"]
            yield ended(
                pattern.format(
                    name=name,
                    text=literal(name, engine),
                    bare=literal(_bare(name), engine),
                    of=literal(found["table"] or "", engine),
                )
            )


def _bare(name: str) -> str:
    """Return a name as the catalog holds it.

    >>> _bare('"Odd Name"'), _bare("Plain")
    ('Odd Name', 'plain')
    """
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


SQITCH = Renderer(_deploy, _revert, _render)
