from __future__ import annotations

from collections.abc import Iterator

import pytest

from database_specialist.agent.errors import ConfigError
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.evidence import EvidenceLog, Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules import RULES, gather
from database_specialist.agent.rules.critic import judge, owners, review
from database_specialist.agent.rules.explain import explain
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.subject import Subject
from tests.agent.rules.page import PAGES, read_page, subject_of
from tests.shop import BRIEF, ENTITY_MODEL


def evidence(**fields: object) -> EvidenceLog:
    record = {
        "id": "V1",
        "kind": "query",
        "subject": "Q3",
        "claim": "Q3 runs",
        "status": "EXECUTED",
        "passed": True,
        "engine": "postgresql 18.6",
    }
    return EvidenceLog.load({"records": [record | fields]})


def objection(code: str, severity: str, owner: str) -> Finding:
    return Finding.load(
        {"code": code, "severity": severity, "place": "p", "message": "m.", "help": "Change p.", "owner": owner}
    )


def test_there_are_forty_rules_and_more_each_with_its_own_code() -> None:
    assert len(RULES) >= 40
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_an_empty_subject_has_no_findings() -> None:
    assert review(Subject()) == ()


def test_two_modules_with_the_same_code_cannot_be_imported() -> None:
    module = "database_specialist.agent.rules.key001_table_without_primary_key"
    with pytest.raises(ImportError, match="key001"):
        gather([module, module])


def test_a_module_without_a_rule_cannot_be_gathered() -> None:
    with pytest.raises(ImportError, match="holds 0 rules"):
        gather(["database_specialist.agent.rules.subject"])


@pytest.mark.parametrize("code", ["fk001", "FK1", "TOOLONG001", ""])
def test_a_code_is_two_or_three_capitals_and_three_digits(code: str) -> None:
    with pytest.raises(ValueError, match="no rule code"):
        rule(code, "info", "title", owner="verify")


def test_a_rule_over_something_that_is_no_part_is_refused() -> None:
    def check(weather: str) -> Iterator[Objection]:
        yield Objection(place=weather, message="m.", help="Change it.")

    with pytest.raises(TypeError, match="weather"):
        rule("ABC001", "info", "title", owner="verify")(check)


def test_a_rule_stays_silent_without_a_part_that_it_needs_and_speaks_without_one_it_can_do_without() -> None:
    @rule("ABC001", "info", "title", owner="verify")
    def check(schema: Schema, evidence: EvidenceLog | None = None) -> Iterator[Objection]:
        yield Objection(place=schema.engine, message="m.", help="Change it.")

    assert list(check(Subject(evidence=evidence()))) == []
    (finding,) = check(Subject(schema=Schema(engine="sqlite", tables=())))
    assert (finding.place, finding.code, finding.severity, finding.owner) == ("sqlite", "ABC001", "info", "verify")


@pytest.mark.parametrize("engine", ["postgresql", "sqlite", "mysql", "mariadb"])
def test_the_shop_as_mapped_has_no_error(engine: Engine) -> None:
    schema = map_schema(ENTITY_MODEL, engine=engine)
    found = review(Subject(entity_model=ENTITY_MODEL, schema=schema))
    assert [finding for finding in found if finding.severity == "error"] == []


def test_findings_stand_in_the_order_of_severity_then_code() -> None:
    subject = subject_of(read_page(PAGES / "DES001.md").bad)
    found = [(finding.severity, finding.code) for finding in review(subject)]
    assert len(found) > 2
    assert found == sorted(found, key=lambda pair: (["error", "warning", "info"].index(pair[0]), pair[1]))


def test_two_reviews_of_one_subject_are_equal() -> None:
    subject = Subject(brief=BRIEF, entity_model=ENTITY_MODEL, schema=map_schema(ENTITY_MODEL, engine="postgresql"))
    assert review(subject) == review(subject)


def test_a_design_without_an_error_is_accepted() -> None:
    verdict = judge(Subject(entity_model=ENTITY_MODEL, evidence=evidence()), round=2)
    assert (verdict.accepted, verdict.round) == (True, 2)


def test_failed_evidence_is_an_error_with_the_engines_words_and_the_records_owner() -> None:
    log = evidence(passed=False, detail='column "total" does not exist', owner="plan_indexes")
    verdict = judge(Subject(evidence=log), round=1)
    (finding,) = verdict.findings
    assert not verdict.accepted
    assert (finding.code, finding.severity, finding.place) == ("EVI001", "error", "Q3")
    assert 'column "total" does not exist' in finding.message
    assert owners(verdict) == ("plan_indexes",)


def test_findings_from_elsewhere_count_like_those_of_the_rules() -> None:
    warned = judge(Subject(), round=1, extra=[objection("SQK:x", "warning", "plan_operations")])
    refused = judge(Subject(), round=1, extra=[objection("LLM001", "error", "model_entities")])
    assert (warned.accepted, refused.accepted) == (True, False)


def test_owners_of_errors_come_in_the_graphs_order_and_warnings_send_nobody_back() -> None:
    extra = [
        objection("A", "error", "plan_operations"),
        objection("B", "error", "model_entities"),
        objection("C", "warning", "read_requirements"),
        objection("D", "error", "model_entities"),
    ]
    assert owners(judge(Subject(), round=1, extra=extra)) == ("model_entities", "plan_operations")


def test_the_same_finding_twice_is_one() -> None:
    twice = [objection("A", "warning", "plan_schema")] * 2
    assert len(judge(Subject(), round=1, extra=twice).findings) == 1


@pytest.mark.parametrize("code", ["FK001", "fk001", " Fk001 "])
def test_explain_returns_the_page(code: str) -> None:
    assert explain(code) == (PAGES / "FK001.md").read_text(encoding="utf-8")


def test_explain_points_to_squawks_own_page() -> None:
    assert "https://squawkhq.com/docs/ban-drop-table" in explain("SQK:ban-drop-table")


def test_explain_of_an_unknown_code_is_an_error_that_lists_the_codes() -> None:
    with pytest.raises(ConfigError, match=r"no rule 'FK999'; the rules are .*FK001"):
        explain("FK999")
