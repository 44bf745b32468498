"""Ask our MCP server with the official client: over stdio, which starts it, or over HTTP, where it runs already.

python -m examples.mcp_client [FOLDER] [--url http://127.0.0.1:8765/mcp]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from examples.neighbours import WISH, write_documents


def started_for(folder: Path) -> StdioServerParameters:
    """Return how to start the server: as `database-specialist mcp --root FOLDER`, with this interpreter."""
    command = ["-m", "database_specialist.agent.cli", "mcp", "--root", str(folder)]
    return StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))


async def design_and_check(server: StdioServerParameters | str, folder: Path) -> tuple[Any, Any]:
    """Have the folder designed, and the written SQL checked; print the progress."""

    async def show(progress: float, total: float | None, message: str | None) -> None:
        print(f"  {progress:.0f} {message}")

    async with Client(server) as client:
        designed = await client.call_tool("design", {"folder": str(folder)}, progress_callback=show)
        if designed.is_error:
            return designed, None
        schema = str(folder / "database" / "schema.sql")
        return designed, await client.call_tool("check", {"file": schema})


def main() -> None:
    """Run it as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="example/ai_docs", type=Path)
    parser.add_argument("--url", help="a server that runs already (default: start one)")
    options = parser.parse_args()
    folder: Path = options.folder.resolve()
    if not folder.exists():
        write_documents(WISH, folder)
    designed, checked = asyncio.run(design_and_check(options.url or started_for(folder), folder))
    print(designed.content[0].text if designed.is_error else designed.structured_content["document_path"])
    if checked:
        print("sound" if checked.structured_content["is_sound"] else checked.structured_content["findings"])


if __name__ == "__main__":
    main()
