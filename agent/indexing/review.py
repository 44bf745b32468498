"""Put a designer's review into the computed index plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from database_specialist.agent.answers.plans import IndexReview
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Index, Indexes, RejectedIndex, Workload


def index_objections(review: IndexReview, schema: Schema, workload: Workload, indexes: Indexes) -> list[str]:
    """Say what in a review points at nothing."""
    planned = {index.name for index in indexes.planned}
    queries = {query.id for query in workload.queries}
    supporting = {index.name for index in indexes.planned if not queries >= set(index.serves)}
    found = [f"drop: there is no index {each.name}" for each in review.drop if each.name not in planned]
    found += [
        f"drop: {each.name} supports a foreign key; without it a delete in the table referred to scans this one"
        for each in review.drop
        if each.name in supporting
    ]
    names = planned | {index.name for index in review.add}
    found += [f"notes: there is no index {each.name}" for each in review.notes if each.name not in names]
    for index in review.add:
        if schema.table(index.table) is None:
            found.append(f"add: {index.name}: there is no table {index.table}")
        if not queries & set(index.serves):
            found.append(f"add: {index.name} names no query that it serves")
    return found


def reviewed_indexes(indexes: Indexes, review: IndexReview) -> Indexes:
    """Return the plan as reviewed: dropped indexes are listed as rejected, with the reason."""
    reasons = {each.name: each.why for each in review.drop}
    notes = {each.name: each.text for each in review.notes}
    planned = [*(index for index in indexes.planned if index.name not in reasons), *review.add]
    dropped = [
        RejectedIndex(table=index.table, keys=tuple(key.expression for key in index.keys), reason=reasons[index.name])
        for index in indexes.planned
        if index.name in reasons
    ]
    return Indexes(
        planned=tuple(_noted(index, notes.get(index.name)) for index in planned),
        rejected=(*indexes.rejected, *dropped),
        budget=indexes.budget,
    )


def kept_review(
    review: IndexReview, findings: Sequence[Finding], *, before: Collection[str], now: tuple[Schema, Workload, Indexes]
) -> IndexReview | None:
    """Return what of an earlier review holds for the plan of `now`; None when there is something new to look over.

    `before` names the indexes of the plan with that review in it. An index that the review added and that was
    objected to is left out.
    """
    planned = {index.name for index in now[2].planned}
    if planned - set(before) - {each.name for each in review.drop}:
        return None
    objected = " ".join(finding.place for finding in findings)
    add = tuple(index for index in review.add if index.name not in objected)
    names = planned | {index.name for index in add}
    kept = review.model_copy(
        update={
            "drop": tuple(each for each in review.drop if each.name in planned),
            "add": add,
            "notes": tuple(each for each in review.notes if each.name in names),
        }
    )
    return None if index_objections(kept, *now) else kept


def _noted(index: Index, note: str | None) -> Index:
    return index if note is None else index.model_copy(update={"reason": f"{index.reason} {note}"})
