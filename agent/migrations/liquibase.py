"""Liquibase: a changelog that includes one file of formatted SQL a step, each a changeset with its rollback.

https://docs.liquibase.com/concepts/changelogs/sql-format.html

Without a rollback Liquibase refuses to undo a changeset, which is right for a step that cannot be undone.
"""

from __future__ import annotations

from database_specialist.agent.migrations.renderer import Renderer
from database_specialist.agent.migrations.steps import Step, Way, ended, has_inner_semicolon

_AUTHOR = "database-specialist"
_PROPERTIES = "changelog-file: changelog.yaml\nsearch-path: database/migrations\n"
_DELIMITERS = ("/", "~", "^", "@")


def _file(step: Step) -> str:
    return f"{step.label}.sql"


def _render(project: str, steps: tuple[Step, ...]) -> dict[str, str]:
    entries = [f"  - include:\n      file: {_file(step)}\n      relativeToChangelogFile: true\n" for step in steps]
    changelog = "databaseChangeLog:" + ("\n" + "".join(entries) if entries else " []\n")
    return {
        "changelog.yaml": changelog,
        "liquibase.properties": _PROPERTIES,
        **{_file(step): _text(step) for step in steps},
    }


def _text(step: Step) -> str:
    up, down = _delimiter(step.up), _delimiter(step.down)
    # `stripComments` would also strip those inside the body of a function, and so change it.
    options = ["stripComments:false", "" if step.transactional else "runInTransaction:false"]
    options += [_option("endDelimiter", "splitStatements", up), _option("rollbackEndDelimiter", "", down)]
    parts = [
        "--liquibase formatted sql",
        " ".join(["--changeset", f"{_AUTHOR}:{step.label}", *filter(None, options)]),
        f"--comment: phase {step.phase}. {step.note}".rstrip(),
        "\n\n".join(_statements(step.up, up)),
        "\n".join(_rollback(line) for text in _statements(step.down, down) for line in text.split("\n")),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _option(name: str, unsplit: str, delimiter: str) -> str:
    if delimiter == ";":
        return ""
    return f"{name}:{delimiter}" if delimiter else f"{unsplit}:false" if unsplit else ""


def _delimiter(way: Way) -> str:
    """Return what ends a statement here: a semicolon where no statement holds one, else a line of its own.

    "" when there is none that no statement holds: then the driver cuts the whole.
    """
    if not any(map(has_inner_semicolon, way.statements)):
        return ";"
    lines = [line.strip() for statement in way.statements for line in statement.split("\n")]
    free = (mark for mark in _DELIMITERS if not any(_cuts(mark, line) for line in lines))
    return next(free, "")


def _cuts(mark: str, line: str) -> bool:
    return line.startswith(mark) if mark == "/" else mark in line


def _statements(way: Way, delimiter: str) -> tuple[str, ...]:
    if delimiter in (";", ""):
        return way.lines
    return tuple(f"{ended(statement)}\n{delimiter}" for statement in way.statements)


def _rollback(line: str) -> str:
    return f"--rollback {line}".rstrip()


LIQUIBASE = Renderer(_file, _file, _render)
