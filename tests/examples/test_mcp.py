"""Our MCP server, asked by the official client."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters

from database_specialist.agent.cli import main
from database_specialist.agent.contract import CONTRACT_VERSION
from examples.mcp_client import design_and_check, started_for
from tests.library import write_library


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_SPECIALIST_DEPTH", "quick")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_library(tmp_path)


def ask(server: StdioServerParameters | str, work: Callable[[Client], Awaitable[Any]]) -> Any:
    async def asked() -> Any:
        async with Client(server) as client:
            return await work(client)

    return asyncio.run(asked())


def refused(server: StdioServerParameters | str, *calls: tuple[str, dict[str, Any]]) -> list[str]:
    """Call tools that have to fail; return the one line that each says."""

    async def work(client: Client) -> list[Any]:
        return [await client.call_tool(tool, arguments) for tool, arguments in calls]

    lines = []
    for result in ask(server, work):
        assert result.is_error
        (content,) = result.content
        assert "\n" not in content.text
        lines.append(str(content.text))
    return lines


# over stdio


def test_a_design_comes_back_as_data_that_its_schema_allows(folder: Path) -> None:
    async def work(client: Client) -> Any:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        return tools, await client.call_tool("design", {"folder": str(folder)})

    tools, result = ask(started_for(folder), work)
    assert set(tools) == {"design", "check", "explain"}
    assert all(tool.output_schema and tool.description for tool in tools.values())
    described = [field.get("description") for field in tools["design"].input_schema["properties"].values()]
    assert all(described)
    data = result.structured_content
    Draft202012Validator(tools["design"].output_schema).validate(data)
    assert (data["status"], data["version"]) == ("accepted", CONTRACT_VERSION)
    assert Path(data["document_path"]).read_text().startswith("# Database design: Library")
    assert {each["table"] for each in data["security"]["sensitive_columns"]} == {"members"}
    assert json.loads(result.content[0].text) == data


def test_the_example_designs_with_progress_and_finds_the_written_sql_sound(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    designed, checked = asyncio.run(design_and_check(started_for(folder), folder))
    assert not designed.is_error
    assert checked.structured_content["is_sound"] is True
    assert checked.structured_content["statements"] > 10
    lines = capsys.readouterr().out.splitlines()
    numbers = [int(line.split()[0]) for line in lines]
    assert numbers == sorted(set(numbers))
    steps = [line.split()[1].rstrip(":") for line in lines]
    assert [step for step in ("research", "model_entities", "verify", "write_document") if step not in steps] == []


def test_a_rule_is_explained(folder: Path) -> None:
    result = ask(started_for(folder), lambda client: client.call_tool("explain", {"code": "fk001"}))
    assert result.structured_content["code"] == "FK001"
    assert result.structured_content["text"].startswith("# FK001: ")


def test_a_failure_is_one_line_with_the_remedy(folder: Path) -> None:
    missing, deep, nonsense, nothing, drop = refused(
        started_for(folder.parent),
        ("design", {"folder": "none"}),
        ("design", {"depth": "deep"}),
        ("explain", {"code": "nonsense"}),
        ("check", {}),
        ("drop", {}),
    )
    assert "none: no such folder; give the folder" in missing
    assert "depth: Input should be 'quick', 'standard' or 'full'" in deep
    assert "the rules are CHK001" in nonsense
    assert "file: Field required" in nothing
    assert "the tools are design, check and explain" in drop


def test_paths_outside_of_the_roots_are_refused_also_through_links(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.sql").write_text("CREATE TABLE secret (id int);")
    (folder / "link.sql").symlink_to(tmp_path / "secret.sql")
    files = (str(tmp_path / "secret.sql"), "../secret.sql", "link.sql", "/etc/passwd")
    lines = refused(
        started_for(folder),
        *(("check", {"file": file}) for file in files),
        ("design", {"folder": str(tmp_path)}),
        ("design", {"folder": str(folder), "output": str(tmp_path / "elsewhere")}),
    )
    assert all(f"outside of {folder}; name a path in it, or start the server with --root" in line for line in lines)
    assert not (tmp_path / "elsewhere").exists()


def test_the_run_of_a_caller_who_gives_up_stops_and_the_next_call_goes_on_with_it(folder: Path) -> None:
    async def work(client: Client) -> tuple[Any, list[str]]:
        told: list[str] = []
        begun = anyio.Event()

        async def note(progress: float, total: float | None, message: str | None) -> None:
            told.append(str(message))
            if "plan_schema" in told[-1]:
                begun.set()

        async def design() -> Any:
            return await client.call_tool("design", {"folder": str(folder)}, progress_callback=note)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(design)
            await begun.wait()
            tasks.cancel_scope.cancel()
        told.clear()
        while (result := await design()).is_error:
            assert "wait or stop it" in result.content[0].text
            await anyio.sleep(0.1)
        return result, told

    result, told = ask(started_for(folder), work)
    assert result.structured_content["status"] == "accepted"
    assert told[0].startswith("resumed: after ")
    assert not any(message.startswith("model_entities: ") for message in told[:3])


# over streamable HTTP


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The address of a server that was started for the folder."""
    command = [sys.executable, "-m", "database_specialist.agent.cli", "mcp", "--http", "--port", "0"]
    with subprocess.Popen([*command, "--root", str(folder)], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            told = next(line for line in process.stderr if "serving" in line)
            yield re.findall(r"http://\S+/mcp", told)[0]
        finally:
            process.terminate()


def test_it_is_served_over_http_with_progress(served: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    designed, checked = asyncio.run(design_and_check(served, folder))
    assert designed.structured_content["status"] == "accepted"
    assert checked.structured_content["is_sound"] is True
    assert "write_document" in capsys.readouterr().out


def test_http_answers_programs_of_this_machine_only(served: str) -> None:
    port = int(served.rpartition(":")[2].partition("/")[0])
    with socket.socket() as elsewhere, pytest.raises(ConnectionRefusedError):
        # Every address of the loopback net but 127.0.0.1 stands for the machine's other addresses.
        elsewhere.connect(("127.0.0.2", port))
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"Accept": "application/json, text/event-stream"}
    for header, status in (({"Host": f"evil.example:{port}"}, 421), ({"Origin": "http://evil.example"}, 403)):
        assert httpx2.post(served, json=body, headers=accept | header).status_code == status


# starting it


def test_a_server_that_cannot_start_says_why_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", "--root", str(tmp_path / "none")]) == 2
    assert re.fullmatch(r"database-specialist: --root .*none: no such folder; .*\n", capsys.readouterr().err)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["mcp", "--root", str(tmp_path), "--http", "--port", str(port)]) == 2
    assert re.fullmatch(rf"database-specialist: --port {port}: .* in use; give another.*\n", capsys.readouterr().err)


