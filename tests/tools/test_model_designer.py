from __future__ import annotations

import pytest

from database_specialist.agent.answers.critique import Critique, CritiqueFinding
from database_specialist.agent.answers.decisions import OperationsDecision
from database_specialist.agent.answers.entities import EntitiesAnswer, EntityAnswer, ModelPatch
from database_specialist.agent.answers.entity_answer import answer_of
from database_specialist.agent.answers.plans import (
    DroppedIndex,
    IndexAnswer,
    IndexNote,
    IndexReview,
    IndexReviewAnswer,
    OperationsAnswer,
)
from database_specialist.agent.answers.requirements import (
    FactCorrection,
    GapAnswer,
    NamedAnswer,
    QuantityAnswer,
    RequirementsAnswer,
)
from database_specialist.agent.answers.review import (
    CheckAnswer,
    ColumnOverride,
    ForeignKeyOverride,
    ReviewAnswer,
    ReviewAnswerPatch,
    RoutineAnswer,
    SchemaReview,
)
from database_specialist.agent.answers.workload import QueryAnswer, WorkloadAnswer, WorkloadPatch
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.base import Option, Part
from database_specialist.agent.model.brief import Brief, Contradiction
from database_specialist.agent.model.entities import Entity
from database_specialist.agent.model.relational import Routine
from database_specialist.agent.model.workload import IndexKey, Parameter, Workload
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.rules.subject import Subject
from database_specialist.tools.model_designer.designer import ModelDesigner
from database_specialist.tools.model_designer.questions import told_once
from database_specialist.tools.model_designer.requirements import corrections
from tests.shop import BRIEF, ENTITY_MODEL
from tests.tools.scripted import (
    EVIDENCE,
    FINDING,
    INDEX,
    INDEXES,
    OPERATIONS,
    QUERY,
    RESEARCH,
    SCHEMA,
    WORKLOAD,
    Scripted,
)

DOCUMENT = RawDocument(
    path="requirements.md",
    text="# Shop\n\n- Customers place orders.\n- A quantity is at least 1.\n- 20,000 orders a day.\n",
    sha256="0" * 64,
)


def designer(*answers: Part) -> tuple[ModelDesigner, Scripted]:
    model = Scripted(*answers)
    return ModelDesigner(model, "m"), model


def read(*answers: Part) -> tuple[Brief, Scripted]:
    asked, model = designer(*answers)
    return asked.read_requirements([DOCUMENT], project="Shop", engine=None), model


def test_reading_asks_for_corrections_and_shows_what_was_read() -> None:
    _, model = read()
    assert model.types == [RequirementsAnswer]
    assert model.asked[0].name == "read_requirements"
    assert "rows_per_period of order = 20000 rows/day" in model.asked[0].user
    assert "Customers place orders." in model.asked[0].system


def test_an_empty_answer_changes_nothing_of_what_was_read() -> None:
    brief, model = read()
    corrected, _ = read(RequirementsAnswer())
    assert brief == corrected
    assert model.objected == [[]]


def test_a_correction_changes_what_it_names_and_nothing_else() -> None:
    before, _ = read()
    after, _ = read(RequirementsAnswer(corrections=(FactCorrection(facts=("F1",), scope="later"),)))
    assert after.facts[0] == before.facts[0].model_copy(update={"scope": "later"})
    assert after.facts[1:] == before.facts[1:]
    assert after.quantities == before.quantities


def test_a_figure_that_was_misread_is_replaced() -> None:
    answer = QuantityAnswer(
        metric="rows_per_period", subject="order", value=25_000, basis="x", fact="F3", replaces="N1"
    )
    brief, model = read(RequirementsAnswer(quantities=(answer,)))
    orders = [each for each in brief.quantities if each.subject == "order"]
    assert [each.figure.value for each in orders] == [25_000]
    assert model.objected == [[]]


def test_a_role_that_was_missed_joins_those_that_were_read() -> None:
    before, _ = read()
    after, _ = read(RequirementsAnswer(roles=(NamedAnswer(name="clerk", meaning="Packs.", facts=("F1",)),)))
    assert [role.name for role in after.roles] == [*(role.name for role in before.roles), "clerk"]
    assert after.roles[-1].description == "Packs."


