"""The spans of real runs, as a collector would get them."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from database_specialist.agent.app import design
from database_specialist.agent.config import Context
from database_specialist.agent.errors import SandboxError
from database_specialist.graph.build import graph
from database_specialist.graph.observing import SPANS
from database_specialist.tools.sqlite_sandbox import open_sqlite
from database_specialist.tools.telemetry import is_on, span, tracing_with
from tests.durable.project import REQUIREMENTS, Changeable
from tests.library import write_library
from tests.recorded.standin import serving

RUN = "invoke_agent database_specialist"
QUICK = Context(engine="sqlite", research="off", depth="quick")
VARIABLES = ("OTEL_", "DATABASE_SPECIALIST_")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(VARIABLES):
            monkeypatch.delenv(name)


class Traced:
    """Spans, as they ended."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [each for each in self.spans if each.name == name]

    def path(self, of: ReadableSpan) -> tuple[str, ...]:
        """The names from the root to the span."""
        above = {each.context.span_id: each for each in self.spans if each.context}
        parent = (*self.path(above[of.parent.span_id]), of.name) if of.parent else (of.name,)
        return parent

    def paths(self) -> Counter[tuple[str, ...]]:
        return Counter(self.path(each) for each in self.spans)


@pytest.fixture
def traced() -> Iterator[Traced]:
    spans = Traced()
    with tracing_with(spans.provider):
        yield spans
    assert SPANS._of == {}, "a run that is over is forgotten"


def facts(of: ReadableSpan) -> dict[str, Any]:
    return dict(of.attributes or {})


@pytest.fixture
def guests(tmp_path: Path) -> Path:
    folder = tmp_path / "ai_docs"
    folder.mkdir()
    (folder / "requirements.md").write_text(REQUIREMENTS.format(engine="SQLite"))
    return folder


@contextmanager
def model(answers: int = 1_000) -> Iterator[Context]:
    with serving(Changeable()) as stand_in:
        stand_in.answers_left = answers
        yield QUICK.model_copy(update={"model": "m", "base_url": stand_in.url})


def test_a_run_is_a_tree_of_nodes_model_calls_and_statements(traced: Traced, guests: Path) -> None:
    with model() as context:
        outcome = design(guests, context)
    assert outcome.status == "accepted"
    paths = traced.paths()
    nodes = Counter(path[1] for path in paths.elements() if len(path) == 2)
    once = (
        "research",
        "context7",
        "perplexity",
        "read_requirements",
        "model_entities",
        "plan_schema",
        "verify",
        "critic",
    )
    assert all(nodes[f"node {name}"] == 1 for name in once), nodes
    assert {path[0] for path in paths} == {RUN}
    chats = {path: times for path, times in paths.items() if path[-1] == "chat m"}
    assert sum(chats.values()) == sum(usage.calls for usage in outcome.usage)
    assert chats[(RUN, "node model_entities", "chat m")] >= 2  # the first answer is repaired
    assert {path[1] for path in chats} <= set(nodes)
    proofs = (RUN, "node verify", "sandbox sqlite")
    assert paths[proofs] == 1
    assert paths[(*proofs, "CREATE TABLE")] >= 1
    assert paths[(*proofs, "INSERT")] >= 1
    (run,) = traced.named(RUN)
    assert facts(run)["gen_ai.operation.name"] == "invoke_agent"
    ids = {facts(each)["database_specialist.run_id"] for each in traced.spans if each.name.startswith("node ")}
    assert ids == {facts(run)["database_specialist.run_id"]}
    assert facts(traced.named("node verify")[0])["database_specialist.phase"] == "proof"


def test_a_model_call_has_the_facts_of_the_conventions_and_no_text(traced: Traced, guests: Path) -> None:
    with model() as context:
        outcome = design(guests, context)
    calls = traced.named("chat m")
    first = facts(calls[0])
    assert calls[0].kind == SpanKind.CLIENT
    assert first["gen_ai.operation.name"] == "chat"
    assert first["gen_ai.provider.name"] == "openai"
    assert first["gen_ai.request.model"] == "m"
    assert first["gen_ai.response.model"] == "written-by-hand"
    assert first["gen_ai.response.finish_reasons"] == ("stop",)
    assert first["server.address"] == "127.0.0.1"
    assert sum(facts(call)["gen_ai.usage.input_tokens"] for call in calls) == sum(
        u.prompt_tokens for u in outcome.usage
    )
    assert "receptionist" not in json.dumps([facts(each) for each in traced.spans], default=str)


