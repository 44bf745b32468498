"""What a chat completion's HTTP response is good for: nothing is wrong with it, or one `Unusable` says what.

status >= 400        the provider's refusal, quota, limits; `wait_seconds` is its Retry-After
not a completion     an HTML page, half a JSON document, no choices
not a whole answer   cut off, filtered, refused, empty
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from database_specialist.agent.errors import ModelStatus
from database_specialist.tools.typed_answer import single

MAX_RETRY_AFTER_SECONDS = 120.0

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
_FILTERED = frozenset(("content_filter", "content_policy_violation"))
_TRANSIENT = frozenset((408, 409, 429))
_REMEDIES = {
    400: "the endpoint does not take the request",
    401: "the key is not accepted; set OPENAI_API_KEY",
    403: "the key may not use this model",
    404: "no such model at this endpoint; check --model and OPENAI_BASE_URL",
    413: "the prompt is larger than the endpoint takes",
}


@dataclass(frozen=True)
class Tokens:
    """What a provider says a call used."""

    prompt: int
    cached: int
    completion: int


class Unusable(Exception):
    """A response without an answer in it."""

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        status: ModelStatus = "llm_unavailable",
        wait_seconds: float = 0.0,
        answered: bool = False,
        tokens: Tokens | None = None,
        characters: int = 0,
        text: str | None = None,
        finish: str = "",
    ) -> None:
        super().__init__(reason)
        self.again = again
        """Whether the same request may fare better."""
        self.status: ModelStatus = status
        self.wait_seconds = wait_seconds
        """What the provider asks to wait; 0 where it says nothing."""
        self.answered = answered
        """Whether a model worked for it, which costs."""
        self.tokens = tokens
        self.characters = characters
        """How much the model wrote: what the tokens are estimated from where the provider gives none."""
        self.text = text
        """What the model wrote, where it may be asked to mend that."""
        self.finish = finish
        """Why the reply ended, in the provider's words; "" where it does not say."""


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Function(_Lenient):
    name: str
    arguments: str = ""


class _ToolCall(_Lenient):
    function: _Function


class _Message(_Lenient):
    role: Literal["assistant"] = "assistant"
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(_Lenient):
    finish_reason: str | None = None
    message: _Message


class _Details(_Lenient):
    cached_tokens: int | None = None


class _Usage(_Lenient):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Completion(_Lenient):
    choices: list[_Choice]
    usage: _Usage | None = None


def one_line(text: str) -> str:
    """Return a text of the model's fit for a message on a terminal: one line, no control characters."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    return " ".join(words)[:300]


def check_response(response: httpx2.Response) -> None:
    """Raise `Unusable` unless the response is a completion with a whole answer. For an `event_hooks` of a client."""
    response.read()
    if response.status_code >= 400:
        raise _refused(response)
    completion = _completion(response)
    if not completion.choices:
        raise _paid(completion, "the reply has no choices", again=True)
    _require_answer(completion, completion.choices[0])


def _refused(response: httpx2.Response) -> Unusable:
    status, code = response.status_code, _error_codes(response)
    if code & _QUOTA or status == 402:
        return Unusable("the account's quota is used up", status="budget_exhausted")
    if code & _FILTERED:
        return Unusable("the provider's content filter stopped the prompt", status="refused")
    if "context_length_exceeded" in code:
        return Unusable("the prompt is longer than the model's context; use a model with a larger one")
    if status == 400 and re.search(rb"response_format|json_schema|tool_choice", response.content[:4000]):
        return Unusable("the endpoint does not take this way of asking for JSON; try another method")
    wait = _retry_after(response)
    if wait > MAX_RETRY_AFTER_SECONDS:
        return Unusable(f"HTTP {status}, the provider asks to wait {wait:.0f} s; run again then", wait_seconds=wait)
    again = (status in _TRANSIENT or status >= 500) and response.headers.get("x-should-retry") != "false"
    remedy = f" ({_REMEDIES[status]})" if status in _REMEDIES else ""
    return Unusable(f"HTTP {status}{remedy}", again=again, wait_seconds=wait)


def _error_codes(response: httpx2.Response) -> set[str]:
    """Return the `code` and the `type` of an error body, wherever providers put them."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return set()
    error = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return set()
    return {value for value in (error.get("code"), error.get("type")) if isinstance(value, str)}


def _retry_after(response: httpx2.Response) -> float:
    """Return the seconds that the provider asks to wait; 0 where it says nothing sensible."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = str(response.headers.get(name, "")).strip()
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
            return float(value) * scale
    return 0.0


def _completion(response: httpx2.Response) -> _Completion:
    """Return the body as a completion; half a document may come whole the next time, a wrong one may not."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        cut_off = not isinstance(error, RecursionError) and response.content.lstrip()[:1] != b"<"
        raise Unusable("the endpoint's reply is no JSON document", again=cut_off) from None
    if not isinstance(body, dict) or ("error" in body and "choices" not in body):
        raise Unusable("the endpoint's reply is no chat completion") from None
    try:
        return _Completion.model_validate(body)
    except ValidationError:
        raise Unusable("the endpoint's reply is no chat completion", again=True, answered=True) from None


def _require_answer(completion: _Completion, choice: _Choice) -> None:
    message = choice.message
    if message.refusal:
        raise _paid(completion, f"the model declined: {one_line(message.refusal)}", status="refused")
    if choice.finish_reason == "length":
        raise _paid(completion, "the answer was cut off at the token limit; raise the limit of output tokens")
    if choice.finish_reason == "content_filter":
        raise _paid(completion, "the provider's content filter stopped the answer", status="refused")
    if choice.finish_reason not in {"stop", "tool_calls"}:
        raise _paid(completion, f"the reply ended with {str(choice.finish_reason)[:40]!r}", again=True)
    calls = message.tool_calls or []
    if len(calls) > 1:
        raise _paid(completion, "the reply calls several tools", again=True)
    if calls:
        _require_object(completion, calls[0].function.arguments)
    elif not (message.content or "").strip():
        raise _paid(completion, "the reply is empty", again=True)


def _require_object(completion: _Completion, arguments: str) -> None:
    # langchain-core cannot hold arguments that are a list, and loses doubled keys; the model can mend both.
    try:
        held = json.loads(arguments, strict=False, object_pairs_hook=single)
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict):
        raise _paid(completion, "the tool's arguments are no JSON object", text=arguments)


def _paid(
    completion: _Completion,
    reason: str,
    *,
    again: bool = False,
    status: ModelStatus = "llm_unavailable",
    text: str | None = None,
) -> Unusable:
    """Return the outcome of a reply that a model worked for."""
    written = sum(
        len(choice.message.content or "")
        + sum(len(call.function.arguments) for call in choice.message.tool_calls or [])
        for choice in completion.choices
    )
    return Unusable(
        reason,
        again=again,
        status=status,
        text=text,
        answered=True,
        tokens=_tokens(completion),
        characters=written,
        finish=next((choice.finish_reason or "" for choice in completion.choices), ""),
    )


def _tokens(completion: _Completion) -> Tokens | None:
    usage = completion.usage
    if usage is None or usage.prompt_tokens is None:
        return None
    details = usage.prompt_tokens_details
    cached = (details.cached_tokens if details else None) or 0
    return Tokens(prompt=usage.prompt_tokens, cached=cached, completion=usage.completion_tokens or 0)
