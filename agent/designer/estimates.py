"""Volumes that nobody stated, taken from those that somebody did: each by its kind and its neighbours."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import human
from database_specialist.agent.designer.stated import is_person
from database_specialist.agent.designer.states import mentioned
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.entities import Relationship

SERVED = frozenset({"user", "customer", "member", "patient", "student"})
"""People whom the work is done for, or who stand for an account: their number does not follow from the work."""
_ACCOUNTS_A_SEAT = 4
_DEEDS_A_DAY = 6
_CHILDREN = 3
_PEOPLE_A_PLACE = 20
_CHANGES = 3
_MOST_WORK = 200_000.0
_MOST_STOCK = 500_000.0
_CATALOGUE = 5_000.0
_HELD = re.compile(r"^(?:quantity|qty|on_hand|stock)(?:_|$)|_(?:on_hand|quantity|stock)$")
_STAFF = re.compile(r"^(?:personnel|employee|staff|payroll)_(?:number|no|code)$")
_ROUNDS = 3


def estimate_all(draft: Draft) -> None:
    """Estimate from neighbours until nothing new follows: a certificate waits for its technician."""
    for _ in range(_ROUNDS):
        for entity in draft.entities.values():
            if not {"rows", "rows_per_day"} & set(entity.figures):
                next((True for reader in _READERS if reader(draft, entity)), False)


def is_a_list(draft: Draft, entity: EntityDraft) -> bool:
    """Whether it refers to nothing, is no kind of people, holds no document, and others refer to it."""
    if entity.archetype is not None and entity.archetype.person:
        return False
    dated = any(known.type in ("date", "timestamp", "money") for known in entity.attributes.values() if known.facts)
    return entity.stated and is_referred(draft, entity) and not dated and not any(draft.relations_of(entity.name))


def is_referred(draft: Draft, entity: EntityDraft) -> bool:
    """Whether another entity refers to it."""
    return any(relation.target == entity.name for relation in draft.relationships)


def catalogue(draft: Draft, entity: EntityDraft) -> float | None:
    """Return the rows of a price list: it refers to nothing, has prices, and others refer to it."""
    priced = any(known.type == "money" for known in entity.attributes.values())
    happens = any(known.type in ("date", "timestamp") and known.facts for known in entity.attributes.values())
    alone = not any(relation.required for relation in draft.relations_of(entity.name))
    people = is_person(entity, draft)
    return _CATALOGUE if priced and alone and not happens and not people and is_referred(draft, entity) else None


def _accounts(draft: Draft, entity: EntityDraft) -> bool:
    if draft.find("user") is not entity:
        return False
    seats = [q.figure for q in draft.brief.quantities if q.metric == "concurrent_users" and q.figure.value > 0]
    if not seats:
        return False
    most = max(seats, key=lambda figure: (figure.origin == "given", figure.value))
    basis = (
        f"{_ACCOUNTS_A_SEAT} accounts assumed for each of the {most.value:,.0f} users who work at the same time: "
        f"{_ACCOUNTS_A_SEAT} x {most.value:,.0f}"
    )
    return _keep(entity, basis, most, rows=most.value * _ACCOUNTS_A_SEAT)


def _workers(draft: Draft, entity: EntityDraft) -> bool:
    """Count those who do the work by the work of a day."""
    kind = entity.archetype.name if entity.archetype is not None else entity.name
    if kind in SERVED or entity.name in SERVED or not _is_staff(draft, entity):
        return False
    works = [
        (figure, source)
        for _, source in _sources(draft, entity)
        if source.kind == "core"
        and (figure := source.figures.get("rows_per_day")) is not None
        and figure.origin == "given"
        and 0 < figure.value <= _MOST_WORK
    ]
    if not works:
        return False
    figure, source = max(works, key=lambda pair: pair[0].value)
    basis = (
        f"one {human(entity.name)} assumed for each {_DEEDS_A_DAY} {human(source.plural)} a day: "
        f"{figure.value:,.0f} / {_DEEDS_A_DAY}"
    )
    return _keep(entity, basis, figure, rows=max(5.0, math.ceil(figure.value / _DEEDS_A_DAY)))


def _is_staff(draft: Draft, entity: EntityDraft) -> bool:
    return is_person(entity, draft) or any(_STAFF.match(name) for name in entity.attributes)


def _places(draft: Draft, entity: EntityDraft) -> bool:
    """Count a short list by the people who belong to its members."""
    if entity.kind != "core" or not is_a_list(draft, entity):
        return False
    for _, source in _sources(draft, entity):
        figure = source.figures.get("rows")
        if figure is not None and figure.value > 0 and is_person(source, draft):
            basis = (
                f"one {human(entity.name)} assumed for each {_PEOPLE_A_PLACE} {human(source.plural)}: "
                f"{figure.value:,.0f} / {_PEOPLE_A_PLACE}"
            )
            return _keep(entity, basis, figure, rows=max(5.0, math.ceil(figure.value / _PEOPLE_A_PLACE)))
    return False


def _stocks(draft: Draft, entity: EntityDraft) -> bool:
    """Count what is held of each thing at each place as the product of both."""
    if entity.kind not in ("core", "association", "weak") or not any(_HELD.search(name) for name in entity.attributes):
        return False
    roles = {relation.role: owner for relation, owner in _owners(draft, entity)}
    pair = next((p for p in entity.unique_sets if len(p) == 2 and set(p) <= set(roles)), None)
    sides = [roles[role] for role in pair] if pair else []
    figures = [side.figures["rows"] for side in sides if side.figures.get("rows") and side.figures["rows"].value > 0]
    if len(figures) != 2 or any(is_person(side, draft) for side in sides):
        return False
    product = figures[0].value * figures[1].value
    basis = (
        f"one row for each of {human(sides[0].plural)} and {human(sides[1].plural)}: "
        f"{figures[0].value:,.0f} x {figures[1].value:,.0f}"
    )
    if product > _MOST_STOCK:
        basis += f", of which no more than {_MOST_STOCK:,.0f} are assumed to be held"
    return _keep(entity, basis, *figures, rows=min(product, _MOST_STOCK))


def _links(draft: Draft, entity: EntityDraft) -> bool:
    """Count the links between two things by the smaller side."""
    owners = [owner for _, owner in _owners(draft, entity)] if entity.kind == "association" else []
    if len(owners) < 2 or any("rows_per_day" in owner.figures and not _rows(owner) for owner in owners):
        return False
    counted = [owner for owner in owners if _rows(owner)]
    if len(counted) < 2:
        return False
    return _children(entity, min(counted, key=_rows), _CHILDREN)


def _parts(draft: Draft, entity: EntityDraft) -> bool:
    """Let what belongs to one thing follow that thing: a day's payments its invoices, certificates their holder."""
    if entity.kind != "core" or is_person(entity, draft):
        return False
    owners = list(_owners(draft, entity))
    flowing = [(r, owner) for r, owner in owners if owner.figures.get("rows_per_day") and not _rows(owner)]
    if flowing:
        owner = min((owner for _, owner in flowing), key=lambda each: float(each.figures["rows_per_day"].value))
        figure = owner.figures["rows_per_day"]
        basis = f"about one {human(entity.name)} assumed for each {human(owner.name)}: 1 x {figure.value:,.0f} a day"
        return figure.value > 0 and _keep(entity, basis, figure, flow=figure.value)
    counted = [(r, owner) for r, owner in owners if _rows(owner) and not is_a_list(draft, owner)]
    if not counted or len(counted) < len([each for each in owners if not is_a_list(draft, each[1])]):
        return False
    relation, owner = max(counted, key=lambda pair: (pair[0].ownership == "owned", _rows(pair[1])))
    return _children(entity, owner, _CHILDREN if relation.ownership == "owned" else 1)


