"""What is asked about at once: a tenant that nobody speaks of, statements that the queries leave out."""

from __future__ import annotations

import pytest

from database_specialist.agent.answers.entities import EntitiesAnswer, EntityAnswer, ModelPatch
from database_specialist.agent.answers.entity_answer import patched
from database_specialist.agent.answers.plans import IndexAnswer, IndexReviewAnswer
from database_specialist.agent.answers.workload import QueryAnswer, WorkloadAnswer
from database_specialist.agent.designer.answered_plans import answered_indexes
from database_specialist.agent.designer.answered_workload import unserved_objections
from database_specialist.agent.designer.consistency import tenant_doubts
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.relational import Schema
from tests.shop import BRIEF, ENTITY_MODEL

TENANTED = ENTITY_MODEL.model_copy(update={"tenant": "customer"})


def brief_of(text: str) -> object:
    facts = (BRIEF.facts[0].model_copy(update={"text": text}), *BRIEF.facts[1:])
    return BRIEF.model_copy(update={"facts": facts})


def test_a_tenant_that_no_statement_speaks_of_is_questioned() -> None:
    (doubt,) = tenant_doubts(TENANTED, BRIEF)
    assert doubt.startswith("tenant: no statement says that several organisations")
    assert tenant_doubts(ENTITY_MODEL, BRIEF) == []


@pytest.mark.parametrize("text", ["The system is multi-tenant.", "Each company has its own products and users."])
def test_a_tenant_that_a_statement_speaks_of_is_not(text: str) -> None:
    assert tenant_doubts(TENANTED, brief_of(text)) == []  # type: ignore[arg-type]


def test_the_tenant_is_withdrawn_by_its_word_and_its_entity_stays() -> None:
    answer = EntitiesAnswer(entities=(EntityAnswer(name="customer", description="x"),), tenant="customer")
    after, lost = patched(answer, ModelPatch(withdraw=("tenant",)))
    assert lost == []
    assert (after.tenant, [each.name for each in after.entities]) == ("", ["customer"])


def test_a_functional_statement_that_nothing_rests_on_is_asked_about() -> None:
    def asked(*facts: str, not_served: tuple[str, ...] = ()) -> list[str]:
        answer = WorkloadAnswer(queries=(QueryAnswer(name="q", sql="SELECT 1", facts=facts),), not_served=not_served)
        bare = Schema(engine="postgresql", engine_version="18", tables=())
        return [each.partition(":")[0] for each in unserved_objections(answer, BRIEF.facts, bare)]

    assert asked() == ["F1", "F2", "F3", "F6", "F8"]
    assert asked("F1", "F2", not_served=("F6: the booking service does it.",)) == ["F3", "F8"]
    whole = map_schema(ENTITY_MODEL, engine="postgresql")
    rested = [each.partition(":")[0] for each in unserved_objections(WorkloadAnswer(), BRIEF.facts, whole)]
    assert set(rested) < {"F1", "F2", "F3", "F6", "F8"}


def test_a_gin_index_over_text_gets_the_class_without_which_it_cannot_be_built() -> None:
    schema = map_schema(ENTITY_MODEL, engine="postgresql")

    def classes(*keys: str, method: str = "gin") -> list[str | None]:
        add = IndexAnswer(table="customers", keys=keys, method=method, serves=("Q1",), reason="x")
        (index,) = answered_indexes(IndexReviewAnswer(add=(add,)), schema).add
        return [key.operator_class for key in index.keys]

    assert classes("full_name") == ["gin_trgm_ops"]
    assert classes("full_name", method="btree") == [None]
    assert classes("(to_tsvector('simple', full_name))") == [None]
