"""The specialist on a server, as a node of a local pipeline: RemoteGraph against `langgraph dev` or an Agent Server.

The server works on its own disk: the folder must be one that both sides see. Start `langgraph dev`, then

    python -m examples.remote [FOLDER] [--url http://127.0.0.1:2024]
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk import get_client, get_sync_client

from database_specialist.agent.config import Context
from examples.neighbours import WISH
from examples.pipeline import Project, architect, security_specialist

URL = "http://127.0.0.1:2024"


class Settings(TypedDict, total=False):
    """The settings that travel: plain data, by the names of `agent.config.Context`."""

    engine: str
    research: str
    depth: str


def build(specialist: RemoteGraph) -> CompiledStateGraph[Project, Settings, Project, Project]:
    """Draw the pipeline of examples.pipeline, with the specialist elsewhere."""
    parent = StateGraph(Project, context_schema=Settings)
    parent.add_node("architect", architect)
    parent.add_node("database_specialist", specialist)
    parent.add_node("security_specialist", security_specialist)
    parent.add_edge(START, "architect")
    parent.add_edge("architect", "database_specialist")
    parent.add_edge("database_specialist", "security_specialist")
    parent.add_edge("security_specialist", END)
    return parent.compile()


def run(url: str, folder: Path, context: Context) -> Any:
    """Run the pipeline."""
    given: Any = {"wish": WISH, "folder": str(folder.resolve())}
    settings: Any = context.model_dump(exclude_unset=True)
    with get_sync_client(url=url) as client:
        return build(RemoteGraph("database_specialist", sync_client=client)).invoke(given, context=settings)


async def arun(url: str, folder: Path, context: Context) -> Any:
    """Run the specialist alone, without holding up the event loop, and print what it is doing."""
    last: Any = None
    given = {"folder": str(folder.resolve())}
    settings = context.model_dump(exclude_unset=True)
    modes: Any = ["custom", "values"]
    async with get_client(url=url) as client:
        specialist = RemoteGraph("database_specialist", client=client)
        async for part in specialist.astream(given, context=settings, stream_mode=modes, version="v2"):
            if part["type"] == "custom":
                print(f"  {part['data']['node']}: {part['data']['doing']}")
            else:
                last = part["data"]
    return last


def main() -> None:
    """Run it as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="example/ai_docs", type=Path)
    parser.add_argument("--url", default=URL)
    options = parser.parse_args()
    context = Context(research="off")
    state = run(options.url, options.folder, context)
    print(state["database_design"]["status"], state["security_design"])
    again = asyncio.run(arun(options.url, options.folder, context))
    print(again["database_design"]["status"], again["database_design"]["document_sha256"])


if __name__ == "__main__":
    main()
