"""A chat model, behind an OpenAI-compatible endpoint or of another provider, whose answers are typed or a `ModelError`.

One layer of everything: one retry loop (here, not in the SDK), one deadline for a question with all its retries and
repairs (kept by the transport), one repair loop, one ledger.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import httpx2
import openai
from langchain_core.exceptions import LangChainException
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_before_delay

from database_specialist.agent.answers.question import Amendment, AnswerType, Question, Usage
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.base import Part
from database_specialist.agent.run_log import run_log
from database_specialist.prompts import render
from database_specialist.tools.answers import Answered, KeptAnswers
from database_specialist.tools.chat_spans import answered, chat_span
from database_specialist.tools.completion import Tokens, Unusable, check_response, one_line
from database_specialist.tools.ledger import Account, Caps, Ledger
from database_specialist.tools.providers import Provider, provider_of, tokens_of
from database_specialist.tools.telemetry import Span
from database_specialist.tools.tracing import untraced
from database_specialist.tools.transport import BoundedTransport, Declined, ssl_context
from database_specialist.tools.typed_answer import (
    MAX_PROBLEMS,
    Method,
    format_of,
    read_answer,
    schema_text,
    storable,
    text_of,
    unknown_tool,
)

_LOG = run_log(__name__)
MAX_ATTEMPTS = 5
MAX_REPAIRS = 2
MAX_BYTES = 8 * 1024 * 1024
CHARACTERS_PER_TOKEN = 3.5


@dataclass(frozen=True)
class Settings:
    """How to reach the model, and how much of it a run may use."""

    model: str
    """The name at an OpenAI-compatible endpoint, or "provider:name" of a provider in providers.py."""
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    method: Method = "json_schema"
    temperature: float | None = None
    call_seconds: float = 300.0
    """The deadline of one exchange."""
    total_seconds: float = 900.0
    """The deadline of one question with all its retries and repairs."""
    max_output_tokens: int = 16_000
    max_calls: int = 40
    max_tokens: int = 400_000
    traced: bool = False
    """Whether LangSmith may be sent the prompts, where its own variables ask for that."""


@dataclass
class _Asking:
    """One question on its way: what it may still use."""

    name: str
    ends: float
    attempts_left: int = MAX_ATTEMPTS
    repairs: int = 0
    requests: list[str] = field(default_factory=list)
    """The keys of what was asked."""

    @property
    def seconds_left(self) -> float:
        return self.ends - time.monotonic()


@dataclass
class _Wanted(Generic[AnswerType]):
    """The answer to one question on its way: read whole once, and from then on changed where that is possible."""

    answer: type[AnswerType]
    objections: Callable[[AnswerType], Sequence[str]]
    amendment: Amendment[AnswerType] | None = None
    held: AnswerType | None = None
    """What was read, objected to or not."""

    @property
    def changes(self) -> Amendment[AnswerType] | None:
        """How the next answer changes what is held; None when the whole answer is wanted."""
        return self.amendment if self.held is not None else None

    @property
    def next_type(self) -> type[Part]:
        """The type of the next answer."""
        return self.changes.patch if self.changes else self.answer

    def read(self, text: str) -> Sequence[str]:
        """Take in an answer or the changes to one, and return what is wrong with it."""
        if self.changes is None or self.held is None:
            parsed, problems = read_answer(text, self.answer, self.objections)
            self.held = parsed if self.amendment or not problems else None
            return problems
        patch, problems = read_answer(text, self.changes.patch, lambda patch: ())
        if patch is None:
            return ["the changes could not be read, so none of them was made; write them all again", *problems]
        self.held, lost = self.changes.apply(self.held, patch)
        return [*lost, *self.objections(self.held)][:MAX_PROBLEMS]


class ChatModel:
    """Asks questions, repairs answers, and counts what it costs. Threads may share it: they share one budget."""

    def __init__(
        self,
        settings: Settings,
        *,
        spent: Sequence[Usage] = (),
        account: Account | None = None,
        kept: KeptAnswers | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        caps = Caps(calls=settings.max_calls, tokens=settings.max_tokens)
        self._ledger = account or Ledger(caps, spent=spent).account()
        self._kept = kept
        self._method: Method = settings.method
        self._endpoint: _Endpoint
        if provider_of(settings.model):
            # Every class binds tools; what else of structured output they know differs.
            self._method = "json_mode" if settings.method == "json_mode" else "function_calling"
            self._endpoint = Provider(settings)
        else:
            self._endpoint = _OpenAICompatible(settings, transport)

    @property
    def used(self) -> tuple[Usage, ...]:
        """What its calls cost so far, those that failed after an answer included."""
        return self._ledger.used

    def ask(
        self,
        question: Question,
        answer: type[AnswerType],
        *,
        objections: Callable[[AnswerType], Sequence[str]] = lambda answer: (),
        amendment: Amendment[AnswerType] | None = None,
    ) -> AnswerType:
        """Return an answer that is valid and to which `objections` has none left.

        With `amendment` a valid answer that is objected to is not asked for again, but for changes to it.

        Raises:
            ModelError: refused, out of budget, or no usable answer after retries and repairs.
        """
        asking = _Asking(question.name, time.monotonic() + self._settings.total_seconds)
        try:
            return self._asked(asking, question, _Wanted(answer, objections, amendment))
        except ModelError as error:
            if error.status != "budget_exhausted":  # with a larger cap the same run goes on
                self._forget(asking)
            raise

    def _asked(self, asking: _Asking, question: Question, wanted: _Wanted[AnswerType]) -> AnswerType:
        messages = self._messages(question, wanted.answer)
        problems: Sequence[str] = ()
        for asking.repairs in range(MAX_REPAIRS + 1):
            text, strange = self._send(asking, messages, wanted.next_type)
            problems = [strange] if strange else wanted.read(text)
            if wanted.held is not None and not problems:
                return wanted.held
            _LOG.warning("answer to be repaired", fields={"question": asking.name, "problems": len(problems)})
            asked = storable(self._repair(problems, wanted))
            messages = [*messages, AIMessage(storable(text)), HumanMessage(asked)]
        reason = f"no valid answer after {MAX_REPAIRS} repairs ({one_line(problems[0])})"
        raise self._failure(asking, reason)

    def _repair(self, problems: Sequence[str], wanted: _Wanted[AnswerType]) -> str:
        listed = "\n".join(f"- {problem}" for problem in problems)
        if wanted.changes is None:
            return render("repair", problems=listed)
        told = render("repair_by_changes", problems=listed, told=wanted.changes.told)
        return f"{told}\n\n{self._schema_told(wanted.next_type)}".rstrip() if self._method == "json_mode" else told

    @staticmethod
    def _schema_told(answer: type[Part]) -> str:
        return render("json_only", schema=schema_text(answer))

    def _messages(self, question: Question, answer: type[Part]) -> list[BaseMessage]:
        user = question.user
        if self._method == "json_mode":
            # Behind the question: the system message stays the same in every call, and so can be cached.
            user = f"{user}\n\n{self._schema_told(answer)}"
        return [SystemMessage(storable(question.system)), HumanMessage(storable(user))]

    def _send(self, asking: _Asking, messages: list[BaseMessage], answer: type[Part]) -> tuple[str, str | None]:
        """Return the reply's text, and what is strange about how it came."""
        if asking.attempts_left < 1 or asking.seconds_left <= 0:
            raise self._failure(asking, "no valid answer within the attempts and the time of one question")
        attempts = Retrying(
            retry=retry_if_exception(_is_transient),
            wait=_wait,
            stop=stop_after_attempt(asking.attempts_left) | stop_before_delay(asking.seconds_left),
            sleep=self._sleep,
            before_sleep=partial(_told_again, asking.name),
            reraise=True,
        )
        try:
            message = attempts(self._exchange, asking, messages, answer)
        except _FAILURES as error:
            found = _behind(error, Unusable)
            if found is not None and found.text is not None:
                return found.text, None
            failure = self._translated(asking, error, found)
        else:
            return text_of(message), unknown_tool(message, answer)
        # Outside the handler: the libraries' exceptions hold the request, and so the key.
        raise failure

    def _exchange(self, asking: _Asking, messages: list[BaseMessage], answer: type[Part]) -> AIMessage:
        asking.attempts_left -= 1
        asked = format_of(self._method, answer)
        key = self._key(asking, messages, asked)
        kept = self._kept.find(key) if self._kept else None
        if kept is None:
            with chat_span(self._settings, asking.name, messages) as span:
                return self._send_once(asking, messages, asked, key, span)
        _LOG.info("model answer found, from before the run was cut off", fields={"question": asking.name})
        self._ledger.enter(kept.usage)
        if isinstance(kept.outcome, Unusable):
            raise kept.outcome
        return kept.outcome

    def _key(self, asking: _Asking, messages: list[BaseMessage], asked: dict[str, Any]) -> str:
        if self._kept is None:
            return ""
        told = [[message.type, message.content] for message in messages]
        settings = [self._settings.model, self._settings.temperature, self._settings.max_output_tokens]
        asking.requests.append(self._kept.key([settings, told, asked]))
        return asking.requests[-1]

    def _forget(self, asking: _Asking) -> None:
        for key in asking.requests:
            if self._kept is not None:
                self._kept.forget(key)

    def _send_once(
        self, asking: _Asking, messages: list[BaseMessage], asked: dict[str, Any], key: str, span: Span
    ) -> AIMessage:
        seconds = max(0.001, min(self._settings.call_seconds, asking.seconds_left))
        estimate = _estimate(sum(len(str(each.content)) for each in messages) + len(str(asked)))
        began = time.monotonic()
        _LOG.debug("model call began", fields={"question": asking.name, "model": self._settings.model})
        with self._ledger.held(asking.name, model=self._settings.model, prompt_tokens=estimate):
            try:
                with nullcontext() if self._settings.traced else untraced():
                    message = self._endpoint.exchange(messages, asked, seconds)
            except _FAILURES as error:
                found = _behind(error, Unusable)
                if found is not None and found.answered:
                    counted = estimate, found.characters
                    usage = self._usage(asking, found.tokens, counted, time.monotonic() - began)
                    self._enter(key, found, usage, span)
                raise
        counted = estimate, len(text_of(message))
        self._enter(key, message, self._usage(asking, tokens_of(message), counted, time.monotonic() - began), span)
        return message

    def _enter(self, key: str, outcome: AIMessage | Unusable, usage: Usage, span: Span) -> None:
        """Keep what was answered, before anything else, and count what it cost."""
        if self._kept is not None:
            self._kept.keep(key, Answered(usage, outcome))
        answered(span, outcome, usage)
        tokens = {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
        told = {"question": usage.question, "model": usage.model, "seconds": round(usage.seconds, 3), **tokens}
        _LOG.info("model call answered", fields=told)
        self._ledger.enter(usage)

    def _usage(self, asking: _Asking, given: Tokens | None, counted: tuple[int, int], seconds: float) -> Usage:
        tokens = given or Tokens(prompt=counted[0], cached=0, completion=_estimate(counted[1]))
        return Usage(
            question=asking.name,
            calls=1,
            prompt_tokens=tokens.prompt,
            cached_tokens=tokens.cached,
            completion_tokens=tokens.completion,
            seconds=seconds,
            repairs=asking.repairs,
            model=self._settings.model,
            estimated=given is None,
        )

    def _translated(self, asking: _Asking, error: Exception, found: Unusable | None) -> ModelError:
        """Turn what the libraries raise into one line with the remedy; no key and no prompt is in it."""
        if found is not None:
            failure = self._failure(asking, str(found))
            failure.status = found.status
            return failure
        broken = _behind(error, httpx2.TransportError)
        if isinstance(broken, Declined):
            return self._failure(asking, str(broken))
        if isinstance(broken, httpx2.TimeoutException):
            return self._failure(asking, "no answer in time")
        if broken is not None:
            return self._failure(asking, f"the endpoint cannot be reached ({type(broken).__name__})")
        return self._failure(asking, f"no usable reply ({type(error.__cause__ or error).__name__})")

    def _failure(self, asking: _Asking, reason: str) -> ModelError:
        return ModelError(f"{self._settings.model}, {asking.name}: {reason}", status="llm_unavailable")


# What the SDK and langchain-openai raise on a completion that they cannot read although it looks whole.
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
_FAILURES = (Unusable, LangChainException, openai.OpenAIError, *_UNREADABLE)


class _Endpoint(Protocol):
    """Something that answers messages once, or raises one of `_FAILURES`."""

    def exchange(self, messages: Sequence[BaseMessage], asked: Mapping[str, Any], seconds: float) -> AIMessage:
        """Return the reply to messages that ask for an answer in the form of `asked`."""


class _OpenAICompatible:
    def __init__(self, settings: Settings, transport: httpx2.BaseTransport | None) -> None:
        self._chat = _chat(settings, transport)

    def exchange(self, messages: Sequence[BaseMessage], asked: Mapping[str, Any], seconds: float) -> AIMessage:
        return self._chat.invoke(list(messages), timeout=seconds, **asked)


def _chat(settings: Settings, transport: httpx2.BaseTransport | None) -> ChatOpenAI:
    bounded = BoundedTransport(seconds=settings.call_seconds, max_bytes=MAX_BYTES, inner=transport)
    client = httpx2.Client(
        transport=bounded, follow_redirects=False, trust_env=False, event_hooks={"response": [check_response]}
    )
    return ChatOpenAI(
        model=settings.model.removeprefix("openai:"),
        base_url=settings.base_url,
        api_key=SecretStr(settings.api_key or "none"),
        temperature=settings.temperature,
        max_completion_tokens=settings.max_output_tokens,
        max_retries=0,
        use_responses_api=False,
        disable_streaming=True,
        http_client=client,
        # Both are given, so that no proxy of the environment is looked at.
        http_async_client=httpx2.AsyncClient(verify=ssl_context(), trust_env=False),
        openai_proxy=None,
    )


Cause = TypeVar("Cause", bound=BaseException)


def _behind(error: BaseException | None, kind: type[Cause]) -> Cause | None:
    """Find the error of this kind that the libraries wrapped into theirs."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def _is_transient(error: BaseException) -> bool:
    found = _behind(error, Unusable)
    if found is not None:
        return found.again
    broken = _behind(error, httpx2.TransportError)
    return broken is not None and not isinstance(broken, Declined)


def _told_again(question: str, state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    found = _behind(error, Unusable)
    # Only our own words are quoted: what a library says may hold the request.
    why = str(found) if found is not None else type(_behind(error, httpx2.TransportError) or error).__name__
    seconds = round(state.upcoming_sleep, 3)
    _LOG.warning("model call again", fields={"question": question, "in_seconds": seconds, "why": why})


def _wait(state: RetryCallState) -> float:
    found = _behind(state.outcome.exception(), Unusable) if state.outcome else None
    asked = found.wait_seconds if found else 0.0
    return asked or min(0.5 * 2**state.attempt_number, 8.0)


def _estimate(characters: int) -> int:
    return int(characters / CHARACTERS_PER_TOKEN) + 1
