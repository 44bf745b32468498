"""A second round of the critic's loop: what a finding names is withdrawn, and the decision about it says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from database_specialist.agent.model.base import Decision, Part
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import NoSql, Operations, Scaling

_Element = TypeVar("_Element", bound=Part)


def mend(operations: Operations, findings: Sequence[Finding]) -> Operations:
    """Withdraw what an error about this part names, and keep everything else."""
    own = [finding for finding in findings if finding.owner == "plan_operations" and finding.severity == "error"]
    if not own:
        return operations
    return operations.model_copy(
        update={
            "scaling": _scaling(operations.scaling, own),
            "nosql": _nosql(operations.nosql, own),
            "access": _kept(operations.access, "table", own, "access"),
        }
    )


def _scaling(scaling: Scaling, findings: Sequence[Finding]) -> Scaling:
    parts = {
        "partitions": _kept(scaling.partitions, "table", findings, "partition"),
        "caches": _kept(scaling.caches, "name", findings, "cache"),
        "shard_keys": _kept(scaling.shard_keys, "key", findings, "shard"),
    }
    topics = {"partitions": "partitioning", "caches": "cache", "shard_keys": "sharding"}
    gone = {topics[name] for name, kept in parts.items() if len(kept) < len(getattr(scaling, name))}
    return scaling.model_copy(update={**parts, "decisions": _explained(scaling.decisions, gone, findings)})


def _nosql(nosql: NoSql, findings: Sequence[Finding]) -> NoSql:
    parts = {
        "mongodb": _kept(nosql.mongodb, "name", findings, "collection"),
        "redis": _kept(nosql.redis, "pattern", findings, "redis"),
        "search": _kept(nosql.search, "name", findings, "search"),
    }
    subjects = {"mongodb": "document store", "redis": "key-value store", "search": "search engine"}
    gone = {subjects[name] for name, kept in parts.items() if len(kept) < len(getattr(nosql, name))}
    return nosql.model_copy(update={**parts, "decisions": _explained(nosql.decisions, gone, findings)})


def _kept(elements: Sequence[_Element], field: str, findings: Sequence[Finding], kind: str) -> tuple[_Element, ...]:
    return tuple(e for e in elements if not any(_names(f, str(getattr(e, field)), kind) for f in findings))


def _names(finding: Finding, name: str, kind: str) -> bool:
    """Places read "redis session:{token_hash}", "cache Q3", "search index products": the kind, then the name."""
    place = finding.place
    return kind in place.lower().partition(name.lower())[0] and place.endswith(name)


def _explained(decisions: Sequence[Decision], gone: set[str], findings: Sequence[Finding]) -> tuple[Decision, ...]:
    """Record the withdrawal in the decision on the same topic or subject."""
    codes = ", ".join(dict.fromkeys(f"{finding.code} at {finding.place}" for finding in findings))
    return tuple(
        decision.model_copy(update={"why": f"{decision.why} Withdrawn in review: {codes}."})
        if decision.topic in gone or decision.subject in gone
        else decision
        for decision in decisions
    )
