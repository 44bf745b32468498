"""Nothing of a run is traced to LangSmith unless this product's own switch asks for it.

`LANGSMITH_TRACING=true` may stand in an environment for another program's sake. LangChain and LangGraph would then send
every prompt and every node's state away, and with them the user's documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.base import BaseTracer
from langchain_core.tracers.langchain import LangChainTracer
from langsmith import tracing_context

SWITCH = "DATABASE_SPECIALIST_TRACING"


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Return whether the user asks for traces, by `DATABASE_SPECIALIST_TRACING=on`."""
    return environment.get(SWITCH, "").strip().lower() in {"on", "true", "1"}


def silencers(environment: Mapping[str, str]) -> list[BaseCallbackHandler]:
    """Return the callbacks with which a graph is not traced; none where traces are asked for.

    A context manager around a stream would hold for the consumer's code as well, and only between its first and its
    last step; callbacks hold for exactly the graph's own runs, however it is called.
    """
    return [] if is_wanted(environment) else [SilentTracer()]


@contextmanager
def untraced() -> Iterator[None]:
    """Do not let the environment alone turn traces on inside the block."""
    with tracing_context(enabled=False):
        yield


class SilentTracer(LangChainTracer):
    """Does nothing, where the environment's tracer would be added: that happens only where there is no other."""

    ignore_llm = ignore_chat_model = ignore_chain = ignore_agent = ignore_retriever = True
    ignore_retry = ignore_custom_event = True

    def __init__(self) -> None:
        BaseTracer.__init__(self)  # not the parent's, which makes a client
        self.tags: list[str] = []
        self.tracing_metadata = None

    def copy_with_metadata_defaults(self, **defaults: Any) -> LangChainTracer:
        """Return itself: there is nothing to add metadata to."""
        return self
