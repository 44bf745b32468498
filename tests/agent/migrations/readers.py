"""Readers of the files of tools that cannot be had here, by the rules that each tool documents.

goose       https://pressly.github.io/goose/documentation/annotations/
Flyway      https://documentation.red-gate.com/fd/migrations-184127470.html
Liquibase   https://docs.liquibase.com/concepts/changelogs/sql-format.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

# What a semicolon may stand in without ending a statement: texts, names, bodies, comments.
_TOKEN = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|--[^\n]*|/\*.*?\*/|(?P<end>;)|.", re.DOTALL
)


@dataclass(frozen=True)
class Run:
    """Statements that a tool sends one by one."""

    statements: tuple[str, ...]
    transactional: bool


def read_goose(folder: Path) -> tuple[list[Run], list[Run]]:
    """Return the ways up and down of all files, in the order in which each is run."""
    files = [path.read_text() for path in sorted(folder.glob("*.sql"), key=lambda path: int(path.name.split("_")[0]))]
    ups = [_goose(text, "up") for text in files]
    return ups, [_goose(text, "down") for text in reversed(files)]


def _goose(text: str, wanted: str) -> Run:
    way, buffer, block = "", "", False
    statements: dict[str, list[str]] = {"up": [], "down": []}
    for line in text.splitlines():
        annotation = re.fullmatch(r"--\s\+goose\s(.*)", line)
        word = annotation[1].strip().lower() if annotation else ""
        if word in ("up", "down"):
            assert not buffer, f"an unfinished statement before {line}"
            way = word
        elif word == "statementbegin":
            block = True
        elif word == "statementend":
            statements[way].append(buffer)
            buffer, block = "", False
        elif annotation or (not block and not buffer and (not line.strip() or line.startswith("--"))):
            continue
        else:
            buffer += f"{line}\n"
            if not block and line.partition("--")[0].rstrip().endswith(";"):
                statements[way].append(buffer)
                buffer = ""
    assert not buffer, "an unfinished statement at the end"
    return Run(tuple(statements[wanted]), "-- +goose no transaction" not in text.lower())


def read_flyway(folder: Path) -> tuple[list[Run], list[Run]]:
    """Return the same. Every file is named as Flyway asks for, and placeholders are off."""
    settings = dict(line.split("=", 1) for line in (folder / "flyway.conf").read_text().splitlines() if "=" in line)
    assert settings["flyway.placeholderReplacement"] == "false"
    found: dict[str, dict[int, Run]] = {"V": {}, "U": {}}
    for path in folder.glob("*.sql"):
        name = re.fullmatch(r"([VU])(\d+)__\w+\.sql", path.name)
        assert name is not None, path.name
        own = path.with_name(f"{path.name}.conf")
        outside = own.exists() and "executeInTransaction=false" in own.read_text().splitlines()
        assert not outside or settings["flyway.postgresql.transactional.lock"] == "false"
        found[name[1]][int(name[2])] = Run(cut(path.read_text()), not outside)
    ups, downs = found["V"], found["U"]
    return [ups[number] for number in sorted(ups)], [downs[number] for number in sorted(downs, reverse=True)]


def cut(text: str) -> tuple[str, ...]:
    """Cut a script at the semicolons that end a statement; comments alone are no statement."""
    statements, current = [], ""
    for token in _TOKEN.finditer(text):
        if token["end"]:
            statements.append(current.strip())
            current = ""
        elif not (token[0].startswith("--") and not current.strip()):
            current += token[0]
    assert not current.strip(), f"unfinished: {current}"
    return tuple(statements)


def read_liquibase(folder: Path) -> tuple[list[Run], list[Run]]:
    """Return the same, in the order of the changelog."""
    entries = yaml.safe_load((folder / "changelog.yaml").read_text())["databaseChangeLog"]
    sets = [_changeset((folder / entry["include"]["file"]).read_text()) for entry in entries]
    assert len({name for name, _, _ in sets}) == len(sets)
    return [up for _, up, _ in sets], [down for _, _, down in reversed(sets)]


def _changeset(text: str) -> tuple[str, Run, Run]:
    first, *lines = text.splitlines()
    assert first == "--liquibase formatted sql"
    (head,) = (line for line in lines if line.startswith("--changeset "))
    _, name, *pairs = head.split()
    options = dict(pair.split(":", 1) for pair in pairs)
    rollback = [line.removeprefix("--rollback").removeprefix(" ") for line in lines if line.startswith("--rollback")]
    body = [line for line in lines if not line.startswith(("--changeset", "--comment:", "--rollback"))]
    transactional = options.get("runInTransaction") != "false"
    return (
        name,
        Run(_delimited(body, options.get("endDelimiter", ";")), transactional),
        Run(_delimited(rollback, options.get("rollbackEndDelimiter", ";")), transactional),
    )


def _delimited(lines: list[str], delimiter: str) -> tuple[str, ...]:
    if delimiter == ";":
        return tuple(part.strip() for part in "\n".join(lines).split(";") if _says(part))
    parts, current = [], ""
    for line in lines:
        if line.startswith(delimiter):  # the delimiter is the first of its line
            parts.append(current.strip())
            current = line.removeprefix(delimiter)
        else:
            current += f"{line}\n"
    return tuple(part for part in (*parts, current.strip()) if _says(part))


def _says(part: str) -> bool:
    return any(line.strip() and not line.startswith("--") for line in part.splitlines())
