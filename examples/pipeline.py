"""The graph as a node of a parent graph: architect, database specialist, security specialist.

The parent's state has the keys that the specialist takes and gives (`folder`, `database_design`), so the compiled graph
is a node as it is; interrupts, streaming and checkpoints are the parent's.

    python -m examples.pipeline [FOLDER] [--async]
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from database_specialist.agent.config import Context
from database_specialist.graph.build import graph as database_specialist
from examples.neighbours import WISH, write_documents, write_security_design


class Project(TypedDict):
    """What the agents of the pipeline share."""

    wish: str
    folder: str
    database_design: dict[str, Any]
    security_design: str


def architect(state: Project) -> dict[str, str]:
    """Write the documents."""
    write_documents(state["wish"], Path(state["folder"]))
    return {}


def security_specialist(state: Project) -> dict[str, str]:
    """Secure the design that was accepted."""
    return {"security_design": str(write_security_design(state["database_design"], Path(state["folder"])))}


def build() -> CompiledStateGraph[Project, Context, Project, Project]:
    """Draw the pipeline."""
    parent = StateGraph(Project, context_schema=Context)
    parent.add_node("architect", architect)
    parent.add_node("database_specialist", database_specialist)
    parent.add_node("security_specialist", security_specialist)
    parent.add_edge(START, "architect")
    parent.add_edge("architect", "database_specialist")
    parent.add_edge("database_specialist", "security_specialist")
    parent.add_edge("security_specialist", END)
    return parent.compile()


def run(folder: Path, wish: str = WISH, context: Context | None = None) -> Any:
    """Run it, and print what the specialist is doing meanwhile."""
    given: Any = {"wish": wish, "folder": str(folder)}
    last: Any = {}
    modes: Any = ["custom", "values"]
    for part in build().stream(given, context=context, stream_mode=modes, subgraphs=True, version="v2"):
        if part["type"] == "custom":
            print(f"  {part['data']['node']}: {part['data']['doing']}")
        elif not part["ns"]:
            last = part["data"]
    return last


async def arun(folder: Path, wish: str = WISH, context: Context | None = None) -> Any:
    """Run it in an event loop, which stays free meanwhile."""
    given: Any = {"wish": wish, "folder": str(folder)}
    return await build().ainvoke(given, context=context)


def main() -> None:
    """Run it as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="example/ai_docs", type=Path)
    parser.add_argument("--async", action="store_true", dest="is_async")
    options = parser.parse_args()
    state = asyncio.run(arun(options.folder)) if options.is_async else run(options.folder)
    print(state["database_design"]["status"], state["security_design"])


if __name__ == "__main__":
    main()
