"""How many rows: given figures, arithmetic on them, and assumptions that say so."""

from __future__ import annotations

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import human, name_words
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
_PEOPLE = frozenset({"user", "customer", "member", "patient", "student"})


def attach_volumes(draft: Draft) -> None:
    """Attach rows, rows a day and retention to every entity, each with its origin and basis."""
    for quantity in draft.brief.quantities:
        _attach_given(draft, quantity)
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
    entity = _subject(draft, "user" if quantity.metric == "users" else quantity.subject)
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


def _assumption(draft: Draft, entity: EntityDraft) -> tuple[float, float, str]:
    """Return rows, rows a day and the reason: one for each account where accounts are counted."""
    rows, flow = _ASSUMED.get(entity.kind, (10_000.0, 10.0))
    uncounted = f"nothing in the documents counts {human(entity.plural)}"
    people = draft.find("user") or draft.find("customer")
    figure = people.figures.get("rows") if people is not None else None
    if people is None or figure is None or entity.kind not in ("core", "token", "association"):
        return rows, flow, f"{uncounted}; the size of a mid-sized installation"
    is_person = entity.archetype is not None and entity.archetype.name in _PEOPLE
    own = figure.value if is_person else max(100.0, figure.value)
    return own, flow, f"{uncounted}; one for each of {figure.value:,.0f} {human(people.plural)}"
