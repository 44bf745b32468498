"""A rule that the design promises and no constraint holds is a comment.

https://www.postgresql.org/docs/current/ddl-constraints.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import mentions


@rule("COV006", "error", "Business rule that nothing enforces", owner="plan_schema")
def rule_that_nothing_enforces(entity_model: EntityModel, schema: Schema) -> Iterator[Objection]:
    """Object to rules without a constraint or routine: as a warning where a decision or the rule itself says why."""
    held = set(_enforced(schema))
    decided = " ".join(f"{decision.subject} {decision.choice} {decision.why}" for decision in schema.decisions)
    for business_rule in entity_model.rules:
        if business_rule.kind == "application" or business_rule.id in held:
            continue
        said = mentions(decided, business_rule.id) or mentions(decided, business_rule.name)
        yield Objection(
            place=business_rule.id,
            message=f"{business_rule.id} ({business_rule.text}) is held by no constraint and no trigger of the schema.",
            help=f"Add the constraint that refuses what {business_rule.id} forbids, or hand the rule to the "
            "application and say why.",
            severity="warning" if said else None,
        )


def _enforced(schema: Schema) -> Iterator[str | None]:
    for table in schema.tables:
        yield from (unique.rule for unique in table.uniques)
        yield from (check.rule for check in table.checks)
        yield from (exclusion.rule for exclusion in table.exclusions)
    yield from (routine.rule for routine in schema.routines)
