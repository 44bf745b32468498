"""The order in which tables can be created: those referred to come first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import ForeignKey, Table

_OPTIONAL, _REQUIRED, _IDENTIFYING = range(3)
"""How much it costs to create a table before the one that a key of it refers to."""

_References = dict[str, dict[str, int]]
"""Table -> the tables that it still waits for, each with the cost of not waiting."""


def in_creation_order(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables so that each stands after those it refers to, wherever there is no cycle.

    Ties keep the given order. A cycle is opened where it costs least: an optional reference points forward rather
    than a required one, and a required one rather than the key that a subtype shares with its supertype.
    """
    place = {table.name: number for number, table in enumerate(tables)}
    waiting = {table.name: _references(table, place) for table in tables}
    users = _reversed(waiting)
    free = [place[name] for name, targets in waiting.items() if not targets]
    ordered: list[Table] = []
    while waiting:
        name = tables[heapq.heappop(free)].name if free else _cheapest(_circle(waiting, users), waiting)
        ordered.append(tables[place[name]])
        del waiting[name]
        for user in users[name]:
            if user in waiting:
                del waiting[user][name]
                if not waiting[user]:
                    heapq.heappush(free, place[user])
    return tuple(ordered)


def _references(table: Table, known: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in table.foreign_keys:
        if key.ref_table in known and key.ref_table != table.name:
            found[key.ref_table] = max(_cost(table, key), found.get(key.ref_table, _OPTIONAL))
    return found


def _cost(table: Table, key: ForeignKey) -> int:
    if table.primary_key is not None and set(table.primary_key.columns) <= set(key.columns):
        return _IDENTIFYING
    held = [table.column(name) for name in key.columns]
    return _OPTIONAL if any(column is not None and column.nullable for column in held) else _REQUIRED


def _reversed(references: _References) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {name: [] for name in references}
    for name, targets in references.items():
        for target in targets:
            users[target].append(name)
    return users


def _circle(waiting: _References, users: Mapping[str, Sequence[str]]) -> list[str]:
    """Return tables that all reach each other and wait for no others."""
    start = next(iter(waiting))
    while True:
        reached = _reached(start, waiting, within=waiting)
        back = _reached(start, users, within=reached)
        outside = next((name for name in reached if name not in back), None)
        if outside is None:
            return [name for name in waiting if name in reached]
        start = outside


def _reached(start: str, ways: Mapping[str, Iterable[str]], *, within: Iterable[str]) -> dict[str, None]:
    allowed = set(within)
    found, ahead = {start: None}, [start]
    while ahead:
        news = [name for name in ways[ahead.pop()] if name in allowed and name not in found]
        found |= dict.fromkeys(news)
        ahead += news
    return found


def _cheapest(circle: Sequence[str], waiting: _References) -> str:
    def cost(name: str) -> list[int]:
        costs = list(waiting[name].values())
        return [costs.count(_IDENTIFYING), costs.count(_REQUIRED), len(costs)]

    return min(circle, key=cost)


def defer_cycles(drafts: Sequence[TableDraft], engine: Engine) -> list[ForeignKey]:
    """Make the foreign keys that close a cycle between tables deferrable, and return them.

    A key with RESTRICT is tested at once even when deferred, so on a deferrable key it becomes NO ACTION. MySQL has no
    deferrable keys: there the cycle is broken by the order of the statements only.
    """
    place = {table.name: number for number, table in enumerate(in_creation_order([each.freeze() for each in drafts]))}
    deferred = []
    for draft in drafts:
        for number, key in enumerate(draft.foreign_keys):
            if place.get(key.ref_table, -1) <= place[draft.name]:
                continue
            if engine not in ("mysql", "mariadb"):
                action = "no action" if key.on_delete == "restrict" else key.on_delete
                key = key.model_copy(update={"deferrable": True, "on_delete": action})
                draft.foreign_keys[number] = key
            deferred.append(key)
    return deferred
