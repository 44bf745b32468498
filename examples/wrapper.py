"""The graph inside nodes of a parent that knows nothing of its keys or settings.

The parent asks for one design for each engine, all at the same time; every call has settings of its own. Parents that
have other names for things, or that want the specialist to run with other settings than theirs, do it like this.

    python -m examples.wrapper [FOLDER]
"""

from __future__ import annotations

import operator
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from database_specialist.agent.config import Context
from database_specialist.agent.contract import DatabaseDesign
from database_specialist.agent.model.base import Engine
from database_specialist.graph.build import graph as database_specialist
from database_specialist.graph.state import Input
from examples.neighbours import WISH, write_documents


@dataclass(frozen=True)
class Settings:
    """The parent's own settings. `model` is the parent's model, not the specialist's."""

    model: str = "the-parent's-model"
    engines: tuple[Engine, ...] = ("postgresql", "sqlite")


class Study(TypedDict):
    """The parent's state."""

    project: str
    candidates: Annotated[list[dict[str, Any]], operator.add]
    comparison: str


class Task(TypedDict):
    """What one wrapper is given."""

    project: str
    engine: Engine


def gather_wishes(state: Study) -> dict[str, str]:
    """Write down what is wanted."""
    write_documents(WISH, Path(state["project"]) / "wishes")
    return {}


def fan_out(state: Study, runtime: Runtime[Settings]) -> list[Send]:
    """Ask for one design an engine."""
    return [Send("design", Task(project=state["project"], engine=each)) for each in runtime.context.engines]


def design(state: Task) -> dict[str, Any]:
    """Call the specialist with keys and settings of its own."""
    project = Path(state["project"])
    settings = Context(engine=state["engine"], output=str(project / state["engine"]), research="off", depth="quick")
    result = database_specialist.invoke(Input(folder=str(project / "wishes")), context=settings)
    return {"candidates": [result["database_design"]]}


def compare(state: Study) -> dict[str, str]:
    """Say what came of each."""
    designs = [DatabaseDesign.load(candidate) for candidate in state["candidates"]]
    told = sorted(
        f"{each.design.relational_schema.engine}: {each.status}, {len(each.design.relational_schema.tables)} tables, "
        f"{len(each.design.indexes)} indexes"
        for each in designs
        if each.design
    )
    return {"comparison": "\n".join(told)}


def build() -> CompiledStateGraph[Study, Settings, Study, Study]:
    """Draw the parent."""
    parent = StateGraph(Study, context_schema=Settings)
    parent.add_node("gather_wishes", gather_wishes)
    parent.add_node("design", design, input_schema=Task)
    parent.add_node("compare", compare)
    parent.add_edge(START, "gather_wishes")
    parent.add_conditional_edges("gather_wishes", fan_out, ["design"])
    parent.add_edge("design", "compare")
    parent.add_edge("compare", END)
    return parent.compile()


def main() -> None:
    """Run it as a program."""
    project = sys.argv[1] if len(sys.argv) > 1 else "example"
    given: Any = {"project": project}
    print(build().invoke(given, context=Settings())["comparison"])


if __name__ == "__main__":
    main()
