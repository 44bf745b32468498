"""The statements of a file that others wrote: where each stands, and whether it leads up or back down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.base import Engine

Way = Literal["", "up", "down"]
"""Of a migration: there, or back. Empty where the file does not say."""

_SQL_FENCES = frozenset({"sql", "postgresql", "postgres", "pgsql", "psql", "sqlite", "mysql", "mariadb", "ddl"})
_STARTS = re.compile(
    r"\s*(CREATE|ALTER|DROP|COMMENT|INSERT|SELECT|WITH|UPDATE|DELETE|GRANT|PREPARE|BEGIN|SET|TRUNCATE)\b", re.IGNORECASE
)
_LEADING_COMMENT = re.compile(r"\A(?:\s*--[^\n]*\n|\s*/\*.*?\*/)+", re.DOTALL)
_HINTS: tuple[tuple[Engine, re.Pattern[str]], ...] = (
    ("mysql", re.compile(r"\bENGINE\s*=\s*InnoDB|\bAUTO_INCREMENT\b", re.IGNORECASE)),
    ("sqlite", re.compile(r"\bAUTOINCREMENT\b|\bPRAGMA\s+foreign_keys|\)\s*STRICT\s*;", re.IGNORECASE)),
)
_BACK = r"down|rollback|roll\s+back|revert|undo"
_WAY = re.compile(
    # dbmate's "-- migrate:down", goose's "-- +goose Down", "### Rollback", "0002_status.down.sql", "the down script"
    rf"^\W*(?:(?:goose|migrate|micrate)[\s:]+)?(?P<alone>up|{_BACK})\b(?:\s+(?:migration|script|step))?\W*(?:transaction:\w+)?$|"
    rf"[._](?P<file>up|down)\.sql\b|\b(?P<told>up|{_BACK})\s+(?:migration|script|step)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """A statement and the line of the file on which it begins."""

    line: int
    sql: str
    way: Way = ""
    step: int = 0
    """Counts the places where the file says which way it goes on."""


def guess_engine(text: str) -> Engine:
    """Tell the engine by words that only it knows; PostgreSQL when there are none."""
    return next((engine for engine, hint in _HINTS if hint.search(text)), "postgresql")


def sql_statements(text: str, engine: Engine, *, markdown: bool) -> tuple[Statement, ...]:
    r"""Return the statements of a script, or of a document's SQL blocks, in order.

    >>> [s.line for s in sql_statements("x\n\n```sql\nSELECT 1;\n\nSELECT 2;\n```", "postgresql", markdown=True)]
    [4, 6]
    """
    blocks = _sql_blocks(text) if markdown else [(1, text, ())]
    found: list[Statement] = []
    for line, block, above in blocks:
        found += _split(block, line, engine, above, step=found[-1].step if found else 0)
    return tuple(found)


def bare(sql: str) -> str:
    """Return a statement without the comments above it."""
    return _LEADING_COMMENT.sub("", sql).strip()


def _sql_blocks(text: str) -> Iterable[tuple[int, str, tuple[str, ...]]]:
    """Yield each block with its first line, and the heading and the line that stand above it."""
    heading = said = ""
    tokens = MarkdownIt("commonmark").parse(text)
    for token, before in zip(tokens, [None, *tokens], strict=False):
        if token.type == "inline" and before is not None:
            if before.type == "heading_open":
                heading, said = token.content, ""
            else:
                said = token.content
        if token.type != "fence" or token.map is None:
            continue
        language = token.info.strip().split(" ")[0].lower()
        if language in _SQL_FENCES or (not language and _STARTS.match(token.content)):
            yield token.map[0] + 2, token.content, (heading, said)


def _split(block: str, first_line: int, engine: Engine, above: Iterable[str], *, step: int) -> Iterator[Statement]:
    # psql's own commands are no SQL: they are blanked, so that lines keep their numbers.
    body = re.sub(r"(?m)^\\.*$", "", block)
    at = 0
    way = _way(above) or ""
    step += 1 if way else 0
    for sql in split_statements(body, engine):
        found = body.find(sql, at)
        start = found if found >= 0 else at
        at = start + len(sql)
        told = _way(sql[: len(sql) - len(bare(sql))].splitlines())
        way, step = (told, step + 1) if told else (way, step)
        yield Statement(first_line + body.count("\n", 0, start), sql, way, step)


def _way(lines: Iterable[str]) -> Way | None:
    """Return the way that the last telling line tells.

    >>> _way(["-- migrate:down"]), _way(["-- rows come down to a few"]), _way(["### Rollback"]), _way(["0001_a.up.sql"])
    ('down', None, 'down', 'up')
    """
    told = [found for line in lines for found in _WAY.finditer(line.strip())]
    if not told:
        return None
    word = (told[-1]["alone"] or told[-1]["file"] or told[-1]["told"]).lower()
    return "up" if word == "up" else "down"
