"""From the settings of a run to the things that its nodes call. The one place where tests put others."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from langgraph.runtime import Runtime
from pydantic import BaseModel

from database_specialist.agent.accounting import price_of
from database_specialist.agent.answers.question import Usage
from database_specialist.agent.config import Context, Secrets, cache_folder, environment, secrets_from
from database_specialist.agent.designer.designer import Designer, RulesDesigner
from database_specialist.agent.errors import ConfigError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Research
from database_specialist.agent.model.change import Existing
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.research import Topic
from database_specialist.agent.run_log import current_run
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.key_stores import KeyStore
from database_specialist.agent.verification.sandbox import Sandbox
from database_specialist.tools.answers import KeptAnswers
from database_specialist.tools.catalog_schema import schema_from_catalog
from database_specialist.tools.documents import find_folder, read_folder
from database_specialist.tools.existing import read_existing
from database_specialist.tools.ledger import Caps, Ledgers, Told
from database_specialist.tools.model import ChatModel, Settings
from database_specialist.tools.model_designer.designer import ModelDesigner
from database_specialist.tools.output import OutputFolder
from database_specialist.tools.prices import read_prices
from database_specialist.tools.providers import provider_of
from database_specialist.tools.redis_store import open_redis
from database_specialist.tools.research import researcher
from database_specialist.tools.sandboxes import open_sandbox
from database_specialist.tools.squawk import lint_migrations
from database_specialist.tools.tracing import is_wanted
from database_specialist.tools.values import ValueFolder


class Researcher(Protocol):
    """A service that is asked about current practice. It never fails: what it could not learn, it says."""

    def research(self, topics: Sequence[Topic]) -> Research:
        """Ask about each topic."""


@dataclass(frozen=True)
class Run:
    """The run that a designer works for: caps are of the whole of it."""

    id: str
    spent: Sequence[Usage]
    told: Told
    place: str = ""
    """The node and the round: what its kept answers are found by."""


@dataclass(frozen=True)
class Services:
    """What the nodes call outside themselves."""

    read_folder: Callable[[Path], tuple[RawDocument, ...]]
    find_folder: Callable[[Sequence[str]], str | None]
    """Takes the first of the names that is a folder, or holds the file of that name."""
    designer: Callable[[Run], Designer]
    """Makes a node's designer."""
    researchers: dict[str, Researcher]
    sandbox: Callable[[Engine], AbstractContextManager[Sandbox]]
    key_store: Callable[[], AbstractContextManager[KeyStore | None]]
    """Gives an empty Redis, or None where there is none."""
    lint: Callable[[Schema, Operations], tuple[Finding, ...]]
    """A second opinion on the migrations' text; it may object, and no objection of it is an error."""
    output: Callable[[Path], OutputFolder]
    values: Callable[[Path], ValueFolder]
    """Takes the folder of the documents; keeps what is too large for the state."""
    read_existing: Callable[[str, Engine], Existing]
    """Reads the schema that is there already from a file or a database."""
    read_schema: Callable[[Catalog], Schema]
    """Returns what a catalog holds as a schema."""
    new_run: Callable[[], str] = lambda: current_run() or uuid4().hex
    """Names a run; nothing that is written holds the name."""


def default_services(context: Context) -> Services:
    """Wire the real tools."""
    variables = environment()
    secrets = (_secrets.get() or Secrets()).over(secrets_from(variables))
    cache = cache_folder(variables)
    return Services(
        read_folder=read_folder,
        find_folder=find_folder,
        designer=lambda run: _designer(context, variables, run),
        researchers={
            "context7": researcher(
                "context7",
                key=secrets.context7,
                mode=context.research,
                cache=cache,
                base_url=variables.get("CONTEXT7_API_URL"),
            ),
            "perplexity": researcher(
                "perplexity",
                key=secrets.perplexity,
                mode=context.research,
                cache=cache,
                base_url=variables.get("PERPLEXITY_BASE_URL"),
            ),
        },
        sandbox=lambda engine: open_sandbox(engine, pg_bin=context.pg_bin, mysql_dsn=secrets.mysql_dsn, cache=cache),
        key_store=lambda: open_redis(secrets.redis_url),
        lint=_lint,
        output=lambda folder: OutputFolder(_target(context, folder)),
        values=lambda folder: _values.get() or OutputFolder(_target(context, folder)).values,
        read_existing=lambda source, engine: read_existing(
            source, engine, password=secrets.existing_password, pg_bin=context.pg_bin
        ),
        read_schema=lambda catalog: schema_from_catalog(catalog)[0],
    )