def test_a_gap_comes_with_the_assumption_made_for_it() -> None:
    gap = GapAnswer(question="Which currency?", why_it_matters="Prices.", assumption="EUR", reason="Seat in Paris.")
    brief, _ = read(RequirementsAnswer(gaps=(gap,)))
    assert brief.gaps[-1].assumption == brief.assumptions[-1].id
    assert brief.assumptions[-1].text == "EUR"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (RequirementsAnswer(corrections=(FactCorrection(facts=("F99",), kind="rule"),)), "no statement F99"),
        (RequirementsAnswer(wrong=("N99",)), "is called N99"),
        (RequirementsAnswer(roles=(NamedAnswer(name="clerk", meaning="x", facts=("F98",)),)), "no statement F98"),
        (
            RequirementsAnswer(contradictions=(Contradiction(text="x", facts=("F97",), resolution="y"),)),
            "no statement F97",
        ),
    ],
)
def test_reading_objects_to_what_points_at_nothing(answer: RequirementsAnswer, said: str) -> None:
    asked, model = designer(answer)
    corrections(asked.model, BRIEF)
    assert any(said in objection for objection in model.objected[0])


def test_modelling_asks_for_the_whole_model_once() -> None:
    asked, model = designer(answer_of(ENTITY_MODEL))
    made = asked.model_entities(BRIEF, research=RESEARCH, previous=None, findings=())
    assert model.types == [EntitiesAnswer]
    assert model.objected == [[]]
    assert [without_figures(each) for each in made.entities] == [
        without_figures(each) for each in ENTITY_MODEL.entities
    ]
    assert made.relationships == ENTITY_MODEL.relationships
    assert made.rules == ENTITY_MODEL.rules
    assert "rows_per_period of order" in model.asked[0].user


def without_figures(entity: Entity) -> Entity:
    return entity.model_copy(update={"rows": None, "rows_per_day": None, "retention_days": None})


def test_volumes_are_computed_and_not_asked_for() -> None:
    asked, _ = designer(answer_of(ENTITY_MODEL))
    made = asked.model_entities(BRIEF, research=RESEARCH, previous=None, findings=())
    order = made.entity("order")
    assert order is not None
    assert order.rows_per_day is not None
    assert order.rows_per_day.value == 20_000


def test_a_model_without_findings_is_kept_without_a_question() -> None:
    asked, model = designer()
    assert asked.model_entities(BRIEF, research=RESEARCH, previous=ENTITY_MODEL, findings=()) == ENTITY_MODEL
    ruleless = ENTITY_MODEL.model_copy(update={"rules": ()})
    kept = asked.review_schema(BRIEF, ruleless, SCHEMA, research=RESEARCH, previous=SchemaReview(), findings=())
    assert kept == SchemaReview()
    assert asked.write_workload(BRIEF, ENTITY_MODEL, SCHEMA, previous=WORKLOAD, findings=()) == WORKLOAD
    assert model.asked == []


def test_a_rule_that_a_mended_model_added_is_asked_for_without_waiting_for_the_critic() -> None:
    asked, model = designer()
    asked.review_schema(BRIEF, ENTITY_MODEL, SCHEMA, research=RESEARCH, previous=SchemaReview(), findings=())
    assert "- BR3: BR3 (An order changes state only along its lifecycle.) is held by no" in model.asked[0].user


def test_a_routine_on_a_table_that_is_gone_is_asked_for_anew() -> None:
    create = "CREATE TRIGGER t BEFORE INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION f();"
    before = SchemaReview(routines=(ROUTINE.model_copy(update={"create": create, "name": "on_invoices"}),))
    ruleless = ENTITY_MODEL.model_copy(update={"rules": ()})
    asked, model = designer(ReviewAnswerPatch(withdraw=("on_invoices",)))
    after = asked.review_schema(BRIEF, ruleless, SCHEMA, research=RESEARCH, previous=before, findings=())
    assert "- on_invoices: on_invoices is on invoices, which the schema does not have." in model.asked[0].user
    assert after.routines == ()


def test_mending_a_model_keeps_what_is_not_mentioned() -> None:
    renamed = EntityAnswer(name="tag", description="A label.", attributes=("name: short_text",), facts=("F2",))
    patch = ModelPatch(entities=(renamed,), attributes=("room.floor: integer, 0..9 [F6]",), withdraw=("booking",))
    asked, model = designer(patch)
    mended = asked.model_entities(BRIEF, research=RESEARCH, previous=ENTITY_MODEL, findings=[FINDING])
    assert model.types == [ModelPatch]
    assert model.asked[0].name == "mend model_entities"
    assert f"- {FINDING.place}: {FINDING.message} {FINDING.help}" in model.asked[0].user
    assert '"email: email, unique, personal -- Address to log in with."' in model.asked[0].user
    names = [entity.name for entity in ENTITY_MODEL.entities if entity.name != "booking"]
    assert [entity.name for entity in mended.entities] == names
    assert mended.entities[-1].description == "A label."
    room = mended.entity("room")
    assert room is not None
    assert [each.name for each in room.attributes] == ["name", "floor"]
    assert not any("booking" in (each.source, each.target) for each in mended.relationships)
    # A patch that leaves a rule without its entity is told so at once.
    assert any("there is no entity booking" in objection for objection in model.objected[0])


