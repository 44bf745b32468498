"""What runs say to `logging`: records under the name `database_specialist`, each with the id of its run.

Nothing is shown until a program adds a handler: the command line does with `--log-level`.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

LOGGER = "database_specialist"
_run: ContextVar[str] = ContextVar("run", default="")

if not logging.getLogger(LOGGER).handlers:  # a module may be read twice
    logging.getLogger(LOGGER).addHandler(logging.NullHandler())


def current_run() -> str:
    """Return the id of the run that this thread or task works for; "" outside a run."""
    return _run.get()


@contextmanager
def in_run(run: str) -> Iterator[None]:
    """Let what is logged inside the block carry the id of this run.

    >>> with in_run("4f2a"):
    ...     current_run()
    '4f2a'
    """
    token = _run.set(run)
    try:
        yield
    finally:
        _run.reset(token)


class RunLog(logging.LoggerAdapter[logging.Logger]):
    """A logger whose records say which run they are of.

    The id is looked up where a record is made and not where it is handled: a handler may work in another thread.
    """

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[str, MutableMapping[str, Any]]:
        """Add the run's id, and the facts that were given as `fields`."""
        fields: Mapping[str, object] = kwargs.pop("fields", {})
        kwargs["extra"] = {"run_id": current_run(), "event": msg, "fields": dict(fields)}
        return " ".join([str(msg), *(f"{name}={_shown(value)}" for name, value in fields.items())]), kwargs


def run_log(module: str) -> RunLog:
    """Return the logger of a module of ours, by its `__name__`."""
    return RunLog(logging.getLogger(module))


class TextFormatter(logging.Formatter):
    """One line: when, how grave, which run, what."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(run_id)-12s %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        record.run_id = getattr(record, "run_id", "")[:12] or "-"
        return super().format(record)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, run_id, event, and the facts beside it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told: dict[str, object] = {
            "time": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "run_id": getattr(record, "run_id", ""),
            "event": getattr(record, "event", None) or record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


def _shown(value: object) -> str:
    """Show a value on one line, in quotes when it has spaces.

    >>> _shown(0.123456), _shown("two words"), _shown("postgresql")
    ('0.123', '"two words"', 'postgresql')
    """
    if isinstance(value, float):
        return f"{value:.3f}"
    text = str(value)
    return json.dumps(text) if not text or any(character.isspace() for character in text) else text
