"""The settings of a run. The only reader of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from database_specialist.agent.errors import ConfigError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.evidence import Depth
from database_specialist.agent.model.operations import MigrationFormat

_UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_SIZE = re.compile(rf"(?=[\d.]*[1-9])(\d+(?:\.\d+)?)\s*({'|'.join(_UNITS)})", re.IGNORECASE)


class Context(BaseModel):
    """What a caller may set for one run. JSON only: LangGraph Studio draws a form from it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)

    engine: Engine | None = None
    """The engine to design for. Empty: the one that the documents name, else PostgreSQL."""
    model: str | None = None
    """The chat model that designs, by its provider's name for it. Empty: the rules designer, which needs none."""
    base_url: str | None = None
    """An OpenAI-compatible endpoint, such as http://localhost:11434/v1. Empty: OPENAI_BASE_URL, else OpenAI."""
    method: Literal["json_schema", "function_calling", "json_mode"] = "json_schema"
    """How the model is made to answer in JSON; older servers know only one of them."""
    call_seconds: float = Field(default=300.0, gt=0)
    """How long one model call may take; with its retries at most three times as long."""
    max_calls: int = Field(default=120, ge=1)
    """The most model calls that a run may make."""
    max_tokens: int = Field(default=1_500_000, ge=1)
    """The most tokens, of prompts and answers together, that a run may use."""
    max_model_seconds: float | None = Field(default=None, gt=0)
    """The most time that the model calls of a run may take together. Empty: no cap."""
    max_cost: float | None = Field(default=None, gt=0)
    """The most that the model calls of a run may cost, in USD by the table of prices. Empty: no cap."""
    fallback: Literal["none", "rules"] = "none"
    """What follows when the chat model fails for good: `none` ends the run with a status that says so and writes
    nothing, `rules` lets the rules designer go on, and the document says which parts are whose."""
    prices: str | None = None
    """A file of prices of models, in the form of tools/prices.toml, which it takes the place of."""
    research: Literal["auto", "off"] = "auto"
    """`auto` asks Context7 and Perplexity where a key is set; `off` asks nobody."""
    depth: Depth = "standard"
    """How much is proven: `quick` runs the design itself; `standard` also measures the locks of the migrations and
    rehearses backup and recovery; `full` also puts it under load and rehearses every variant."""
    migrations: MigrationFormat = "plain"
    """The tool in whose layout the migrations are written. `plain`: pairs of SQL scripts."""
    index_budget: str | None = None
    """The storage that the planned indexes may take at the rows of the first year, such as 500MB or 2GiB. Those of
    foreign keys come first. Empty: as much as they need."""
    approval: Literal["none", "ask"] = "none"
    """`ask` stops before the document is written, until a person accepts, rejects with a reason, or edits."""
    max_rounds: int = Field(default=4, ge=1, le=10)
    """How often the critic may look at the design before the run ends as not accepted."""
    pg_bin: str | None = None
    """A folder with PostgreSQL's programs (initdb, postgres), in place of the embedded server."""
    output: str | None = None
    """The folder to write to. Empty: the folder of the documents."""
    existing: str | None = None
    """The schema that is there already, from which the change is designed: an SQL file or a dump, an earlier
    database-design.json, or postgresql://user@host/database without a password. Empty: the database is new."""
    rename: list[str] | None = None
    """What of the existing schema was renamed: "orders=purchases" for a table, "orders.total=amount" for a column."""
    fill: list[str] | None = None
    """What the rows that are there get in a new column: "orders.currency='EUR'", with an SQL expression."""

    @field_validator("base_url")
    @classmethod
    def _require_no_login(cls, address: str | None) -> str | None:
        """A context is stored with checkpoints and shown in Studio."""
        if address and "@" in urlsplit(address).netloc:
            raise ValueError("an address with a login would be stored and shown; give it as OPENAI_BASE_URL")
        return address

    @field_validator("index_budget")
    @classmethod
    def _is_a_size(cls, value: str | None) -> str | None:
        if value is not None and _SIZE.fullmatch(value.strip()) is None:
            raise PydanticCustomError("size", "no size above zero; give one such as 500MB, 1.5GB or 2GiB")
        return value

    @field_validator("existing")
    @classmethod
    def _keeps_no_password(cls, value: str | None) -> str | None:
        if value and split_password(value)[1]:
            raise ValueError("no password may stand in the settings; set PGPASSWORD, or give it to the command line")
        return value

    @field_validator("rename", "fill", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.split("\n") if part.strip()] if isinstance(value, str) else value

    @property
    def index_budget_bytes(self) -> float | None:
        """The budget in bytes; MB and the like count by thousands, MiB and the like by 1024."""
        found = _SIZE.fullmatch(self.index_budget.strip()) if self.index_budget else None
        return float(found[1]) * _UNITS[found[2].lower()] if found else None