def test_modelling_objects_to_what_points_at_nothing() -> None:
    lost = EntityAnswer(name="Lost", description="x", attributes=("colour: hue",), facts=("F99",))
    _, model = designer(EntitiesAnswer(entities=(lost,), tenant="nobody"))
    ModelDesigner(model, "m").model_entities(BRIEF, research=RESEARCH, previous=None, findings=())
    said = "\n".join(model.objected[0])
    assert "Lost.attributes: 'colour: hue': 'hue' is no type" in said
    assert "no statement F99" in said
    assert "'Lost' is no snake_case name" in said
    assert "no entity nobody" in said


def test_mending_objects_to_what_points_at_nothing() -> None:
    patch = ModelPatch(attributes=("nobody.name: text",), withdraw=("BR99",))
    asked, model = designer(patch)
    asked.model_entities(BRIEF, research=RESEARCH, previous=ENTITY_MODEL, findings=[FINDING])
    assert len(model.objected[0]) == 2
    assert "withdraw: there is no BR99" in model.objected[0]


ROUTINE = Routine(name="keep_it", create="SELECT 1;", drop="SELECT 2;", why="x", facts=("F4",))


def test_reviewing_shows_the_tables_and_the_rules_that_nothing_holds() -> None:
    answer = RoutineAnswer(name="keep_it", create="SELECT 1;", drop="SELECT 2;", why="x", facts=("F4",))
    asked, model = designer(ReviewAnswer(routines=(answer,)))
    review = asked.review_schema(BRIEF, ENTITY_MODEL, SCHEMA, research=RESEARCH, previous=None, findings=())
    assert model.types == [ReviewAnswer]
    assert review.routines == (ROUTINE,)
    assert "orders(id bigint pk, customer_id bigint -> customers restrict" in model.asked[0].user
    assert "COMMENT ON" not in model.asked[0].user
    assert all(rule.id in model.asked[0].user for rule in ENTITY_MODEL.rules if rule.kind != "application")


def test_mending_a_review_keeps_what_is_not_mentioned() -> None:
    other = ROUTINE.model_copy(update={"name": "other"})
    before = SchemaReview(routines=(ROUTINE, other), decisions=())
    better = RoutineAnswer(name="keep_it", create="SELECT 3;", drop="SELECT 2;", why="x", facts=("F4",))
    asked, model = designer(ReviewAnswerPatch(routines=(better,), withdraw=("other",)))
    after = asked.review_schema(BRIEF, ENTITY_MODEL, SCHEMA, research=RESEARCH, previous=before, findings=[FINDING])
    assert model.types == [ReviewAnswerPatch]
    assert after == SchemaReview(routines=(ROUTINE.model_copy(update={"create": "SELECT 3;"}),))


def test_reviewing_objects_to_what_points_at_nothing() -> None:
    lost = "CREATE TRIGGER t BEFORE INSERT ON nowhere FOR EACH ROW EXECUTE FUNCTION f();"
    review = ReviewAnswer(
        columns=(ColumnOverride(table="orders", column="colour", type="text", why="x"),),
        foreign_keys=(ForeignKeyOverride(table="orders", name="nope", on_delete="cascade", why="x"),),
        checks=(CheckAnswer(table="nowhere", name="c", expression="true"),),
        routines=(RoutineAnswer(name="r", create="SELECT 1;", rule="BR99"), RoutineAnswer(name="s", create=lost)),
    )
    asked, model = designer(review)
    asked.review_schema(BRIEF, ENTITY_MODEL, SCHEMA, research=RESEARCH, previous=None, findings=())
    said = "\n".join(model.objected[0])
    for part in (
        "orders.colour",
        "no foreign key nope",
        "no table nowhere",
        "BR99, which is no rule",
        "`drop`",
        "s is on nowhere",
    ):
        assert part in said


ANSWER = QueryAnswer(name=QUERY.name, sql=QUERY.sql, per_day=40_000, basis="of the test", facts=("F3",))


