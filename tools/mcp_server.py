"""The product as an MCP server: the tools design, check and explain, with structured results and progress.

The server reads and writes below the folders that it was started for, and nowhere else: the one who calls a tool is
often a language model, and what it names may come from a text that somebody else wrote.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import anyio.from_thread
import anyio.to_thread
import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field, ValidationError

from database_specialist.agent.checking import CheckReport
from database_specialist.agent.contract import Result
from database_specialist.agent.errors import ConfigError, SpecialistError
from database_specialist.agent.model.base import Engine, Part
from database_specialist.agent.model.evidence import Depth
from database_specialist.agent.progress import Progress
from database_specialist.agent.running import AfterCut

NAME = "database-specialist"
LOOPBACK = "127.0.0.1"
_INSTRUCTIONS = (
    "Designs a database from a folder of requirements and architecture, proves the design on a real database, and "
    "writes database-design.md there when it is accepted. `design` takes seconds to minutes and reports progress; "
    "`check` judges the SQL of any Markdown or SQL file; `explain` says what a finding's code means."
)
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class DesignResult(Result):
    """What a run came to. Paths are absolute; the whole design stands in the file at `design_path`."""


class CheckResult(CheckReport):
    """What was found in a file."""

    is_sound: bool
    """Every statement ran, and no rule of severity error objects."""


class Explanation(Part):
    """The page of a rule."""

    code: str
    text: str
    """Markdown."""


@dataclass(frozen=True)
class Order:
    """What a caller asks of `design`; None means what the server's own settings say."""

    folder: Path
    output: Path | None
    engine: Engine | None
    depth: Depth | None
    research: Literal["auto", "off"] | None
    after_cut: AfterCut | None


@dataclass(frozen=True)
class Specialist:
    """What the tools call."""

    design: Callable[[Order, Progress], Result]
    check: Callable[[Path, Engine | None], CheckReport]
    explain: Callable[[str], str]


class _GivenUp(SpecialistError):
    """The caller no longer waits for the run."""


class _Server(MCPServer[Any]):
    """Answers every failure of a tool in one line that says what to do."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            return CallToolResult(content=[TextContent(type="text", text=_one_line(name, error))], is_error=True)


def _one_line(tool: str, error: ToolError) -> str:
    cause = error.__cause__
    if isinstance(cause, SpecialistError):
        said = str(cause).replace("--resume", 'after_cut="resume"').replace("--fresh", 'after_cut="fresh"')
    elif isinstance(cause, ValidationError) and not isinstance(error, UnexpectedToolError):
        first = cause.errors()[0]
        said = f"{tool}: {'.'.join(map(str, first['loc']))}: {first['msg']}; see the tool's input schema"
    elif cause is None:
        said = f"{error}; the tools are design, check and explain"
    else:
        _log.error("tool %s failed", tool, exc_info=cause)
        said = f"{tool}: a fault of this program ({type(cause).__name__}); its log on stderr says where: report it"
    return " ".join(said.split())


class Roots:
    """The folders that callers may name paths in; relative paths are taken from the first."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)

    def path(self, named: str) -> Path:
        """Return the absolute path. ConfigError when it leads out of every root, also through a link."""
        path = (self._folders[0] / Path(named).expanduser()).resolve()
        if not any(path.is_relative_to(folder) for folder in self._folders):
            allowed = ", ".join(map(str, self._folders))
            raise ConfigError(f"{named}: outside of {allowed}; name a path in it, or start the server with --root")
        return path


def build_server(specialist: Specialist, roots: Sequence[Path]) -> MCPServer[Any]:
    """Return the server, for any transport."""
    server = _Server(
        NAME, title="Database specialist", instructions=_INSTRUCTIONS, version=version(NAME), log_level="WARNING"
    )
    allowed = Roots(roots)
    _add_design(server, specialist, allowed)
    _add_check(server, specialist, allowed)
    _add_explain(server, specialist)
    return server


