"""A recovery point is only as near as the most frequent backup.

https://www.postgresql.org/docs/current/continuous-archiving.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule

_SECONDS = {
    "s": 1,
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "night": 86400,
    "week": 604800,
    "month": 2629800,
}
_ADVERBS = {"hourly": 3600, "daily": 86400, "nightly": 86400, "weekly": 604800, "monthly": 2629800}


_EVERY = re.compile(
    r"(?:every|each|once an?|once per|per)\s+(\d+(?:\.\d+)?)?\s*(second|minute|hour|day|night|week|month|s\b)"
)


@rule("OPS001", "error", "Backups too rare for the RPO", owner="plan_operations")
def backups_too_rare(operations: Operations) -> Iterator[Objection]:
    """Object where no job runs as often as the RPO; as a warning where the RPO is 0. What cannot be read is trusted."""
    backup = operations.backup
    intervals = [seconds(job.frequency) for job in backup.jobs]
    known = [interval for interval in intervals if interval is not None]
    if len(known) < len(intervals) or (known and min(known) <= backup.rpo.value):
        return
    often = f"every {min(known):,.0f} s at best" if known else "never"
    lossless = backup.rpo.value == 0
    if lossless and "synchronous" in _standby(operations):
        return
    yield Objection(
        place="backup",
        message=f"Backups run {often}, and at most {backup.rpo.value:,.0f} s of data may be lost ({backup.rpo.basis}).",
        help="Add a synchronous standby (synchronous_commit = on): no backup alone loses nothing."
        if lossless
        else "Add continuous WAL archiving (or binary logs), or a job that runs within the RPO.",
        severity="warning" if lossless and known else None,
    )


def _standby(operations: Operations) -> str:
    """Return what the plan says about copies that are written at once."""
    backup, scaling = operations.backup, operations.scaling
    jobs = [f"{job.frequency} {job.why}" for job in backup.jobs]
    decided = [f"{decision.choice} {decision.why}" for decision in (*backup.decisions, *scaling.decisions)]
    lines = [*jobs, *backup.disaster_recovery, *decided, *(replica.why for replica in scaling.replicas)]
    return re.sub(r"\basynchronous", "", " ".join(lines).lower())


def seconds(frequency: str) -> float | None:
    """Return the longest time between two runs; None when the words are not understood.

    >>> seconds("every 5 minutes"), seconds("daily 02:00"), seconds("continuous"), seconds("when needed")
    (300.0, 86400.0, 0.0, None)
    >>> seconds("each 16 MiB segment, at least every 60 s")
    60.0
    """
    text = frequency.lower()
    found = _EVERY.search(text)
    if found:
        return float(found.group(1) or 1) * _SECONDS[found.group(2)]
    if re.search(r"continuous|streaming|on every commit", text):
        return 0.0
    return next((float(value) for word, value in _ADVERBS.items() if word in text), None)
