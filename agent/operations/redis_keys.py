"""Redis keys: which families the facts ask for, with memory by arithmetic."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from database_specialist.agent.mapping.naming import snake, table_name
from database_specialist.agent.model.base import Decision, FactId, Figure, Option
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Entity, EntityModel
from database_specialist.agent.model.operations import CachePoint, RedisKey
from database_specialist.agent.operations.caches import CACHED, footprint
from database_specialist.agent.operations.capacity import PEAK_FACTOR, Ground
from database_specialist.agent.operations.evidence_words import (
    KEY_VALUE_NAMES,
    Named,
    entity_in,
    facts_with,
    has_word,
    merged,
    named_stores,
    owner_of_logins,
)
from database_specialist.agent.operations.figures import (
    DAY_SECONDS,
    assumed,
    counted,
    derived,
    listed,
    number,
    size,
    unique,
)

OVERHEAD = 90
"""Bytes of a key in Redis 7 beside its name and value: dictionary entry, object, expiry, allocator. Assumed."""
ONLINE_SHARE = 0.1
HOT_SHARE = 0.2
ANSWER_BYTES = 16 * 1024
"""A list or a board as JSON: about a hundred rows. Assumed."""
NEEDED_RATE = 2000
"""Peak queries/s from which sessions, counters and limits leave the relational database. Assumed."""
_SPELT = re.compile(r"(?<![\w:/])[a-z][a-z_]*(?::(?:\{[^}\s]+\}|[a-zA-Z_]+))+(?![\w*:/])")
_TOLD_LIFE = re.compile(r"(\d+)[ -]?(s|sec|second|m|min|minute|h|hour|day)s?\b", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": DAY_SECONDS}

_FAMILIES: list[dict[str, Any]] = tomllib.loads(
    files("database_specialist.agent.operations").joinpath("redis_families.toml").read_text(encoding="utf-8")
)["family"]


@dataclass(frozen=True)
class _Use:
    """A family, and the facts that ask for it."""

    family: dict[str, Any]
    facts: tuple[FactId, ...]
    thing: Entity
    owner: Entity


def plan_redis(ground: Ground, entity_model: EntityModel, caches: tuple[CachePoint, ...]) -> tuple[RedisKey, ...]:
    """Return the key families; none when no store is named and the load needs none."""
    store = merged(named_stores(ground.brief, KEY_VALUE_NAMES))
    if store is None or not entity_model.entities:
        return ()
    uses = _uses(store, ground, entity_model)
    written = stated_keys(store, ground, entity_model)
    covered = {key.pattern.partition(":")[0] for key in written}
    uses = tuple(use for use in uses if use.family["name"] not in covered)
    # The caches that the workload asks for take the place of a general one, not of an answer that the documents name.
    planned = [use for use in uses if not caches or use.family["name"] != "cache" or use.family["keys"] == "one"]
    keys = [*written, *(_key(use, ground, entity_model) for use in planned)]
    facts = store.fact_ids
    keys += [_cache_key(cache, ground, facts) for cache in caches if facts]
    return tuple(keys)


def _uses(store: Named, ground: Ground, entity_model: EntityModel) -> tuple[_Use, ...]:
    """What is said of the store itself decides; other facts in scope add their ids, and the thing they name."""
    found = []
    for family in _FAMILIES:
        if not any(has_word(store.text, word) for word in family["words"]):
            continue
        about = facts_with(store.facts, family["words"])
        facts = unique(fact.id for fact in about or store.facts[:1])
        if facts:
            found.append(
                _Use(_as_told(family, about), facts, _thing(about, ground, entity_model, family), _owner(entity_model))
            )
    return tuple(found)


def _as_told(family: dict[str, Any], facts: tuple[Fact, ...]) -> dict[str, Any]:
    """Return a family with the life and the cached thing that the documents give: "the board is cached for 5 s"."""
    for clause in (part for fact in facts for part in re.split(r"[;,.|]", fact.text)):
        told = _TOLD_LIFE.search(clause)
        if told is None or not any(has_word(clause, word) for word in family["words"]):
            continue
        life = int(told.group(1)) * _SECONDS[told.group(2)[0].lower()]
        example = family["example"].replace(f"EX {family['ttl_seconds']}", f"EX {life}")
        family = {**family, "ttl_seconds": life, "example": example}
        cached = CACHED.search(clause) if family["name"] == "cache" else None
        return _one_answer(family, cached.group(1)) if cached else family
    return family


def _one_answer(family: dict[str, Any], named: str) -> dict[str, Any]:
    key = f"cache:{snake(named)}"
    return {
        **family,
        "pattern": key,
        "keys": "one",
        "value_bytes": ANSWER_BYTES,
        "purpose": f"Keeps the {named} as last read, for everybody who looks at it.",
        "example": f"SET {key} '[]' EX {family['ttl_seconds']}",
    }


def stated_keys(store: Named, ground: Ground, entity_model: EntityModel) -> tuple[RedisKey, ...]:
    """Return the keys that the documents themselves spell, as they spell them: "lock:seat:{eventId}:{seatId}"."""
    keys: dict[str, RedisKey] = {}
    for fact in ground.brief.in_scope:
        for pattern in _SPELT.findall(fact.text):
            if "{" not in pattern or pattern in keys:
                continue
            family = next((f for f in _FAMILIES if f["name"] == pattern.partition(":")[0]), _FAMILIES[-1])
            use = _Use(
                family,
                (fact.id,),
                _thing((fact,), ground, entity_model, family),
                _owner(entity_model),
            )
            keys[pattern] = _spelt_key(pattern, fact, use, _key(use, ground, entity_model))
    return tuple(keys.values())


def _spelt_key(pattern: str, fact: Fact, use: _Use, like: RedisKey) -> RedisKey:
    told = _TOLD_LIFE.search(fact.text)
    ttl = int(told.group(1)) * _SECONDS[told.group(2)[0].lower()] if told else use.family["ttl_seconds"]
    sample = re.sub(r"\{[^}]*\}", "42", pattern)
    each = like.bytes_per_key.value - len(like.pattern) + len(pattern)
    basis = f"{OVERHEAD} overhead (assumed) + {len(pattern)} name + {use.family['value_bytes']} B = {number(each)} B"
    total = like.keys.value * each
    memory = derived(total, "bytes", f"{counted(like.keys.value, 'key')} x {number(each)} B = {size(total)}")
    return like.model_copy(
        update={
            "pattern": pattern,
            "type": "string",
            "fields": use.family["fields"] if use.family["type"] == "string" else "the value as JSON",
            "ttl_seconds": ttl,
            "purpose": f'As the documents spell it: "{fact.text[:120]}"',
            "example": f"SET {sample} 1 EX {ttl}" + (" NX" if use.family["name"] == "lock" else ""),
            "bytes_per_key": derived(each, "bytes", basis),
            "value_bytes": use.family["value_bytes"],
            "members": None,
            "memory": memory,
        }
    )


def _thing(facts: tuple[Fact, ...], ground: Ground, entity_model: EntityModel, family: dict[str, Any]) -> Entity:
    """The entity that the facts name; for locks and repeated requests the one that the model itself sets apart."""
    for word in family.get("prefer", ()):
        for preferred in _without_tokens(entity_model).entities:
            if word in preferred.name.split("_"):
                return preferred
    for fact in facts:
        entity = entity_in(fact.text, _without_tokens(entity_model))
        if entity is not None:
            return entity
    if family["name"] == "lock":
        for rule in entity_model.rules:
            guarded = entity_model.entity(rule.entity) if rule.kind == "no_overlap" else None
            if guarded is not None:
                return guarded
    if family["name"] == "idempotency":
        kept = [entity for entity in entity_model.entities if "idempotency" in entity.name]
        if kept:
            return kept[0]
    if family["name"] == "cache":
        return _most_read(ground, entity_model)
    return _most_changed(ground, entity_model)


def _most_read(ground: Ground, entity_model: EntityModel) -> Entity:
    """Where no fact says what is cached: what is read most often of the things that people look up by themselves."""
    kept = [entity for entity in entity_model.entities if entity.kind in ("core", "reference")]
    reads = {
        entity.name: sum(
            access.query.frequency.value
            for access in ground.accesses
            if access.query.kind == "read" and access.tables[:1] == (table_name(entity_model, entity.name),)
        )
        for entity in kept
    }
    return max(kept, key=lambda entity: reads[entity.name], default=entity_model.entities[0])


def _without_tokens(entity_model: EntityModel) -> EntityModel:
    """Sessions and tokens are named beside every store; they are not what it locks, queues or keeps."""
    kept = tuple(entity for entity in entity_model.entities if entity.kind != "token")
    return entity_model.model_copy(update={"entities": kept})


def _most_changed(ground: Ground, entity_model: EntityModel) -> Entity:
    changes = {
        name: sum(access.query.frequency.value for access in ground.accesses if (name, "update") in access.operations)
        for name in ground.rows
    }
    busiest = max(changes, key=lambda name: (changes[name], ground.rows[name].per_day.value))
    table = ground.schema.table(busiest)
    entity = entity_model.entity(table.entity) if table is not None and table.entity else None
    return entity or entity_model.entities[0]


def _owner(entity_model: EntityModel) -> Entity:
    return owner_of_logins(entity_model) or entity_model.entities[0]


def _key(use: _Use, ground: Ground, entity_model: EntityModel) -> RedisKey:
    family = use.family
    fill = {
        "{owner}": snake(use.owner.name),
        "{owners}": table_name(entity_model, use.owner.name),
        "{thing}": snake(use.thing.name),
        "{things}": table_name(entity_model, use.thing.name),
    }
    pattern = _filled(family["pattern"], fill)
    keys, members = _counts(family["keys"], use, ground, entity_model)
    each = OVERHEAD + len(pattern) + family["value_bytes"] * members.value
    words = f"{OVERHEAD} overhead (assumed) + {len(pattern)} name + {family['value_bytes']} B"
    if members.value != 1:
        words += f" x {number(members.value)} ({members.basis})"
    return RedisKey(
        pattern=pattern,
        type=family["type"],
        fields=_filled(family["fields"], fill),
        ttl_seconds=family["ttl_seconds"],
        purpose=_filled(family["purpose"], fill),
        example=_with_life(_filled(family["example"], fill), family["ttl_seconds"]),
        bytes_per_key=derived(each, "bytes", f"{words} = {number(each)} B"),
        value_bytes=family["value_bytes"],
        members=members if members.value != 1 else None,
        keys=keys,
        memory=derived(
            keys.value * each, "bytes", f"{counted(keys.value, 'key')} x {number(each)} B = {size(keys.value * each)}"
        ),
        facts=use.facts,
    )


def _with_life(command: str, ttl_seconds: int) -> str:
    """Only SET takes a time to live; every other command needs an EXPIRE after it.

    >>> _with_life("INCR count:42", 60).splitlines()
    ['INCR count:42', 'EXPIRE count:42 60']
    """
    words = command.split()
    return command if words[0] == "SET" else f"{command}\nEXPIRE {words[1]} {ttl_seconds}"


def _filled(text: str, fill: dict[str, str]) -> str:
    for mark, value in sorted(fill.items(), key=lambda item: -len(item[0])):
        text = text.replace(mark, value)
    return text


def _counts(rule: str, use: _Use, ground: Ground, entity_model: EntityModel) -> tuple[Figure, Figure]:
    """Return how many keys live at once, and the members of each."""
    one = assumed(1, "members", "one value")
    if rule == "online":
        return _online(use, ground, entity_model), one
    if rule == "writes":
        return _written(use, ground), one
    if rule == "one":
        return assumed(1, "keys", "one answer for everybody"), one
    table = table_name(entity_model, use.thing.name)
    if rule == "things":
        count = ground.rows[table].year_1
        basis = f"{number(count.value)} {table} in year 1 x {HOT_SHARE:.0%} hot (assumed)"
        return derived(max(1, round(count.value * HOT_SHARE)), "keys", basis, count.facts), one
    if rule == "backlog":
        per_day = ground.rows[table].per_day
        backlog = max(100, round(per_day.value / 24))
        basis = f"one hour of {number(per_day.value)} {table} a day, 100 at least"
        return assumed(1, "keys", f"one stream for {table}"), derived(backlog, "members", basis, per_day.facts)
    owners = table_name(entity_model, use.owner.name)
    count = ground.rows[owners].year_1
    members = derived(max(1, count.value), "members", f"{owners} in year 1", count.facts)
    return assumed(1, "keys", f"one board for {table}"), members


def _online(use: _Use, ground: Ground, entity_model: EntityModel) -> Figure:
    given = next((q for q in ground.brief.quantities if q.metric == "concurrent_users"), None)
    if given is not None:
        return derived(given.figure.value, "keys", f"concurrent users: {given.figure.basis}", given.figure.facts)
    owners = table_name(entity_model, use.owner.name)
    count = ground.rows[owners].year_1
    basis = f"{number(count.value)} {owners} in year 1 x {ONLINE_SHARE:.0%} at once (assumed)"
    return derived(max(1, round(count.value * ONLINE_SHARE)), "keys", basis, count.facts)


def _written(use: _Use, ground: Ground) -> Figure:
    rate = ground.writes_at_peak
    life = use.family["ttl_seconds"]
    value = rate * life if life < DAY_SECONDS else rate / PEAK_FACTOR * life
    pace = (
        f"{number(rate)} writes/s at peak"
        if life < DAY_SECONDS
        else f"{number(rate / PEAK_FACTOR)} writes/s on average"
    )
    return derived(max(1, round(value)), "keys", f"{pace} x {number(life)} s of life")


def _cache_key(cache: CachePoint, ground: Ground, facts: tuple[FactId, ...]) -> RedisKey:
    ttl = round(cache.ttl_seconds.value)
    sample = re.sub(r"\{[^}]*\}", "42", cache.key)
    access = next(access for access in ground.accesses if access.query.id == cache.queries[0])
    keys, entry = footprint(access, ground)
    return RedisKey(
        pattern=cache.key,
        type="string",
        fields=f"the answer of {listed(cache.queries)} as JSON",
        ttl_seconds=ttl,
        purpose=f"{cache.why}.",
        example=f"SET {sample} '[]' EX {ttl}",
        bytes_per_key=entry,
        value_bytes=max(0.0, entry.value - OVERHEAD - len(cache.key)),
        keys=keys,
        memory=cache.memory,
        facts=facts,
    )


def decide_key_value(ground: Ground, keys: tuple[RedisKey, ...]) -> Decision:
    """Decide on a key-value store; a store that is neither named nor needed is not invented."""
    store = merged(named_stores(ground.brief, KEY_VALUE_NAMES))
    peak = ground.capacity.peak_queries_per_second
    if store is not None:
        return _named(store, keys, ground)
    wanted = [(f["name"], fact) for f in _FAMILIES for fact in facts_with(ground.brief.in_scope, f["words"])]
    asked = unique(name.replace("_", " ") for name, _ in wanted)
    side = "above" if peak.value > NEEDED_RATE else "below"
    load = f"the peak of {number(peak.value)} queries/s is {side} the {NEEDED_RATE:,}"
    why = f"No document names a key-value store; {load} from which one unburdens the database (assumed)"
    why += f"; what is asked of it ({listed(asked)}) is kept in tables" if asked else ""
    return Decision(
        id="OP-nosql-key-value",
        topic="nosql",
        subject="key-value store",
        choice="no" if peak.value <= NEEDED_RATE else "no, until the team names one",
        why=why + ".",
        alternatives=(
            Option(
                choice="Redis",
                rejected_because="a second system to run and restore beside "
                f"{size(ground.capacity.bytes_year_1.value)} of tables",
            ),
        ),
        facts=unique(fact.id for _, fact in wanted)[:6],
    )


def _named(store: Named, keys: tuple[RedisKey, ...], ground: Ground) -> Decision:
    name = store.technology.name
    if not keys:
        why = f"The documents name {name}"
        why += f' ("{store.purpose}")' if store.purpose else " without saying what for"
        why += (
            f", and none of the {len(ground.accesses)} queries is frequent and allowed to be stale: no key is designed."
        )
        return Decision(
            id="OP-nosql-key-value",
            topic="nosql",
            subject="key-value store",
            choice="no keys yet",
            why=why,
            facts=store.fact_ids,
        )
    memory = sum(key.memory.value for key in keys)
    why = f'The documents name {name}: "{store.purpose}". ' if store.purpose else f"The documents name {name}. "
    why += (
        f"{listed(key.pattern for key in keys)} take {size(memory)}; every one can be lost and rebuilt from the tables."
    )
    return Decision(
        id="OP-nosql-key-value",
        topic="nosql",
        subject="key-value store",
        choice=f"yes, {name}",
        why=why,
        alternatives=(
            Option(
                choice="unlogged tables in the relational database",
                rejected_because=f"of {number(ground.capacity.peak_queries_per_second.value)} queries/s at peak many "
                "would write a row that expires, and vacuum would run after it",
            ),
        ),
        facts=store.fact_ids,
    )
