"""Models of other providers, by LangChain's classes for them, against local servers that speak as the providers do."""

from __future__ import annotations

import builtins
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import pytest

from database_specialist.agent.answers.question import Question
from database_specialist.agent.errors import ConfigError, ModelError
from database_specialist.agent.model.base import Part
from database_specialist.tools.model import ChatModel, Settings
from database_specialist.tools.providers import PACKAGES
from database_specialist.tools.typed_answer import Method

KEY = "sk-canary-of-another-provider"
QUESTION = Question(name="read", system="Statements.", user="What is it?")


class Thing(Part):
    """A thing with a name."""

    name: str
    count: int


THING = Thing(name="room", count=3)


class Server:
    """Answers the requests one after the other, the last answer again and again."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, object]] = []
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []
        self.sent: list[dict[str, str]] = []
        self.hang = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.sent.append(dict(self.headers))
                server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status, answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
                if answer is None:
                    server.hang.wait(10)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.handle_error = lambda request, address: None  # type: ignore[method-assign]  # clients that left
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self.hang.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    running = Server()
    yield running
    running.close()


def message(*content: dict[str, object], stop: str = "tool_use") -> tuple[int, object]:
    """A reply of Anthropic's Messages API."""
    usage = {"input_tokens": 100, "output_tokens": 20, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 0}
    body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": list(content)}
    return 200, {**body, "stop_reason": stop, "stop_sequence": None, "usage": usage}


def calls(name: str = "Thing", **values: object) -> dict[str, object]:
    return {"type": "tool_use", "id": "toolu_1", "name": name, "input": values or THING.dump()}


def says(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


def asking(
    server: Server, *, model: str = "anthropic:claude-x", method: Method = "json_schema", seconds: float = 5
) -> ChatModel:
    settings = Settings(
        model=model, base_url=server.url, api_key="sk-of-openai", method=method, call_seconds=seconds, total_seconds=9
    )
    return ChatModel(settings, sleep=lambda waited: None)


def fails(server: Server, **how: Any) -> ModelError:
    with pytest.raises(ModelError) as caught:
        asking(server, **how).ask(QUESTION, Thing)
    assert KEY not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def test_another_provider_answers_by_a_tool(server: Server) -> None:
    server.answers = [message(calls())]
    model = asking(server)
    assert model.ask(QUESTION, Thing) == THING
    (asked,) = server.asked
    assert asked["tools"][0]["name"] == "Thing"
    assert asked["tool_choice"]["name"] == "Thing"
    assert asked["max_tokens"] == 16_000
    (used,) = model.used
    assert (used.model, used.estimated, used.completion_tokens, used.cached_tokens) == (
        "anthropic:claude-x",
        False,
        20,
        40,
    )


def test_the_key_of_openai_goes_to_no_other_provider(server: Server) -> None:
    server.answers = [message(calls())]
    asking(server).ask(QUESTION, Thing)
    assert "sk-of-openai" not in json.dumps(server.sent)
    assert KEY in json.dumps(server.sent)


def test_json_can_be_asked_for_in_the_prompt(server: Server) -> None:
    server.answers = [message(says(THING.model_dump_json()), stop="end_turn")]
    assert asking(server, method="json_mode").ask(QUESTION, Thing) == THING
    assert "tools" not in server.asked[0]
    assert '"count"' in json.dumps(server.asked[0]).replace("\\", "")


def test_a_wrong_answer_is_repaired_with_its_faults(server: Server) -> None:
    server.answers = [message(calls(name="Thing", title="room")), message(calls())]
    model = asking(server)
    assert model.ask(QUESTION, Thing) == THING
    assert "count: Field required" in json.dumps(server.asked[1])
    assert [used.repairs for used in model.used] == [0, 1]


@pytest.mark.parametrize(
    ("reply", "status", "said"),
    [
        (message(says("no"), stop="refusal"), "refused", "declined"),
        (message(calls(), stop="max_tokens"), "llm_unavailable", "cut off"),
        ((401, {"type": "error", "error": {"type": "authentication_error", "message": "x"}}), "llm_unavailable", "key"),
        ((402, {"type": "error", "error": {"type": "billing_error", "message": "x"}}), "budget_exhausted", "credit"),
        (
            (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "x"}}),
            "llm_unavailable",
            "400",
        ),
    ],
)
def test_what_will_not_pass_is_asked_once(server: Server, reply: tuple[int, object], status: str, said: str) -> None:
    server.answers = [reply]
    error = fails(server)
    assert error.status == status
    assert said in str(error)
    assert len(server.asked) == 1


OVERLOADED = (529, {"type": "error", "error": {"type": "overloaded_error", "message": "x"}})


@pytest.mark.parametrize("reply", [OVERLOADED, message(stop="end_turn"), message(calls(), calls())])
def test_what_passes_is_asked_again_by_us_alone(server: Server, reply: tuple[int, object]) -> None:
    server.answers = [reply, message(calls())]
    assert asking(server).ask(QUESTION, Thing) == THING
    assert len(server.asked) == 2


def test_a_long_retry_after_ends_it(server: Server) -> None:
    server.headers = {"Retry-After": "3600"}
    server.answers = [(429, {"type": "error", "error": {"type": "rate_limit_error", "message": "x"}})]
    assert "429" in str(fails(server))
    assert len(server.asked) == 1


def test_an_answer_that_does_not_come_is_left_behind(server: Server) -> None:
    server.answers = [(200, None)]
    assert "no answer in time" in str(fails(server, seconds=0.2))


def test_ollama_is_asked_by_its_own_interface(server: Server) -> None:
    call = {"function": {"name": "Thing", "arguments": THING.dump()}}
    reply = {"model": "llama3", "created_at": "2026-11-23T09:00:00Z", "done": True, "done_reason": "stop"}
    reply |= {"message": {"role": "assistant", "content": "", "tool_calls": [call]}}
    server.answers = [(200, {**reply, "prompt_eval_count": 10, "eval_count": 5})]
    model = asking(server, model="ollama:llama3")
    assert model.ask(QUESTION, Thing) == THING
    assert server.asked[0]["options"]["num_predict"] == 16_000
    assert model.used[0].prompt_tokens == 10


def test_a_colon_in_a_models_name_is_no_provider(server: Server) -> None:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": THING.model_dump_json()}}
    server.answers = [(200, {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})]
    for name in ("qwen3:32b", "openai:gpt-5.1"):
        assert asking(server, model=name).ask(QUESTION, Thing) == THING
    assert [asked["model"] for asked in server.asked] == ["qwen3:32b", "gpt-5.1"]


@pytest.mark.parametrize("provider", ["mistralai", "xai"])
def test_a_missing_package_is_named_with_the_command(server: Server, provider: str) -> None:
    with pytest.raises(ConfigError) as caught:
        asking(server, model=f"{provider}:m")
    assert str(caught.value).endswith(f"install it with: pip install 'langchain>=1' {PACKAGES[provider]}")


def test_langchain_itself_may_be_missing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any) -> ModuleType:
        if name.startswith("langchain."):
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match="pip install 'langchain>=1' langchain-anthropic"):
        asking(server)