class Secrets(BaseModel):
    """Keys and passwords. Kept apart from the context, which is stored and shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)

    context7: str | None = Field(default=None, repr=False)
    perplexity: str | None = Field(default=None, repr=False)
    mysql_dsn: str | None = Field(default=None, repr=False)
    """A MySQL or MariaDB server to prove on: mysql://user:password@host:port/. A database is created and dropped."""
    redis_url: str | None = Field(default=None, repr=False)
    """A Redis server to prove keys on: redis://:password@host:port/. A database that is empty is used, and emptied
    again. "off" uses none. Empty: a private one, where redis-server is on the PATH."""
    state_dsn: str | None = Field(default=None, repr=False)
    """A PostgreSQL database that keeps the checkpoints of runs. Empty: a file in the state folder."""
    existing_password: str | None = Field(default=None, repr=False)
    """That of the database whose schema is there already. Empty: PGPASSWORD, else what libpq finds."""

    def over(self, other: Secrets) -> Secrets:
        """Return these, and the other's where there are none."""
        return Secrets(**(other.model_dump() | self.model_dump(exclude_none=True)))


_ENVIRONMENT = {
    "engine": "DATABASE_SPECIALIST_ENGINE",
    "model": "DATABASE_SPECIALIST_MODEL",
    "method": "DATABASE_SPECIALIST_METHOD",
    "call_seconds": "DATABASE_SPECIALIST_CALL_SECONDS",
    "max_calls": "DATABASE_SPECIALIST_MAX_CALLS",
    "max_tokens": "DATABASE_SPECIALIST_MAX_TOKENS",
    "max_model_seconds": "DATABASE_SPECIALIST_MAX_MODEL_SECONDS",
    "max_cost": "DATABASE_SPECIALIST_MAX_COST",
    "fallback": "DATABASE_SPECIALIST_FALLBACK",
    "prices": "DATABASE_SPECIALIST_PRICES",
    "research": "RESEARCH",
    "depth": "DATABASE_SPECIALIST_DEPTH",
    "migrations": "DATABASE_SPECIALIST_MIGRATIONS",
    "index_budget": "DATABASE_SPECIALIST_INDEX_BUDGET",
    "approval": "DATABASE_SPECIALIST_APPROVAL",
    "max_rounds": "DATABASE_SPECIALIST_MAX_ROUNDS",
    "pg_bin": "DATABASE_SPECIALIST_PG_BIN",
    "existing": "DATABASE_SPECIALIST_EXISTING",
    "rename": "DATABASE_SPECIALIST_RENAME",
    "fill": "DATABASE_SPECIALIST_FILL",
}


def is_database(address: str) -> bool:
    """Say whether an existing schema is that of a database, and not of a file."""
    return address.startswith(("postgresql://", "postgres://"))


def split_password(address: str) -> tuple[str, str | None]:
    """Return a database's address without its password, and the password.

    >>> split_password("postgresql://me:secret@db/shop?sslmode=require")
    ('postgresql://me@db/shop?sslmode=require', 'secret')
    >>> split_password("schema.sql")
    ('schema.sql', None)
    """
    if not is_database(address):
        return address, None
    parts = urlsplit(address)
    login, _, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    asked = parse_qsl(parts.query, keep_blank_values=True)
    others = [(name, value) for name, value in asked if name != "password"]
    told = unquote(password) or next((value for name, value in asked if name == "password"), "")
    netloc = f"{user}@{place}" if user else place
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(others))), told or None


def context_from(environment: Mapping[str, str], **given: object) -> Context:
    """Return the context of a run: what is `given` and not None wins over the environment.

    Raises:
        ConfigError: a value is not allowed; the message names the setting.
    """
    values: dict[str, object] = {key: environment[name] for key, name in _ENVIRONMENT.items() if environment.get(name)}
    values |= {key: value for key, value in given.items() if value is not None}
    if isinstance(values.get("existing"), str):
        values["existing"], _ = split_password(str(values["existing"]))
    try:
        return Context.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        setting = str(first["loc"][0])
        name = _ENVIRONMENT.get(setting, setting) if setting not in given or given[setting] is None else f"--{setting}"
        raise ConfigError(f"{name.replace('_', '-') if name.startswith('--') else name}: {first['msg']}") from error


def environment() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ


def secrets_from(environment: Mapping[str, str]) -> Secrets:
    """Return the keys that the environment holds."""
    return Secrets(
        context7=environment.get("CONTEXT7_API_KEY") or None,
        perplexity=environment.get("PERPLEXITY_API_KEY") or None,
        mysql_dsn=environment.get("DATABASE_SPECIALIST_MYSQL_DSN") or None,
        redis_url=environment.get("DATABASE_SPECIALIST_REDIS_URL") or None,
        state_dsn=environment.get("DATABASE_SPECIALIST_STATE_DSN") or None,
        existing_password=split_password(environment.get("DATABASE_SPECIALIST_EXISTING", ""))[1]
        or environment.get("PGPASSWORD")
        or None,
    )


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder for what can be made again: research answers, an initialised data directory."""
    base = environment.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "database-specialist"
