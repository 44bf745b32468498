"""What the nodes share: plain JSON, so that checkpoints, Studio and remote callers can read it."""

from __future__ import annotations

import operator
from typing import Annotated, Any, TypedDict

from langgraph.graph.message import add_messages
from langgraph.types import Overwrite
from pydantic import BaseModel, ConfigDict, Field

from database_specialist.agent.contract import Status
from database_specialist.agent.model.base import Engine

Json = Any
"""Plain JSON data: a dumped `Part` of the model, or a list of them."""


def _later(earlier: str, later: str) -> str:
    """Keep the later of two values: nodes at the same time may both write one."""
    return later


class Input(BaseModel):
    """What a run is given."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    folder: str = "ai_docs"
    """The folder with the requirements and the architecture."""
    engine: Engine | None = None
    """The engine to design for. Empty: that of the settings, else the one that the documents name."""
    messages: list[Any] = Field(default_factory=list)
    """The chat of a parent graph, if there is one: the result is added to it in one line."""


class Asked(Input):
    """What a run is given, and what an earlier run of the same thread settled on."""

    settled: dict[str, Any] = Field(default_factory=dict)

    def named(self, key: str) -> Any:
        """Return what the caller named for this run; None when it is a default, or left over from an earlier run."""
        value = getattr(self, key)
        return None if key not in self.model_fields_set or self.settled.get(key) == value else value


class State(TypedDict):
    """All that a run knows. Each key is filled by the node named beside it, before another reads it."""

    folder: str
    engine: Engine | None  # research
    messages: Annotated[list[Any], add_messages]  # the nodes that end a run
    settled: Json  # research: which folder and engine it settled on, where the caller had named none
    run: str  # research
    topics: list[Json]  # research
    research_notes: Annotated[list[Json], operator.add]  # context7, perplexity
    existing: Json  # research: the schema that is there already; None where the database is new
    research: Json  # read_requirements
    brief: Json  # read_requirements
    entity_model: Json  # model_entities
    relational_schema: Json  # plan_schema; plan_indexes puts the review into it
    tables: list[str]  # the same two: the schema in a line each, to read
    schema_review: Json  # review_schema
    workload: Json  # write_workload
    indexes: Json  # plan_indexes
    index_plan: Json  # plan_indexes: the hash of each index as it left them; what differs later, a person edited
    index_review: Json  # plan_indexes
    index_edits: Json  # plan_indexes: what a person edited, for the rounds that follow
    operations: Json  # plan_operations; critic puts the review into it
    change: Json  # plan_operations: the way from the existing schema; None where there is none
    operations_review: Json  # review_operations
    critique: Json  # criticise
    evidence: Json  # verify
    measurements: list[Json]  # verify
    verdict: Json  # critic
    approval: Json  # approve: the person's last word
    objections: list[Json]  # critic and approve: the errors of all rounds
    fingerprints: list[str]  # critic
    usage: Annotated[list[Json], operator.add]  # every node that asks the designer
    makers: Annotated[list[Json], operator.add]  # every node that asks the designer: who answered
    takeovers: Annotated[list[Json], operator.add]  # the same, where the rules designer took over
    status: Annotated[Status, _later]  # critic, and every node that asks a chat model
    reason: Annotated[str, _later]  # the same: why there is no design
    document_path: str  # write_document
    document_sha256: str  # write_document
    files: list[str]  # write_document, keep_draft
    edited: list[str]  # write_document
    database_design: Json  # the nodes that end a run


class Update(TypedDict, total=False):
    """What a node may change. A misspelt key is a type error; LangGraph itself would drop it."""

    folder: str
    engine: Engine | None
    messages: list[Any]
    settled: Json
    run: str
    topics: list[Json]
    research_notes: list[Json] | Overwrite
    existing: Json
    research: Json
    brief: Json
    entity_model: Json
    relational_schema: Json
    tables: list[str]
    schema_review: Json
    workload: Json
    indexes: Json
    index_plan: Json
    index_review: Json
    index_edits: Json
    operations: Json
    change: Json
    operations_review: Json
    critique: Json
    evidence: Json
    measurements: list[Json]
    verdict: Json
    approval: Json
    objections: list[Json]
    fingerprints: list[str]
    usage: list[Json] | Overwrite
    makers: list[Json] | Overwrite
    takeovers: list[Json] | Overwrite
    status: Status
    reason: str
    document_path: str
    document_sha256: str
    files: list[str]
    edited: list[str]
    database_design: Json


class Output(BaseModel):
    """What a run gives back: one object under a name of its own, and the chat when there is one."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    database_design: Json
    """What the run came to: status, document, the design, what the Security Specialist needs, open questions."""
    messages: list[Any]
    """The chat of a parent graph, with the answer."""
