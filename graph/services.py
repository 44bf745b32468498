"""From the settings of a run to the things that its nodes call. The one place where tests put others."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from langgraph.runtime import Runtime
from pydantic import BaseModel

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.config import Context, cache_folder, environment, secrets_from
from database_specialist.agent.designer.designer import Designer, RulesDesigner
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Research
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.research import Topic
from database_specialist.agent.verification.sandbox import Sandbox
from database_specialist.tools.documents import read_folder
from database_specialist.tools.model import ChatModel, Settings
from database_specialist.tools.model_designer.designer import ModelDesigner
from database_specialist.tools.output import OutputFolder
from database_specialist.tools.research import researcher
from database_specialist.tools.sandboxes import open_sandbox
from database_specialist.tools.squawk import lint_migrations


class Researcher(Protocol):
    """A service that is asked about current practice. It never fails: what it could not learn, it says."""

    def research(self, topics: Sequence[Topic]) -> Research:
        """Ask about each topic."""


@dataclass(frozen=True)
class Services:
    """What the nodes call outside themselves."""

    read_folder: Callable[[Path], tuple[RawDocument, ...]]
    designer: Callable[[Sequence[Usage]], Designer]
    """Makes the run's designer; it is told what was spent before, because caps are of the whole run."""
    researchers: dict[str, Researcher]
    sandbox: Callable[[Engine], AbstractContextManager[Sandbox]]
    lint: Callable[[Schema, Operations], tuple[Finding, ...]]
    """A second opinion on the migrations' text; it may object, and no objection of it is an error."""
    output: Callable[[Path], OutputFolder]


def default_services(context: Context) -> Services:
    """Wire the real tools."""
    variables = environment()
    secrets = secrets_from(variables)
    cache = cache_folder(variables)
    return Services(
        read_folder=read_folder,
        designer=lambda spent: _designer(context, variables, spent),
        researchers={
            "context7": researcher("context7", key=secrets.context7, mode=context.research, cache=cache),
            "perplexity": researcher("perplexity", key=secrets.perplexity, mode=context.research, cache=cache),
        },
        sandbox=lambda engine: open_sandbox(engine, pg_bin=context.pg_bin, mysql_dsn=context.mysql_dsn, cache=cache),
        lint=_lint,
        output=lambda folder: OutputFolder(Path(context.output) if context.output else folder),
    )


def _lint(schema: Schema, operations: Operations) -> tuple[Finding, ...]:
    opinion = lint_migrations(operations.migrations, engine=schema.engine, engine_version=schema.engine_version)
    return opinion.findings


def _designer(context: Context, variables: Mapping[str, str], spent: Sequence[Usage]) -> Designer:
    if context.model is None:
        return RulesDesigner()
    settings = Settings(
        model=context.model,
        base_url=context.base_url or variables.get("OPENAI_BASE_URL"),
        api_key=variables.get("OPENAI_API_KEY"),
        method=context.method,
        call_seconds=context.call_seconds,
        total_seconds=3 * context.call_seconds,
        max_calls=context.max_calls,
        max_tokens=context.max_tokens,
    )
    return ModelDesigner(ChatModel(settings, spent=spent), context.model)


_factory: ContextVar[Callable[[Context], Services]] = ContextVar("services", default=default_services)


@contextmanager
def using(factory: Callable[[Context], Services]) -> Iterator[None]:
    """Let runs inside the block use the services that `factory` makes."""
    token = _factory.set(factory)
    try:
        yield
    finally:
        _factory.reset(token)


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
