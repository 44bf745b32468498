"""The specialist as a tool of a supervising chat model."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from examples.neighbours import WISH, write_documents
from examples.supervisor import ScriptedSupervisor, build, chosen_model


def supervised(folder: Path, variables: dict[str, str]) -> list[BaseMessage]:
    asked = HumanMessage(f"Design and secure the database of the project in {folder}")
    messages: list[BaseMessage] = build(chosen_model(variables)).invoke({"messages": [asked]})["messages"]
    return messages


def test_the_script_has_the_database_designed_and_then_secured(tmp_path: Path) -> None:
    folder = tmp_path / "ai_docs"
    write_documents(WISH, folder)
    messages = supervised(folder, {})
    assert [each.name for each in messages if isinstance(each, ToolMessage)] == ["design_database", "secure_database"]
    assert "database design accepted" in str(messages[-1].content)
    assert "database-design.md" in (folder / "security-design.md").read_text()


def test_a_failure_is_told_to_the_supervisor_which_stops(tmp_path: Path) -> None:
    messages = supervised(tmp_path, {})
    assert [each.name for each in messages if isinstance(each, ToolMessage)] == ["design_database"]
    assert str(messages[-1].content).startswith(f"database design input error: {tmp_path}: no readable")


def test_the_security_specialist_waits_for_a_design(tmp_path: Path) -> None:
    class Hasty(ScriptedSupervisor):
        def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> Any:
            hasty = {"name": "secure_database", "args": {"folder": str(tmp_path)}, "id": "1", "type": "tool_call"}
            result = super()._generate(messages)
            if not any(isinstance(each, ToolMessage) for each in messages):
                result.generations[0].message = AIMessage("", tool_calls=[hasty])
            return result

    messages = build(Hasty()).invoke({"messages": [HumanMessage(f"Secure {tmp_path}")]})["messages"]
    assert messages[2].content == "failed: there is no accepted design yet; call design_database first"
    assert not list(tmp_path.iterdir())


@contextmanager
def openai_compatible(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that answers as a model would that calls one tool after the other."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            name = ("design_database", "secure_database", None)[len(asked) - 1]
            arguments = json.dumps({"folder": str(folder)})
            call = {"id": f"c{len(asked)}", "type": "function", "function": {"name": name, "arguments": arguments}}
            message = {"role": "assistant", "content": None if name else "Both are written."}
            choice = {
                "index": 0,
                "message": message | ({"tool_calls": [call]} if name else {}),
                "finish_reason": "stop",
            }
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
            body = json.dumps(answer | {"usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked
    finally:
        server.shutdown()
        server.server_close()


def test_any_openai_compatible_model_can_supervise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ai_docs"
    write_documents(WISH, folder)
    with openai_compatible(folder) as (url, asked):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        messages = supervised(folder, {"SUPERVISOR_MODEL": "any"})
    assert messages[-1].content == "Both are written."
    assert (folder / "security-design.md").is_file()
    offered = [each["function"] for each in asked[0]["tools"]]
    assert [each["name"] for each in offered] == ["design_database", "secure_database"]
    assert set(offered[1]["parameters"]["properties"]) == {"folder"}
    assert len(json.dumps(asked[-1])) < 8_000, "the design itself must not go through the model"
