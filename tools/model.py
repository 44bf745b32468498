"""A chat model behind any OpenAI-compatible endpoint, whose answers are typed or are a `ModelError`.

One layer of everything: one retry loop (here, not in the SDK), one deadline (in the transport), one repair loop.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import openai
from langchain_core.exceptions import LangChainException
from langchain_core.exceptions import ModelError as ProviderError
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr, ValidationError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_after_delay

from database_specialist.agent.answers import AnswerType, Question, Usage
from database_specialist.agent.errors import ModelError
from database_specialist.prompts import render
from database_specialist.tools.transport import BoundedTransport

Method = Literal["json_schema", "function_calling", "json_mode"]
MAX_ATTEMPTS = 5
MAX_REPAIRS = 2
MAX_BYTES = 8 * 1024 * 1024
MAX_RETRY_AFTER_SECONDS = 120.0
CHARACTERS_PER_TOKEN = 3.5

# Spent money does not come back by asking again.
_QUOTA = frozenset(
    (
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
    )
)


@dataclass(frozen=True)
class Settings:
    """How to reach the model, and how much of it a run may use."""

    model: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    method: Method = "json_schema"
    temperature: float | None = None
    call_seconds: float = 300.0
    """The deadline of one exchange."""
    total_seconds: float = 900.0
    """The deadline of one call with all its retries."""
    max_output_tokens: int = 16_000
    max_calls: int = 40
    max_tokens: int = 400_000


class _Unusable(Exception):
    """A reply without an answer in it. `again` says whether the same request may fare better."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class ChatModel:
    """Asks questions, repairs answers, and counts what it costs."""

    def __init__(
        self,
        settings: Settings,
        *,
        spent: Sequence[Usage] = (),
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._spent = tuple(spent)
        self._sleep = sleep
        self.used: list[Usage] = []
        bounded = BoundedTransport(seconds=settings.call_seconds, max_bytes=MAX_BYTES, inner=transport)
        self._chat = ChatOpenAI(
            model=settings.model,
            base_url=settings.base_url,
            api_key=SecretStr(settings.api_key or "none"),
            temperature=settings.temperature,
            max_completion_tokens=settings.max_output_tokens,
            max_retries=0,
            timeout=settings.call_seconds,
            use_responses_api=False,
            disable_streaming=True,
            http_client=httpx2.Client(transport=bounded, follow_redirects=False, trust_env=False),
        )

    def ask(
        self,
        question: Question,
        answer: type[AnswerType],
        *,
        objections: Callable[[AnswerType], Sequence[str]] = lambda answer: (),
    ) -> AnswerType:
        """Return an answer that is valid and to which `objections` has none left.

        Raises:
            ModelError: refused, out of budget, or no usable answer after retries and repairs.
        """
        messages: list[BaseMessage] = [SystemMessage(question.system), HumanMessage(question.user)]
        if self._settings.method == "json_mode":
            messages[0] = SystemMessage(question.system + "\n\n" + render("json_only", schema=_schema_text(answer)))
        problems: Sequence[str] = ()
        for repairs in range(MAX_REPAIRS + 1):
            text = self._send(question.name, messages, answer, repairs)
            parsed, problems = _parse(text, answer, objections)
            if parsed is not None and not problems:
                return parsed
            listed = "\n".join(f"- {problem}" for problem in problems)
            messages += [AIMessage(text), HumanMessage(render("repair", problems=listed))]
        raise ModelError(
            f"{self._settings.model}: no valid answer to {question.name} after {MAX_REPAIRS} repairs ({problems[0]})",
            status="llm_unavailable",
        )

    def _send(self, name: str, messages: list[BaseMessage], answer: type[AnswerType], repairs: int) -> str:
        self._check_budget(name)
        began = time.monotonic()
        attempts = Retrying(
            retry=retry_if_exception(_is_transient),
            wait=_wait,
            stop=stop_after_attempt(MAX_ATTEMPTS) | stop_after_delay(self._settings.total_seconds),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            message = attempts(self._exchange, messages, answer)
        except _Unusable as error:
            raise ModelError(f"{self._settings.model}, {name}: {error}", status="llm_unavailable") from error
        except (LangChainException, openai.OpenAIError, *_BAD_BODY) as error:
            raise _translated(error, self._settings, name) from error
        self.used.append(_usage(name, message, messages, time.monotonic() - began, repairs))
        return _text(message)

    def _exchange(self, messages: list[BaseMessage], answer: type[AnswerType]) -> AIMessage:
        message = self._chat.invoke(messages, **_format(self._settings.method, answer))
        _require_answer(message)
        return message

    def _check_budget(self, name: str) -> None:
        so_far = (*self._spent, *self.used)
        tokens = sum(usage.prompt_tokens + usage.completion_tokens for usage in so_far)
        calls = sum(usage.calls for usage in so_far)
        if calls >= self._settings.max_calls:
            reason = f"{calls} calls made, the cap of this run"
        elif tokens >= self._settings.max_tokens:
            reason = f"{tokens} tokens used, the cap of this run is {self._settings.max_tokens}"
        else:
            return
        raise ModelError(f"{self._settings.model}, before {name}: {reason}", status="budget_exhausted")


# What the SDK and langchain-openai raise on a 200 whose body is not what it should be.
_BAD_BODY = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def _format(method: Method, answer: type[AnswerType]) -> dict[str, Any]:
    name, schema = answer.__name__, answer.model_json_schema()
    if method == "json_schema":
        # Not strict: strict mode makes every field required, and the model would write every default out.
        wanted = {"name": name, "schema": schema, "strict": False}
        return {"response_format": {"type": "json_schema", "json_schema": wanted}}
    if method == "json_mode":
        return {"response_format": {"type": "json_object"}}
    function = {"name": name, "description": (answer.__doc__ or name).strip(), "parameters": schema}
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": name}},
    }


def _schema_text(answer: type[AnswerType]) -> str:
    return json.dumps(answer.model_json_schema(), separators=(",", ":"))


def _require_answer(message: AIMessage) -> None:
    """Raise unless the reply is a whole answer."""
    refusal = message.additional_kwargs.get("refusal")
    if refusal:
        raise ModelError(f"the model declined: {str(refusal)[:300]}", status="refused")
    finish = message.response_metadata.get("finish_reason")
    if finish == "length":
        raise _Unusable("the answer was cut off at the token limit; raise max_output_tokens", again=False)
    if finish == "content_filter":
        raise ModelError("the provider's content filter stopped the answer", status="refused")
    if finish not in {"stop", "tool_calls"}:
        raise _Unusable(f"the reply ended with {finish!r}", again=True)
    if len(message.tool_calls) + len(message.invalid_tool_calls) > 1:
        raise _Unusable("the reply calls several tools", again=True)
    if not _text(message).strip():
        raise _Unusable("the reply is empty", again=True)


def _text(message: AIMessage) -> str:
    """Return the JSON text of a reply, wherever the method puts it."""
    if message.tool_calls:
        return json.dumps(message.tool_calls[0]["args"])
    if message.invalid_tool_calls:
        return str(message.invalid_tool_calls[0]["args"])
    if isinstance(message.content, str):
        return message.content
    return "".join(part.get("text", "") for part in message.content if isinstance(part, dict))


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _parse(
    text: str, answer: type[AnswerType], objections: Callable[[AnswerType], Sequence[str]]
) -> tuple[AnswerType | None, Sequence[str]]:
    """Return the answer, or what is wrong with it in words that the model can act on."""
    if _UNSTORABLE.search(text) or "\\u0000" in text:
        return None, ["the text holds a NUL or a lone surrogate, which no database stores"]
    try:
        parsed = answer.model_validate_json(text)
    except ValidationError as error:
        return None, [_problem(item) for item in error.errors(include_url=False)[:20]]
    return parsed, list(objections(parsed))[:20]


def _problem(item: Any) -> str:
    place = ".".join(str(step) for step in item["loc"]) or "the whole answer"
    return f"{place}: {item['msg']} (got {json.dumps(item.get('input'), default=str)[:120]})"


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, _Unusable):
        return error.again
    if isinstance(error, ProviderError | openai.APIStatusError):
        if getattr(error, "code", None) in _QUOTA or _header(error, "x-should-retry") == "false":
            return False
        return _retry_after(error) <= MAX_RETRY_AFTER_SECONDS and _may_recur(error)
    return isinstance(error, openai.APIConnectionError | json.JSONDecodeError | IndexError)


