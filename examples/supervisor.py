"""A supervisor that calls the specialist as a tool, and the security specialist after it.

The supervisor is any chat model that calls tools: set SUPERVISOR_MODEL (with OPENAI_API_KEY, and OPENAI_BASE_URL for a
server of your own). Without it a script takes its place, so that the example runs anywhere.

    python -m examples.supervisor [FOLDER]
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool, tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import InjectedState, ToolNode, tools_condition

from database_specialist.agent.chat import answer
from database_specialist.agent.config import Context
from database_specialist.agent.contract import DatabaseDesign
from database_specialist.agent.errors import SpecialistError
from database_specialist.agent.model.base import Engine
from database_specialist.graph.build import graph as database_specialist
from database_specialist.graph.state import Input
from examples.neighbours import WISH, write_documents, write_security_design

INSTRUCTION = (
    "You supervise two specialists. Have the database designed first; secure it only when the design was accepted. "
    "Then tell the user in one or two sentences what was written, and what is open."
)


@tool(response_format="content_and_artifact")
def design_database(folder: str, engine: Engine | None = None) -> tuple[str, dict[str, Any]]:
    """Design the database of the project whose requirements and architecture are in the folder, and prove it."""
    try:
        result = database_specialist.invoke(Input(folder=folder, engine=engine), context=Context(research="off"))
    except SpecialistError as error:
        return f"failed: {error}", {}
    return answer(DatabaseDesign.load(result["database_design"])), result["database_design"]


@tool
def secure_database(folder: str, messages: Annotated[list[BaseMessage], InjectedState("messages")]) -> str:
    """Write the security design of a project whose database design was accepted."""
    # The design goes from one tool to the other beside the chat: a model would only garble it.
    designs = [each.artifact for each in messages if isinstance(each, ToolMessage) and each.artifact]
    if not designs or designs[-1]["status"] != "accepted":
        return "failed: there is no accepted design yet; call design_database first"
    return f"written: {write_security_design(designs[-1], Path(folder))}"


TOOLS: list[BaseTool] = [design_database, secure_database]


def build(model: BaseChatModel) -> CompiledStateGraph[MessagesState, None, MessagesState, MessagesState]:
    """Draw the supervisor's loop."""
    asked = model.bind_tools(TOOLS)

    def supervisor(state: MessagesState) -> dict[str, list[Any]]:
        return {"messages": [asked.invoke([SystemMessage(INSTRUCTION), *state["messages"]])]}

    parent = StateGraph(MessagesState)
    parent.add_node("supervisor", supervisor)
    parent.add_node("tools", ToolNode(TOOLS))
    parent.add_edge(START, "supervisor")
    parent.add_conditional_edges("supervisor", tools_condition)
    parent.add_edge("tools", "supervisor")
    return parent.compile()


class ScriptedSupervisor(BaseChatModel):
    """Calls the specialists in order, and stops when one of them failed."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[Any, AIMessage]:
        """Return itself: the script knows its tools."""
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=_next(messages))])


def _next(messages: Sequence[BaseMessage]) -> AIMessage:
    told = [each for each in messages if isinstance(each, ToolMessage)]
    folder = str(messages[1].content).rpartition(" ")[2]
    if not told:
        return _call("design_database", folder=folder)
    if len(told) == 1 and told[0].artifact and told[0].artifact["status"] == "accepted":
        return _call("secure_database", folder=folder)
    return AIMessage(" / ".join(str(each.content) for each in told))


def _call(name: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[ToolCall(name=name, args=arguments, id=f"call_{name}", type="tool_call")])


def chosen_model(variables: Mapping[str, str]) -> BaseChatModel:
    """Return the model that the environment names, else the script."""
    name = variables.get("SUPERVISOR_MODEL")
    return ChatOpenAI(model=name, use_responses_api=False) if name else ScriptedSupervisor()


def main() -> None:
    """Run it as a program."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "example/ai_docs")
    if not folder.exists():
        write_documents(WISH, folder)
    asked = HumanMessage(f"Design and secure the database of the project in {folder}")
    for message in build(chosen_model(os.environ)).invoke({"messages": [asked]})["messages"]:
        message.pretty_print()


if __name__ == "__main__":
    main()
