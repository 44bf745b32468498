from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import StructuredTool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from database_specialist.agent.errors import ConfigError
from database_specialist.agent.model.brief import Stack, Technology
from database_specialist.agent.research import Topic, topics
from database_specialist.agent.sources import MAX_EXCERPT_BYTES, MAX_RUN_BYTES, Selection
from database_specialist.tools.context7 import Context7
from database_specialist.tools.perplexity import Perplexity
from database_specialist.tools.research import CACHE_SECONDS, Cached, researcher
from database_specialist.tools.research_tools import research_tools, tools_of
from tests.tools.faults import FaultServer

TOPIC = Topic("PostgreSQL", "18", "indexes", "PostgreSQL 18 composite index guidance")


class Service:
    """A real HTTP server on a free port that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, object] | list[tuple[int, object]]] = {}
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, str, dict[str, object]]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self, body: dict[str, object]) -> None:
                path = urlsplit(self.path).path
                service.asked.append((self.command, path, body))
                given = service.answers[path]
                status, answer = given.pop(0) if isinstance(given, list) else given
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                for name, value in service.headers.items():
                    self.send_header(name, value)
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
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
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


NOW = 1_750_000_000.0
PAGE = {"title": "T", "url": "https://e.org", "snippet": "S", "date": "2026-01-01", "last_updated": None}


def library(name: str, title: str, **more: object) -> dict[str, object]:
    """A library of the search's answer, as https://github.com/upstash/context7 docs/openapi.json describes it."""
    found = {"id": name, "title": title, "description": "", "branch": "main", "lastUpdateDate": "2026-01-15T10:30:00Z"}
    found |= {"state": "finalized", "totalTokens": 1, "totalSnippets": 10, "stars": -1, "trustScore": 5}
    return found | {"benchmarkScore": 95.5, "versions": []} | more


def snippet(title: str, url: str, text: str, code: str) -> dict[str, object]:
    listing = [{"language": "sql", "code": code}]
    found = {"codeTitle": title, "codeDescription": text, "codeLanguage": "sql", "codeTokens": 1, "codeId": url}
    return found | {"pageTitle": "P", "codeList": listing}


DOCS = "https://www.postgresql.org/docs/18"
SEARCH = {
    "searchFilterApplied": False,
    "results": [
        library("/x/new", "PostgreSQL", state="processing"),
        library("/other/postgres-guide", "Postgres Guide", trustScore=10),
        library("/postgres/postgres", "PostgreSQL", versions=["REL_17", "v18.1"]),
    ],
}
CONTEXT = {
    "codeSnippets": [snippet("Index", f"{DOCS}/indexes.html#_snippet_0", "Order.", "CREATE INDEX")],
    "infoSnippets": [{"pageId": f"{DOCS}/multi.html", "breadcrumb": "Indexes", "content": "Text.", "contentTokens": 1}],
}
slept: list[float] = []


@pytest.fixture(autouse=True)
def _awake() -> None:
    slept.clear()


def test_context7_finds_the_library_and_then_its_pages(service: Service) -> None:
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": (200, CONTEXT)}
    pages = Context7("key", base_url=service.url, sleep=slept.append).ask(TOPIC)
    assert pages == [
        ("Indexes", f"{DOCS}/multi.html", "Text."),
        ("Index", f"{DOCS}/indexes.html", "Order.\nCREATE INDEX"),
    ]
    assert service.asked[1][2]["libraryId"] == ["/postgres/postgres/v18.1"]


def test_perplexity_searches_the_web(service: Service) -> None:
    found = {"results": [PAGE]}
    service.answers = {"/search": (200, found)}
    assert Perplexity("key", base_url=service.url, sleep=slept.append).ask(TOPIC) == [("T", "https://e.org", "S")]
    assert service.asked[0][2]["query"] == TOPIC.query


