"""Figures out of what a designer says of numbers: arithmetic, with the origin of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.entities import Entity, EntityModel, Relationship, Volume

Slot = Literal["rows", "rows_per_day"]
_UNITS: dict[Slot, str] = {"rows": "rows", "rows_per_day": "rows/day"}


def stated_figures(volume: Volume, things: str) -> dict[Slot, Figure]:
    """Return the figures that a volume says by itself; rows that start from nothing are said too."""
    found: dict[Slot, Figure] = {}
    if volume.rows is not None:
        found["rows"] = _figure(volume, "rows", volume.rows, f"{volume.rows:,.15g} {things}")
    if volume.flow is not None and volume.per_day is not None:
        said = f"{volume.flow:,.15g} {things} a {volume.period}"
        found["rows_per_day"] = _figure(volume, "rows_per_day", volume.per_day, said)
        found.setdefault("rows", _figure(volume, "rows", 0.0, f"{things} start empty and grow by their flow"))
    return found


def following_figures(volume: Volume, things: str, owner: str, figures: Mapping[Slot, Figure]) -> dict[Slot, Figure]:
    """Return the figures of what follows its owner in number: so many for each of the owner's rows, now and a day."""
    each = volume.each or 0.0
    return {
        slot: _figure(volume, slot, base.value * each, f"{each:,.15g} {things} for each {owner}", base)
        for slot, base in figures.items()
    }


def _figure(volume: Volume, slot: Slot, value: float, said: str, base: Figure | None = None) -> Figure:
    sum_of = f": {volume.each:,.15g} x {base.value:,.6g} {base.unit}" if base is not None else ""
    why = volume.meaning.strip().rstrip(".") or ("" if volume.facts else "the designer's estimate")
    facts = tuple(dict.fromkeys((*volume.facts, *(base.facts if base is not None else ()))))
    return Figure(
        value=value,
        unit=_UNITS[slot],
        origin="derived" if volume.facts else "assumed",
        basis=f"{said}{sum_of}{f' ({why})' if why else ''}",
        facts=facts,
    )


def link_figures(relationship: Relationship, model: EntityModel) -> dict[Slot, Figure]:
    """Return the figures of the links of a many-to-many relationship, as far as the designer says them."""
    subject = f"{relationship.source}.{relationship.role}"
    volume = next((each for each in model.volumes if each.subject == subject), None)
    if volume is None:
        return {}
    things = f"{relationship.role.replace('_', ' ')} links"
    if volume.per is None:
        return stated_figures(volume, things)
    owner = model.entity(volume.per)
    return following_figures(volume, things, volume.per.replace("_", " "), counted(owner)) if owner else {}


def counted(entity: Entity) -> dict[Slot, Figure]:
    """Return the figures that an entity has."""
    held: dict[Slot, Figure | None] = {"rows": entity.rows, "rows_per_day": entity.rows_per_day}
    return {slot: figure for slot, figure in held.items() if figure is not None}
