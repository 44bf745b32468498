"""Nodes that ask the designer: they share one way to get it, and to account for what it cost."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Protocol

from langgraph.runtime import Runtime

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.config import Context
from database_specialist.agent.designer.designer import Designer
from database_specialist.graph.reading import Tell, round_of, teller
from database_specialist.graph.services import services
from database_specialist.graph.state import State, Update


class Node(Protocol):
    """What LangGraph takes for a node."""

    def __call__(self, state: State, runtime: Runtime[Context]) -> Update:
        """Return what the node changes."""


Asking = Callable[[State, Runtime[Context], Designer, Tell], Update]


def asks(judge: Asking) -> Node:
    """Make a node of a function that asks the designer; what that cost is added to the state."""

    @functools.wraps(judge)
    def node(state: State, runtime: Runtime[Context]) -> Update:
        designer = services(runtime).designer([Usage.load(each) for each in state.get("usage", [])])
        update = judge(state, runtime, designer, teller(runtime, judge.__name__))
        place = {"node": judge.__name__, "round": round_of(state)}
        return {**update, "usage": [each.model_copy(update=place).dump() for each in designer.used]}

    return node