def _tokens(draft: Draft, entity: EntityDraft) -> bool:
    """Count sign-ins by the accounts: one a day each; other links that work once are rarer."""
    owner = next((o for _, o in _owners(draft, entity) if _rows(o)), None) if entity.kind == "token" else None
    if owner is None:
        return False
    count, figure = _rows(owner), owner.figures["rows"]
    if entity.name.split("_")[-1] == "session":
        basis = f"each {human(owner.name)} is assumed to sign in about once a day: 1 x {count:,.0f}"
        return _keep(entity, basis, figure, flow=count)
    basis = f"one of a hundred {human(owner.plural)} is assumed to ask for one on a day: {count:,.0f} / 100"
    return _keep(entity, basis, figure, flow=float(math.ceil(count / 100)))


def _trails(draft: Draft, entity: EntityDraft) -> bool:
    """Count the entries of an audit trail by the writes of what it watches."""
    if entity.kind != "audit":
        return False
    facts = [fact for fact in draft.brief.in_scope if fact.id in entity.facts]
    named = [each for fact in facts for each in mentioned(draft, fact.text) if each.kind == "core"]
    watched = [each for each in dict.fromkeys(each.name for each in named) if each not in ("user", entity.name)]
    flows = [
        (draft.entities[name], figure)
        for name in watched
        if (figure := draft.entities[name].figures.get("rows_per_day")) is not None and figure.value > 0
    ]
    if not flows:
        return False
    total = sum(figure.value for _, figure in flows)
    said = " and ".join(f"{figure.value:,.0f} {human(each.plural)}" for each, figure in flows)
    basis = f"{_CHANGES} changes assumed for each new row of what is watched ({said} a day): {_CHANGES} x {total:,.0f}"
    return _keep(entity, basis, *(figure for _, figure in flows), flow=total * _CHANGES)