def test_writing_queries_shows_the_tables_and_the_figures() -> None:
    asked, model = designer(WorkloadAnswer(queries=(ANSWER,), not_served=WORKLOAD.not_served))
    (query,) = asked.write_workload(BRIEF, ENTITY_MODEL, SCHEMA, previous=None, findings=()).queries
    assert model.types == [WorkloadAnswer]
    # The tables of the test rest on no statement, and the answer serves some of them only.
    assert [said.partition(":")[0] for said in model.objected[0]] == ["F2", "F6", "F8"]
    assert (query.id, query.kind, query.returns) == ("Q1", "read", "page")
    assert query.parameters == (Parameter(name="customer_id", type="bigint", source="orders.customer_id"),)
    assert "customer_id bigint" in model.asked[0].user
    assert "rows_per_period of order" in model.asked[0].user


def test_mending_queries_keeps_what_is_not_mentioned() -> None:
    second = QUERY.model_copy(update={"id": "Q2", "name": "second"})
    better = ANSWER.model_copy(update={"id": "Q1", "staleness": "seconds"})
    asked, model = designer(WorkloadPatch(queries=(better,), withdraw=("Q9",), not_served=("F8: elsewhere.",)))
    before = Workload(queries=(QUERY, second), not_served=WORKLOAD.not_served)
    after = asked.write_workload(BRIEF, ENTITY_MODEL, SCHEMA, previous=before, findings=[FINDING])
    assert model.types == [WorkloadPatch]
    assert [query.staleness for query in after.queries] == ["seconds", "fresh"]
    assert after.queries[1] == second
    assert after.not_served == (*WORKLOAD.not_served, "F8: elsewhere.")


def test_a_query_that_no_longer_fits_the_schema_is_asked_for_anew() -> None:
    lost = QUERY.model_copy(update={"sql": "SELECT id, paid_at FROM orders WHERE customer_id = :customer_id"})
    asked, model = designer(WorkloadPatch(withdraw=("Q1",), not_served=("F3: elsewhere.",)))
    before = Workload(queries=(lost,))
    after = asked.write_workload(BRIEF, ENTITY_MODEL, SCHEMA, previous=before, findings=())
    assert "names what the schema does not have: column paid_at" in model.asked[0].user
    assert after.queries == ()


def test_writing_queries_objects_to_what_points_at_nothing() -> None:
    lost = QueryAnswer(name="lost", sql="SELECT o.colour FROM orders AS o, nowhere", facts=("F99",))
    vague = QueryAnswer(name="vague", sql="SELECT f(:other) FROM orders", facts=("F3",))
    asked, model = designer(WorkloadAnswer(queries=(ANSWER, ANSWER, lost, vague)))
    asked.write_workload(BRIEF, ENTITY_MODEL, SCHEMA, previous=None, findings=())
    said = "\n".join(model.objected[0])
    for part in (
        "orders_of_customer stands 2 times",
        "no statement F99",
        "what :other takes; write CAST(:other AS type)",
        "table nowhere, column o.colour",
    ):
        assert part in said


def test_reviewing_indexes_shows_queries_and_plan() -> None:
    note = IndexNote(name=INDEX.name, text="Also serves the key.")
    asked, model = designer(IndexReviewAnswer(notes=(note,)))
    assert asked.review_indexes(BRIEF, SCHEMA, WORKLOAD, INDEXES) == IndexReview(notes=(note,))
    assert model.types == [IndexReviewAnswer]
    assert model.objected == [[]]
    listed = model.asked[0].user
    assert "Q1 40,000/day: FROM orders WHERE customer_id = :customer_id ORDER BY placed_at DESC LIMIT 20" in listed
    assert f"  {INDEX.name} (customer_id, placed_at desc): Q1, foreign key" in listed
    assert "Customers register" not in model.asked[0].system


def test_an_index_is_answered_by_its_keys_and_gets_its_name_from_them() -> None:
    given = IndexAnswer(table="orders", keys=("placed_at desc", "lower(note)"), serves=("Q1",), reason="Newest first.")
    asked, model = designer(IndexReviewAnswer(add=(given,)))
    (added,) = asked.review_indexes(BRIEF, SCHEMA, WORKLOAD, INDEXES).add
    assert model.objected == [[]]
    assert added.name == "orders_placed_at_lower_note_idx"
    assert added.keys == (IndexKey(expression="placed_at", descending=True), IndexKey(expression="(lower(note))"))


def test_reviewing_indexes_objects_to_what_points_at_nothing() -> None:
    lost = IndexAnswer(table="nowhere", keys=("id",), serves=("Q99",), reason="x")
    review = IndexReviewAnswer(
        drop=(DroppedIndex(name="gone_idx", why="x"),), add=(lost,), notes=(IndexNote(name="no_idx", text="x"),)
    )
    asked, model = designer(review)
    asked.review_indexes(BRIEF, SCHEMA, WORKLOAD, INDEXES)
    said = "\n".join(model.objected[0])
    for part in ("no index gone_idx", "no table nowhere", "names no query", "no index no_idx"):
        assert part in said


