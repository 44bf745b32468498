"""Proofs on a real Redis: a family's commands run, its type and its life are read back, its memory is weighed.

Only commands whose form was found right are run. The memory is that of keys written in the computed size: what the
arithmetic cannot know is what the server puts around a value.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from database_specialist.agent.model.operations import RedisKey

KEYS = 200
"""Keys of a family that are written to be weighed."""
MEMBERS = 1000
"""Members of one key that are written, where it holds many; the rest is multiplied."""
FACTOR = 2.0
"""How far the computed memory may be from the real one: allocators round up, and small collections are packed."""
_HOLDS_MANY = ("zset", "stream", "list", "set")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


class StoreRefused(Exception):
    """The store refused a command; the message is its own."""


class KeyStore(Protocol):
    """An empty key-value store."""

    @property
    def engine(self) -> str:
        """Name and version: "redis 7.0.15"."""

    def run(self, words: Sequence[str]) -> None:
        """Run one command. Raises StoreRefused."""

    def kind(self, key: str) -> str:
        """Return the type of a key: "string", "hash", ...; "none" when there is no such key."""

    def life(self, key: str) -> int | None:
        """Return the seconds that a key lives on, None when it has no end."""

    def memory(self, key: str) -> int:
        """Return the bytes of a key and its value, every member looked at."""

    def empty(self) -> None:
        """Take all keys away."""


@dataclass(frozen=True)
class Weighed:
    """What a run on the store gave."""

    problems: tuple[str, ...]
    detail: str


def prove_key(key: RedisKey, store: KeyStore) -> Weighed:
    """Run a family's commands, read back what they made, and weigh keys of the computed size."""
    try:
        problems = tuple(_run(key, store))
        bytes_per_key, written = _weigh(key, store)
    except StoreRefused as error:
        return Weighed((str(error),), "")
    finally:
        store.empty()
    computed = key.bytes_per_key.value
    if not computed / FACTOR <= bytes_per_key <= computed * FACTOR:
        problems += (f"a key takes {bytes_per_key:,} B, and {computed:,.0f} B were computed",)
    life = f"{key.ttl_seconds:,} s to live" if key.ttl_seconds is not None else "no end"
    told = f"run, and read back as {key.type} with {life}; {written} take {bytes_per_key:,} B a key"
    return Weighed(problems, f"{told} ({computed:,.0f} B computed)")


def _run(key: RedisKey, store: KeyStore) -> Iterator[str]:
    commands = [shlex.split(line) for line in key.example.splitlines() if line.strip()]
    for words in commands:
        store.run(words)
    for name in dict.fromkeys(words[1] for words in commands):
        # HyperLogLogs are strings to the server.
        kind, wanted = store.kind(name), "string" if key.type == "hyperloglog" else key.type
        if kind != wanted:
            yield f"{name} is a {kind}, not a {key.type}"
        life = store.life(name)
        # A second may have passed since it was set.
        if life is None or key.ttl_seconds is None:
            if life != key.ttl_seconds:
                yield f"{name} lives {'for ever' if life is None else f'{life} s'}, and not {key.ttl_seconds} s"
        elif not key.ttl_seconds - 2 <= life <= key.ttl_seconds:
            yield f"{name} lives {life} s, and not {key.ttl_seconds} s"


def _weigh(key: RedisKey, store: KeyStore) -> tuple[int, str]:
    """Return the bytes of a key as the server counts them, and what was written to know it."""
    store.empty()
    if key.type in _HOLDS_MANY:
        return _weigh_members(key, store)
    names = [_PLACEHOLDER.sub(str(100_000 + number), key.pattern) for number in range(KEYS)]
    names = list(dict.fromkeys(names))
    for name in names:
        store.run(_written(key, name))
        if key.ttl_seconds is not None:
            store.run(("EXPIRE", name, str(key.ttl_seconds)))
    total = sum(store.memory(name) for name in names)
    return round(total / len(names)), f"{len(names)} key{'s' if len(names) > 1 else ''}"


def _written(key: RedisKey, name: str) -> Sequence[str]:
    """Return the command that writes one key with a value of the computed size."""
    value = max(1, round(key.value_bytes))
    if key.type == "string":
        return ("SET", name, "v" * value)
    if key.type == "hyperloglog":
        return ("PFADD", name, "v")
    fields = [field for field in re.split(r",\s*", key.fields) if field]
    each = max(1, (value - sum(len(field) for field in fields)) // len(fields))
    return ("HSET", name, *(word for field in fields for word in (field, "v" * each)))


def _weigh_members(key: RedisKey, store: KeyStore) -> tuple[int, str]:
    name = _PLACEHOLDER.sub("1", key.pattern)
    members = max(1, round(key.members.value)) if key.members else 1
    written = min(members, MEMBERS)
    for number in range(written):
        store.run(_member(key, name, number))
    total = store.memory(name)
    return round(total * members / written), f"{written:,} members of {members:,}"


def _member(key: RedisKey, name: str, number: int) -> Sequence[str]:
    """Return the command that adds one member, as long as its name is: members are ids, or a few fields."""
    member = f"{10_000_000_000 + number}"
    if key.type == "zset":
        return ("ZADD", name, str(number), member)
    if key.type == "stream":
        return ("XADD", name, "*", "type", "process", "id", member, "attempt", "1")
    return ("RPUSH" if key.type == "list" else "SADD", name, member)
