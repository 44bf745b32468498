"""What a person changed in the index plan, kept when the plan is computed anew."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.model.base import Name, Part
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.workload import Index, Indexes, RejectedIndex

REASON = "A person who looked over the plan took it out."


class IndexEdits(Part):
    """Changes to a plan."""

    gone: tuple[Name, ...] = ()
    """Indexes that were taken out."""
    put: tuple[Index, ...] = ()
    """Indexes that were put in, or in the place of those of the same name."""

    def followed_by(self, later: IndexEdits) -> IndexEdits:
        """Return both; where they speak of the same index, the later holds."""
        told = {*later.gone, *(index.name for index in later.put)}
        return IndexEdits(
            gone=(*(name for name in self.gone if name not in told), *later.gone),
            put=(*(index for index in self.put if index.name not in told), *later.put),
        )


def standing_edits(edits: IndexEdits, indexes: Indexes, findings: Sequence[Finding]) -> IndexEdits:
    """Return the edits that no finding objects to; `indexes` is the plan without them.

    A finding objects when its place is the index, its table, or the table and the first of the index's keys.
    """
    places = {finding.place for finding in findings}
    objected = {index.name for index in (*indexes.planned, *edits.put) if _places(index) & places}
    return IndexEdits(
        gone=tuple(name for name in edits.gone if name not in objected),
        put=tuple(index for index in edits.put if index.name not in objected),
    )


def edited_indexes(indexes: Indexes, edits: IndexEdits) -> Indexes:
    """Return the plan with the edits in it; what was taken out is listed as rejected."""
    gone = [index for index in indexes.planned if index.name in edits.gone]
    replaced = {index.name for index in (*gone, *edits.put)}
    return indexes.model_copy(
        update={
            "planned": (*(index for index in indexes.planned if index.name not in replaced), *edits.put),
            "rejected": (*indexes.rejected, *(_rejected(index) for index in gone)),
        }
    )


def _places(index: Index) -> set[str]:
    keys = [f"{index.table}.{index.keys[0].expression}"] if index.keys else []
    return {index.name, index.table, *keys}


def _rejected(index: Index) -> RejectedIndex:
    return RejectedIndex(table=index.table, keys=tuple(key.expression for key in index.keys), reason=REASON)
