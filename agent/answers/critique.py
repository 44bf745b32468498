"""What a designer objects to in a finished design."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.model.base import Part


class CritiqueFinding(Part):
    """An objection of the model."""

    severity: Literal["error", "warning"]
    place: str
    message: str
    help: str
    owner: Literal["model_entities", "plan_schema", "plan_indexes", "plan_operations"]


class Critique(Part):
    """The model's objections. It may object; it cannot accept."""

    findings: tuple[CritiqueFinding, ...] = ()
