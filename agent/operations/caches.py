"""Cache points: frequent reads that tolerate staleness, with key, life, memory and what makes them wrong."""

from __future__ import annotations

import re

from database_specialist.agent.model.base import Decision, Figure, Option
from database_specialist.agent.model.operations import CachePoint
from database_specialist.agent.model.relational import Table
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.evidence_words import KEY_VALUE_NAMES, has_word, named_stores
from database_specialist.agent.operations.figures import counted, derived, listed, number, size
from database_specialist.agent.operations.load import Access
from database_specialist.agent.operations.replicas import stale_reads

WORTH_RATE = 50
"""Peak queries/s that may be stale, from which a cache pays for its invalidation. Assumed."""
MOST_POINTS = 6
LEAST_SHARE = 0.02
TTL = {"seconds": 10, "minutes": 300, "hours": 3600}
HOT_KEYS = 0.2
ENTRY_OVERHEAD = 100
_PAGING = re.compile(r"(before|after|cursor|offset|limit|page)(_|$)")
"""Parameters that turn the page: only the first page is read often enough to be kept."""
_CACHE_WORDS = ("cache", "caches", "cached", "caching")
_ROWS = {"one": 1, "page": 20, "list": 20, "aggregate": 1, "nothing": 0}


def candidates(ground: Ground) -> tuple[Access, ...]:
    """Return the stale-tolerant reads that make up at least 2 % of the executions and whose entries are read again.

    Most frequent first.
    """
    total = sum(access.query.frequency.value for access in ground.accesses)
    frequent = [a for a in stale_reads(ground) if a.tables and a.query.frequency.value >= total * LEAST_SHARE]
    return tuple([access for access in frequent if _hits(access, ground) >= 1][:MOST_POINTS])


def _hits(access: Access, ground: Ground) -> float:
    """Reads of an entry during its life at peak: below one, the entry is gone before it is read again."""
    keys, _ = footprint(access, ground)
    return ground.at_peak(access) * TTL[access.query.staleness] / keys.value


def has_cache_technology(ground: Ground) -> bool:
    """Say whether the documents name a key-value store and say that it caches."""
    stores = named_stores(ground.brief, KEY_VALUE_NAMES)
    return any(has_word(store.text, word) for store in stores for word in _CACHE_WORDS)


def is_worth(ground: Ground) -> bool:
    """Say whether this load, or a store that the documents name for caching, justifies cache points."""
    found = candidates(ground)
    return bool(found) and (has_cache_technology(ground) or _rate(found, ground) >= WORTH_RATE)


def plan_caches(ground: Ground) -> tuple[CachePoint, ...]:
    """Return the cache points; none when the load does not justify them."""
    return tuple(_point(access, ground) for access in candidates(ground)) if is_worth(ground) else ()


def _rate(found: tuple[Access, ...], ground: Ground) -> float:
    return sum(ground.at_peak(access) for access in found)


def _point(access: Access, ground: Ground) -> CachePoint:
    query = access.query
    names = [parameter.name for parameter in query.parameters if not _PAGING.match(parameter.name)]
    pages = ["first"] if len(names) < len(query.parameters) else []
    key = ":".join([query.name, *(f"{{{name}}}" for name in names), *pages])
    writers = [
        other.query.id for other in ground.accesses if set(other.written) & set(access.tables) and other is not access
    ]
    ttl = TTL[query.staleness]
    return CachePoint(
        name=query.name,
        key=key,
        queries=(query.id,),
        ttl_seconds=derived(ttl, "s", f"{query.id} may be {query.staleness} old", query.facts),
        memory=_memory(access, ground),
        invalidation=_invalidation(writers, access, ttl),
        why=f"{query.id} runs {number(query.frequency.value)} times a day, {number(ground.at_peak(access))}/s "
        f"at peak, on {listed(access.tables)}, and may be {query.staleness} old",
    )


def _invalidation(writers: list[str], access: Access, ttl: int) -> str:
    tables = listed(access.tables)
    if not writers:
        return f"no query of the workload writes {tables}: the entry ends after {number(ttl)} s"
    deleting = f"{listed(writers)} write {tables} and delete the key after the commit"
    return f"{deleting}; what is missed ends after {number(ttl)} s"


def footprint(access: Access, ground: Ground) -> tuple[Figure, Figure]:
    """Return how many entries a cached query has, and the bytes of one."""
    rows, table = _ROWS[access.query.returns], access.tables[0]
    width = ground.size_of(table).row_bytes.value
    entry = max(64.0, rows * width) + ENTRY_OVERHEAD
    keys, words = _keys(access, ground)
    each = (
        f"{rows} {table} x {number(width)} B (64 at least) + {ENTRY_OVERHEAD} B of key and header = {number(entry)} B"
    )
    return derived(keys, "keys", words), derived(entry, "bytes", each)


