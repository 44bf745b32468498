"""The nodes, by phase: each takes from the state, calls one thing, and returns what it changed."""

from database_specialist.graph.nodes.approval import approve
from database_specialist.graph.nodes.design import (
    model_entities,
    plan_indexes,
    plan_operations,
    plan_schema,
    review_operations,
    review_schema,
    write_workload,
)
from database_specialist.graph.nodes.intake import context7, perplexity, read_requirements, research
from database_specialist.graph.nodes.proof import critic, criticise, verify
from database_specialist.graph.nodes.result import keep_draft, report_failure, write_document

__all__ = [
    "approve",
    "context7",
    "critic",
    "criticise",
    "keep_draft",
    "model_entities",
    "perplexity",
    "plan_indexes",
    "plan_operations",
    "plan_schema",
    "read_requirements",
    "report_failure",
    "research",
    "review_operations",
    "review_schema",
    "verify",
    "write_document",
    "write_workload",
]
