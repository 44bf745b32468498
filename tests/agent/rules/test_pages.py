from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.dialects.parameters import bind
from database_specialist.agent.rules import RULES
from database_specialist.agent.rules.critic import review
from database_specialist.agent.rules.rule import Rule
from database_specialist.agent.rules.subject import Subject
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox
from tests.agent.rules.page import PAGES, Page, read_page, sql_of, subject_of

INDEX = Path(__file__).parents[3] / "docs" / "rules" / "README.md"
CHANGES = re.compile(
    "Add|Change|Compare|Create|Declare|Default|Drop|Give|Keep|List|Make|Mark|Merge|Move|Name|Note|Number|Partition|Plan|"
    "Point|Put|Quote|Record|Rename|Rewrite|Run|Send|Set|Shorten|Split|Store|Take|Trace|Write"
)

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_each_rule_has_its_page_and_each_page_its_rule() -> None:
    assert sorted(path.stem for path in PAGES.glob("*.md")) == sorted(rule.code for rule in RULES)


def test_the_index_links_to_each_page_with_its_title() -> None:
    links = re.findall(r"\[(\w+)\]\((\S+)\) \| (\w+) \| (.+) \|", INDEX.read_text(encoding="utf-8"))
    shown = [(rule.code, f"../../agent/rules/pages/{rule.code}.md", rule.severity, rule.title) for rule in RULES]
    assert links == shown
    assert all((INDEX.parent / target).resolve().exists() for _, target, _, _ in links)


@every_rule
def test_a_page_names_its_rule_severity_owner_and_source(rule: Rule) -> None:
    page = read_page(PAGES / f"{rule.code}.md")
    assert (page.code, page.title) == (rule.code, rule.title)
    assert f"\n{rule.severity.capitalize()}. Mended by `{rule.owner}`.\n" in page.text
    assert re.search(r"\nSource: .*<https://\S+>\n", page.text)


@every_rule
def test_a_rule_fires_on_its_bad_example_and_is_silent_on_the_good_one(rule: Rule) -> None:
    page = read_page(PAGES / f"{rule.code}.md")
    found = list(rule(subject_of(page.bad)))
    assert found
    assert {finding.code for finding in found} == {rule.code}
    assert list(rule(subject_of(page.good))) == []


@every_rule
def test_a_page_quotes_what_the_critic_says_of_its_bad_example(rule: Rule) -> None:
    page = read_page(PAGES / f"{rule.code}.md")
    first = next(rule(subject_of(page.bad)))
    said = f"> **{first.place}** ({first.severity}): {first.message}\n>\n> {first.help}\n"
    assert f"\n{said}\n## Good\n" in page.text


@every_rule
def test_a_finding_says_the_consequence_and_begins_its_help_with_the_change(rule: Rule) -> None:
    for finding in rule(subject_of(read_page(PAGES / f"{rule.code}.md").bad)):
        assert finding.place
        assert finding.message[-1] in ".)"
        assert CHANGES.fullmatch(finding.help.split()[0])
        assert finding.help.endswith(".")


WHOLE_SCHEMAS = [
    page for rule in RULES if "create table" in sql_of((page := read_page(PAGES / f"{rule.code}.md")).good)
]


@pytest.mark.parametrize("page", WHOLE_SCHEMAS, ids=lambda page: page.code)
def test_no_rule_calls_a_good_schema_broken(page: Page) -> None:
    subject = subject_of(page.good)
    alone = Subject(schema=subject.schema, indexes=subject.indexes, workload=subject.workload)
    assert [finding for finding in review(alone) if finding.severity == "error"] == []


@pytest.fixture(scope="module")
def shared(server: PostgresSandbox) -> Iterator[PostgresDatabase]:
    """One database for all pages: each takes its tables back."""
    with server.database() as database:
        yield database


@pytest.mark.parametrize("page", WHOLE_SCHEMAS, ids=lambda page: page.code)
def test_the_sql_of_a_good_example_runs(page: Page, shared: PostgresDatabase) -> None:
    subject = subject_of(page.good)
    queries = {query.sql: query for query in subject.workload.queries} if subject.workload else {}
    with shared.trial():
        for number, statement in enumerate(split_statements(sql_of(page.good), "postgresql")):
            query = queries.get(statement)
            name = f"{page.code}_{number}".lower()
            shared.execute(f"PREPARE {name} AS {bind(statement, query)[0]}" if query else statement)
