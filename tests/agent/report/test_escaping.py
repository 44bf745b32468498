"""Text of others stays text: whatever the documents or a model say, the document keeps its shape."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.relational import Column, ForeignKey, Schema, Table
from database_specialist.agent.report.document import HEADINGS, render_document
from database_specialist.agent.report.files import render_files
from database_specialist.agent.report.markdown import code, fence, link, quantity, sections, table, text, with_commands
from database_specialist.agent.report.mermaid import er_diagram
from database_specialist.agent.report.pictures.drawn import path_of
from database_specialist.agent.script import sql_statements
from database_specialist.agent.verification.sandbox import Database, StatementError

MERMAID = Path(__file__).parents[2] / "mermaid"
HOSTILE = (
    "# ZZ | a | b |\n## Sources\n\n| x | y |\n| --- | --- |\n```sql\nDROP TABLE zz;\n```\n~~~\n<script>zz()</script>"
    "<img src=x> ![zz](http://zz.example/p.png) [zz](javascript:zz) <http://zz.example> https://zz.example"
    " www.zz.example *zz* __zz__ ~~zz~~ $zz$ `zz` ``zz`` &lt; \\ 'zz'"
    ' "zz" ; -- zz\r\n--> }}\u202ezz\u200b\u2066\ufeff\x07 %% zz'
)
_PROSE = (
    "text description meaning comment why reason claim detail message help title label basis note purpose "
    "question why_it_matters resolution choice rejected_because summary project action abort restore_test "
    "archival sync staleness create_ahead interval invalidation consequences added_because not_served "
    "not_researched problems topics excerpt role"
)
PROSE = frozenset(_PROSE.split())
# Closed lists that happen to share a name with prose.
CLOSED = frozenset({"requirements", "architecture", "schema", "other", "fresh", "seconds", "minutes", "hours"})


def poisoned(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: poisoned(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, key) for each in value]
    if isinstance(value, str) and key in PROSE and value not in CLOSED:
        return f"{value} {HOSTILE}" if key in {"not_served", "comment"} else HOSTILE
    return value


@pytest.fixture(scope="module")
def hostile(design: Design) -> Design:
    data = design.dump()
    poison = poisoned(data)
    # Roles of relationships are names, not prose.
    poison["entity_model"]["relationships"] = data["entity_model"]["relationships"]
    return Design.load(poison)


@pytest.fixture(scope="module")
def tokens(hostile: Design) -> list[Token]:
    return MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(render_document(hostile))


def inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in (token.children or [])]


def test_hostile_text_makes_no_html(tokens: list[Token]) -> None:
    kinds = {token.type for token in (*tokens, *inline(tokens))}
    assert not {"html_block", "html_inline"} & kinds


def test_hostile_text_makes_no_image_link_or_emphasis(hostile: Design, tokens: list[Token]) -> None:
    children = inline(tokens)
    assert [child for child in children if child.type in {"em_open", "s_open"}] == []
    shown = [str(child.attrs["src"]) for child in children if child.type == "image"]
    assert shown == [path_of(name) for name in ("growth", "recovery")]
    targets = {str(child.attrs["href"]) for child in children if child.type == "link_open"}
    assert targets == {each.url for each in hostile.research.sources}


def test_hostile_text_makes_no_heading(tokens: list[Token]) -> None:
    titles = [
        tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"
    ]
    assert tuple(titles) == HEADINGS


def test_hostile_text_makes_no_code_block_of_its_own(tokens: list[Token]) -> None:
    fences = [token for token in tokens if token.type in {"fence", "code_block"}]
    assert {token.info for token in fences} <= {"sql", "bash", "json", "text", "mermaid"}
    assert not any(token.content.startswith("DROP TABLE zz") for token in fences)


def test_hostile_text_breaks_no_table(tokens: list[Token], hostile: Design) -> None:
    assert sum(token.type == "table_open" for token in tokens) > 10
    prose = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", render_document(hostile))
    for block in re.findall(r"(?:^\|.*\n)+", prose, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1, block


def test_marks_that_nobody_sees_are_taken_out_of_prose(hostile: Design) -> None:
    prose = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", render_document(hostile))
    assert re.findall("[\u200b\u202e\u2066\ufeff\x07]", prose) == []


def test_hostile_comments_do_not_leave_their_place_in_sql(hostile: Design, database: Database) -> None:
    for statement in sql_statements(render_document(hostile), "postgresql", markdown=True):
        database.execute(statement.sql)
    with pytest.raises(StatementError, match="zz"):
        database.execute("DROP TABLE zz")


def test_a_purpose_of_several_lines_stays_a_comment_in_the_script_of_queries(
    hostile: Design, database: Database
) -> None:
    for line in render_files(hostile, ())["database/queries.sql"].splitlines():
        assert not line.startswith(("DROP", "#", "|", "~~~", "<"))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a | b", "a | b"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("`x`", "\\`x\\`"),
        ("![i](u)", "!\\[i\\](u)"),
        ("snake_case stays", "snake_case stays"),
        ("_em_", "\\_em\\_"),
        ("costs $5 and $6", "costs \\$5 and \\$6"),
        ("see https://a.example", "see https\\://a.example"),
        ("- item", "\\- item"),
        ("12) item", "12\\) item"),
        ("3 items", "3 items"),
        ("=====", "\\====="),
        ("two\nlines\r\n\tof  it", "two lines of it"),
        ("z\u200be\u202er\u00ado\x00", "zero"),
        ("", ""),
    ],
)
def test_text_is_inert(given: str, shown: str) -> None:
    assert text(given) == shown


@pytest.mark.parametrize("value", ["a`b", "`a", "a`", "``", "a ``b`` c", "\\", "x|y"])
def test_code_shows_what_was_given(value: str) -> None:
    (token,) = [t for t in inline(MarkdownIt("commonmark").parse(code(value))) if t.type == "code_inline"]
    assert token.content == value


def test_code_in_a_table_keeps_its_pipes() -> None:
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(table(("A",), [(code("a || b"),)]))
    assert "<code>a || b</code>" in rendered


def test_a_fence_is_longer_than_any_inside() -> None:
    body = "SELECT '````';\n```\nSELECT 2;"
    (token,) = MarkdownIt("commonmark").parse(fence("sql", body))
    assert token.content == body + "\n"


def test_an_empty_block_is_left_out() -> None:
    assert sections("a", fence("bash", " \n"), "b") == "a\n\nb"


def test_an_address_with_anything_odd_in_it_is_no_link() -> None:
    assert link("T", "https://a.example/b") == "[T](https://a.example/b)"
    for url in ("javascript:x", "https://a.example/) [x](y", "https://a.example/\n# h", "<https://a>"):
        assert "](" not in link("T", url).replace("\\](", "")


def test_a_unit_of_others_is_escaped() -> None:
    assert quantity(Figure(value=2.0, unit="<b>", origin="given", basis="x")) == "2 &lt;b&gt;"


def test_commands_inside_prose_become_code_and_the_rest_stays_inert() -> None:
    shown = with_commands('<b> run psql --dbname x --command "SELECT * FROM t WHERE a < 1"; then *stop*.')
    assert shown == '&lt;b&gt; run `psql --dbname x --command "SELECT * FROM t WHERE a < 1"`; then \\*stop\\*.'


_NAMES = ("größe", "order", "end", "a`b", "1st", "a-b.c", "|o--o{", "erDiagram", "class_members", "to_dos", "PK")
ODD = ('x" { } %% \n end', *_NAMES)


def odd_schema() -> Schema:
    tables = [
        Table(
            name=name,
            columns=(Column(name=name, type="numeric(10, 2)"), Column(name="1st", type="character varying(3)")),
            foreign_keys=(ForeignKey(name="f", columns=(name,), ref_table=ODD[0], ref_columns=(ODD[0],)),),
        )
        for name in ODD
    ]
    return Schema(engine="postgresql", tables=tuple(tables))


def test_the_diagram_has_only_words_whatever_the_names_are() -> None:
    for line in er_diagram(odd_schema()).splitlines():
        assert re.fullmatch(
            r'erDiagram|    (?:\w+|"[^"{}%\n]+") \{|    \}|        \w+ \w+(?: [A-Z, ]+)?(?: "optional")?'
            r'|    (?:\w+|"[^"{}%\n]+") [|}o.-]+[|{o.-]+ (?:\w+|"[^"]+") : "\w+"',
            line,
        ), line


@pytest.mark.skipif(not (MERMAID / "node_modules").is_dir(), reason="no node here: `make setup` installs Mermaid")
def test_the_real_mermaid_parser_accepts_odd_names() -> None:
    drawn = er_diagram(odd_schema())
    parsed = subprocess.run(
        ["node", "parse.mjs"], cwd=MERMAID, input=drawn, capture_output=True, text=True, timeout=60, check=False
    )
    assert parsed.returncode == 0, parsed.stderr
