"""What a designer says of the entities of a large system before they are modelled: their names and statements."""

from __future__ import annotations

from database_specialist.agent.model.base import Name, Part


class EntityName(Part):
    """A thing that the system keeps data about."""

    name: Name
    meaning: str
    facts: str
    """As in "F3-F7 F12"."""


class NamesAnswer(Part):
    """The entities that the statements speak of."""

    entities: tuple[EntityName, ...]


class SameEntity(Part):
    """Listed names that all mean one entity."""

    name: Name
    of: tuple[str, ...]
    meaning: str = ""


class AddedEntity(Part):
    """An entity that several parts need and no list has."""

    name: Name
    meaning: str
    beside: Name
    """The entity it belongs with."""


class Reconciliation(Part):
    """What is not right about the lists as they stand."""

    same: tuple[SameEntity, ...] = ()
    added: tuple[AddedEntity, ...] = ()