def _may_recur(error: BaseException) -> bool:
    if isinstance(error, ProviderError):
        return type(error).is_retryable
    status = getattr(error, "status_code", 0)
    return status in {408, 409, 429} or status >= 500


def _header(error: BaseException, name: str) -> str | None:
    response = getattr(error, "response", None)
    value = response.headers.get(name) if response is not None else None
    return str(value) if value is not None else None


def _retry_after(error: BaseException) -> float:
    """Return the seconds that the provider asks to wait; 0 where it says nothing sensible."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = _header(error, name)
        if value is not None and re.fullmatch(r"\d+(\.\d+)?", value.strip()):
            return float(value) * scale
    return 0.0


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = _retry_after(error) if error is not None else 0.0
    return asked or min(0.5 * 2**state.attempt_number, 8.0)


def _translated(error: Exception, settings: Settings, name: str) -> ModelError:
    """Turn what the libraries raise into one line with the remedy; no key and no prompt is in it."""
    where = f"{settings.model}, {name}"
    if isinstance(error, openai.LengthFinishReasonError):
        reason = f"the answer was cut off at {settings.max_output_tokens} tokens; raise the limit of output tokens"
        return ModelError(f"{where}: {reason}", status="llm_unavailable")
    if isinstance(error, openai.ContentFilterFinishReasonError):
        return ModelError(f"{where}: the provider's content filter stopped the answer", status="refused")
    if "Refusal" in type(error).__name__:
        return ModelError(f"{where}: the model declined: {str(error)[:300]}", status="refused")
    if getattr(error, "code", None) in _QUOTA:
        return ModelError(f"{where}: the account's quota is used up", status="budget_exhausted")
    if getattr(error, "code", None) == "context_length_exceeded":
        reason = "the prompt is longer than the model's context; use a model with a larger one"
        return ModelError(f"{where}: {reason}", status="llm_unavailable")
    remedy = {
        401: "the key is not accepted; set OPENAI_API_KEY",
        403: "the key may not use this model",
        404: "no such model at this endpoint; check --model and OPENAI_BASE_URL",
    }.get(getattr(error, "status_code", 0))
    wait = _retry_after(error)
    if wait > MAX_RETRY_AFTER_SECONDS:
        remedy = f"the provider asks to wait {wait:.0f} s; run again then"
    return ModelError(f"{where}: {remedy or f'no usable reply ({type(error).__name__})'}", status="llm_unavailable")


def _usage(name: str, message: AIMessage, messages: list[BaseMessage], seconds: float, repairs: int) -> Usage:
    given = message.usage_metadata
    if given is None:
        characters = sum(len(str(each.content)) for each in messages)
        prompt, completion, cached = characters, len(_text(message)), 0
        prompt, completion = (int(count / CHARACTERS_PER_TOKEN) + 1 for count in (prompt, completion))
    else:
        prompt, completion = given["input_tokens"], given["output_tokens"]
        cached = given.get("input_token_details", {}).get("cache_read", 0) or 0
    return Usage(
        question=name,
        calls=1,
        prompt_tokens=prompt,
        cached_tokens=cached,
        completion_tokens=completion,
        seconds=seconds,
        repairs=repairs,
    )
