"""LANGSMITH_TRACING alone sends nothing away: a local server stands where LangSmith would be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypedDict

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.langchain import wait_for_all_tracers
from langgraph.graph import END, START, StateGraph
from langsmith import utils

from database_specialist.graph.build import graph as exported
from database_specialist.graph.observing import RunSpans
from database_specialist.tools.tracing import SWITCH, SilentTracer, is_wanted, silencers, untraced


class State(TypedDict):
    document: str


class LangSmith:
    def __init__(self) -> None:
        self.received: list[bytes] = []
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                received.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self.answer()

            def answer(self) -> None:
                self.send_response(202)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def langsmith(monkeypatch: pytest.MonkeyPatch) -> Iterator[LangSmith]:
    running = LangSmith()
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", f"http://127.0.0.1:{running.server.server_port}")
    monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2_none")
    utils.get_env_var.cache_clear()
    yield running
    wait_for_all_tracers()
    running.close()
    monkeypatch.undo()
    utils.get_env_var.cache_clear()


def run(callbacks: list[BaseCallbackHandler]) -> None:
    inner = RunnableLambda(lambda text: f"{text}!")
    builder = StateGraph(State)
    builder.add_node("read", lambda state: {"document": inner.invoke(state["document"])})
    builder.add_edge(START, "read")
    builder.add_edge("read", END)
    graph = builder.compile().with_config(callbacks=callbacks)
    assert graph.invoke({"document": "a secret"}) == {"document": "a secret!"}
    assert [*graph.stream({"document": "a secret"})]
    wait_for_all_tracers()


def test_a_graph_is_not_traced_because_the_environment_says_so(langsmith: LangSmith) -> None:
    run(silencers({"LANGSMITH_TRACING": "true"}))
    assert langsmith.received == []


def test_a_graph_is_traced_where_the_switch_asks_for_it(langsmith: LangSmith) -> None:
    run(silencers({SWITCH: "on"}))
    assert langsmith.received


def test_a_call_outside_a_graph_is_not_traced_either(langsmith: LangSmith) -> None:
    with untraced():
        RunnableLambda(lambda text: text).invoke("a secret")
    wait_for_all_tracers()
    assert langsmith.received == []


@pytest.mark.parametrize(("value", "wanted"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("", False)])
def test_the_switch_is_read(value: str, wanted: bool) -> None:
    assert is_wanted({SWITCH: value}) is wanted
    assert not is_wanted({"LANGSMITH_TRACING": "true"})


def test_the_exported_graph_is_silent() -> None:
    assert [type(handler) for handler in exported.config["callbacks"]] == [SilentTracer, RunSpans]