def cached(service: Service, folder: Path, now: float = NOW) -> Cached:
    return Cached("perplexity", Perplexity("key", base_url=service.url, sleep=slept.append), folder, now=now)


def test_an_answer_is_kept_for_a_day(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    first = cached(service, tmp_path).research([TOPIC])
    again = cached(service, tmp_path).research([TOPIC])
    assert first == again
    assert len(service.asked) == 1
    cached(service, tmp_path, now=NOW + CACHE_SECONDS + 1).research([TOPIC])
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, {"error": {}}, "HTTP 401"),
        (429, {"error": {}}, "HTTP 429"),
        (500, {"error": {}}, "HTTP 500"),
        (200, b"<html>", "no JSON"),
        (200, b"x" * (3 * 1024 * 1024), "larger than 2048 KiB"),
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


class SearchParameters(BaseModel):
    """Parameters of Context7's search, with the bounds of its openapi.json."""

    model_config = ConfigDict(extra="forbid")
    libraryName: str = Field(min_length=1, max_length=500)
    query: str = Field(min_length=1, max_length=500)


class ContextParameters(BaseModel):
    """Parameters of Context7's context, with the bounds of its openapi.json."""

    model_config = ConfigDict(extra="forbid")
    libraryId: str = Field(min_length=1, max_length=500, pattern=r"^/[^/]+/[^/]+([/@][^/]+)?$")
    query: str = Field(min_length=1, max_length=500)
    type: Literal["json", "txt"]


class SearchRequest(BaseModel):
    """The body of Perplexity's POST /search, with the bounds of its documentation."""

    model_config = ConfigDict(extra="forbid")
    query: str
    max_results: int = Field(ge=1, le=20)
    max_tokens_per_page: int = Field(ge=1)


def flat(asked: dict[str, object]) -> dict[str, object]:
    return {name: value[0] if isinstance(value, list) else value for name, value in asked.items()}


def test_requests_keep_to_the_published_descriptions(service: Service) -> None:
    service.answers = {
        "/v2/libs/search": (200, SEARCH),
        "/v2/context": (200, CONTEXT),
        "/search": (200, {"results": []}),
    }
    long = Topic("PostgreSQL", "18", "x", "q" * 900)
    for topic in (TOPIC, long):
        Context7("key", base_url=service.url).ask(topic)
        Perplexity("key", base_url=service.url).ask(topic)
    for _, path, asked in service.asked:
        shape = {"/v2/libs/search": SearchParameters, "/v2/context": ContextParameters, "/search": SearchRequest}[path]
        shape.model_validate(flat(asked))


def test_the_engine_that_the_settings_ask_for_is_asked_about() -> None:
    stack = Stack(engine="postgresql", engine_version="17", origin="given", reason="")
    assert {topic.library for topic in topics(stack, engine="sqlite")} == {"SQLite"}
    assert {topic.version for topic in topics(stack, engine="sqlite")} == {None}
    assert {topic.version for topic in topics(stack, engine="postgresql")} == {"17"}


def test_a_name_or_version_that_looks_like_none_stays_here() -> None:
    odd = Technology(name="Redis; see https://x.example/?q=secret", category="key_value", purpose=None, facts=())
    stack = Stack(
        engine="postgresql", engine_version="18 of Jane Doe", origin="given", reason="", technologies=(odd, odd)
    )
    assert {topic.library for topic in topics(stack)} == {"PostgreSQL"}
    assert all("Jane" not in topic.query for topic in topics(stack))


def test_every_topic_is_made_of_names_only() -> None:
    technologies = tuple(
        Technology(name=name, category="key_value", version=None, purpose="secret prose", facts=())
        for name in ("Redis",)
    )
    asked = topics(Stack(engine="postgresql", origin="given", reason="secret prose", technologies=technologies))
    assert all("secret" not in topic.query and len(topic.query) <= 200 for topic in asked)


