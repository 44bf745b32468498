"""Hostile, broken and foreign documents."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.reading.brief import read_brief

from .documents import brief, document

PATHS = (
    "requirements.md",
    "notes.txt",
    "a.sql",
    "a.mmd",
    "a.dbml",
    "a.prisma",
    "a.graphql",
    "a.json",
    "openapi.yaml",
    "a.bin",
)
PIECES = (
    "# Head\n", "- item\n", "  - nested: x\n", "| a | b |\n|---|---|\n| c |\n", "```sql\n", "```\n",
    "```mermaid\n", "erDiagram\n", "A ||--o{ B : c\n", "A {\n", "}\n", "CREATE TABLE t (", "id int", ");", "'",
    "$$", "INSERT INTO t (a, b)", "SELECT a FROM b JOIN c ON", "<div>", "<!--", "**x** - y\n", "FR-1: ",
    "99.9% ", "p95 < 1.000.000 ms ", "RPO ", "1,2,3.4.5 ", "model X {\n", "type A { b: C }\n", "Table t {\n",
    "openapi: 3\n", "{\"a\": [", "\ufeff", "\x00", "\u200b", "\r\n", "\r", "\u2028", "\x0b", "\ud800", "→",
    "as a user I want", "stateDiagram\n", "a --> b\n", "POST /x/{y} - z\n", "interface A {\n",
)  # fmt: skip


def assert_spans_are_inside(read: Brief, text: str, path: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    spans = [fact.span for fact in read.facts] + [declared.span for declared in read.declared]
    spans += [quantity.span for quantity in read.quantities if quantity.span]
    for span in spans:
        assert span.file == path
        assert 1 <= span.line <= span.end_line <= lines


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(PATHS),
    st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)),
)
def test_no_text_raises_or_gives_a_span_outside_the_file(path: str, text: str) -> None:
    read = read_brief([document(text, path)], project="Test")
    assert_spans_are_inside(read, text, path)
    assert read == Brief.load(read.dump())


def test_bom_crlf_nul_and_invisible_characters_are_removed_and_counted() -> None:
    read = brief("\ufeff# Shop\r\n\r\n- Users\u200b can\u202e pay\x00.\r\n")
    assert [(fact.text, fact.span.line) for fact in read.facts] == [("Users can pay.", 3)]
    assert read.documents[0].problems == ("1 control characters were removed.", "2 invisible characters were removed.")


def test_the_family_emoji_is_no_invisible_text() -> None:
    assert brief("- Users can invite \U0001f468\u200d\U0001f469\u200d\U0001f467 families\n").documents[0].problems == ()


def test_a_long_document_is_read_within_seconds() -> None:
    line = "- FR-{}: The clerk records an order with number, date and total; search answers in p95 < 200 ms (Must).\n"
    text = "# Requirements\n\n" + "".join(line.format(number) for number in range(2400))
    assert len(text.split()) > 43_000
    started = time.process_time()
    read = brief(text)
    assert len(read.facts) >= 2400
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "[" * 50_000,
        "*" * 50_000,
        "`" * 50_000,
        ">" * 20_000,
        "- " * 20_000,
        "|" * 50_000,
        "1,000," * 20_000,
        "1 000 " * 20_000,
        "a " * 50_000,
        "a-" * 50_000,
        "<a " * 20_000,
        "<!--" * 20_000,
        "-> a " * 20_000,
        "as a " * 20_000,
        "SELECT " * 20_000,
        "SELECT a FROM b " * 5_000,
        "INSERT INTO a (" * 10_000,
        "'" * 50_001,
        " " * 100_000 + "x",
        "retained for kept " * 8_000,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.parametrize("path", ["requirements.md", "a.sql", "a.mmd", "a.prisma"])
def test_no_expression_backtracks_without_end(path: str, text: str) -> None:
    started = time.process_time()
    read_brief([document(text, path)], project="Test")
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t (a int CHECK (" + "(" * 60 + "1" + ")" * 60 + "));",
        "CREATE TABLE t AS SELECT 1 " + " ".join(f"JOIN t{number}" for number in range(30)) + ";",
        "CREATE TABLE t (a int DEFAULT " + "ARRAY[" * 20 + "1" + "]" * 20 + ");",
        "CREATE TABLE t (" + ", ".join(f"c{number} int" for number in range(30_000)) + ");",
    ],
    ids=["brackets", "joins", "arrays", "size"],
)
def test_a_hostile_statement_is_refused_and_the_next_is_read(statement: str) -> None:
    started = time.process_time()
    read = brief(f"{statement}\nCREATE TABLE good (id int, name text);", "a.sql")
    assert "good" in {declared.name for declared in read.declared}
    assert "not read" in read.documents[0].problems[0]
    assert time.process_time() - started < 2


def test_a_yaml_bomb_is_refused() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 15))
    read = brief(f"openapi: 3.0.0\nl0: &l0 [x]\n{levels}", "openapi.yaml")
    assert "too many aliases" in read.documents[0].problems[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", '{"$schema": "x", '),
        ("openapi.yaml", "openapi: [unclosed"),
        ("a.dbml", "Table {{{"),
        ("a.graphql", "type {"),
        ("a.xyz", "what is this"),
        ("requirements.md", "  \n\n"),
    ],
)
def test_a_broken_document_gives_a_problem_and_the_others_are_read(path: str, text: str) -> None:
    read = read_brief([document(text, path), document("Users can pay.", "prd.md")], project="Test")
    problems = {entry.path: entry.problems for entry in read.documents}
    assert len(problems[path]) == 1
    assert [fact.text for fact in read.facts] == ["Users can pay."]


def test_problems_of_the_caller_are_kept() -> None:
    raw = document("Users can pay.")
    read = read_brief([type(raw)(raw.path, raw.text, raw.sha256, ("Not UTF-8.",))], project="Test")
    assert read.documents[0].problems == ("Not UTF-8.",)


@pytest.mark.parametrize(
    "text",
    [
        "# Anforderungen\n\n"
        + "- Der Kunde bestellt Waren und bezahlt sie mit der Karte oder auf Rechnung beim Fahrer\n" * 8,
        "# 要件\n\n- 顧客は商品を注文できる\n- 管理者は在庫を管理する\n",
        "# Требования\n\n- Клиент оформляет заказ\n",
    ],
)
def test_another_language_is_read_by_its_structure_and_said(text: str) -> None:
    read = brief(text)
    assert len(read.facts) >= 1
    assert "Not written in English" in read.documents[0].problems[0]


def test_english_with_much_code_is_english() -> None:
    text = "# Shop\n\nThe customer can place an order and pay for it.\n\n```\n" + "┌──┐ │ foo.bar(baz)\n" * 80 + "```\n"
    assert brief(text).documents[0].problems == ()


def test_no_documents_give_an_empty_brief() -> None:
    read = read_brief([], project="Nothing")
    assert (read.facts, read.summary) == ((), "Nothing")
