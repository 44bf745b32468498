"""The machinery of recording: a run recorded from a small endpoint on this machine is replayed without it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import yaml

from benchmarks.recorded_runs import report
from database_specialist.tools.transport import BoundedTransport
from tests.recorded.published import check
from tests.recorded.record import NotKept, main, record, require_same
from tests.recorded.recording import CANONICAL, RECORDED_MODEL, Live, Unrecorded, playing
from tests.recorded.runs import RUNS, Run, committed, hashes, perform, without_keys, written
from tests.recorded.standin import Json, StandIn, completion, serving
from tests.tools.research_server import research_server

KEY = "sk-proj-canary-of-the-users-key"
CHAT = f"{CANONICAL}/chat/completions"

REQUIREMENTS = """# Guest book

The guest book is a program on one computer; all data is in one SQLite file.

- R1: A guest has a name, which is unique, and the date of the first visit.
- R2: The receptionist looks a guest up by name, 40 times a day.

There are 200 guests now, and 3 new ones a day.
"""
ENTITY = {
    "name": "guest",
    "plural": "guests",
    "description": "A person who came.",
    "facts": ["F2"],
    "attributes": ["name: short_text, unique -- What the guest is called.", "first_visit_on: date"],
}


def simple(body: Json) -> Json:
    """Answer as a designer who sees one entity and has nothing else to say."""
    name = body["response_format"]["json_schema"]["name"]
    said: dict[str, Any] = {"EntitiesAnswer": {"entities": [ENTITY]}, "Workload": {"queries": []}}
    return completion(json.dumps(said.get(name, {})))


@pytest.fixture
def guests(tmp_path: Path) -> Run:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "requirements.md").write_text(REQUIREMENTS)
    places = {name: tmp_path / name for name in ("cassettes", "kept", "unfinished")}
    return Run("guests", documents, **places)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(simple) as stand_in:
        yield stand_in


def live(endpoint: StandIn) -> Live:
    return Live(endpoint=endpoint.url, model="real-model", keys=(KEY,))


def recorded(run: Run, endpoint: StandIn, *, fresh: bool = False) -> int:
    """Record, and return how many questions the endpoint was asked for it."""
    before = len(endpoint.asked)
    record(run, live(endpoint), fresh=fresh)
    return len(endpoint.asked) - before


def test_a_run_is_recorded_and_gives_the_same_bytes_when_its_endpoint_is_gone(
    guests: Run, endpoint: StandIn, tmp_path: Path
) -> None:
    assert recorded(guests, endpoint) > 4
    endpoint.answers_left = 0
    with without_keys(), playing(guests.cassette) as recording:
        outcome = perform(guests, tmp_path / "again", recording)
    assert (recording.missed, recording.left) == ([], [])
    assert outcome.status == "accepted"
    files = written(tmp_path / "again", guests, outcome)
    assert hashes(files) == committed(guests)
    assert files["database-design.md"] == (guests.folder / "database-design.md").read_bytes()


def test_the_endpoint_gets_the_users_model_and_key_and_the_cassette_neither(
    guests: Run, endpoint: StandIn, tmp_path: Path
) -> None:
    recorded(guests, endpoint)
    assert {body["model"] for body in endpoint.asked} == {"real-model"}
    assert endpoint.keys == {f"Bearer {KEY}"}
    text = guests.cassette.read_text()
    assert RECORDED_MODEL in text
    for secret in (KEY, "an-organisation", endpoint.url, "real-model", "uthorization", str(tmp_path)):
        assert secret not in text


def test_recording_again_asks_nothing_that_was_answered_unless_all_is_to_be_asked(
    guests: Run, endpoint: StandIn
) -> None:
    asked = recorded(guests, endpoint)
    before = committed(guests)
    assert recorded(guests, endpoint) == 0
    assert committed(guests) == before
    assert recorded(guests, endpoint, fresh=True) == asked


def test_one_question_can_be_asked_again(guests: Run, endpoint: StandIn) -> None:
    recorded(guests, endpoint)
    before = len(endpoint.asked)
    record(guests, live(endpoint), fresh=False, again=("Critique",))
    assert [body["response_format"]["json_schema"]["name"] for body in endpoint.asked[before:]] == ["Critique"]


def test_a_recording_whose_replay_writes_something_else_is_not_kept(
    guests: Run, endpoint: StandIn, tmp_path: Path
) -> None:
    recorded(guests, endpoint)
    with without_keys(), playing(guests.cassette) as recording:
        files = written(tmp_path / "first", guests, perform(guests, tmp_path / "first", recording))
    require_same(guests, guests.cassette, files, tmp_path / "second")
    with pytest.raises(NotKept, match=r"a replay gives other bytes in database/seed\.sql"):
        require_same(guests, guests.cassette, files | {"database/seed.sql": b"other"}, tmp_path / "third")
    requirements = guests.documents / "requirements.md"
    requirements.write_text(requirements.read_text().replace("200 guests", "300 guests"))
    with pytest.raises(NotKept, match="a replay asks something else: no recorded answer to"):
        require_same(guests, guests.cassette, files, tmp_path / "fourth")


def test_a_recording_that_died_goes_on_with_the_answers_it_has(guests: Run, endpoint: StandIn) -> None:
    endpoint.answers_left = 2
    with pytest.raises(NotKept, match="key is not accepted"):
        recorded(guests, endpoint)
    assert not guests.cassette.exists()
    refused = len(endpoint.asked) - 2
    endpoint.answers_left = 1_000
    recorded(guests, endpoint)
    names = [body["response_format"]["json_schema"]["name"] for body in endpoint.asked]
    assert names[0] not in names[2 + refused :], "it was answered before"
    assert len(names) - refused == len(set(names)), "each question is answered once"


def test_a_run_that_is_not_accepted_leaves_the_old_cassette_and_documents(guests: Run, endpoint: StandIn) -> None:
    recorded(guests, endpoint)
    before = guests.cassette.read_bytes(), committed(guests)
    endpoint.answer = lambda body: completion(json.dumps({"entities": [ENTITY | {"facts": ["F1"]}]}))
    with pytest.raises(NotKept, match="ended as"):
        recorded(guests, endpoint, fresh=True)
    assert (guests.cassette.read_bytes(), committed(guests)) == before


def test_what_a_recording_cost_is_read_from_its_cassette(guests: Run, endpoint: StandIn) -> None:
    asked = recorded(guests, endpoint)
    title, *_, rest, _ = report(guests)
    assert title == "### guests: 1 tables, 1 round"
    cells = [cell.strip() for cell in rest.split("|")][1:-1]
    assert cells[:3] == ["**together**", str(asked), str(100 * asked)]
    # The system message is the same in every question: a part of each prompt but the first.
    assert 0 < int(cells[6].rstrip("%")) < 100


def test_the_sources_of_a_replay_were_retrieved_on_the_day_of_the_recording(
    guests: Run, endpoint: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = replace(guests, research=True)
    monkeypatch.setenv("CONTEXT7_API_KEY", KEY)
    monkeypatch.setenv("PERPLEXITY_API_KEY", KEY)
    with research_server() as address:
        services = {"https://context7.com/api": address, "https://api.perplexity.ai": address}
        record(run, replace(live(endpoint), routes=services), fresh=False)
    text = run.cassette.read_text()
    assert "https://context7.com/api/v2/context" in text
    assert "https://api.perplexity.ai/search" in text
    assert "research: written by hand" in text
    for exchange in yaml.safe_load(text)["interactions"]:
        check(exchange["request"], exchange["response"])
    longer_ago = re.sub(r"recorded_on: .*", "recorded_on: '2020-02-29'", text)
    run.cassette.write_text(longer_ago)
    with without_keys(), playing(run.cassette) as recording:
        outcome = perform(run, tmp_path / "again", recording)
    assert (recording.missed, recording.left) == ([], [])
    document = written(tmp_path / "again", run, outcome)["database-design.md"].decode()
    today = datetime.now(UTC).date().isoformat()
    assert document.count("2020-02-29") == (run.folder / "database-design.md").read_text().count(today) > 3


def test_research_written_by_hand_is_used_when_it_is_asked_for(
    guests: Run, endpoint: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = replace(guests, research=True)
    monkeypatch.setitem(RUNS, "guests", run)
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    monkeypatch.setenv("DATABASE_SPECIALIST_MODEL", "real-model")
    assert main(["guests", "--written-research"]) == 0
    assert "https://api.perplexity.ai/search" in run.cassette.read_text()


def ask(client: httpx2.Client, content: str) -> str:
    body = {"model": RECORDED_MODEL, "messages": [{"role": "user", "content": content}]}
    text: str = client.post(CHAT, json=body).json()["choices"][0]["message"]["content"]
    return text


def client() -> httpx2.Client:
    return httpx2.Client(transport=BoundedTransport(seconds=10, max_bytes=100_000))


def test_threads_each_get_the_answer_to_their_own_question(tmp_path: Path) -> None:
    contents = [f"question {number % 12}" for number in range(24)]  # each is asked twice
    path = tmp_path / "threads.yaml"
    with (
        serving(lambda body: completion(body["messages"][0]["content"].upper())) as endpoint,
        playing(tmp_path / "none.yaml", live=live(endpoint)) as recording,
        ThreadPoolExecutor(8) as pool,
        client() as asking,
    ):
        assert list(pool.map(lambda content: ask(asking, content), contents)) == [c.upper() for c in contents]
        recording.write(path)
    with playing(path) as replayed, ThreadPoolExecutor(8) as pool, client() as asking:
        answers = list(pool.map(lambda content: ask(asking, content), reversed(contents)))
    assert answers == [content.upper() for content in reversed(contents)]
    assert replayed.left == []


def test_a_question_asked_twice_gets_its_two_answers_in_order(tmp_path: Path) -> None:
    given = iter(["first", "second"])
    path = tmp_path / "twice.yaml"
    with (
        serving(lambda body: completion(next(given))) as endpoint,
        playing(tmp_path / "none.yaml", live=live(endpoint)) as recording,
        client() as asking,
    ):
        assert [ask(asking, "again"), ask(asking, "again")] == ["first", "second"]
        recording.write(path)
    with playing(path) as replayed, client() as asking:
        assert [ask(asking, "again"), ask(asking, "again")] == ["first", "second"]
        with pytest.raises(Unrecorded, match="asked 3 times, recorded 2 times"):
            ask(asking, "again")
    assert len(replayed.missed) == 1


def test_what_may_pass_and_what_a_wrong_key_gets_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "refused.yaml"
    with serving(simple) as endpoint, playing(path, live=live(endpoint), partial=path) as recording:
        endpoint.answers_left = 0
        with client() as asking:
            assert asking.post(CHAT, json={"model": RECORDED_MODEL, "messages": []}).status_code == 401
    assert recording.interactions == []
    assert not path.exists()


def test_the_research_clients_are_recorded_under_their_published_address(tmp_path: Path) -> None:
    published = "https://api.perplexity.ai"
    with serving(lambda body: {"results": [], "query": body["query"]}) as endpoint:
        there = Live(endpoint.url, "m", routes={published: endpoint.url})
        with playing(tmp_path / "none.yaml", live=there) as recording:
            httpx.post(f"{published}/search", json={"query": "indexes"}, headers={"authorization": KEY})
            recording.write(tmp_path / "search.yaml")
    with playing(tmp_path / "search.yaml"):
        assert httpx.post(f"{published}/search", json={"query": "indexes"}).json()["query"] == "indexes"
    assert KEY not in (tmp_path / "search.yaml").read_text()


def test_a_cassette_that_would_hold_a_key_is_not_written(tmp_path: Path) -> None:
    with (
        serving(lambda body: completion(f"your key is {KEY}")) as endpoint,
        playing(tmp_path / "none.yaml", live=live(endpoint)) as recording,
        client() as asking,
    ):
        ask(asking, "what is my key?")
        with pytest.raises(ValueError, match="it would hold a key"):
            recording.write(tmp_path / "leak.yaml")
    assert not (tmp_path / "leak.yaml").exists()


def test_a_missing_setting_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("OPENAI_API_KEY", "DATABASE_SPECIALIST_MODEL"):
        monkeypatch.delenv(name, raising=False)
    assert main(["claims"]) == 2
    assert capsys.readouterr().err == (
        "record: claims cannot be recorded: set OPENAI_API_KEY, DATABASE_SPECIALIST_MODEL\n"
    )
    assert main(["nothing"]) == 2
    assert "RUN=nothing: no such run; there are sample, claims, ringing, donors, calls" in capsys.readouterr().err
