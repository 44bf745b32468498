"""What is told of every run and every node: records in the log, and spans where they are asked for."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from langchain_core.callbacks import BaseCallbackHandler
from langgraph.config import get_config
from langgraph.errors import GraphBubbleUp
from langgraph.runtime import Runtime

from database_specialist.agent.config import Context
from database_specialist.agent.run_log import current_run, in_run, run_log
from database_specialist.tools import telemetry
from database_specialist.tools.telemetry import Recorded, Span

NAME = "database_specialist"
_LOG = run_log(__name__)
Node = TypeVar("Node", bound=Callable[..., Any])


def observed(node: Node) -> Node:
    """Log when a node begins and ends, and record it as a span of its run."""
    name = node.__name__

    @functools.wraps(node)
    def told(state: Any, runtime: Runtime[Context]) -> Any:
        # The first node finds no id yet, and takes the one that is set here.
        run = (state.get("run") if isinstance(state, dict) else None) or current_run() or uuid4().hex
        with in_run(run), _logged(name), _span(name, run):
            return node(state, runtime)

    return cast(Node, told)


@contextmanager
def _logged(node: str) -> Iterator[None]:
    began = time.monotonic()
    _LOG.info("node began", fields={"node": node})
    try:
        yield
    except GraphBubbleUp:
        _LOG.info("node waits for a person", fields={"node": node})
        raise
    except BaseException as error:
        _LOG.error("node failed", fields={"node": node, "error": type(error).__name__, "seconds": _since(began)})
        raise
    _LOG.info("node ended", fields={"node": node, "seconds": _since(began)})


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


@contextmanager
def _span(node: str, run: str) -> Iterator[Span]:
    if not telemetry.is_on():
        yield telemetry.NOTHING
        return
    config = get_config()
    parent = SPANS.of(getattr(config.get("callbacks"), "parent_run_id", None))
    attributes = {"database_specialist.node": node, "database_specialist.run_id": run}
    phase = config.get("metadata", {}).get("phase")
    if parent is not None:
        parent.set({"database_specialist.run_id": run})
    with telemetry.span(
        f"node {node}",
        attributes | {"database_specialist.phase": phase},
        parent=parent,
        expected=(GraphBubbleUp,),
    ) as begun:
        yield begun


class RunSpans(BaseCallbackHandler):
    """Records each run of the graph as a span, however the graph is called: as a node of another graph, by a server.

    A span that became the current one when the graph begins would be that of whoever reads its stream, too; and
    nodes run in threads of their own. So the nodes look up their run's span here.
    """

    run_inline = True
    ignore_llm = ignore_chat_model = ignore_agent = ignore_retriever = ignore_retry = ignore_custom_event = True

    def __init__(self) -> None:
        self._of: dict[UUID, tuple[Recorded, bool]] = {}
        """By LangChain's id of a run or of what runs inside it: the span, and whether the run is its own."""

    @property
    def ignore_chain(self) -> bool:
        """Whether runs are of no interest."""
        return not telemetry.is_on()

    def of(self, inside: UUID | None) -> Recorded | None:
        """Return the span of the run that this is inside of."""
        found = self._of.get(inside) if inside else None
        return found[0] if found else None

    def on_chain_start(
        self, serialized: Any, inputs: Any, *, run_id: UUID, parent_run_id: UUID | None = None, **more: Any
    ) -> None:
        """Begin the span of a run, or note that something runs inside it."""
        run = self.of(parent_run_id)
        if run is not None:
            self._of[run_id] = run, False
            return
        attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": NAME}
        begun = telemetry.begin(f"invoke_agent {NAME}", attributes)
        if begun is not None:
            self._of[run_id] = begun, True

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **more: Any) -> None:
        """End it."""
        span, is_run = self._of.pop(run_id, (None, False))
        if span is not None and is_run:
            span.end()

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        """End it, with the error; to wait for a person is none."""
        span, is_run = self._of.get(run_id, (None, False))
        if span is not None and is_run and not isinstance(error, GraphBubbleUp):
            span.fail_with(error)
        self.on_chain_end(None, run_id=run_id)


SPANS = RunSpans()
