"""The graph: nodes and edges, and nothing else.

It is exported without a checkpointer, which `langgraph dev` would refuse; callers attach their own.

Where branches meet, each is one node long, so all of them end in the same step and a plain edge from each is enough. A
waiting edge (`add_edge([...], ...)`) keeps a set in the checkpoint, which `langgraph dev` reads back as a list: Studio
would show no next node there, and an edit would fail.
"""

from __future__ import annotations

from typing import get_args

from langgraph.graph import END, START, StateGraph

from database_specialist.agent.config import Context, environment
from database_specialist.graph import nodes, routes
from database_specialist.graph.observing import SPANS, observed
from database_specialist.graph.state import Input, Output, State
from database_specialist.tools.tracing import silencers

# Far above the longest run (10 rounds of 7 steps, and 5 around them), far below LangGraph's own 10007.
RECURSION_LIMIT = 100


def build_graph() -> StateGraph[State, Context, Input, Output]:
    """Draw the workflow."""
    builder = StateGraph(State, context_schema=Context, input_schema=Input, output_schema=Output)
    builder.add_node("research", observed(nodes.research), metadata={"phase": "intake"})
    builder.add_node("context7", observed(nodes.context7), metadata={"phase": "intake"})
    builder.add_node("perplexity", observed(nodes.perplexity), metadata={"phase": "intake"})
    builder.add_node("read_requirements", observed(nodes.read_requirements), metadata={"phase": "intake"})
    builder.add_node("model_entities", observed(nodes.model_entities), metadata={"phase": "design"})
    builder.add_node("plan_schema", observed(nodes.plan_schema), metadata={"phase": "design"})
    builder.add_node("review_schema", observed(nodes.review_schema), metadata={"phase": "design"})
    builder.add_node("write_workload", observed(nodes.write_workload), metadata={"phase": "design"})
    builder.add_node("plan_indexes", observed(nodes.plan_indexes), metadata={"phase": "design"})
    builder.add_node("plan_operations", observed(nodes.plan_operations), metadata={"phase": "design"})
    builder.add_node("verify", observed(nodes.verify), metadata={"phase": "proof"})
    builder.add_node("review_operations", observed(nodes.review_operations), metadata={"phase": "design"})
    builder.add_node("criticise", observed(nodes.criticise), metadata={"phase": "proof"})
    builder.add_node("critic", observed(nodes.critic), metadata={"phase": "proof"})
    builder.add_node("approve", observed(nodes.approve), metadata={"phase": "result"})
    builder.add_node("write_document", observed(nodes.write_document), metadata={"phase": "result"})
    builder.add_node("keep_draft", observed(nodes.keep_draft), metadata={"phase": "result"})
    builder.add_node("report_failure", observed(nodes.report_failure), metadata={"phase": "result"})

    builder.add_edge(START, "research")
    builder.add_conditional_edges("research", routes.after_research, list(get_args(routes.AfterResearch)))
    builder.add_edge("context7", "read_requirements")
    builder.add_edge("perplexity", "read_requirements")
    builder.add_conditional_edges("read_requirements", routes.after_reading)
    builder.add_conditional_edges("model_entities", routes.after_entities)
    builder.add_edge("plan_schema", "review_schema")
    builder.add_edge("plan_schema", "write_workload")
    builder.add_edge("review_schema", "plan_indexes")
    builder.add_edge("write_workload", "plan_indexes")
    builder.add_conditional_edges("plan_indexes", routes.after_indexes)
    builder.add_edge("plan_operations", "verify")
    builder.add_edge("plan_operations", "review_operations")
    builder.add_edge("plan_operations", "criticise")
    builder.add_edge("verify", "critic")
    builder.add_edge("review_operations", "critic")
    builder.add_edge("criticise", "critic")
    builder.add_conditional_edges("critic", routes.after_critic)
    builder.add_conditional_edges("approve", routes.after_approval, list(get_args(routes.AfterApproval)))
    builder.add_edge("write_document", END)
    builder.add_edge("keep_draft", END)
    builder.add_edge("report_failure", END)
    return builder


graph = (
    build_graph()
    .compile(name="database_specialist")
    .with_config(recursion_limit=RECURSION_LIMIT, callbacks=[*silencers(environment()), SPANS])
)
