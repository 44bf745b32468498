"""The spans of model calls, by OpenTelemetry's conventions for generative AI.

https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/. No text of a prompt or an answer is in them, unless
the variable that the conventions have for that, at `_CONTENT`, asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from langchain_core.messages import AIMessage, BaseMessage

from database_specialist.agent.answers.question import Usage
from database_specialist.tools.completion import Unusable
from database_specialist.tools.providers import provider_of
from database_specialist.tools.telemetry import Attributes, Span, is_asked_for, span
from database_specialist.tools.typed_answer import text_of

if TYPE_CHECKING:
    from database_specialist.tools.model import Settings

_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_ROLES = {"human": "user", "ai": "assistant"}
_PROVIDERS = {
    "azure_openai": "azure.ai.openai",
    "bedrock_converse": "aws.bedrock",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
}
"""The names of the conventions, where LangChain has others."""
_FINISHED = ("finish_reason", "stop_reason", "done_reason", "stopReason")


@contextmanager
def chat_span(settings: Settings, question: str, messages: Sequence[BaseMessage]) -> Iterator[Span]:
    """Record one exchange with a chat model."""
    provider = provider_of(settings.model) or "openai"
    name = settings.model.removeprefix(f"{provider}:")
    address = urlsplit(settings.base_url or "")
    attributes: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": _PROVIDERS.get(provider, provider),
        "gen_ai.request.model": name,
        "gen_ai.request.max_tokens": settings.max_output_tokens,
        "gen_ai.request.temperature": settings.temperature,
        "gen_ai.output.type": "json",
        "server.address": address.hostname,
        "server.port": address.port,
        "database_specialist.question": question,
    }
    with span(f"chat {name}", attributes, kind="client") as exchange:
        if is_asked_for(_CONTENT):
            exchange.set({"gen_ai.input.messages": json.dumps([_said(message) for message in messages])})
        yield exchange


def answered(exchange: Span, outcome: AIMessage | Unusable, usage: Usage) -> None:
    """Say what came of an exchange that a model worked for."""
    exchange.set(
        {
            "gen_ai.usage.input_tokens": usage.prompt_tokens,
            "gen_ai.usage.output_tokens": usage.completion_tokens,
            "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
            "database_specialist.tokens_are_estimated": usage.estimated or None,
        }
    )
    if isinstance(outcome, Unusable):
        exchange.set({"gen_ai.response.finish_reasons": [outcome.finish] if outcome.finish else None})
        return
    told = outcome.response_metadata
    finish = next((str(told[name]) for name in _FINISHED if told.get(name)), None)
    model, identity = told.get("model_name"), told.get("id")
    exchange.set(
        {
            "gen_ai.response.finish_reasons": [finish] if finish else None,
            "gen_ai.response.model": str(model) if model else None,
            "gen_ai.response.id": str(identity) if identity else None,
        }
    )
    if is_asked_for(_CONTENT):
        exchange.set({"gen_ai.output.messages": json.dumps([_said(outcome)])})


def _said(message: BaseMessage) -> dict[str, object]:
    content = text_of(message) if isinstance(message, AIMessage) else str(message.content)
    return {"role": _ROLES.get(message.type, message.type), "parts": [{"type": "text", "content": content}]}
