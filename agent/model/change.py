"""The change from a schema that is there already: how it becomes the design, step by step, without losing a row."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.model.base import Engine, Part
from database_specialist.agent.model.operations import Migration


class Existing(Part):
    """The schema that is there already, as statements that make it anew in an empty database."""

    origin: str
    """Where it was found, in words for a reader, without a password: "shop.sql", "the database shop on db:5432"."""
    engine: Engine
    statements: tuple[str, ...]


class Rename(Part):
    """A table or a column that a person says was renamed."""

    old: str
    """"orders", "orders.total"."""
    new: str


class Fill(Part):
    """The value that a person gives to the rows that are there already."""

    column: str
    """"orders.currency"."""
    expression: str
    """SQL."""


class ChangeItem(Part):
    """One difference between what is there and the design."""

    element: str
    """"column orders.currency", "index orders_status_idx"."""
    change: str
    """"added: text NOT NULL", "type integer becomes bigint"."""
    steps: tuple[str, ...]
    """The steps that make it: "0003_add_columns_orders"."""
    note: str = ""


class LeftInPlace(Part):
    """Something that is there and that the design does not hold. No step takes it away."""

    element: str
    why: str
    question: str = ""
    """What a person has to say about it."""
    later: tuple[str, ...] = ()
    """The statements that would take it away, for a later day. They are part of no step."""


class Undone(Part):
    """Something of the design that no step makes, because the engine cannot or it is not safe."""

    element: str
    why: str


class PreCheck(Part):
    """A question to the user's own rows: where it counts none, the step that needs it goes through."""

    element: str
    table: str
    sql: str
    """Counts the rows that stand in the way: 0 is expected."""
    for_step: str


class Change(Part):
    """The way from what is there to the design."""

    origin: str
    renames: tuple[Rename, ...] = ()
    fills: tuple[Fill, ...] = ()
    items: tuple[ChangeItem, ...] = ()
    left: tuple[LeftInPlace, ...] = ()
    undone: tuple[Undone, ...] = ()
    prechecks: tuple[PreCheck, ...] = ()
    awaited: tuple[str, ...] = ()
    """Required columns whose value in the rows that are there only a person knows: "orders.currency"."""
    migrations: tuple[Migration, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether what is there is the design already."""
        return not (self.migrations or self.undone)


ChangePhase = Literal["expand", "backfill", "contract"]
"""What adds; what fills rows; what needs that the old release is gone."""
