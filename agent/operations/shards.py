"""Shard keys: candidates scored on the workload, what would follow from each, and whether one is needed."""

from __future__ import annotations

from dataclasses import dataclass

from database_specialist.agent.model.base import Decision, Option
from database_specialist.agent.model.operations import ShardKey
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.figures import TIB, counted, derived, listed, number, size
from database_specialist.agent.operations.load import Access
from database_specialist.agent.operations.shard_scores import score, shards_needed

MOST_CANDIDATES = 3
SERVER_BYTES = 4 * TIB
SERVER_WRITES = 5000
"""What one server holds and writes a second with room to back up and restore. Assumed."""


@dataclass(frozen=True)
class _Candidate:
    root: str
    columns: tuple[tuple[str, str], ...]
    """The column in each table that says which root a row belongs to; the root's own key first."""
    single: tuple[Access, ...]
    share: float

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(table for table, _ in self.columns))

    @property
    def key(self) -> str:
        """The column as most tables spell it."""
        return self.columns[1][1] if len(self.columns) > 1 else self.columns[0][1]


def shard_candidates(ground: Ground) -> tuple[ShardKey, ...]:
    """Return the best candidates, most of the workload on one shard first; one is chosen only when sharding is."""
    found = _candidates(ground)
    needed = is_needed(ground)
    return tuple(_shard_key(candidate, ground, chosen=needed and candidate == found[0]) for candidate in found)


def is_needed(ground: Ground) -> bool:
    """Say whether the data or the writes outgrow one server within five years."""
    return ground.capacity.bytes_year_5.value > SERVER_BYTES or ground.writes_at_peak > SERVER_WRITES


def _candidates(ground: Ground) -> tuple[_Candidate, ...]:
    roots = dict.fromkeys(key.ref_table for table in ground.schema.tables for key in table.foreign_keys)
    found = [_candidate(root, ground) for root in roots]
    scored = [candidate for candidate in found if candidate is not None and candidate.share > 0]
    order = sorted(scored, key=lambda candidate: (-candidate.share, -len(candidate.columns), candidate.root))
    return tuple(order[:MOST_CANDIDATES])


def _candidate(root: str, ground: Ground) -> _Candidate | None:
    table = ground.schema.table(root)
    if table is None or table.kind == "reference" or table.primary_key is None or len(table.primary_key.columns) != 1:
        return None
    columns = ((root, table.primary_key.columns[0]), *_referring(root, ground.schema))
    single = tuple(a for a in ground.accesses if a.tables and any(column in a.fixed for column in columns))
    total = sum(access.query.frequency.value for access in ground.accesses)
    share = sum(access.query.frequency.value for access in single) / total * 100 if total else 0.0
    return _Candidate(root, columns, single, share)


def _referring(root: str, schema: Schema) -> tuple[tuple[str, str], ...]:
    return tuple(
        (table.name, key.columns[0])
        for table in schema.tables
        for key in table.foreign_keys
        if key.ref_table == root and len(key.columns) == 1
    )


def _shard_key(candidate: _Candidate, ground: Ground, *, chosen: bool) -> ShardKey:
    total = sum(access.query.frequency.value for access in ground.accesses)
    hits = sum(access.query.frequency.value for access in candidate.single)
    ids = listed(access.query.id for access in candidate.single)
    basis = f"{number(hits)} of {counted(total, 'execution')} a day fix {candidate.key} ({ids})"
    return ShardKey(
        key=candidate.key if candidate.key != "id" else f"{candidate.root}.id",
        tables=candidate.tables,
        single_shard_share=derived(candidate.share, "%", basis),
        score=score(candidate.root, candidate.columns, candidate.single, ground, _shards(ground)),
        consequences=_consequences(candidate, ground),
        chosen=chosen,
        why=_reason(candidate, ground, chosen=chosen),
    )


def _shards(ground: Ground) -> int:
    return shards_needed(ground, SERVER_BYTES, SERVER_WRITES)


def _reason(candidate: _Candidate, ground: Ground, *, chosen: bool) -> str:
    if chosen:
        return f"{number(candidate.share)}% of the executions stay on one shard, the most of all candidates"
    if is_needed(ground):
        return f"another key keeps more than {number(candidate.share)}% of the executions on one shard"
    return f"one server is enough: {size(ground.capacity.bytes_year_5.value)} in year 5"


def _consequences(candidate: _Candidate, ground: Ground) -> tuple[str, ...]:
    lines = []
    unique = [name for table in _tables(candidate, ground) for name in _keyless(table, candidate)]
    if unique:
        lines.append(f"{listed(unique)} hold only within a shard unless {candidate.key} is added to them")
    outside = [table.name for table in ground.schema.tables if table.name not in candidate.tables]
    if outside:
        lines.append(f"{listed(outside)} carry no {candidate.key}: copied to every shard, or given the column")
    crossing = [
        a.query.id for a in ground.accesses if a not in candidate.single and set(a.tables) & set(candidate.tables)
    ]
    if crossing:
        lines.append(f"{listed(crossing)} do not fix {candidate.key} and would ask every shard")
    return tuple(lines) or (f"every query on {listed(candidate.tables)} fixes {candidate.key}",)


def _tables(candidate: _Candidate, ground: Ground) -> list[Table]:
    found = (ground.schema.table(name) for name in candidate.tables)
    return [table for table in found if table is not None]


def _keyless(table: Table, candidate: _Candidate) -> list[str]:
    own = {column for name, column in candidate.columns if name == table.name}
    return [unique.name for unique in table.uniques if not own & set(unique.columns)]


def decide_sharding(ground: Ground) -> Decision:
    """Decide on sharding, with the size and the writes of this project against what one server holds."""
    found, capacity = _candidates(ground), ground.capacity
    total, writes = capacity.bytes_year_5.value, ground.writes_at_peak
    reached = (
        f"{size(total)} in year 5 and {number(writes)} writes/s at peak, against {size(SERVER_BYTES)} and "
        f"{number(SERVER_WRITES)} writes/s of one server (assumed)"
    )
    best = f"{found[0].key} ({number(found[0].share)}% of the executions on one shard)" if found else None
    if is_needed(ground) and best:
        choice, why = f"shard by {best}", f"{reached}: one server is outgrown, and {best} keeps most work together."
        other = Option(choice="a larger server", rejected_because=f"{reached}: it only postpones the same step")
    else:
        choice = "not sharded"
        why = f"{reached}; {_when(ground)}."
        other = Option(
            choice=f"shard by {best}" if best else f"shard by a key of {ground.largest.table}",
            rejected_because=f"it would break up {len(ground.schema.tables)} tables for {size(total)} of data"
            if best
            else f"no key that the {len(ground.accesses)} queries fix runs through the tables",
        )
    return Decision(
        id="OP-sharding",
        topic="sharding",
        subject=found[0].root if found else ground.largest.table,
        choice=choice,
        why=why,
        alternatives=(other,),
        facts=capacity.bytes_year_5.facts[:8],
    )


def _when(ground: Ground) -> str:
    """Compute when the limit is reached at the pace between year 3 and year 5."""
    capacity = ground.capacity
    pace = (capacity.bytes_year_5.value - capacity.bytes_year_3.value) / 2
    if pace <= 0:
        return f"the size no longer grows after year 3, so {size(SERVER_BYTES)} is never reached"
    years = 5 + (SERVER_BYTES - capacity.bytes_year_5.value) / pace
    when = f"about {number(round(years))} years after launch" if years < 100 else "in more than a century"
    return f"at {size(pace)} a year {size(SERVER_BYTES)} is reached {when}: not needed until then"
