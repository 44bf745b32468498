"""The options of the commands that design, and the settings that they make."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from database_specialist.agent.config import Context, context_from, environment, is_database
from database_specialist.agent.model.operations import MigrationFormat

_SETTINGS = (
    "engine",
    "model",
    "base_url",
    "research",
    "fallback",
    "max_cost",
    "depth",
    "migrations",
    "index_budget",
    "max_rounds",
    "pg_bin",
)


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add the settings of a design."""
    command.add_argument("--model", metavar="NAME", help="a chat model to design with (default: the rules designer)")
    command.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible endpoint (default: OPENAI_BASE_URL)")
    command.add_argument("--research", choices=("auto", "off"), help="`off` asks no outside service (default: auto)")
    command.add_argument(
        "--fallback",
        choices=("none", "rules"),
        help="when the model fails for good: `none` ends the run, `rules` lets the rules designer go on, and the "
        "document says so (default: none)",
    )
    command.add_argument(
        "--max-cost", type=float, metavar="USD", help="the most that the model calls of a design may cost together"
    )
    command.add_argument(
        "--depth",
        choices=("quick", "standard", "full"),
        help="how much is rehearsed beside the design (default: standard)",
    )
    command.add_argument(
        "--migrations",
        choices=get_args(MigrationFormat),
        help="the tool in whose layout the migrations are written (default: plain)",
    )
    command.add_argument(
        "--index-budget",
        metavar="SIZE",
        help="the storage that indexes beside the keys may take after a year, such as 500MB (default: what they need)",
    )
    command.add_argument("--max-rounds", type=int, metavar="N", help="how often the critic may look (default: 4)")


def add_existing(command: argparse.ArgumentParser) -> None:
    """Add what says from which schema the change is designed."""
    command.add_argument(
        "--existing",
        metavar="FILE_OR_DSN",
        help="the schema that is there already, to design the change from: an SQL file or dump, an earlier "
        "database-design.json, or postgresql://user@host/database, of which only the catalog is read",
    )
    command.add_argument(
        "--rename",
        action="append",
        metavar="OLD=NEW",
        help="a table of the existing schema that was renamed, or a column (table.old=new); may be repeated",
    )
    command.add_argument(
        "--fill",
        action="append",
        metavar="COLUMN=SQL",
        help="what the rows that are there get in a new column: orders.currency=\"'EUR'\"; may be repeated",
    )


def add_database(command: argparse.ArgumentParser) -> None:
    """Add what says where SQL is run, and `--json`."""
    command.add_argument(
        "--engine",
        choices=("postgresql", "sqlite", "mysql", "mariadb"),
        help="default: the engine that the documents name, else PostgreSQL",
    )
    command.add_argument("--pg-bin", metavar="FOLDER", help="PostgreSQL's programs, in place of the embedded ones")
    command.add_argument(
        "--mysql-dsn",
        metavar="DSN",
        help="a MySQL or MariaDB server to run on (better set as DATABASE_SPECIALIST_MYSQL_DSN, as it has a password)",
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON on stdout")


def add_after_cut(command: argparse.ArgumentParser) -> None:
    """Add what says what becomes of a run that was cut off."""
    again = command.add_mutually_exclusive_group()
    again.add_argument(
        "--resume",
        dest="after_cut",
        action="store_const",
        const="resume",
        help="go on with a run that was cut off, also when its input has changed (unchanged, it goes on anyway)",
    )
    again.add_argument(
        "--fresh", dest="after_cut", action="store_const", const="fresh", help="forget a run that was cut off"
    )


def settings_of(options: argparse.Namespace, **more: object) -> Context:
    """Return the settings of a design: options before the environment.

    Raises:
        ConfigError: a value is not allowed.
    """
    context = context_from(environment(), **{name: getattr(options, name) for name in _SETTINGS}, **more)
    if not context.existing or is_database(context.existing):
        return context
    # A run that is cut off may be gone on with from another folder.
    return context.model_copy(update={"existing": str(Path(context.existing).expanduser().absolute())})


def as_arguments(options: argparse.Namespace) -> Sequence[str]:
    """Return the options that were given, as `design` takes them; no password is among them."""
    given = ((name, getattr(options, name)) for name in _SETTINGS)
    named = [f"--{name.replace('_', '-')}={value}" for name, value in given if value is not None]
    return [*named, *([f"--{options.after_cut}"] if options.after_cut else [])]
