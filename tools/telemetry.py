"""Spans, by way of OpenTelemetry where that is installed and asked for; elsewhere nothing, and nothing is imported.

The variables that every OpenTelemetry SDK reads decide: `OTEL_EXPORTER_OTLP_ENDPOINT` (or `..._TRACES_ENDPOINT`) or
`OTEL_TRACES_EXPORTER` (`otlp` over HTTP, `console` on stderr, `none`) turn traces on, and `OTEL_SDK_DISABLED=true` off.
A program that has a provider of its own hands it in with `tracing_with`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

from database_specialist.agent.config import environment
from database_specialist.agent.errors import SpecialistError
from database_specialist.agent.run_log import run_log

if TYPE_CHECKING:  # an extra: without it this module works, and does nothing
    from opentelemetry.trace import Span as OpenSpan
    from opentelemetry.trace import Tracer, TracerProvider

NAME = "database_specialist"
FLUSH_SECONDS = 5.0
QUEUED_SPANS = 16_384
"""A run has thousands of statements in a few seconds; what does not fit is dropped."""
Value = str | int | float | bool | Sequence[str] | None
Attributes = Mapping[str, Value]
"""By the names of the semantic conventions; what is None is left out."""
Kind = Literal["internal", "client"]

_LOG = run_log(__name__)
_OTLP = "opentelemetry.exporter.otlp.proto.http"
_given: ContextVar[TracerProvider | None] = ContextVar("provider", default=None)


class Span(Protocol):
    """Something that takes time, while it does."""

    def set(self, attributes: Attributes) -> None:
        """Add facts."""

    def fail(self, kind: str, message: str) -> None:
        """Note that it went wrong, and how: nobody raises it out of the span."""


@contextmanager
def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    kind: Kind = "internal",
    parent: Span | None = None,
    expected: tuple[type[BaseException], ...] = (),
) -> Iterator[Span]:
    """Record the block as a span below the current one, or below `parent`; an error that leaves it is recorded.

    `expected` are exceptions that are no errors. Outside traces it costs next to nothing.
    """
    begun = begin(name, attributes, kind=kind, parent=parent)
    if begun is None:
        yield NOTHING
        return
    from opentelemetry.trace import use_span

    with use_span(begun.span, record_exception=False, set_status_on_exception=False):
        try:
            yield begun
        except expected:
            raise
        except BaseException as error:
            begun.fail_with(error)
            raise
        finally:
            begun.end()


def begin(
    name: str, attributes: Attributes | None = None, *, kind: Kind = "internal", parent: Span | None = None
) -> Recorded | None:
    """Begin a span that the caller ends, and that is nobody's current one; None when nothing is traced."""
    tracer = _tracer()
    if tracer is None:
        return None
    from opentelemetry.trace import SpanKind, set_span_in_context

    above = set_span_in_context(parent.span) if isinstance(parent, Recorded) else None
    kinds = {"internal": SpanKind.INTERNAL, "client": SpanKind.CLIENT}
    return Recorded(tracer.start_span(name, above, kinds[kind], attributes=_present(attributes or {})))


def is_on() -> bool:
    """Whether spans are recorded."""
    return _tracer() is not None


def is_asked_for(variable: str) -> bool:
    """Whether a variable of the environment asks for something that is left out otherwise."""
    return environment().get(variable, "").strip().lower() in {"on", "true", "1"}


@contextmanager
def tracing_with(provider: TracerProvider) -> Iterator[None]:
    """Let runs inside the block give their spans to this provider of OpenTelemetry."""
    token = _given.set(provider)
    try:
        yield
    finally:
        _given.reset(token)


def flush() -> None:
    """Send what is recorded, before the process ends; at most for some seconds."""
    if not _own_provider.cache_info().currsize:  # nobody has asked yet, so nothing is recorded
        return
    provider = _own_provider(_exporter())
    if provider is not None:
        provider.force_flush(int(FLUSH_SECONDS * 1000))


class Recorded:
    """A span of OpenTelemetry."""

    def __init__(self, span: OpenSpan) -> None:
        self.span = span

    def set(self, attributes: Attributes) -> None:
        """Add facts."""
        self.span.set_attributes(_present(attributes))

    def fail(self, kind: str, message: str) -> None:
        """Note that it went wrong, and how."""
        from opentelemetry.trace import Status, StatusCode

        self.span.set_attribute("error.type", kind)
        self.span.add_event("exception", {"exception.type": kind, "exception.message": message})
        self.span.set_status(Status(StatusCode.ERROR, message))

    def fail_with(self, error: BaseException) -> None:
        """Note the error. Only our own errors are quoted: what others say may hold a document's text."""
        kind = type(error)
        words = " ".join(str(error).split())[:300] if isinstance(error, SpecialistError) else kind.__name__
        self.fail(f"{kind.__module__}.{kind.__qualname__}", words)

    def end(self) -> None:
        """End it."""
        self.span.end()


class _Nothing:
    def set(self, attributes: Attributes) -> None:
        """Forget them."""

    def fail(self, kind: str, message: str) -> None:
        """Forget it."""


NOTHING: Span = _Nothing()
"""The span where nothing is traced."""


def _present(attributes: Attributes) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _tracer() -> Tracer | None:
    provider = _given.get() or _own_provider(_exporter())
    return provider.get_tracer(NAME) if provider else None


def _exporter() -> str:
    """Return the exporter that the environment asks for; "" for none."""
    variables = environment()
    if variables.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ""
    named = variables.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if named:
        return "" if named == "none" else named
    endpoints = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    return "otlp" if any(variables.get(name) for name in endpoints) else ""


@cache
def _own_provider(exporter: str) -> Any:
    """Return the provider for an exporter; None, with a warning in the log, where it cannot be had.

    A variable that stands there for another program's sake must not end a run.
    """
    if not exporter:
        return None
    if exporter not in ("otlp", "console"):
        _LOG.warning("traces are off: OTEL_TRACES_EXPORTER is none of otlp, console, none", fields={"is": exporter})
        return None
    if not _is_installed("opentelemetry.sdk") or (exporter == "otlp" and not _is_installed(_OTLP)):
        _LOG.warning("traces are off: install the extra otel (pip install 'database-specialist[otel]')")
        return None
    return _made(exporter)


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it would be in
        return False


def _made(exporter: str) -> Any:
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

    sink: SpanExporter = ConsoleSpanExporter(out=sys.stderr)
    if exporter == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        sink = OTLPSpanExporter()
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which create() reads, go before ours.
    named = "service.name=" in environment().get("OTEL_RESOURCE_ATTRIBUTES", "")
    ours = {} if named or environment().get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "database-specialist"}
    provider = TracerProvider(resource=Resource.create(ours))
    asked = "OTEL_BSP_MAX_QUEUE_SIZE" in environment()
    provider.add_span_processor(BatchSpanProcessor(sink, max_queue_size=None if asked else QUEUED_SPANS))
    return provider
