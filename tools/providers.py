"""Chat models of other providers than those with OpenAI's interface, by LangChain's own classes for them.

A model "anthropic:claude-sonnet-4-5" is its provider and its name. The classes differ, so the guarantees of `ChatModel`
are kept around them: one attempt (the class's own retries are off where it lets them be), a deadline (the call is
left behind when it passes), one tool that the model has to call, and every failure an `Unusable`. What only the
transport of an OpenAI-compatible endpoint can keep (a byte cap, no redirects, no proxies) is the class's own affair.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Protocol

import httpx2
from langchain_core.exceptions import ModelError as LangChainModelError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from pydantic import ValidationError

from database_specialist.agent.errors import ConfigError
from database_specialist.tools.completion import MAX_RETRY_AFTER_SECONDS, Tokens, Unusable, one_line
from database_specialist.tools.typed_answer import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGES = {
    "anthropic": "langchain-anthropic",
    "azure_openai": "langchain-openai",
    "bedrock_converse": "langchain-aws",
    "cohere": "langchain-cohere",
    "deepseek": "langchain-deepseek",
    "fireworks": "langchain-fireworks",
    "google_genai": "langchain-google-genai",
    "google_vertexai": "langchain-google-vertexai",
    "groq": "langchain-groq",
    "mistralai": "langchain-mistralai",
    "ollama": "langchain-ollama",
    "openrouter": "langchain-openrouter",
    "together": "langchain-together",
    "xai": "langchain-xai",
}
"""The providers that may stand before a model's name, each with the package that has its class."""

_CUT_OFF = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
_DECLINED = frozenset({"refusal", "content_filter", "safety", "blocklist", "prohibited_content", "recitation"})
_STATUS = {
    401: "the key is not accepted; set the key of the provider",
    403: "the key may not use this model",
    404: "no such model at this provider; check --model",
    413: "the prompt is larger than the provider takes",
}
_SPENT = 402


class Asked(Protocol):
    """What of a model's settings a provider's class may take."""

    @property
    def model(self) -> str:
        """The provider and the name."""

    @property
    def base_url(self) -> str | None:
        """Where the provider is, if not at its own address."""

    @property
    def temperature(self) -> float | None:
        """None for the class's own."""

    @property
    def call_seconds(self) -> float:
        """The deadline of one exchange."""

    @property
    def max_output_tokens(self) -> int:
        """The longest answer."""


def provider_of(model: str) -> str | None:
    """Return the provider that stands before a model's name; None for an OpenAI-compatible endpoint.

    >>> provider_of("anthropic:claude-sonnet-4-5"), provider_of("qwen3:32b"), provider_of("openai:gpt-5.1")
    ('anthropic', None, None)
    """
    prefix, _, name = model.partition(":")
    return prefix if name and prefix in PACKAGES else None


class Provider:
    """Exchanges messages with a model of a provider."""

    def __init__(self, settings: Asked) -> None:
        self._chat = _chat(settings)

    def exchange(self, messages: Sequence[BaseMessage], asked: Mapping[str, Any], seconds: float) -> AIMessage:
        """Return the model's reply; `asked` is the tool that it has to call, or nothing.

        Raises:
            Unusable: there is no whole answer, or none in time.
        """
        message = _within(seconds, lambda: self._send(messages, asked))
        _require_whole(message)
        return message

    def _send(self, messages: Sequence[BaseMessage], asked: Mapping[str, Any]) -> AIMessage:
        if "tools" not in asked:  # the prompt asks for JSON, and holds the schema
            return self._chat.invoke(list(messages))
        tool = asked["tools"][0]
        return self._chat.bind_tools([tool], tool_choice=tool["function"]["name"]).invoke(list(messages))


def _chat(settings: Asked) -> BaseChatModel:
    """Make the provider's class with the settings that it knows.

    Raises:
        ConfigError: a package is missing, or the class does not take the settings.
    """
    provider, _, name = settings.model.partition(":")
    try:
        from langchain.chat_models import init_chat_model

        plain = init_chat_model(name, model_provider=provider)
        fields = {*type(plain).model_fields, *(field.alias for field in type(plain).model_fields.values())}
        known = {key: value for key, value in _wanted(settings).items() if key in fields and value is not None}
        chat: BaseChatModel = init_chat_model(name, model_provider=provider, **known)
    except ImportError:
        install = f"pip install 'langchain>=1' {PACKAGES[provider]}"
        raise ConfigError(f"--model {settings.model}: a package is missing; install it with: {install}") from None
    except ValidationError as error:
        said = one_line(error.errors(include_url=False, include_input=False)[0]["msg"])
        raise ConfigError(f"--model {settings.model}: {said}; set the provider's key in the environment") from None
    return chat


