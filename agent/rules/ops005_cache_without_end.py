"""A cache that never forgets fills up, and serves what was true once.

https://redis.io/docs/latest/commands/expire/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule


@rule("OPS005", "warning", "Key or cache without an end", owner="plan_operations")
def cache_without_end(operations: Operations) -> Iterator[Objection]:
    """Object to Redis keys without a time to live, and to cache points without an invalidation."""
    for key in operations.nosql.redis:
        if not key.ttl_seconds:
            yield Objection(
                place=key.pattern,
                message=f"{key.pattern} never expires: its {key.keys.value:,.0f} keys only grow.",
                help=f"Give {key.pattern} a time to live, or bound it (a stream's MAXLEN, one key an entity).",
            )
    for point in operations.scaling.caches:
        if not point.invalidation.strip():
            yield Objection(
                place=point.name,
                message=f"{point.name} is cached and nothing says when the copy becomes wrong.",
                help=f"Name the writes that invalidate {point.name}.",
            )
