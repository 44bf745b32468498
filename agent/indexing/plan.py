"""Plans the indexes: candidates from the queries and foreign keys, chosen, named and explained."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from database_specialist.agent.indexing.candidates import Candidate, candidates
from database_specialist.agent.indexing.choosing import choose
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Extension, Schema, Table
from database_specialist.agent.model.workload import Index, Indexes, Workload

_NAME_BYTES = 63
_RANK = re.compile(r"\(case (\w+) when .* end\)", re.IGNORECASE | re.DOTALL)
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


def plan_indexes(schema: Schema, workload: Workload, *, findings: Sequence[Finding] = ()) -> Indexes:
    """Return the indexes that the workload and the foreign keys need, and those considered and not taken.

    A finding that names a planned index takes it out of the plan, with the finding's words as the reason.
    """
    choice = choose(schema, candidates(schema, workload))
    objections = {
        finding.place.rpartition(".")[2]: finding for finding in findings if finding.code.startswith(("IDX", "EVI"))
    }
    taken = {name for table in schema.tables for name in _constraint_names(table)}
    planned: list[Index] = []
    for candidate in choice.kept:
        name = _name(candidate, taken)
        taken.add(name)
        if name in objections:
            choice.reject(candidate, f"{objections[name].code}: {objections[name].message}")
            continue
        planned.append(
            Index(
                name=name,
                table=candidate.table,
                method=candidate.method,
                keys=candidate.keys,
                include=candidate.include,
                where=candidate.where,
                serves=candidate.serves,
                reason=_sentence(candidate),
            )
        )
    return Indexes(planned=tuple(planned), rejected=choice.rejected)


def required_extensions(indexes: Indexes) -> tuple[Extension, ...]:
    """Return the PostgreSQL extensions without which the indexes cannot be built."""
    found: dict[str, list[str]] = {}
    for index in indexes.planned:
        if any(key.operator_class == "gin_trgm_ops" for key in index.keys):
            found.setdefault("pg_trgm", []).append(index.name)
        if index.method == "gin" and len(index.keys) > 1:
            found.setdefault("btree_gin", []).append(index.name)
        if index.method == "gist" and len(index.keys) > 1:
            found.setdefault("btree_gist", []).append(index.name)
    return tuple(
        Extension(name=name, why=f"{', '.join(users)} cannot be built without it.") for name, users in found.items()
    )


def _constraint_names(table: Table) -> Iterator[str]:
    yield from (unique.name for unique in table.uniques)
    yield from (check.name for check in table.checks)
    yield from (key.name for key in table.foreign_keys)
    yield from (exclusion.name for exclusion in table.exclusions)
    if table.primary_key is not None:
        yield table.primary_key.name


def _name(candidate: Candidate, taken: set[str]) -> str:
    ranked = [_RANK.sub(r"\1_rank", column) for column in candidate.columns]
    parts = [_NOT_A_NAME.sub("_", column.lower()).strip("_") for column in ranked]
    base = f"{candidate.table}_{'_'.join(parts)}"
    name = _fit(base, "_idx")
    number = 2
    while name in taken:
        name = _fit(base, f"_idx{number}")
        number += 1
    return name


def _fit(base: str, ending: str) -> str:
    if len((base + ending).encode()) <= _NAME_BYTES:
        return base + ending
    digest = hashlib.sha256(base.encode()).hexdigest()[:6]
    room = _NAME_BYTES - len(ending) - len(digest) - 1
    return f"{base.encode()[:room].decode(errors='ignore').rstrip('_')}_{digest}{ending}"


def _sentence(candidate: Candidate) -> str:
    often = f", about {candidate.per_day:,.0f} times a day" if candidate.per_day else ""
    return f"On {candidate.table}: {candidate.why}{often}."
