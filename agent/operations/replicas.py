"""Replicas: which reads may go to one, and whether this load and these objectives need any."""

from __future__ import annotations

import math

from database_specialist.agent.model.base import Decision, Option
from database_specialist.agent.model.operations import Replica
from database_specialist.agent.operations.backup import named_standby, needs_standby
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.figures import listed, number
from database_specialist.agent.operations.load import Access

PRIMARY_RATE = 4000
"""Queries/s that one primary of 8 cores answers at 2 ms each. Assumed."""
CALM = 0.5
"""Share of that rate to stay below."""
STANDBY_AVAILABILITY = 99.95
"""In %: above it, the minutes of a restore use up the year's allowance."""


def stale_reads(ground: Ground) -> tuple[Access, ...]:
    """Return the reads whose answer may be old, most frequent first."""
    found = [a for a in ground.accesses if a.query.kind == "read" and a.query.staleness != "fresh"]
    return tuple(sorted(found, key=lambda access: -access.query.frequency.value))


def plan_replicas(ground: Ground) -> tuple[Replica, ...]:
    """Return what is read from a replica: nothing when the design has none."""
    if not _has_replica(ground):
        return ()
    levels = [level for level in ("seconds", "minutes", "hours") if _of(level, ground)]
    return tuple(_replica(level, ground) for level in levels)


def _of(level: str, ground: Ground) -> tuple[Access, ...]:
    return tuple(access for access in stale_reads(ground) if access.query.staleness == level)


def _replica(level: str, ground: Ground) -> Replica:
    found = _of(level, ground)
    rate = sum(ground.at_peak(access) for access in found)
    tables = listed(dict.fromkeys(table for access in found for table in access.tables))
    return Replica(
        queries=tuple(access.query.id for access in found),
        staleness=f"answers may be {level} old; a replica lagging more than that is left out of the pool",
        why=f"they take {number(rate)} queries/s at peak off the primary, reading {tables}",
    )


def _has_replica(ground: Ground) -> bool:
    return ground.engine != "sqlite" and (_is_busy(ground) or _wants_standby(ground))


def _is_busy(ground: Ground) -> bool:
    return ground.capacity.peak_queries_per_second.value > PRIMARY_RATE * CALM


def _availability(ground: Ground) -> float | None:
    found = [q.figure.value for q in ground.brief.quantities if q.metric == "availability"]
    return max(found, default=None)


def _wants_standby(ground: Ground) -> bool:
    availability = _availability(ground)
    return needs_standby(ground) or (availability is not None and availability >= STANDBY_AVAILABILITY)


def decide_replica(ground: Ground) -> Decision:
    """Decide on replicas, with the load and the objectives of this project."""
    peak, stale = ground.capacity.peak_queries_per_second, stale_reads(ground)
    share = _share(ground)
    load = (
        f"the peak of {number(peak.value)} queries/s is {number(peak.value / PRIMARY_RATE * 100)}% of the "
        f"{PRIMARY_RATE:,} that one primary of 8 cores answers at 2 ms each (assumed)"
    )
    tolerant = (
        f"{len(stale)} reads may be stale ({listed(a.query.id for a in stale)}, {number(share)}% of the executions)"
        if stale
        else f"none of the {len(ground.accesses)} queries may read a stale answer"
    )
    facts = tuple(
        fact for q in ground.brief.quantities if q.metric in ("availability", "rto") for fact in q.figure.facts
    )
    return Decision(
        id="OP-replica",
        topic="replica",
        subject=ground.brief.project,
        choice=_choice(ground),
        why=f"{load[0].upper()}{load[1:]}; {tolerant}; {_objective(ground)}{_left_over(ground)}.",
        alternatives=(_other(ground, share),),
        facts=(*peak.facts, *facts),
    )


def _choice(ground: Ground) -> str:
    if ground.engine == "sqlite":
        return "no replica: SQLite is read in the application's own process"
    if _is_busy(ground):
        count = max(1, math.ceil(_stale_rate(ground) / (PRIMARY_RATE * CALM)))
        replicas = "one read replica" if count == 1 else f"{count} read replicas"
        return f"a standby and {replicas}" if _wants_standby(ground) else replicas
    if _wants_standby(ground):
        return "one standby, also for the stale reads"
    standing = named_standby(ground.brief)
    return f"no read replica beside the {standing} of the documents" if standing else "no replica"


def _stale_rate(ground: Ground) -> float:
    return sum(ground.at_peak(access) for access in stale_reads(ground))


def _left_over(ground: Ground) -> str:
    """What stays on the primary when the stale reads are gone, and the cores that it takes."""
    rate = ground.capacity.peak_queries_per_second.value - _stale_rate(ground)
    if rate <= PRIMARY_RATE * CALM:
        return ""
    cores = math.ceil(rate * 8 / PRIMARY_RATE / CALM)
    return f"; the {number(rate)} queries/s that stay on the primary take {cores} cores at {CALM:.0%} use"


def _objective(ground: Ground) -> str:
    availability = _availability(ground)
    if needs_standby(ground):
        return "the recovery objectives cannot be met by restoring a backup (see the backup decision)"
    if availability is None:
        return "no document asks for an availability, and the RTO is met by a restore"
    minutes = (100 - availability) / 100 * 365 * 24 * 60
    met = "fail-over in a minute is needed for it" if _wants_standby(ground) else "one restore a year stays inside it"
    return f"{availability:g}% availability allows {number(minutes)} minutes a year: {met}"


def _share(ground: Ground) -> float:
    total = sum(access.query.frequency.value for access in ground.accesses)
    return sum(a.query.frequency.value for a in stale_reads(ground)) / total * 100 if total else 0.0


def _other(ground: Ground, share: float) -> Option:
    if _has_replica(ground):
        return Option(
            choice="a single primary",
            rejected_because="a failed primary would be down for the length of a restore"
            if _wants_standby(ground)
            else f"it would run above {CALM:.0%} of its rate at peak",
        )
    threshold = PRIMARY_RATE * CALM
    return Option(
        choice="a read replica",
        rejected_because=f"it would take over {number(share)}% of the executions at most, and is not needed until the "
        f"peak passes {number(threshold)} queries/s",
    )