def _memory(access: Access, ground: Ground) -> Figure:
    keys, entry = footprint(access, ground)
    value = keys.value * entry.value
    return derived(value, "bytes", f"{keys.basis} x ({entry.basis}) = {size(value)}")


def _keys(access: Access, ground: Ground) -> tuple[float, str]:
    """As many keys as the looked-up parameter has values, the hot part of them kept."""
    if all(_PAGING.match(parameter.name) for parameter in access.query.parameters):
        return 1, "1 key"
    fixed = [name for name in access.fixed if name[0] in access.tables]
    for table_name, column in fixed:
        owner = ground.schema.table(table_name)
        target = _refers_to(owner, column)
        if target in ground.rows:
            count = ground.rows[target].year_1.value
            return max(1, round(count * HOT_KEYS)), f"{number(count)} {target} in year 1 x {HOT_KEYS:.0%} hot (assumed)"
    daily = access.query.frequency.value
    distinct = max(1, round(daily / 24 * HOT_KEYS))
    return distinct, f"{counted(daily, 'execution')} a day / 24 x {HOT_KEYS:.0%} distinct within an hour (assumed)"


def _refers_to(table: Table | None, column: str) -> str:
    if table is None:
        return ""
    if table.primary_key is not None and table.primary_key.columns == (column,):
        return table.name
    return next((key.ref_table for key in table.foreign_keys if key.columns == (column,)), "")


CACHED = re.compile(r"\b(?:the )?([a-z][\w-]*(?: [a-z][\w-]*){0,2}) (?:is|are) cached\b", re.IGNORECASE)


def decide_cache(ground: Ground) -> Decision:
    """Decide on a cache, with the share of this workload that it could answer."""
    found = candidates(ground)
    rate, peak = _rate(found, ground), ground.capacity.peak_queries_per_second
    names = listed(access.query.id for access in found)
    hot = ground.capacity.cache_bytes
    if is_worth(ground):
        why = f"{names} may be stale and come to {number(rate)} queries/s at peak, of {number(peak.value)} in all"
        if has_cache_technology(ground) and rate < WORTH_RATE:
            why += "; the documents name the store for it, the load alone would not ask for one"
        choice = (
            f"cache {names} in the application's key-value store" if has_cache_technology(ground) else f"cache {names}"
        )
        other = Option(
            choice="the database's own buffers only",
            rejected_because=f"they hold the hot set of {size(hot.value)}, but every answer still costs a query",
        )
        return _decision(ground, choice, why + ".", other)
    why = (
        f"{names} may be stale and come to {number(rate)} queries/s at peak, below the {WORTH_RATE} from which a cache "
        f"pays for its invalidation (assumed)"
        if found
        else _nothing_hot(ground)
    )
    why = f"{why[0].upper()}{why[1:]}; the database keeps the hot set of {size(hot.value)} in memory itself"
    tables = dict.fromkeys(table for access in found for table in access.tables) or {ground.largest.table: None}
    other = Option(
        choice="a cache beside the database",
        rejected_because=f"a second copy of {listed(tables)} to keep right for answers that the buffers already hold",
    )
    told = told_answers(ground)
    choice = f"only {listed(told)}, as the documents say" if told else "no cache beside the database"
    return _decision(ground, choice, why + ".", other)


def told_answers(ground: Ground) -> tuple[str, ...]:
    """Return the answers that the documents themselves have cached: "the board is cached for 5 seconds"."""
    stores = named_stores(ground.brief, KEY_VALUE_NAMES)
    texts = dict.fromkeys(fact.text for store in stores for fact in store.facts)
    return tuple(dict.fromkeys(named for text in texts for named in CACHED.findall(text)))


def _nothing_hot(ground: Ground) -> str:
    stale = stale_reads(ground)
    if not stale:
        return f"none of the {len(ground.accesses)} queries may be stale"
    best = stale[0]
    named = f"the most frequent read that may be stale, {best.query.id}"
    hits = _hits(best, ground)
    if hits >= 1:
        return f"{named}, makes up less than {LEAST_SHARE:.0%} of the executions"
    rate, life = number(ground.at_peak(best)), TTL[best.query.staleness]
    return f"{named}, runs {rate} times a second at peak: an entry of {life} s would be read {number(hits)} times"


def _decision(ground: Ground, choice: str, why: str, other: Option) -> Decision:
    facts = [fact for store in named_stores(ground.brief, KEY_VALUE_NAMES) for fact in store.fact_ids]
    return Decision(
        id="OP-cache",
        topic="cache",
        subject=ground.brief.project,
        choice=choice,
        why=why,
        alternatives=(other,),
        facts=tuple(dict.fromkeys(facts))[:6],
    )