@pytest.mark.parametrize("status", [202, 429, 500, 503])
def test_what_passes_is_asked_again(service: Service, status: int) -> None:
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": [(status, {}), (status, {}), (200, CONTEXT)]}
    assert len(Context7("key", base_url=service.url, sleep=slept.append).ask(TOPIC)) == 2
    assert slept == [0.5, 1.0]


def test_a_library_that_is_not_ready_is_asked_three_times(service: Service) -> None:
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": (202, {"error": "library_not_finalized"})}
    with pytest.raises(ValueError, match="being indexed"):
        Context7("key", base_url=service.url, sleep=slept.append).ask(TOPIC)
    assert [path for _, path, _ in service.asked].count("/v2/context") == 3


def test_a_short_retry_after_is_obeyed(service: Service) -> None:
    service.headers = {"Retry-After": "7"}
    service.answers = {"/search": [(429, {}), (200, {"results": [PAGE]})]}
    assert Perplexity("key", base_url=service.url, sleep=slept.append).ask(TOPIC)
    assert slept == [7.0]


def test_a_long_retry_after_ends_the_research(service: Service, tmp_path: Path) -> None:
    service.headers = {"Retry-After": "3600"}
    service.answers = {"/search": (429, {"error": {"message": "slow", "type": "rate_limited", "code": 429}})}
    result = cached(service, tmp_path).research([TOPIC, TOPIC])
    assert result.not_researched == ("Perplexity, indexes and 1 more: HTTP 429 rate_limited",)
    assert len(service.asked) == 1
    assert slept == []


def test_a_redirect_names_a_library_and_not_an_address(service: Service) -> None:
    moved = {"error": "library_redirected", "message": "", "redirectUrl": "/new/home"}
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": [(301, moved), (200, CONTEXT)]}
    assert Context7("key", base_url=service.url).ask(TOPIC)
    assert service.asked[-1][2]["libraryId"] == ["/new/home"]


@pytest.mark.parametrize("target", ["https://evil.example/x/y", "../../v1/refresh", None, "/a/b/c/d"])
def test_a_redirect_to_anything_else_is_refused(service: Service, target: object) -> None:
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": (301, {"redirectUrl": target})}
    with pytest.raises(ValueError, match="no library id"):
        Context7("key", base_url=service.url).ask(TOPIC)
    assert len(service.asked) == 2


def test_redirects_in_a_circle_end(service: Service) -> None:
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": (301, {"redirectUrl": "/a/b"})}
    with pytest.raises(ValueError, match="moved too often"):
        Context7("key", base_url=service.url).ask(TOPIC)


def test_the_retired_chat_interface_is_named(service: Service, tmp_path: Path) -> None:
    retired = {
        "error": {"message": "Sonar is now the Agent API.", "type": "chat_completions_not_available", "code": 403}
    }
    service.answers = {"/search": (403, retired)}
    reasons = cached(service, tmp_path).research([TOPIC]).not_researched
    assert reasons == ("Perplexity, indexes: HTTP 403 chat_completions_not_available",)


@pytest.mark.parametrize(
    "body", [b"[]", b'"x"', b"[" * 100_000, b'{"results": 3}', b'{"results": [3]}', b'{"results": []}']
)
def test_an_answer_of_another_shape_is_said(service: Service, tmp_path: Path, body: bytes) -> None:
    service.answers = {"/search": (200, body)}
    result = cached(service, tmp_path).research([TOPIC])
    assert result.sources == ()
    assert len(result.not_researched) == 1


def test_a_compressed_answer_is_refused(service: Service, tmp_path: Path) -> None:
    service.headers = {"Content-Encoding": "gzip"}
    service.answers = {"/search": (200, b"x")}
    assert "compressed" in cached(service, tmp_path).research([TOPIC]).not_researched[0]