def test_choosing_operations_shows_the_load_and_only_the_statements_on_it() -> None:
    choice = OperationsDecision(
        topic="replica", subject="all", choice="None now.", why="12 requests/s.", alternatives=("one: costs more",)
    )
    asked, model = designer(OperationsAnswer(decisions=(choice,)))
    (decision,) = asked.review_operations(BRIEF, OPERATIONS, research=RESEARCH).decisions
    assert (decision.topic, decision.choice) == ("replica", "None now.")
    assert decision.alternatives == (Option(choice="one", rejected_because="costs more"),)
    assert model.types == [OperationsAnswer]
    assert "12 requests/s" in model.asked[0].user
    assert "orders 1,000" in model.asked[0].user
    assert "F7 20,000 orders a day." in model.asked[0].system
    assert "F5" not in model.asked[0].system


def test_a_decision_names_only_sources_that_were_shown() -> None:
    choice = OperationsDecision(topic="replica", subject="all", choice="None.", why="x", sources=("S9",))
    asked, model = designer(OperationsAnswer(decisions=(choice,)))
    asked.review_operations(BRIEF, OPERATIONS, research=RESEARCH)
    assert any("no source 'S9'" in said for said in model.objected[0])


def test_what_is_objected_to_twice_in_the_same_words_is_left_to_the_engine() -> None:
    objections = told_once(lambda answer: ["one", "two"] if answer == QUERY else ["three"])
    assert objections(QUERY) == ["one", "two"]
    assert objections(WORKLOAD) == ["three"]
    assert objections(QUERY) == ()


SUBJECT = Subject(BRIEF, ENTITY_MODEL, SCHEMA, WORKLOAD, INDEXES, OPERATIONS, EVIDENCE)


def test_the_critics_objections_become_findings_of_their_owners() -> None:
    objection = CritiqueFinding(
        severity="error", place="orders", message="F2 asks it.", help="h", owner="model_entities"
    )
    asked, model = designer(Critique(findings=(objection,)))
    (finding,) = asked.criticise(SUBJECT)
    assert model.types == [Critique]
    assert (finding.code, finding.severity, finding.owner) == ("MODEL", "error", "model_entities")


def test_an_objection_that_names_no_statement_costs_no_round() -> None:
    objection = CritiqueFinding(severity="error", place="orders", message="F99 m", help="h", owner="model_entities")
    asked, _ = designer(Critique(findings=(objection,)))
    (finding,) = asked.criticise(SUBJECT)
    assert finding.severity == "warning"


def test_the_critic_is_not_asked_about_half_a_design() -> None:
    asked, model = designer()
    assert asked.criticise(Subject(brief=BRIEF, schema=SCHEMA)) == ()
    assert model.asked == []


def test_empty_answers_raise_nothing_anywhere() -> None:
    asked, model = designer()
    asked.read_requirements([DOCUMENT], project="P", engine=None)
    asked.model_entities(BRIEF, research=RESEARCH, previous=None, findings=())
    asked.model_entities(BRIEF, research=RESEARCH, previous=ENTITY_MODEL, findings=[FINDING])
    asked.review_schema(BRIEF, ENTITY_MODEL, SCHEMA, research=RESEARCH, previous=None, findings=())
    asked.review_schema(BRIEF, ENTITY_MODEL, SCHEMA, research=RESEARCH, previous=SchemaReview(), findings=[FINDING])
    asked.write_workload(BRIEF, ENTITY_MODEL, SCHEMA, previous=None, findings=())
    asked.write_workload(BRIEF, ENTITY_MODEL, SCHEMA, previous=WORKLOAD, findings=[FINDING])
    asked.review_indexes(BRIEF, SCHEMA, WORKLOAD, INDEXES)
    asked.review_operations(BRIEF, OPERATIONS, research=RESEARCH)
    assert asked.criticise(SUBJECT) == ()
    assert len(model.asked) == 10
    (unserved,) = [said for said in model.objected if said]
    assert all("neither in the `facts` of a query nor in `not_served`" in said for said in unserved)


def test_the_models_error_reaches_the_caller() -> None:
    class Refusing(Scripted):
        def ask(self, *args: object, **more: object) -> Part:  # type: ignore[override]
            raise ModelError("no", status="refused")

    with pytest.raises(ModelError):
        ModelDesigner(Refusing(), "m").review_operations(BRIEF, OPERATIONS, research=RESEARCH)