def test_a_wrong_setting_is_said_before_the_first_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_SPECIALIST_ENGINE", "oracle")
    assert main(["mcp", "--root", str(tmp_path)]) == 2
    assert "DATABASE_SPECIALIST_ENGINE" in capsys.readouterr().err


def test_without_the_extra_the_message_names_it(tmp_path: Path) -> None:
    hidden = (
        "import sys; sys.modules['mcp'] = None; from database_specialist.agent.cli import main; sys.exit(main(['mcp']))"
    )
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 2
    assert "database-specialist[mcp]" in done.stderr


def test_where_a_person_has_to_approve_the_run_waits_and_says_where(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_SPECIALIST_APPROVAL", "ask")
    (line,) = refused(started_for(folder), ("design", {"folder": str(folder)}))
    assert "waits for a person's word; give it in a terminal with database-specialist design" in line
    assert not (folder / "database-design.md").exists()


def test_a_run_that_was_cut_off_and_whose_documents_changed_is_the_caller_s_to_decide(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_SPECIALIST_APPROVAL", "ask")
    refused(started_for(folder), ("design", {"folder": str(folder)}))
    monkeypatch.delenv("DATABASE_SPECIALIST_APPROVAL")
    (folder / "requirements.md").write_text(
        (folder / "requirements.md").read_text() + "\n- FR-9: Members rate books.\n"
    )
    (line,) = refused(started_for(folder), ("design", {"folder": str(folder)}))
    assert "requirements.md is changed" in line
    assert 'after_cut="resume" goes on' in line
    fresh = {"folder": str(folder), "after_cut": "fresh"}
    result = ask(started_for(folder), lambda client: client.call_tool("design", fresh))
    assert result.structured_content["status"] == "accepted"