def _target(context: Context, folder: Path) -> Path:
    return Path(context.output) if context.output else folder


def _lint(schema: Schema, operations: Operations) -> tuple[Finding, ...]:
    opinion = lint_migrations(operations.migrations, engine=schema.engine, engine_version=schema.engine_version)
    return opinion.findings


def _designer(context: Context, variables: Mapping[str, str], run: Run) -> Designer:
    if context.model is None:
        return RulesDesigner()
    settings = Settings(
        model=context.model,
        base_url=context.base_url or (None if provider_of(context.model) else variables.get("OPENAI_BASE_URL")),
        api_key=variables.get("OPENAI_API_KEY"),
        traced=is_wanted(variables),
        method=context.method,
        call_seconds=context.call_seconds,
        total_seconds=3 * context.call_seconds,
    )
    account = _ledgers.of(run.id, _caps(context, context.model), run.spent).account(run.told)
    keep = _answers.get()
    kept = keep(run.place) if keep else None
    return ModelDesigner(ChatModel(settings, account=account, kept=kept), context.model)


_ledgers = Ledgers()


def _caps(context: Context, model: str) -> Caps:
    file = Path(context.prices) if context.prices else None
    prices = read_prices(file)
    if context.max_cost is not None and price_of(model, prices) is None:
        raise ConfigError(
            f"DATABASE_SPECIALIST_MAX_COST: {file or 'tools/prices.toml'} has no price of {model}; "
            "add it to a file of prices and name that in DATABASE_SPECIALIST_PRICES"
        )
    return Caps(
        calls=context.max_calls,
        tokens=context.max_tokens,
        seconds=context.max_model_seconds,
        cost=context.max_cost,
        prices=prices,
    )


Answers = Callable[[str], KeptAnswers]
"""Finds the kept answers of a node in a round."""

_answers: ContextVar[Answers | None] = ContextVar("answers", default=None)
_values: ContextVar[ValueFolder | None] = ContextVar("values", default=None)
_secrets: ContextVar[Secrets | None] = ContextVar("secrets", default=None)
_factory: ContextVar[Callable[[Context], Services]] = ContextVar("services", default=default_services)


@contextmanager
def using(factory: Callable[[Context], Services]) -> Iterator[None]:
    """Let runs inside the block use the services that `factory` makes."""
    token = _factory.set(factory)
    try:
        yield
    finally:
        _factory.reset(token)


@contextmanager
def keeping(answers: Answers, values: ValueFolder) -> Iterator[None]:
    """Let runs inside the block keep each answer of a chat model as it arrives, and find it when done again.

    `values` is for what is too large for their state.
    """
    tokens = _answers.set(answers), _values.set(values)
    try:
        yield
    finally:
        _answers.reset(tokens[0])
        _values.reset(tokens[1])


@contextmanager
def trusting(secrets: Secrets) -> Iterator[None]:
    """Let runs inside the block use these secrets before those of the environment; nothing stores them."""
    token = _secrets.set(secrets)
    try:
        yield
    finally:
        _secrets.reset(token)


def resolve(given: Any) -> Context:
    """Return the run's context, whatever the caller handed in.

    LangGraph passes None when nobody set one, a dict from a server, and a parent graph's own object when
    this graph is a node of it; of the latter only the settings that we know are taken.
    """
    if isinstance(given, Context):
        return given
    if given is None:
        values: dict[str, Any] = {}
    elif isinstance(given, dict):
        values = given
    elif isinstance(given, BaseModel):
        values = given.model_dump()
    elif dataclasses.is_dataclass(given) and not isinstance(given, type):
        values = dataclasses.asdict(given)
    else:
        values = vars(given)
    return Context(**{key: value for key, value in values.items() if key in Context.model_fields})


def services(runtime: Runtime[Context]) -> Services:
    """Return the services of this run."""
    return _factory.get()(resolve(runtime.context))