def _add_design(server: MCPServer[Any], specialist: Specialist, roots: Roots) -> None:
    async def design(
        context: Context[Any, Any],
        folder: Annotated[str, Field(description="the folder with the requirements and the architecture")] = "ai_docs",
        output: Annotated[str | None, Field(description="write here instead of the folder")] = None,
        engine: Annotated[Engine | None, Field(description="default: the one that the documents name")] = None,
        depth: Annotated[Depth | None, Field(description="how much is rehearsed beside the design")] = None,
        research: Annotated[Literal["auto", "off"] | None, Field(description="`off` asks no outside service")] = None,
        after_cut: Annotated[
            AfterCut | None, Field(description="about a run that was cut off, where its input has changed since")
        ] = None,
    ) -> DesignResult:
        """Design the database of a project, prove it, and write database-design.md when it is accepted."""
        order = Order(roots.path(folder), roots.path(output) if output else None, engine, depth, research, after_cut)
        result = await _with_progress(lambda tell: specialist.design(order, tell), context)
        target = order.output or order.folder
        told = {name: getattr(result, name) for name in Result.model_fields}
        return DesignResult.model_validate(told | _absolute(result, target))

    server.add_tool(
        design, annotations=ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
    )


def _absolute(result: Result, target: Path) -> dict[str, Any]:
    """Return the paths of a result; a path that is absolute stays as it is."""
    return {
        "output_folder": str(target),
        "document_path": str(target / result.document_path) if result.document_path else "",
        "design_path": str(target / result.design_path) if result.design_path else "",
        "files": tuple(str(target / name) for name in result.files),
        "edited": tuple(str(target / name) for name in result.edited),
    }


def _add_check(server: MCPServer[Any], specialist: Specialist, roots: Roots) -> None:
    async def check(
        file: Annotated[str, Field(description="a Markdown file with SQL blocks, or an SQL file")],
        engine: Annotated[Engine | None, Field(description="default: what the file's words tell")] = None,
    ) -> CheckResult:
        """Run the SQL of a file on an empty database, and report what fails and what the rules object to."""
        path = roots.path(file)
        report = await anyio.to_thread.run_sync(lambda: specialist.check(path, engine))
        return CheckResult.model_validate(dict(report) | {"is_sound": report.sound})

    server.add_tool(check, annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))


def _add_explain(server: MCPServer[Any], specialist: Specialist) -> None:
    def explain(code: Annotated[str, Field(description="the code of a finding, for example FK001")]) -> Explanation:
        """Explain a rule by its code."""
        return Explanation(code=code.strip().upper(), text=specialist.explain(code))

    server.add_tool(explain, annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))


async def _with_progress(work: Callable[[Progress], _T], context: Context[Any, Any]) -> _T:
    """Do blocking work in a thread, and pass on what it tells. When the caller gives up, it ends at its next step."""
    given_up = threading.Event()
    told = 0

    def tell(node: str, doing: str, elapsed: float) -> None:
        nonlocal told
        if given_up.is_set():
            raise _GivenUp("the caller of the MCP tool gave up")
        told += 1
        anyio.from_thread.run(context.report_progress, float(told), None, f"{node}: {doing}")

    try:
        return await anyio.to_thread.run_sync(lambda: work(tell), abandon_on_cancel=True)
    finally:
        given_up.set()


def serve_http(server: MCPServer[Any], *, port: int, announce: Callable[[str], None]) -> None:
    """Serve streamable HTTP at http://127.0.0.1:port/mcp, to programs of this machine only. Port 0 takes a free one.

    The address is announced once callers can connect.

    Raises:
        ConfigError: the port is taken.
    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
        except OSError as error:
            raise ConfigError(f"--port {port}: {error.strerror or error}; give another, or 0 for a free one") from error
        listening.listen()
        taken = listening.getsockname()[1]
        announce(f"http://{LOOPBACK}:{taken}/mcp")
        app = server.streamable_http_app(transport_security=_loopback_only(taken))
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


def _loopback_only(port: int) -> TransportSecuritySettings:
    """Refuse what a page of another site sends through a browser here, under a name that it bound to this address."""
    hosts = [f"{LOOPBACK}:{port}", f"localhost:{port}"]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts])