_READERS: tuple[Callable[[Draft, EntityDraft], bool], ...] = (
    _accounts, _workers, _places, _stocks, _links, _parts, _tokens, _trails,
)  # fmt: skip


def _children(entity: EntityDraft, owner: EntityDraft, factor: int) -> bool:
    count = _rows(owner)
    many = human(entity.plural if factor > 1 else entity.name)
    basis = f"{'about one' if factor == 1 else factor} {many} assumed for each {human(owner.name)}: "
    return _keep(entity, f"{basis}{factor} x {count:,.0f}", owner.figures["rows"], rows=count * factor)


def _rows(entity: EntityDraft) -> float:
    figure = entity.figures.get("rows")
    return float(figure.value) if figure is not None else 0.0


def _sources(draft: Draft, entity: EntityDraft) -> Iterator[tuple[Relationship, EntityDraft]]:
    for relation in draft.relationships:
        if relation.target == entity.name and relation.source != entity.name and relation.source in draft.entities:
            yield relation, draft.entities[relation.source]


def _owners(draft: Draft, entity: EntityDraft) -> Iterator[tuple[Relationship, EntityDraft]]:
    for relation in draft.relations_of(entity.name):
        if relation.required and relation.target != entity.name and relation.target in draft.entities:
            yield relation, draft.entities[relation.target]


def _keep(entity: EntityDraft, basis: str, *grounds: Figure, rows: float = 0.0, flow: float = 0.0) -> bool:
    """Keep rows, of which about a thousandth are new on a day, or a flow that starts empty."""
    facts = tuple(dict.fromkeys(fact for figure in grounds for fact in figure.facts))
    if rows:
        entity.figures["rows"] = Figure(value=float(rows), unit="rows", origin="assumed", basis=basis, facts=facts)
        flow = float(max(1, math.ceil(rows / 1_000)))
        basis = f"about one new row a day for each thousand, and at least one: {rows:,.0f} / 1,000"
    entity.figures["rows_per_day"] = Figure(value=flow, unit="rows/day", origin="assumed", basis=basis, facts=facts)
    return True
