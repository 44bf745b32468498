"""Parts of a workload that were written apart, put together by code, and the statements that each part is about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.brief import Brief, Fact
from database_specialist.agent.model.workload import Query, Workload
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.shards import about, shards, size
from database_specialist.agent.rules.statements import parsed

_ANSWERED = 3.3
"""Tokens of queries for one token of a functional statement: one to two queries for each."""
_FRESHNESS = ("fresh", "seconds", "minutes", "hours")


def workload_pieces(brief: Brief, facts: Sequence[Fact], *, budget: Budget) -> tuple[tuple[Fact, ...], ...]:
    """Split the statements that queries are written from into parts that one call answers whole."""
    shown = about(brief, (fact.id for fact in facts))
    functional = size(about(brief, (fact.id for fact in facts if fact.kind == "functional")))
    share = functional / max(1, size(shown))
    limit = min(budget.part_statements, int(budget.part_answer / max(share * _ANSWERED, 0.01)))
    return tuple(piece.facts for piece in shards(shown, max_tokens=max(1, limit)))


def merged_workloads(parts: Sequence[Workload], engine: Engine) -> Workload:
    """Return one workload, its queries numbered through: a query of several parts once, with the statements of all.

    A statement that one part leaves unserved and another serves is served.
    """
    held: dict[str, Query] = {}
    names: set[str] = set()
    for query in (query for part in parts for query in part.queries):
        key = _said(query, engine)
        if key in held:
            held[key] = _joined(held[key], query)
            continue
        name = _free(query.name, names)
        names.add(name)
        held[key] = query.model_copy(update={"id": f"Q{len(held) + 1}", "name": name})
    served = {fact for query in held.values() for fact in query.facts}
    lines = dict.fromkeys(line for part in parts for line in part.not_served)
    return Workload(
        queries=tuple(held.values()),
        not_served=tuple(line for line in lines if line.partition(":")[0].strip() not in served),
    )


def _said(query: Query, engine: Engine) -> str:
    """Return the SQL in one spelling, its parameters by their order."""
    tree = parsed(query.sql, engine)
    if tree is None:
        return " ".join(query.sql.split())
    plain, order = tree.copy(), dict[str, str]()
    for placeholder in plain.find_all(exp.Placeholder):
        placeholder.set("this", order.setdefault(placeholder.name, f"p{len(order) + 1}"))
    return plain.sql(normalize=True, comments=False)


def _joined(first: Query, second: Query) -> Query:
    """Let one query serve both: as often as the busier, as fast and as fresh as the stricter."""
    latencies = [each for each in (first.latency, second.latency) if each is not None]
    return first.model_copy(
        update={
            "facts": tuple(dict.fromkeys((*first.facts, *second.facts))),
            "frequency": max(first.frequency, second.frequency, key=_value),
            "latency": min(latencies, key=_value, default=None),
            "staleness": min(first.staleness, second.staleness, key=_FRESHNESS.index),
        }
    )


def _value(figure: Figure) -> float:
    return figure.value


def _free(name: str, taken: set[str]) -> str:
    return next(
        each for each in (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3))) if each not in taken
    )
