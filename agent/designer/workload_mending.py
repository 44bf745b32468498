"""The second round: what the critic's findings name is corrected or withdrawn, everything else stays as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Query, Workload

_QUERY_ID = re.compile(r"^Q\d+\b")


def mend(previous: Workload, fresh: Workload, schema: Schema, findings: Sequence[Finding]) -> Workload:
    """Return the previous workload with each query that a finding names rewritten or withdrawn.

    A query is rewritten where writing it anew gives another statement (the schema was mended); else it is
    withdrawn and its facts are recorded as not served, with the finding's words. A fact that had no query and
    now has one gets it.
    """
    named = {match[0]: finding for finding in findings if (match := _QUERY_ID.match(finding.place))}
    rewritten = {query.name: query for query in fresh.queries}
    kept: list[Query] = []
    withdrawn: dict[str, str] = {}
    for query in previous.queries:
        anew = rewritten.get(query.name)
        if query.id not in named:
            kept.append(query)
        elif anew is not None and anew.sql != query.sql:
            kept.append(anew.model_copy(update={"id": query.id}))
        else:
            whose = ", ".join(query.facts) or query.id
            withdrawn[query.name] = f"{whose}: {query.id} ({query.name}) withdrawn: {named[query.id].message}"
    kept += _newly_served(kept, previous, fresh, withdrawn)
    served = {fact for query in kept for fact in query.facts}
    old = [line for line in previous.not_served if line.partition(":")[0] not in served]
    return Workload(queries=tuple(kept), not_served=(*old, *withdrawn.values()))


def _newly_served(kept: Sequence[Query], previous: Workload, fresh: Workload, withdrawn: dict[str, str]) -> list[Query]:
    known = {query.name for query in kept} | set(withdrawn)
    waiting = {line.partition(":")[0] for line in previous.not_served}
    new = [query for query in fresh.queries if query.name not in known and waiting & set(query.facts)]
    highest = max((int(query.id[1:]) for query in previous.queries if query.id[1:].isdigit()), default=0)
    return [query.model_copy(update={"id": f"Q{highest + place}"}) for place, query in enumerate(new, start=1)]
