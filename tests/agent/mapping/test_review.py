from __future__ import annotations

from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.mapping.ground import LEFT_OUT
from database_specialist.agent.mapping.review import reviewed
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.entities import BusinessRule
from database_specialist.agent.model.relational import Routine
from tests.shop import ENTITY_MODEL

RULE = BusinessRule(
    id="BR9", name="few_orders", text="A customer has few orders.", kind="cross_row", entity="order", facts=("F2",)
)
SCHEMA = map_schema(ENTITY_MODEL.model_copy(update={"rules": (*ENTITY_MODEL.rules, RULE)}), engine="postgresql")


def routine(create: str, rule: str | None = None) -> SchemaReview:
    return SchemaReview(routines=(Routine(name="few_orders", create=create, drop="DROP ...;", rule=rule, why="So."),))


def test_a_rule_that_the_review_holds_is_no_longer_left_to_the_application() -> None:
    def left(review: SchemaReview) -> list[str]:
        return [each.subject for each in reviewed(SCHEMA, review).decisions if each.choice == LEFT_OUT]

    assert [subject for subject in left(SchemaReview()) if "BR9" in subject]
    assert not [subject for subject in left(routine("CREATE FUNCTION few_orders();", "BR9")) if "BR9" in subject]
    assert left(routine("CREATE FUNCTION few_orders();", "BR99")) == left(SchemaReview())


def test_a_primary_key_that_the_review_replaces_is_the_tables() -> None:
    change = (
        "ALTER TABLE order_lines DROP CONSTRAINT order_lines_pkey, "
        "ADD CONSTRAINT order_lines_pkey PRIMARY KEY (order_id, product_id);"
    )
    after = reviewed(SCHEMA, routine(change))
    table = after.table("order_lines")
    assert table is not None
    assert table.primary_key is not None
    assert table.primary_key.columns == ("order_id", "product_id")
    assert after.routines == SCHEMA.routines
    other = reviewed(SCHEMA, routine("ALTER TABLE order_lines ADD COLUMN note text;"))
    assert [each.name for each in other.routines][-1] == "few_orders"
