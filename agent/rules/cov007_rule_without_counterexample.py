"""A constraint that was never seen to refuse anything may refuse nothing.

https://martinfowler.com/bliki/SpecificationByExample.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.rules.rule import Objection, rule


@rule("COV007", "warning", "Rule without an example to refuse", owner="model_entities")
def rule_without_counterexample(entity_model: EntityModel) -> Iterator[Objection]:
    """Object to rules for the database that no example to reject is about."""
    refused = {example.violates for example in entity_model.examples if example.expect == "reject"}
    for business_rule in entity_model.rules:
        if business_rule.kind != "application" and business_rule.id not in refused:
            yield Objection(
                place=business_rule.id,
                message=f"{business_rule.id} ({business_rule.text}) has no example of what it refuses: nothing "
                "proves that it does.",
                help=f"Write an example to reject that violates {business_rule.id}.",
            )