def test_official_pages_come_first_and_each_page_once() -> None:
    pages = [
        ("Blog", "https://blog.example/postgresql-index", "composite index guidance for PostgreSQL 18"),
        ("Manual", "https://www.postgresql.org/docs/18/indexes.html#a", "Indexes."),
        ("Manual again", "https://postgresql.org/docs/18/indexes.html?utm_source=x", "Indexes."),
        ("Off", "https://notpostgresql.org/x", "nothing"),
        ("Plain", "http://postgresql.org/x", "composite index"),
    ]
    chosen = Selection().choose(TOPIC.query, pages)
    assert [title for title, _, _ in chosen] == ["Manual", "Blog", "Off"]


def test_a_page_that_an_earlier_topic_found_is_not_kept_again() -> None:
    selection, page = Selection(), ("M", "https://e.org/a", "text")
    assert selection.choose("q", [page])
    assert selection.choose("q", [page]) == []


def test_snippets_and_runs_have_a_budget() -> None:
    selection = Selection()
    kept = [selection.choose("q", [("M", f"https://e.org/{i}", "é" * 9000)]) for i in range(6)]
    sizes = [len(text.encode()) for chosen in kept for _, _, text in chosen]
    assert sizes == [MAX_EXCERPT_BYTES] * 4 + [MAX_RUN_BYTES - 4 * MAX_EXCERPT_BYTES]


def test_a_multibyte_letter_is_not_cut() -> None:
    ((_, _, text),) = Selection(bytes_left=5).choose("q", [("M", "https://e.org", "ééé")])
    assert text == "éé"


def test_invisible_letters_are_taken_out() -> None:
    ((title, _, text),) = Selection().choose("q", [("A\nB\u202e", "https://e.org", "a\x00b\u200bc\ud800d\n")])
    assert (title, text) == ("A B", "abcd\n")


