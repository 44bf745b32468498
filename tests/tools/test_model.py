"""What a chat model's endpoint can do wrong, and what the run is told about it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import get_args

import pytest
from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import TypeAdapter

from database_specialist.agent.answers.question import Amendment, Question, Usage
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.base import Part
from database_specialist.tools.model import MAX_ATTEMPTS, ChatModel, Settings
from database_specialist.tools.typed_answer import Method
from tests.tools.faults import ANSWER, FAULTS, FaultServer, completion

KEY = "sk-proj-canary-of-the-key"
SECRET = "canary-of-the-prompt"
QUESTION = Question(name="read", system=f"Statements: {SECRET}", user=f"What is it? {SECRET}")
METHODS: tuple[Method, ...] = get_args(Method)


class Thing(Part):
    """A thing with a name."""

    name: str
    count: int
    share: float | None = None


THING = Thing(name="room", count=3)


class Harness:
    """A model before a fault server; what it would have slept is written down."""

    def __init__(
        self,
        server: FaultServer | None,
        *,
        method: Method = "json_schema",
        url: str = "",
        call: float = 0.5,
        total: float = 120.0,
    ) -> None:
        self.slept: list[float] = []
        settings = Settings(
            model="m",
            base_url=server.url if server else url,
            api_key=KEY,
            method=method,
            call_seconds=call,
            total_seconds=total,
        )
        self.model = ChatModel(settings, sleep=self.slept.append)

    def fails(self) -> ModelError:
        """Ask, and return the one error that is allowed; check what holds for every one of them."""
        began = time.monotonic()
        with pytest.raises(ModelError) as caught:
            self.model.ask(QUESTION, Thing)
        assert time.monotonic() - began < 3.0
        message = str(caught.value)
        assert KEY not in message
        assert SECRET not in message
        assert "\n" not in message
        assert caught.value.__cause__ is None, "the libraries' exceptions hold the request and the key"
        assert caught.value.__context__ is None
        return caught.value


def per_method(faults: Iterable[str]) -> list[tuple[str, Method]]:
    """Pair the faults with the methods; below the completion, all methods are the same to a fault."""
    return [(fault, method) for fault in faults for method in (METHODS if fault[0] == "C" else METHODS[:1])]


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Method:
    method: Method = request.param
    return method


RETRIED = (
    *("T03", "T04", "T07", "T08", "T14", "T15"),
    *("S06", "S07", "S10", "S11", "S12", "S14zero", "S14negative", "S14word", "S14long"),
    *("S16", "S17", "S18", "S19", "S20", "S20deep"),
    *("B02", "B05", "B08", "C01", "C02", "C03", "C04", "C05", "C06", "C27", "C28", "C30", "C31"),
)
HANGING = ("T05", "T06", "T11", "T11headers")
STOPPED = {
    **dict.fromkeys(
        ("T09", "T10", "T10huge", "T12", "T13", "S01", "S02", "S03", "S04", "S05", "S08"), "llm_unavailable"
    ),
    **dict.fromkeys(("S09", "S13", "S21", "B01", "B03", "B04", "B06", "B07", "C08", "C09"), "llm_unavailable"),
    **dict.fromkeys(("S15", "S15balance", "S15organization"), "budget_exhausted"),
    **dict.fromkeys(("S22", "C07", "C10", "C11"), "refused"),
}
REPAIRED = (
    *("C12", "C13", "C14", "C15", "C16", "C17", "C18", "C18infinite", "C19", "C20"),
    *("C21", "C21raw", "C22", "C22raw", "C23", "C24", "C25", "C26"),
)


def test_every_fault_of_the_catalogue_is_tried() -> None:
    assert {*RETRIED, *HANGING, *STOPPED, *REPAIRED, "C29"} == set(FAULTS)


@pytest.mark.parametrize(("fault", "method"), per_method(RETRIED))
def test_what_passes_is_tried_again(fault: str, method: Method) -> None:
    with FaultServer(f"{fault}@2") as server:
        harness = Harness(server, method=method, call=10.0)
        assert harness.model.ask(QUESTION, Thing) == THING
        assert len(server.requests) == 3
        assert len(harness.slept) == 2


@pytest.mark.parametrize(("fault", "method"), per_method(RETRIED))
def test_what_does_not_pass_ends_after_five_attempts(fault: str, method: Method) -> None:
    with FaultServer(fault) as server:
        assert Harness(server, method=method).fails().status == "llm_unavailable"
        assert len(server.requests) == MAX_ATTEMPTS


@pytest.mark.parametrize("fault", HANGING)
def test_an_answer_that_takes_too_long_is_cut_at_the_deadline(fault: str) -> None:
    with FaultServer(fault) as server:
        error = Harness(server, total=3.0).fails()
        assert error.status == "llm_unavailable"
        assert "no answer in time" in str(error)
        assert 2 <= len(server.requests) <= MAX_ATTEMPTS


@pytest.mark.parametrize("fault", HANGING)
def test_an_answer_that_comes_in_time_at_the_second_attempt_is_taken(fault: str) -> None:
    with FaultServer(f"{fault}@1") as server:
        assert Harness(server).model.ask(QUESTION, Thing) == THING


@pytest.mark.parametrize(("fault", "method"), per_method(STOPPED))
def test_what_would_fail_again_is_not_tried_again(fault: str, method: Method) -> None:
    with FaultServer(fault) as server:
        harness = Harness(server, method=method)
        assert harness.fails().status == STOPPED[fault]
        assert len(server.requests) == 1
        assert harness.slept == []


@pytest.mark.parametrize("fault", REPAIRED)
def test_a_wrong_answer_is_repaired_at_most_twice(fault: str, method: Method) -> None:
    with FaultServer(f"{fault}@2") as server:
        harness = Harness(server, method=method)
        assert harness.model.ask(QUESTION, Thing) == THING
        assert [usage.repairs for usage in harness.model.used] == [0, 1, 2]
    with FaultServer(fault) as server:
        harness = Harness(server, method=method)
        assert "after 2 repairs" in str(harness.fails())
        assert len(server.requests) == 3
        assert harness.slept == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("C12", "Invalid JSON"),
        ("C14", "name: Field required"),
        ("C15", "colour: Extra inputs are not permitted"),
        ("C16", "count: Input should be a valid integer"),
        ("C17", "'count' stands twice"),
        ("C18", "NaN is no number"),
        ("C21", "a NUL or a lone surrogate"),
        ("C22raw", "a NUL or a lone surrogate"),
        ("C24", "there is no tool 'delete_everything'"),
    ],
)
def test_a_repair_quotes_what_is_wrong(fault: str, said: str) -> None:
    with FaultServer(f"{fault}@1") as server:
        Harness(server).model.ask(QUESTION, Thing)
        first, second = server.asked
        assert second["messages"][: len(first["messages"])] == first["messages"]
        assert said in second["messages"][-1]["content"]
        assert second["messages"][-2]["role"] == "assistant"


def test_objections_are_repaired_like_faults() -> None:
    def too_many(thing: Thing) -> Sequence[str]:
        return [f"count: {thing.count} is more than two"]

    with FaultServer() as server:
        harness = Harness(server)
        with pytest.raises(ModelError, match="3 is more than two"):
            harness.model.ask(QUESTION, Thing, objections=too_many)
        assert len(server.requests) == 3


class ThingPatch(Part):
    """Changes to a thing."""

    count: int


def few(thing: Thing) -> Sequence[str]:
    return [f"count: {thing.count} is more than two"] if thing.count > 2 else []


BY_CHANGES: Amendment[Thing] = Amendment(
    ThingPatch, lambda thing, patch: (thing.model_copy(update={"count": patch.count}), []), "Counts are small."
)


def test_an_answer_that_can_be_read_is_mended_by_changes_to_it(method: Method) -> None:
    with FaultServer(answer=[ANSWER, '{"count":2}']) as server:
        answer = Harness(server, method=method).model.ask(QUESTION, Thing, objections=few, amendment=BY_CHANGES)
    assert answer == Thing(name="room", count=2)
    whole, changes = server.asked
    last = changes["messages"][-1]["content"]
    assert "count: 3 is more than two" in last
    assert "Counts are small." in last
    assert "ThingPatch" in json.dumps(changes) or method == "json_mode"
    assert "ThingPatch" not in json.dumps(whole)
    assert ('"count":{"type":"integer"}' in last) == (method == "json_mode")


def test_changes_that_mend_nothing_end_the_question_too() -> None:
    with (
        FaultServer(answer=[ANSWER, '{"count":"x"}', '{"count":9}']) as server,
        pytest.raises(ModelError, match="9 is more than two"),
    ):
        Harness(server).model.ask(QUESTION, Thing, objections=few, amendment=BY_CHANGES)
    assert "none of them was made" in server.asked[2]["messages"][-1]["content"]


def test_an_answer_that_cannot_be_read_is_asked_for_whole() -> None:
    with FaultServer(answer=["no", ANSWER, '{"count":1}']) as server:
        answer = Harness(server).model.ask(QUESTION, Thing, objections=few, amendment=BY_CHANGES)
    assert answer == Thing(name="room", count=1)
    assert "Write the whole answer again" in server.asked[1]["messages"][-1]["content"]


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    with FaultServer(answer='{"name":"\\\\u0000","count":3}') as server:
        assert Harness(server).model.ask(QUESTION, Thing).name == "\\u0000"


@pytest.mark.parametrize(("fault", "waits"), [("S11", 1.0), ("S12", 1.5), ("S14zero", 1.0), ("S14word", 1.0)])
def test_the_provider_says_how_long_to_wait(fault: str, waits: float) -> None:
    with FaultServer(f"{fault}@1") as server:
        harness = Harness(server)
        harness.model.ask(QUESTION, Thing)
        assert harness.slept == [waits]


def test_a_wait_beyond_two_minutes_is_left_to_the_user() -> None:
    with FaultServer("S13") as server:
        assert "asks to wait 3600 s" in str(Harness(server).fails())


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    with FaultServer("S11") as server:
        harness = Harness(server, total=0.9)
        harness.fails()
        assert harness.slept == []


def test_an_unreachable_endpoint_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/v1", "http://nowhere.invalid/v1"):
        harness = Harness(None, url=url)
        assert "cannot be reached" in str(harness.fails())
        assert len(harness.slept) <= MAX_ATTEMPTS - 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "OPENAI_PROXY"])
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, name: str, proxy: str) -> None:
    monkeypatch.setenv(name, proxy)
    with FaultServer() as server:
        assert Harness(server).model.ask(QUESTION, Thing) == THING


def test_the_remedy_names_what_to_set() -> None:
    remedies = {"S02": "try another method", "S03": "set OPENAI_API_KEY", "S05": "check --model and OPENAI_BASE_URL"}
    for fault, remedy in remedies.items():
        with FaultServer(fault) as server:
            assert remedy in str(Harness(server).fails())


def test_a_refusal_is_shown_in_one_printable_line() -> None:
    with FaultServer("C07") as server:
        assert str(Harness(server).fails()) == "m, read: the model declined: I cannot help [31mwith that."


def test_requests_and_answers_are_of_the_published_types(method: Method) -> None:
    with FaultServer() as server:
        Harness(server, method=method).model.ask(QUESTION, Thing)
        TypeAdapter(CompletionCreateParamsNonStreaming).validate_python(server.asked[0])
        ChatCompletion.model_validate(completion(ANSWER, server.asked[0], usage=server.usage))


def test_each_method_asks_in_its_own_way() -> None:
    asked = {}
    for method in METHODS:
        with FaultServer() as server:
            Harness(server, method=method).model.ask(QUESTION, Thing)
            asked[method] = server.asked[0]
    assert asked["json_schema"]["response_format"]["json_schema"]["name"] == "Thing"
    assert asked["function_calling"]["tool_choice"] == {"type": "function", "function": {"name": "Thing"}}
    assert asked["json_mode"]["response_format"] == {"type": "json_object"}
    assert '"share":{"type":"number"}' in asked["json_mode"]["messages"][1]["content"]
    assert {json.dumps(each["messages"][0]) for each in asked.values()} == {
        json.dumps({"content": QUESTION.system, "role": "system"})
    }
    assert all(not each.get("stream") and each["max_completion_tokens"] == 16_000 for each in asked.values())


def test_a_question_with_a_lone_surrogate_can_be_sent() -> None:
    with FaultServer() as server:
        question = Question(name="read", system="s", user="half \ud83d an emoji, \x00")
        assert Harness(server).model.ask(question, Thing) == THING
        assert server.asked[0]["messages"][1]["content"] == "half \ufffd an emoji, \ufffd"


def test_cached_tokens_are_kept_apart() -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 64}}
    with FaultServer(usage=usage) as server:
        harness = Harness(server)
        harness.model.ask(QUESTION, Thing)
    (used,) = harness.model.used
    assert (used.prompt_tokens, used.cached_tokens, used.completion_tokens) == (100, 64, 20)
    assert not used.estimated
    assert used.model == "m"


@pytest.mark.parametrize("fault", ["C07", "C08", "C10", "C14", "C25", "C26", "C31"])
def test_calls_that_fail_after_an_answer_are_counted(fault: str, method: Method) -> None:
    with FaultServer(fault) as server:
        harness = Harness(server, method=method)
        harness.fails()
        assert len(harness.model.used) == len(server.requests)
        assert all(usage.prompt_tokens == 100 and not usage.estimated for usage in harness.model.used)


def test_calls_that_nobody_answered_are_not_counted() -> None:
    with FaultServer("S16") as server:
        harness = Harness(server)
        harness.fails()
        assert harness.model.used == ()


def test_tokens_are_estimated_where_the_provider_gives_none(method: Method) -> None:
    with FaultServer("C29") as server:
        harness = Harness(server, method=method)
        harness.model.ask(QUESTION, Thing)
    (used,) = harness.model.used
    assert used.estimated
    assert used.completion_tokens == int(len(ANSWER) / 3.5) + 1 or method == "function_calling"
    assert used.prompt_tokens > len(QUESTION.system + QUESTION.user) / 3.5


def _capped(server: FaultServer, **caps: int) -> Callable[..., ChatModel]:
    settings = Settings(model="m", base_url=server.url, **caps)  # type: ignore[arg-type]
    return lambda **more: ChatModel(settings, sleep=lambda seconds: None, **more)


def _used(calls: int = 1, tokens: int = 0) -> Usage:
    return Usage(question="x", calls=calls, prompt_tokens=tokens, cached_tokens=0, completion_tokens=0, seconds=0.0)


def test_caps_hold_for_the_whole_run() -> None:
    with FaultServer() as server:
        spent_calls = _capped(server, max_calls=3)(spent=[_used(calls=3)])
        spent_tokens = _capped(server, max_tokens=1000)(spent=[_used(tokens=1000)])
        for model, reason in ((spent_calls, "3 calls made"), (spent_tokens, "1000 tokens used")):
            with pytest.raises(ModelError, match=reason) as caught:
                model.ask(QUESTION, Thing)
            assert caught.value.status == "budget_exhausted"
        assert server.requests == []


def test_a_prompt_that_does_not_fit_the_rest_of_the_budget_is_not_sent() -> None:
    with FaultServer() as server:
        with pytest.raises(ModelError, match="more needed"):
            _capped(server, max_tokens=2000)().ask(Question(name="x", system="a" * 8000, user="b"), Thing)
        assert server.requests == []


def test_repairs_count_against_the_cap() -> None:
    with FaultServer("C14") as server:
        with pytest.raises(ModelError) as caught:
            _capped(server, max_calls=2)().ask(QUESTION, Thing)
        assert caught.value.status == "budget_exhausted"
        assert len(server.requests) == 2


def test_parallel_questions_share_one_budget() -> None:
    with FaultServer("T06@0") as server:
        model = _capped(server, max_calls=5)()
        outcomes: list[str] = []

        def ask() -> None:
            try:
                outcomes.append(model.ask(QUESTION, Thing).name)
            except ModelError as error:
                outcomes.append(error.status)

        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["budget_exhausted"] * 7 + ["room"] * 5
        assert len(server.requests) == len(model.used) == 5
