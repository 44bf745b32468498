"""How many rows: given figures, arithmetic on them, and assumptions that say so."""

from __future__ import annotations

from collections.abc import Callable

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.estimates import SERVED, catalogue, estimate_all, is_a_list
from database_specialist.agent.designer.nouns import human, name_words, plural_name
from database_specialist.agent.designer.phrases import resolve
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.brief import Quantity

_PER_OWNER = {"line_item": 3.0, "weak": 5.0, "history": 4.0, "token": 2.0, "association": 3.0}
_ASSUMED = {
    "reference": (50.0, 0.0),
    "audit": (0.0, 1_000.0),
    "event": (0.0, 1_000.0),
    "token": (1_000.0, 100.0),
    "outbox": (0.0, 1_000.0),
}


def attach_volumes(draft: Draft, *, stated: Callable[[], None] = lambda: None) -> None:
    """Attach rows, rows a day and retention to every entity, each with its origin and basis.

    `stated` attaches what a designer says, when all that the documents give is there and nothing is estimated yet.
    """
    for entity in draft.entities.values():
        entity.plural = entity.plural or plural_name(entity.name)
    for quantity in draft.brief.quantities:
        _attach_given(draft, quantity)
    for entity in draft.entities.values():
        _average(draft, entity)
    stated()
    estimate_all(draft)
    for entity in draft.entities.values():
        if entity.kind in ("core", "reference") and not any(r.required for r in draft.relations_of(entity.name)):
            _assume(draft, entity)
    estimate_all(draft)
    for entity in draft.entities.values():
        _derive(draft, entity)
    for entity in draft.entities.values():
        _assume(draft, entity)


def _attach_given(draft: Draft, quantity: Quantity) -> None:
    slot = {"rows": "rows", "rows_per_period": "rows_per_day", "retention": "retention_days", "users": "rows"}.get(
        quantity.metric
    )
    if slot is None:
        return
    subject = "user" if quantity.metric == "users" else quantity.subject
    parts = subject.split(" and ")
    if slot == "retention_days" and len(parts) > 1 and draft.find("_".join(name_words(subject))) is None:
        for part in parts:
            _attach_given(draft, quantity.model_copy(update={"subject": part}))
        return
    entity = _subject(draft, subject)
    if entity is None or (slot in entity.figures and entity.figures[slot].origin == "given"):
        return
    if quantity.metric == "users" and quantity.figure.origin != "given" and "rows" in entity.figures:
        return
    unit = {"rows": "rows", "rows_per_day": "rows/day", "retention_days": "days"}[slot]
    entity.figures[slot] = quantity.figure.model_copy(update={"unit": unit})


def _subject(draft: Draft, subject: str) -> EntityDraft | None:
    words = name_words(subject)
    found = draft.find("_".join(words)) if words else None
    if found is None and words:
        resolved = resolve(words, draft.lexicon)
        found = draft.find(resolved.name) if resolved else None
        if found is None and resolved is not None and resolved.archetype is not None:
            found = draft.find(resolved.archetype)
    return found


def _average(draft: Draft, entity: EntityDraft) -> None:
    """Multiply an owner's figure where the documents say how many parts it has: "a claim has on average 6 payments"."""
    owner_name, factor, fact = draft.factors.get(entity.name, ("", 0.0, ""))
    owner = draft.entities.get(owner_name)
    if owner is None or {"rows", "rows_per_day"} & set(entity.figures):
        return
    for slot in ("rows", "rows_per_day"):
        figure = owner.figures.get(slot)
        if figure is not None:
            basis = f"{factor:g} {human(entity.plural)} for each {human(owner.name)}: {factor:g} x {figure.value:,.0f}"
            facts = tuple(dict.fromkeys((*figure.facts, fact)))
            entity.figures[slot] = Figure(
                value=figure.value * factor, unit=figure.unit, origin="derived", basis=basis, facts=facts
            )


def _derive(draft: Draft, entity: EntityDraft) -> None:
    """Children follow their owner: three lines an order."""
    if {"rows", "rows_per_day"} & set(entity.figures) or entity.kind not in _PER_OWNER:
        return
    owner = next(
        (
            draft.entities[r.target]
            for r in draft.relations_of(entity.name)
            if r.ownership == "owned" and r.target in draft.entities
        ),
        None,
    )
    if owner is None:
        return
    factor = _PER_OWNER[entity.kind]
    for slot in ("rows", "rows_per_day"):
        figure = owner.figures.get(slot)
        if figure is not None:
            entity.figures[slot] = Figure(
                value=figure.value * factor,
                unit=figure.unit,
                origin="derived",
                basis=f"{factor:g} {human(entity.plural)} assumed for each {human(owner.name)}: "
                f"{factor:g} x {figure.value:,.0f} {figure.unit}",
                facts=figure.facts,
            )


def _assume(draft: Draft, entity: EntityDraft) -> None:
    if "rows" not in entity.figures and "rows_per_day" not in entity.figures:
        rows, flow, reason = _assumption(draft, entity)
        entity.figures["rows"] = Figure(value=rows, unit="rows", origin="assumed", basis=reason)
        entity.figures["rows_per_day"] = Figure(value=flow, unit="rows/day", origin="assumed", basis=reason)
    if "rows" not in entity.figures:
        basis = f"{human(entity.plural)} start empty and grow by their flow"
        entity.figures["rows"] = Figure(value=0.0, unit="rows", origin="assumed", basis=basis)


_FEW = 1_000.0


def _related(draft: Draft, entity: EntityDraft) -> tuple[float, str] | None:
    """Return a figure taken from those that refer to it: fifty lifts share a lift model."""
    for relation in draft.relationships:
        figure = draft.entities[relation.source].figures.get("rows")
        told = relation.target == entity.name and relation.required and relation.source != entity.name
        if told and figure is not None and figure.origin == "given" and is_a_list(draft, entity):
            rows = max(20.0, float(round(figure.value / 50)))
            return (
                rows,
                f"one for about fifty of the {figure.value:,.0f} {human(draft.entities[relation.source].plural)}",
            )
    return None


def _assumption(draft: Draft, entity: EntityDraft) -> tuple[float, float, str]:
    """Return rows, rows a day and the reason: one for each account where accounts are counted."""
    rows, flow = _ASSUMED.get(entity.kind, (10_000.0, 10.0))
    uncounted = f"nothing in the documents counts {human(entity.plural)}"
    people = draft.find("user") or draft.find("customer")
    figure = people.figures.get("rows") if people is not None else None
    related = _related(draft, entity) if entity.kind == "core" else None
    if related is not None:
        return related[0], flow if related[0] > _FEW else 1.0, f"{uncounted}; {related[1]}"
    if entity.kind == "core" and is_a_list(draft, entity):
        return 200.0, 1.0, f"{uncounted}; they are a list that others refer to, and short"
    prices = catalogue(draft, entity) if entity.kind == "core" else None
    if prices is not None:
        return prices, prices / 1_000, f"{uncounted}; {prices:,.0f} is a price list of a mid-sized company"
    if people is None or figure is None or entity.kind not in ("core", "token", "association"):
        return rows, flow, f"{uncounted}; the size of a mid-sized installation"
    is_person = entity.archetype is not None and entity.archetype.name in SERVED
    own = figure.value if is_person else max(100.0, figure.value)
    return own, flow, f"{uncounted}; one for each of {figure.value:,.0f} {human(people.plural)}"
