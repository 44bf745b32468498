"""A number without its basis is a guess in a suit.

https://sre.google/sre-book/software-engineering-in-sre/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Stage
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import figures


@rule("OPS002", "error", "Figure without a basis", owner="plan_operations")
def figure_without_basis(
    brief: Brief | None = None,
    entity_model: EntityModel | None = None,
    schema: Schema | None = None,
    workload: Workload | None = None,
    operations: Operations | None = None,
) -> Iterator[Objection]:
    """Object to figures that say neither where they were read nor how they were reckoned."""
    parts: tuple[tuple[Part | None, Stage], ...] = (
        (brief, "read_requirements"),
        (entity_model, "model_entities"),
        (schema, "plan_schema"),
        (workload, "plan_indexes"),
        (operations, "plan_operations"),
    )
    for part, owner in parts:
        for place, figure in figures(part) if part else ():
            if not figure.basis.strip():
                yield Objection(
                    place=place,
                    message=f"{place} is {figure.value:g} {figure.unit} ({figure.origin}) and does not say from what.",
                    help=f"Quote the words that {place} was read from, or write down the arithmetic.",
                    owner=owner,
                )
