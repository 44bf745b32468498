from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from database_specialist.agent.model.brief import Stack, Technology
from database_specialist.agent.research import Topic, topics
from database_specialist.tools.context7 import Context7
from database_specialist.tools.perplexity import Perplexity
from database_specialist.tools.research import CACHE_SECONDS, Cached, researcher

TOPIC = Topic("PostgreSQL", "18", "indexes", "PostgreSQL 18 composite index guidance")


class Service:
    """A real HTTP server on a free port that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, object]] = {}
        self.asked: list[tuple[str, str, dict[str, object]]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self, body: dict[str, object]) -> None:
                path = urlsplit(self.path).path
                service.asked.append((self.command, path, body))
                status, answer = service.answers[path]
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                self._answer(dict(parse_qs(urlsplit(self.path).query)))

            def do_POST(self) -> None:
                self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.close()


SEARCH = {"results": [{"id": "/x/new", "state": "processing"}, {"id": "/postgres/postgres", "state": "finalized"}]}
CONTEXT = {
    "codeSnippets": [
        {"codeTitle": "Index", "codeId": "https://www.postgresql.org/docs/18/indexes.html", "codeDescription": "Order."}
    ],
    "infoSnippets": [{"pageId": "https://www.postgresql.org/x", "breadcrumb": "Indexes", "content": "Text."}],
}


def test_context7_finds_the_library_and_then_its_pages(service: Service) -> None:
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": (200, CONTEXT)}
    pages = Context7("key", base_url=service.url).ask(TOPIC)
    assert pages == [
        ("Index", "https://www.postgresql.org/docs/18/indexes.html", "Order."),
        ("Indexes", "https://www.postgresql.org/x", "Text."),
    ]
    assert service.asked[1][2]["libraryId"] == ["/postgres/postgres"]


def test_perplexity_searches_the_web(service: Service) -> None:
    found = {"results": [{"title": "T", "url": "https://e.org", "snippet": "S"}]}
    service.answers = {"/search": (200, found)}
    assert Perplexity("key", base_url=service.url).ask(TOPIC) == [("T", "https://e.org", "S")]
    assert service.asked[0][2]["query"] == TOPIC.query


def cached(service: Service, folder: Path, now: float = 1_750_000_000.0) -> Cached:
    return Cached("perplexity", Perplexity("key", base_url=service.url), folder, now=now)


def test_an_answer_is_kept_for_a_day(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [{"title": "T", "url": "https://e.org", "snippet": "S"}]})}
    first = cached(service, tmp_path).research([TOPIC])
    again = cached(service, tmp_path).research([TOPIC])
    assert first == again
    assert len(service.asked) == 1
    written = next(tmp_path.rglob("*.json")).stat().st_mtime
    cached(service, tmp_path, now=written + CACHE_SECONDS + 1).research([TOPIC])
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, {"error": {}}, "HTTP 401"),
        (429, {"error": {}}, "HTTP 429"),
        (500, {"error": {}}, "HTTP 500"),
        (200, b"<html>", "Expecting value"),
        (200, b"x" * (3 * 1024 * 1024), "larger than 2 MiB"),
    ],
)
def test_a_failure_is_said_and_stops_nothing(
    service: Service, tmp_path: Path, status: int, body: object, reason: str
) -> None:
    service.answers = {"/search": (status, body)}
    result = cached(service, tmp_path).research([TOPIC])
    assert result.sources == ()
    assert reason in result.not_researched[0]


def test_an_unreachable_service_is_asked_once(tmp_path: Path) -> None:
    gone = Service()
    gone.close()
    result = cached(gone, tmp_path).research([TOPIC, TOPIC])
    assert len(result.not_researched) == 1
    assert "not reachable" in result.not_researched[0]


def test_without_a_key_nothing_is_asked(tmp_path: Path) -> None:
    silent = researcher("context7", key=None, mode="auto", cache=tmp_path)
    assert silent.research([TOPIC]).not_researched == ("Context7: CONTEXT7_API_KEY is not set",)


def test_research_can_be_switched_off(tmp_path: Path) -> None:
    silent = researcher("perplexity", key="k", mode="off", cache=tmp_path)
    assert silent.research([TOPIC]).not_researched == ("Perplexity: research is off (RESEARCH=off)",)


def test_topics_are_built_from_engine_and_feature_names_only() -> None:
    stack = Stack(
        engine="postgresql",
        engine_version="17",
        origin="given",
        reason="SECRET PROSE",
        technologies=(Technology(name="Redis", category="key_value", purpose="SECRET PURPOSE"),),
    )
    asked = topics(stack)
    assert any(topic.library == "Redis" for topic in asked)
    assert all("SECRET" not in topic.query for topic in asked)
    assert asked[0].query.startswith("PostgreSQL 17 ")
