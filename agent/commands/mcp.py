"""`database-specialist mcp`: the product as an MCP server."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import Any

from database_specialist.agent.app import check, design
from database_specialist.agent.checking import CheckReport
from database_specialist.agent.commands.logs import add_logs
from database_specialist.agent.config import Context, context_from, environment
from database_specialist.agent.contract import Result
from database_specialist.agent.errors import ConfigError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.progress import Progress
from database_specialist.agent.rules.explain import explain

PORT = 8765


def add_mcp(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to a parser."""
    command = commands.add_parser(
        "mcp",
        help="serve design, check and explain to MCP clients (needs the extra mcp)",
        description="Serves the tools design, check and explain over stdio, or with --http as streamable HTTP at "
        f"http://127.0.0.1:{PORT}/mcp. Settings come from the environment (DATABASE_SPECIALIST_MODEL and so on).",
        epilog="example of a client's configuration:\n"
        '  {"mcpServers": {"database-specialist": {"command": "database-specialist",\n'
        '                                          "args": ["mcp", "--root", "/home/me/project"]}}}',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--root",
        action="append",
        metavar="FOLDER",
        help="a folder that callers may name paths in; may be repeated (default: the current folder)",
    )
    command.add_argument("--http", action="store_true", help="streamable HTTP on 127.0.0.1 instead of stdio")
    command.add_argument("--port", type=int, default=PORT, metavar="N", help=f"with --http (default: {PORT})")
    add_logs(command, default="error")
    command.set_defaults(run=_mcp)


def _mcp(options: argparse.Namespace) -> int:
    if importlib.util.find_spec("mcp") is None:
        raise ConfigError("the MCP server needs the extra mcp; install it with: pip install 'database-specialist[mcp]'")
    from database_specialist.tools import mcp_server

    roots = [Path(folder) for folder in options.root or ["."]]
    for root in roots:
        if not root.is_dir():
            raise ConfigError(f"--root {root}: no such folder; give a folder that holds projects")
    context_from(environment())  # a wrong setting is said now, not at the first call

    def design_order(order: mcp_server.Order, progress: Progress) -> Result:
        return design(order.folder, _context(order), progress=progress, after_cut=order.after_cut).result

    def check_file(file: Path, engine: Engine | None) -> CheckReport:
        return check(file, context_from(environment(), engine=engine))

    server = mcp_server.build_server(mcp_server.Specialist(design_order, check_file, explain), roots)
    if options.http:
        mcp_server.serve_http(server, port=options.port, announce=_announce)
    else:
        server.run("stdio")
    return 0


def _announce(address: str) -> None:
    print(f"serving {address}", file=sys.stderr, flush=True)


def _context(order: Any) -> Context:
    return context_from(
        environment(),
        engine=order.engine,
        depth=order.depth,
        research=order.research,
        output=str(order.output) if order.output else None,
    )
