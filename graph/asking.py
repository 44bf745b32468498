"""Nodes that ask the designer: one way to get it, to account for what it cost, and to end when it fails for good."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Protocol

from langgraph.runtime import Runtime

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.config import Context
from database_specialist.agent.contract import FAILED
from database_specialist.agent.designer.designer import Designer, RulesDesigner
from database_specialist.agent.errors import DocumentError, ModelError
from database_specialist.graph.reading import Tell, round_of, teller
from database_specialist.graph.services import Run, resolve, services
from database_specialist.graph.state import State, Update
from database_specialist.tools.ledger import Totals


class Node(Protocol):
    """What LangGraph takes for a node."""

    def __call__(self, state: State, runtime: Runtime[Context]) -> Update:
        """Return what the node changes."""


Asking = Callable[[State, Runtime[Context], Designer, Tell], Update]


def asks(judge: Asking) -> Node:
    """Make a node of a function that asks the designer.

    What the calls cost is added to the state, also when they came to nothing. A model that fails for good ends the
    run with its status, or hands over to the rules designer where the run's settings ask for that.
    """

    @functools.wraps(judge)
    def node(state: State, runtime: Runtime[Context]) -> Update:
        if state["status"] in FAILED:
            return {}
        tell = teller(runtime, judge.__name__)
        designer = _designer(state, runtime, tell, place=f"{judge.__name__} {round_of(state)}")
        try:
            update = _made(judge(state, runtime, designer, tell), judge.__name__, designer)
        except ModelError as error:
            update = _without_model(judge, state, runtime, error)
        except DocumentError as error:
            update = {"status": "input_error", "reason": str(error)}
        place = {"node": judge.__name__, "round": round_of(state)}
        return {**update, "usage": [each.model_copy(update=place).dump() for each in designer.used]}

    return node


def _designer(state: State, runtime: Runtime[Context], tell: Tell, *, place: str) -> Designer:
    if state["takeovers"]:
        return RulesDesigner()

    def told(usage: Usage, totals: Totals) -> None:
        tell(f"{usage.question} answered; {totals.calls} calls, {totals.tokens:,} tokens so far")

    spent = [Usage.load(each) for each in state["usage"]]
    return services(runtime).designer(Run(id=state["run"], spent=spent, told=told, place=place))


def _without_model(judge: Asking, state: State, runtime: Runtime[Context], error: ModelError) -> Update:
    tell = teller(runtime, judge.__name__)
    if resolve(runtime.context).fallback == "none":
        tell(f"{error.status}: {error}")
        return {"status": error.status, "reason": str(error)}
    tell(f"{error.status}: {error}; the rules designer goes on")
    designer = RulesDesigner()
    update = _made(judge(state, runtime, designer, tell), judge.__name__, designer)
    takeover = {"node": judge.__name__, "round": round_of(state), "status": error.status, "reason": str(error)}
    return {**update, "takeovers": [takeover]}


def _made(update: Update, node: str, designer: Designer) -> Update:
    """Note who answered; an earlier answer that stands has its note."""
    return {**update, "makers": [{"node": node, "designer": designer.name}]} if update else update