def _wanted(settings: Asked) -> dict[str, Any]:
    """Return the settings under all the names that the classes have for them."""
    seconds = settings.call_seconds
    limits = dict.fromkeys(("max_tokens", "num_predict", "max_output_tokens"), settings.max_output_tokens)
    times = dict.fromkeys(("timeout", "request_timeout"), seconds)
    once = {"max_retries": 0, "disable_streaming": True, "client_kwargs": {"timeout": seconds}}
    return {**limits, **times, **once, "temperature": settings.temperature, "base_url": settings.base_url}


def _within(seconds: float, call: Callable[[], AIMessage]) -> AIMessage:
    """Return what the call returns; leave it behind when the time is over."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="provider")
    pending: Future[AIMessage] = pool.submit(copy_context().run, call)
    pool.shutdown(wait=False)
    try:
        # Every provider's library has exceptions of its own: what it raises is taken as a value.
        error = pending.exception(seconds)
    except NotInTime:
        raise Unusable("no answer in time", again=True) from None
    if error is None:
        return pending.result()
    if not isinstance(error, Exception):
        raise error
    raise _unusable(error)


def _unusable(error: Exception) -> Unusable:
    """Return the outcome of a failed call, without the library's exception, which holds the request and the key."""
    status = _status(error)
    if "Timeout" in type(error).__name__:
        return Unusable("no answer in time", again=True)
    if status is None:
        again = _passes(error)
        return Unusable(f"the provider cannot be reached or read ({type(error).__name__})", again=again)
    if status == _SPENT:
        return Unusable("the provider's credit is spent", status="budget_exhausted")
    wait = _retry_after(error)
    again = (status in {408, 409, 425, 429} or status >= 500) and wait <= MAX_RETRY_AFTER_SECONDS
    said = _STATUS.get(status, "the provider does not take the request" if status < 500 else "the provider failed")
    return Unusable(f"HTTP {status}: {said}", again=again, wait_seconds=wait)


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and status >= 400 else None


def _retry_after(error: Exception) -> float:
    headers = getattr(getattr(error, "response", None), "headers", None)
    asked = str(headers.get("retry-after", "")) if isinstance(headers, Mapping) else ""
    return float(asked) if re.fullmatch(r"\d{1,9}", asked) else 0.0


def _passes(error: BaseException | None) -> bool:
    """Return whether a connection failed: the libraries wrap what their HTTP client raised."""
    while error is not None:
        if isinstance(error, LangChainModelError):
            return bool(error.is_retryable)
        if isinstance(error, OSError | httpx2.TransportError) or re.search("Timeout|Connect", type(error).__name__):
            return True
        error = error.__cause__ or error.__context__
    return False


def _require_whole(message: AIMessage) -> None:
    """Raise `Unusable` for a reply that was cut off, declined, or is empty."""
    reason = _end(message.response_metadata)
    if reason in _DECLINED:
        raise _paid(message, f"the model declined ({reason})", status="refused")
    if reason in _CUT_OFF:
        raise _paid(message, "the answer was cut off at the token limit; raise the limit of output tokens")
    if len(message.tool_calls) + len(message.invalid_tool_calls) > 1:
        raise _paid(message, "the reply calls several tools", again=True)
    if not text_of(message).strip():
        raise _paid(message, "the reply is empty", again=True)


def _end(metadata: Mapping[str, Any]) -> str:
    """Return why the reply ended, in lower case, under whatever name the provider says it."""
    names = ("stop_reason", "finish_reason", "done_reason", "stopReason")
    return next((str(metadata[name]).lower() for name in names if metadata.get(name)), "")


def _paid(message: AIMessage, reason: str, **more: Any) -> Unusable:
    tokens, characters = tokens_of(message), len(text_of(message))
    finish = _end(message.response_metadata)
    return Unusable(reason, answered=True, tokens=tokens, characters=characters, finish=finish, **more)


def tokens_of(message: AIMessage) -> Tokens | None:
    """Return the tokens that a reply says it used."""
    given = message.usage_metadata
    if given is None:
        return None
    cached = given.get("input_token_details", {}).get("cache_read", 0) or 0
    return Tokens(prompt=given["input_tokens"], cached=cached, completion=given["output_tokens"])