def test_prompts_and_statements_are_there_when_asked_for(
    traced: Traced, guests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")
    monkeypatch.setenv("DATABASE_SPECIALIST_TRACE_SQL", "on")
    with model() as context:
        design(guests, context)
    said = facts(traced.named("chat m")[0])
    asked = json.loads(said["gen_ai.input.messages"])
    assert [message["role"] for message in asked] == ["system", "user"]
    assert "looks a guest up by name" in json.dumps(asked)
    assert json.loads(said["gen_ai.output.messages"])[0]["role"] == "assistant"
    assert "CREATE TABLE guests" in " ".join(facts(traced.named("CREATE TABLE")[0])["db.query.text"].split())


def test_a_statement_that_is_refused_is_an_error_with_its_state(traced: Traced) -> None:
    with open_sqlite() as sandbox, sandbox.database() as database, span("around"):
        database.execute("CREATE TABLE t (a INTEGER NOT NULL)")
        with pytest.raises(Exception, match="23502"):
            database.execute("INSERT INTO t VALUES (NULL)")
    (created,), (refused,) = traced.named("CREATE TABLE"), traced.named("INSERT")
    assert created.status.status_code == StatusCode.UNSET
    assert facts(created)["db.system.name"] == "sqlite"
    assert refused.status.status_code == StatusCode.ERROR
    assert facts(refused) == {
        "db.system.name": "sqlite",
        "db.operation.name": "INSERT",
        "db.query.summary": "INSERT",
        "db.response.status_code": "23502",
        "error.type": "23502",
    }
    (around,) = traced.named("around")
    assert around.status.status_code == StatusCode.UNSET


def test_an_error_is_recorded_on_every_span_that_it_leaves(traced: Traced, guests: Path, tmp_path: Path) -> None:
    context = QUICK.model_copy(update={"engine": "postgresql", "pg_bin": str(tmp_path / "none")})
    with pytest.raises(SandboxError) as raised:
        design(guests, context)
    for name in (RUN, "node verify", "sandbox postgresql"):
        (failed,) = traced.named(name)
        assert failed.status.status_code == StatusCode.ERROR
        assert failed.status.description == " ".join(str(raised.value).split())[:300]
        assert facts(failed)["error.type"].endswith("errors.SandboxError")
        assert [event.name for event in failed.events] == ["exception"]


def test_a_model_that_refuses_the_key_is_an_error_of_its_call_and_not_of_its_node(traced: Traced, guests: Path) -> None:
    with model(answers=0) as context:
        assert design(guests, context).status == "llm_unavailable"
    (call,) = traced.named("chat m")
    assert call.status.status_code == StatusCode.ERROR
    assert "receptionist" not in str(call.status.description)
    assert traced.named("node read_requirements")[0].status.status_code == StatusCode.UNSET


def test_runs_in_threads_have_a_tree_each(traced: Traced, tmp_path: Path) -> None:
    folders = [write_library(tmp_path / name) for name in ("a", "b")]
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(_with, traced, folder) for folder in folders]
        assert [each.result() for each in done] == ["accepted", "accepted"]
    runs = {run.context.trace_id: facts(run)["database_specialist.run_id"] for run in traced.named(RUN) if run.context}
    assert len(set(runs.values())) == 2
    for each in traced.spans:
        assert each.context is not None
        named = facts(each).get("database_specialist.run_id")
        assert named in (None, runs[each.context.trace_id]), each.name
    assert all(path[0] == RUN for path in traced.paths())


def _with(traced: Traced, folder: Path) -> str:
    with tracing_with(traced.provider):
        return design(folder, QUICK).status


def test_the_run_of_a_node_in_another_program_is_below_the_span_of_that(traced: Traced, guests: Path) -> None:
    async def run() -> None:
        parts = graph.astream({"folder": str(guests)}, context=QUICK, stream_mode="custom")
        async for _ in parts:
            pass

    with traced.provider.get_tracer("pipeline").start_as_current_span("pipeline"):
        asyncio.run(run())
    assert {path[:2] for path in traced.paths() if len(path) > 1} == {("pipeline", RUN)}
    assert traced.paths()[("pipeline", RUN, "node write_document")] == 1


def test_a_reader_who_gives_up_leaves_no_span_open(traced: Traced, guests: Path) -> None:
    parts = graph.stream({"folder": str(guests)}, context=QUICK, stream_mode="custom")
    assert next(parts)
    parts.close()
    assert len(traced.named(RUN)) == 1


def test_to_wait_for_a_person_is_no_error(traced: Traced, guests: Path) -> None:
    waiting = graph.copy({"checkpointer": InMemorySaver()})
    config: Any = {"configurable": {"thread_id": "t"}}
    state = waiting.invoke({"folder": str(guests)}, config, context=QUICK.model_copy(update={"approval": "ask"}))
    assert state["__interrupt__"]
    assert {each.status.status_code for each in traced.spans if each.name in (RUN, "node approve")} == {
        StatusCode.UNSET
    }


# on and off


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
        {"OTEL_TRACES_EXPORTER": "zipkin"},
    ],
)
def test_nothing_is_traced_unless_the_environment_asks_for_it(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert not is_on()


def command(folder: Path, prelude: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    program = f"import sys\n{prelude}\nfrom database_specialist.agent.cli import main\nsys.exit(main())"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(VARIABLES)}
    arguments = ["design", str(folder), "--engine", "sqlite", "--depth", "quick", "--research", "off", "--quiet"]
    return subprocess.run(
        [sys.executable, "-c", program, *arguments, "--log-level", "warning"],
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_the_extra_a_run_is_as_ever_and_says_why_there_are_no_traces(guests: Path) -> None:
    gone = "sys.modules['opentelemetry'] = sys.modules['opentelemetry.sdk'] = None"
    ended = command(guests, gone, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "traces are off: install the extra otel" in ended.stderr


def test_the_command_line_sends_what_it_traced_before_it_ends(guests: Path) -> None:
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            unpacked = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            received.append((self.path, unpacked))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        ended = command(guests, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert {path for path, _ in received} == {"/v1/traces"}
    sent = [group for _, body in received for group in ExportTraceServiceRequest.FromString(body).resource_spans]
    names = {each.name for group in sent for scope in group.scope_spans for each in scope.spans}
    assert {RUN, "node write_document", "CREATE TABLE"} <= names
    services = {
        pair.value.string_value for group in sent for pair in group.resource.attributes if pair.key == "service.name"
    }
    assert services == {"database-specialist"}
    assert b"receptionist" not in b"".join(body for _, body in received)
