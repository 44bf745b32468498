"""What is known of a run that is not over: where it stands, what it was given, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from database_specialist.agent.model.base import Part
from database_specialist.agent.reading.raw import RawDocument

AfterCut = Literal["resume", "fresh"]
"""What to do about a run that was cut off: go on with it, or start anew and forget it."""

SaverKind = Literal["sqlite", "postgresql"]
"""Where the checkpoints of a run stand."""

# They bound a run or say where things lie; the design that comes out is the same.
_WITHOUT_EFFECT = frozenset(
    (
        "call_seconds",
        "max_calls",
        "max_tokens",
        "max_model_seconds",
        "max_cost",
        "prices",
        "fallback",
        "pg_bin",
        "output",
    )
)


class RunRecord(Part):
    """A run that was begun and is not over."""

    thread: str
    """The id of its checkpoints."""
    run: str = ""
    """The id of the run, in the log and in traces: the same in all its sessions."""
    folder: str
    """The folder of the documents, absolute."""
    saver: SaverKind = "sqlite"
    started: str
    """ISO, in UTC."""
    program: str
    """The version of this program."""
    documents: dict[str, str]
    """The SHA-256 of each document."""
    settings: dict[str, Any]
    """A dumped `Context`."""
    nodes: tuple[str, ...] = ()
    """Those that are finished, in the order in which they ended."""
    seconds: dict[str, float] = Field(default={})
    """By node, over all sessions."""
    under_way: dict[str, tuple[str, float]] = Field(default={})
    """The node of each task that has begun, and the wall seconds of the run at that time."""
    wall_seconds: float = 0.0
    """That the run has worked, over all sessions, when this was written."""
    written_at: float = 0.0
    """Seconds since the epoch."""
    sessions: int = Field(default=1, ge=1)
    """How often it was started or resumed."""
    stopped: str = ""
    """Why it stopped, where it could still say so."""
    is_mixed: bool = False
    """It went on although its input had changed: parts of the design are of what was given before."""

    def resumed(self, last_sign: float, **given: object) -> RunRecord:
        """Return the record of the next session: time worked up to the last sign of life counts."""
        wall = self.wall_seconds + max(0.0, last_sign - self.written_at)
        seconds = dict(self.seconds)
        for node, began in self.under_way.values():
            seconds[node] = seconds.get(node, 0.0) + max(0.0, wall - began)
        kept = {"seconds": seconds, "under_way": {}, "wall_seconds": wall, "stopped": ""}
        return self.model_copy(update={**kept, "sessions": self.sessions + 1, **given})

    @property
    def stands(self) -> str:
        """Say how far it came.

        >>> RunRecord(thread="t", folder="/d", started="", program="1", documents={}, settings={}).stands
        'before its first node was done'
        """
        return f"after {self.nodes[-1]}" if self.nodes else "before its first node was done"


def hashes(documents: Sequence[RawDocument]) -> dict[str, str]:
    """Return the SHA-256 of each document."""
    return {document.path: document.sha256 for document in documents}


def changes(before: RunRecord, now: RunRecord) -> tuple[str, ...]:
    """Say what a run would be given now that it was not given when it began.

    >>> given = {"documents": {"a.md": "1"}, "settings": {"depth": "full"}}
    >>> run = RunRecord(thread="t", folder="/d", started="", program="1", **given)
    >>> changes(run, run.model_copy(update={"documents": {"a.md": "2", "b.md": "1"}, "settings": {"depth": "quick"}}))
    ('a.md is changed', 'b.md is new', 'depth is quick and was full')
    """
    told = [*_documents(before.documents, now.documents), *_settings(before.settings, now.settings)]
    if before.program != now.program:
        told.append(f"the program is {now.program} and was {before.program}")
    return tuple(told)


def _documents(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    told = [f"{name} is changed" for name in sorted(before.keys() & now.keys()) if before[name] != now[name]]
    told += [f"{name} is new" for name in sorted(now.keys() - before.keys())]
    return told + [f"{name} is gone" for name in sorted(before.keys() - now.keys())]


def _settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    names = sorted((before.keys() | now.keys()) - _WITHOUT_EFFECT)
    return [
        f"{name} is {now.get(name) or 'not set'} and was {before.get(name) or 'not set'}"
        for name in names
        if before.get(name) != now.get(name)
    ]
