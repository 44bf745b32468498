"""Another store is one more thing to run, secure and keep in step: without a fact behind it, it is fashion.

https://martinfowler.com/bliki/PolyglotPersistence.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule


@rule("OPS007", "warning", "Second store without a reason in the documents", owner="plan_operations")
def store_without_fact(operations: Operations) -> Iterator[Objection]:
    """Object to collections, Redis keys and search indexes that no fact asks for."""
    nosql = operations.nosql
    kept = [(item.name, item.facts) for item in nosql.mongodb] + [(item.pattern, item.facts) for item in nosql.redis]
    for name, facts in kept + [(item.name, item.facts) for item in nosql.search]:
        if not facts:
            yield Objection(
                place=name,
                message=f"{name} keeps a second copy of the truth, and no fact of the documents asks for it.",
                help=f"Drop {name}, or name the fact that the relational engine cannot serve.",
            )
