"""Who made which part of a design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_PARTS = {
    "read_requirements": "the reading of the documents",
    "model_entities": "the entities and rules",
    "review_schema": "the review of the schema",
    "write_workload": "the queries",
    "plan_indexes": "the review of the indexes",
    "review_operations": "the review of operations",
    "criticise": "the critique",
}


def authorship(makers: Sequence[Any], takeovers: Sequence[Any]) -> str:
    """Return "rules" or "model <name>"; after a takeover a sentence that says who made what, and why.

    >>> made = [{"node": "read_requirements", "designer": "model m"}, {"node": "model_entities", "designer": "rules"}]
    >>> authorship(made[:1], [])
    'model m'
    >>> authorship(made, [{"node": "model_entities", "round": 1, "reason": "m, model_entities: HTTP 503"}])
    'model m, then rules: the model made the reading of the documents; the rules designer made the entities and rules, \
because the model failed (m, model_entities: HTTP 503)'
    """
    first = str(makers[0]["designer"]) if makers else "rules"
    if not takeovers:
        return first
    by_node: dict[str, set[bool]] = {}
    for maker in makers:
        by_node.setdefault(maker["node"], set()).add(maker["designer"] == "rules")
    shares = (
        ("the model made", {False}),
        ("the rules designer mended what the model had made of", {False, True}),
        ("the rules designer made", {True}),
    )
    told = [f"{who} {parts}" for who, what in shares if (parts := _listed(by_node, what))]
    reasons = "; ".join(dict.fromkeys(takeover["reason"] for takeover in takeovers))
    model = next((m["designer"] for m in makers if m["designer"] != "rules"), "a model")
    return f"{model}, then rules: {'; '.join(told)}, because the model failed ({reasons})"


def _listed(by_node: dict[str, set[bool]], what: set[bool]) -> str:
    return ", ".join(part for node, part in _PARTS.items() if by_node.get(node) == what)