def test_a_broken_cache_is_asked_around(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    first = cached(service, tmp_path).research([TOPIC])
    for broken in ("", "[", "[[1,2,3]]", '[["a","b"]]', "{}"):
        next(tmp_path.rglob("*.json")).write_text(broken)
        assert cached(service, tmp_path).research([TOPIC]) == first
    assert len(service.asked) == 6


def test_others_can_call_the_services_as_tools(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    silent = researcher("context7", key=None, mode="auto", cache=tmp_path)
    documentation, pages, _ = tools_of(silent, cached(service, tmp_path))
    found = pages.invoke({"library": "PostgreSQL", "version": "18", "feature": "partial indexes"})
    assert found["sources"][0]["url"] == "https://e.org"
    assert service.asked[0][2]["query"] == "PostgreSQL 18 partial indexes"
    said = documentation.invoke({"library": "PostgreSQL", "feature": "partial indexes"})
    assert said["not_researched"] == ["Context7: CONTEXT7_API_KEY is not set"]


def test_a_tool_node_runs_both_at_once(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    service.answers |= {"/v2/libs/search": (200, SEARCH), "/v2/context": (200, CONTEXT)}
    asked = Cached("context7", Context7("key", base_url=service.url), tmp_path)
    tools = tools_of(asked, cached(service, tmp_path))[:2]
    assert all(isinstance(each, StructuredTool) for each in research_tools({}, cache=tmp_path))
    builder = StateGraph(MessagesState)
    builder.add_node("tools", ToolNode(tools))
    builder.add_edge(START, "tools")
    wanted = {"library": "PostgreSQL", "feature": "indexes"}
    calls = [{"name": each.name, "args": wanted, "id": each.name} for each in tools]
    answers = builder.compile().invoke({"messages": [AIMessage("", tool_calls=calls)]})["messages"][1:]
    assert [answer.name for answer in answers] == ["library_documentation", "web_pages"]
    assert [json.loads(answer.content)["sources"][0]["provider"] for answer in answers] == ["context7", "perplexity"]


@pytest.mark.parametrize("feature", ["see https://evil.example/?q=1", "x" * 200, "", "line\nline"])
def test_a_tool_takes_words_and_no_prose(tmp_path: Path, feature: str) -> None:
    for each in research_tools({}, cache=tmp_path):
        with pytest.raises(ValidationError):
            each.invoke({"library": "PostgreSQL", "feature": feature})


AGENT = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "openai/gpt-5.6-luna",
    "error": None,
    "output": [
        {"type": "search_results", "queries": ["q"], "results": [{"id": 1, "source": "web", **PAGE}]},
        {"type": "something_new"},
        {
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [
                {"type": "output_text", "text": "In two ", "annotations": []},
                {"type": "output_text", "text": "parts.", "annotations": []},
            ],
        },
    ],
}


def test_an_answer_in_words_comes_with_the_pages_searched_for_it(service: Service) -> None:
    service.answers = {"/v1/agent": (200, AGENT)}
    client = Perplexity("key", base_url=service.url, sleep=slept.append)
    assert client.answer(TOPIC) == ("In two parts.", [("T", "https://e.org", "S")])
    ((_, _, asked),) = service.asked
    assert (asked["input"], asked["tool_choice"], asked["store"]) == (TOPIC.query, "required", False)
    assert "model" not in asked  # one of effort, model and models


def test_the_tool_for_an_answer_says_what_it_could_not_learn(service: Service, tmp_path: Path) -> None:
    wanted = {"library": "PostgreSQL", "version": "18", "feature": "indexes"}
    service.answers = {"/v1/agent": [(200, AGENT), (401, {"error": {"type": "invalid_api_key"}})]}
    *_, answer = tools_of(researcher("context7", key=None, mode="auto", cache=tmp_path), cached(service, tmp_path))
    said = answer.invoke(wanted)
    assert said == {
        "answer": "In two parts.",
        "pages": [{"title": "T", "url": "https://e.org"}],
        "not_researched": [],
    }
    assert answer.invoke(wanted)["not_researched"] == ["Perplexity, indexes: HTTP 401 invalid_api_key"]
    *_, without = research_tools({}, cache=tmp_path)
    assert without.invoke(wanted)["not_researched"] == ["Perplexity: PERPLEXITY_API_KEY is not set"]


@pytest.mark.parametrize("body", [{**AGENT, "status": "failed"}, {**AGENT, "status": "in_progress"}, {}])
def test_an_answer_that_did_not_end_is_none(service: Service, body: dict[str, object]) -> None:
    service.answers = {"/v1/agent": (200, body)}
    with pytest.raises(ValueError, match="not complete"):
        Perplexity("key", base_url=service.url, sleep=slept.append).answer(TOPIC)


def test_a_failure_is_not_kept(service: Service, tmp_path: Path) -> None:
    found = (200, {"results": [PAGE]})
    service.answers = {"/search": [(500, {}), (500, {}), (500, {}), (200, b"<html>"), (200, {"results": []}), found]}
    reasons = [cached(service, tmp_path).research([TOPIC]).not_researched for _ in range(3)]
    assert [reason for (reason,) in reasons] == [
        "Perplexity, indexes: HTTP 500",
        "Perplexity, indexes: the answer is no JSON",
        "Perplexity, indexes: nothing new was found",
    ]
    assert list(tmp_path.rglob("*.json")) == []
    assert cached(service, tmp_path).research([TOPIC]).sources


@pytest.mark.parametrize(
    "other",
    [
        Topic("PostgreSQL", "17", TOPIC.feature, TOPIC.query),
        Topic("PostgreSQL", TOPIC.version, TOPIC.feature, "PostgreSQL 18 partial index guidance"),
        Topic("MariaDB", TOPIC.version, TOPIC.feature, TOPIC.query),
    ],
)
def test_another_question_is_not_answered_from_the_cache(service: Service, tmp_path: Path, other: Topic) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    for topic in (TOPIC, other, TOPIC, other):
        cached(service, tmp_path).research([topic])
    assert len(service.asked) == 2


def test_the_services_and_hosts_keep_their_answers_apart(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    here = cached(service, tmp_path)
    for each in (here, replace(here, origin="https://elsewhere.example"), replace(here, provider="context7")):
        each.research([TOPIC])
    assert len(service.asked) == 3


def test_a_page_from_the_cache_keeps_the_day_on_which_it_was_retrieved(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    later = [cached(service, tmp_path, now=NOW + hours * 3600).research([TOPIC]) for hours in (0, 20)]
    assert {source.retrieved for research in later for source in research.sources} == {"2025-06-15"}
    assert len(service.asked) == 1


def test_an_answer_from_the_future_is_asked_anew(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    cached(service, tmp_path, now=NOW + 3600).research([TOPIC])
    cached(service, tmp_path).research([TOPIC])
    assert len(service.asked) == 2


def test_a_slow_service_is_not_waited_for_topic_by_topic(service: Service, tmp_path: Path) -> None:
    service.answers = {"/search": (200, {"results": [PAGE]})}
    result = replace(cached(service, tmp_path), seconds=-1.0).research([TOPIC, TOPIC, TOPIC])
    assert result.not_researched == ("Perplexity, indexes and 2 more: not asked, after -1 s",)
    assert service.asked == []


@pytest.mark.parametrize("fault", ["T05", "T06", "T11", "T11headers"])
def test_an_answer_that_never_ends_is_cut_off(tmp_path: Path, fault: str) -> None:
    with FaultServer(fault) as server:
        slow = Perplexity("key", base_url=server.url, call_seconds=0.3, sleep=slept.append)
        result = Cached("perplexity", slow, tmp_path).research([TOPIC, TOPIC])
    assert result.not_researched == ("Perplexity, indexes and 1 more: no answer in time",)


@pytest.mark.parametrize("fault", ["T03", "T04", "T07", "T08", "T14", "T15"])
def test_a_broken_connection_is_said_once(tmp_path: Path, fault: str) -> None:
    with FaultServer(fault) as server:
        broken = Perplexity("key", base_url=server.url, call_seconds=5, sleep=slept.append)
        (reason,) = Cached("perplexity", broken, tmp_path).research([TOPIC, TOPIC]).not_researched
    assert reason.startswith("Perplexity, indexes and 1 more: not reachable (")


def test_the_library_is_looked_up_once_for_all_topics(service: Service) -> None:
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": (200, CONTEXT)}
    client = Context7("key", base_url=service.url)
    for query in ("a", "b"):
        client.ask(replace(TOPIC, query=query))
    assert [path for _, path, _ in service.asked] == ["/v2/libs/search", "/v2/context", "/v2/context"]


def test_the_snippets_of_a_page_are_one_page(service: Service) -> None:
    prose = {"pageId": f"{DOCS}/indexes.html", "breadcrumb": "Indexes", "content": "Text.", "contentTokens": 1}
    body = {"codeSnippets": CONTEXT["codeSnippets"], "infoSnippets": [prose]}
    service.answers = {"/v2/libs/search": (200, SEARCH), "/v2/context": (200, body)}
    pages = Context7("key", base_url=service.url).ask(TOPIC)
    assert pages == [("Indexes", f"{DOCS}/indexes.html", "Text.\n\nOrder.\nCREATE INDEX")]


@pytest.mark.parametrize("key", ["ключ", "a b", "a\nb"])
def test_a_key_that_no_header_can_hold_is_not_sent(tmp_path: Path, key: str) -> None:
    (reason,) = researcher("perplexity", key=key, mode="auto", cache=tmp_path).research([TOPIC]).not_researched
    assert reason == "Perplexity: PERPLEXITY_API_KEY holds blanks or letters that no key has"


def test_an_address_that_is_none_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CONTEXT7_API_URL: 'file:///x' is no web address; give one like"):
        researcher("context7", key="k", mode="auto", cache=tmp_path, base_url="file:///x")
