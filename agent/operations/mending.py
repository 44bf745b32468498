"""A second round of the critic's loop: what a finding names is withdrawn, and the decision about it says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import NoSql, Operations, Replica, Scaling
from database_specialist.agent.model.relational import Schema

_Element = TypeVar("_Element")
_MISSING = "OPS008"
"""The plan names a table or a query that the design lacks."""
_UNGROUNDED = "OPS007"
"""A second store that no fact asks for."""


def mend(operations: Operations, findings: Sequence[Finding], schema: Schema) -> Operations:
    """Withdraw what a finding about this part names, and keep everything else.

    A finding on a table of the schema says something about its retention or size, so it takes away neither its
    collection nor its search index, unless it says that no fact asks for them.
    """
    own = [finding for finding in findings if finding.owner == "plan_operations"]
    if not own:
        return operations
    missing = {finding.place for finding in own if finding.code == _MISSING}
    tables = {table.name for table in schema.tables}
    stores = [f for f in own if f.code in (_UNGROUNDED, _MISSING) or f.place not in tables]
    access = tuple(path for path in operations.access if path.table not in missing)
    return operations.model_copy(
        update={
            "scaling": _scaling(operations.scaling, own, missing),
            "nosql": _nosql(operations.nosql, stores),
            "access": access,
        }
    )


def _scaling(scaling: Scaling, findings: Sequence[Finding], missing: set[str]) -> Scaling:
    caches = _kept(scaling.caches, lambda cache: (cache.name, cache.key, *cache.queries), findings)
    keys = tuple(key for key in scaling.shard_keys if not missing & set(key.tables) and not _named(key.key, findings))
    replicas = tuple(r for r in (_without(replica, findings) for replica in scaling.replicas) if r.queries)
    gone = {"cache"} if len(caches) < len(scaling.caches) else set()
    gone |= {"sharding"} if len(keys) < len(scaling.shard_keys) else set()
    gone |= {"replica"} if replicas != scaling.replicas else set()
    return scaling.model_copy(
        update={
            "partitions": tuple(part for part in scaling.partitions if part.table not in missing),
            "caches": caches,
            "shard_keys": keys,
            "replicas": replicas,
            "decisions": _explained(scaling.decisions, gone, findings),
        }
    )


def _without(replica: Replica, findings: Sequence[Finding]) -> Replica:
    return replica.model_copy(update={"queries": tuple(q for q in replica.queries if not _named(q, findings))})


def _nosql(nosql: NoSql, findings: Sequence[Finding]) -> NoSql:
    mongodb = _kept(nosql.mongodb, lambda collection: (collection.name,), findings)
    redis = _kept(nosql.redis, lambda key: (key.pattern,), findings)
    search = _kept(nosql.search, lambda index: (index.name, index.source_table), findings)
    gone = {"document store"} if len(mongodb) < len(nosql.mongodb) else set()
    gone |= {"key-value store"} if len(redis) < len(nosql.redis) else set()
    gone |= {"search engine"} if len(search) < len(nosql.search) else set()
    decisions = _explained(nosql.decisions, gone, findings)
    return NoSql(mongodb=mongodb, redis=redis, search=search, decisions=decisions)


def _kept(
    elements: Sequence[_Element], names: Callable[[_Element], tuple[str, ...]], findings: Sequence[Finding]
) -> tuple[_Element, ...]:
    return tuple(e for e in elements if not any(_named(name, findings) for name in names(e)))


def _named(name: str, findings: Sequence[Finding]) -> bool:
    """Places read "session:{token_hash}", or with the kind before it: "redis key session:{token_hash}"."""
    return any(finding.place == name or finding.place.endswith(f" {name}") for finding in findings)


def _explained(decisions: Sequence[Decision], gone: set[str], findings: Sequence[Finding]) -> tuple[Decision, ...]:
    """Record the withdrawal in the decision on the same topic or subject."""
    places = ", ".join(dict.fromkeys(f"{finding.code} at {finding.place}" for finding in findings))
    return tuple(
        decision.model_copy(update={"why": f"{decision.why} Withdrawn in review: {places}."})
        if decision.topic in gone or decision.subject in gone
        else decision
        for decision in decisions
    )
