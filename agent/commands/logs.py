"""`--log-level` and `--log-format`: what runs say to `logging`, on stderr."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from database_specialist.agent.config import environment
from database_specialist.agent.errors import ConfigError
from database_specialist.agent.run_log import LOGGER, JsonFormatter, TextFormatter

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")
LEVEL = "DATABASE_SPECIALIST_LOG_LEVEL"
FORMAT = "DATABASE_SPECIALIST_LOG_FORMAT"


def add_logs(command: argparse.ArgumentParser, *, default: str | None = None) -> None:
    """Add the options to a command; without a level, given or by default, nothing is logged."""
    command.add_argument(
        "--log-level",
        choices=LEVELS,
        help=f"log on stderr what this level has and all above (default: {LEVEL}, else {default or 'nothing'})",
    )
    command.add_argument(
        "--log-format", choices=FORMATS, help=f"`json` logs one object a line (default: {FORMAT}, else text)"
    )
    command.set_defaults(default_log_level=default)


@contextmanager
def logging_as_asked(options: argparse.Namespace) -> Iterator[None]:
    """Log inside the block as the options or the environment ask.

    Raises:
        ConfigError: a variable of the environment has no such value.
    """
    variables = environment()
    level = getattr(options, "log_level", None) or _chosen(variables, LEVEL, LEVELS)
    level = level or getattr(options, "default_log_level", None)
    form = getattr(options, "log_format", None) or _chosen(variables, FORMAT, FORMATS)
    if level is None:
        yield
        return
    logger, handler = logging.getLogger(LOGGER), logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def _chosen(variables: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    value = variables.get(name, "").strip().lower()
    if value and value not in allowed:
        raise ConfigError(f"{name}: {value} is none of {', '.join(allowed)}")
    return value or None


def as_arguments(options: argparse.Namespace) -> list[str]:
    """Return the options that were given, for a command in another process."""
    given = (("--log-level", options.log_level), ("--log-format", options.log_format))
    return [f"{name}={value}" for name, value in given if value is not None]
