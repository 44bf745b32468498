from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.brief import Research, Source
from database_specialist.agent.model.design import Design
from database_specialist.agent.report.document import HEADINGS, render_document
from database_specialist.agent.report.pictures.drawn import path_of


def section(document: str, title: str) -> str:
    return document.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_a_choice_of_the_program_is_compared_with_the_page_that_speaks_of_it(design: Design) -> None:
    decisions = section(render_document(design), "Schema Design Decisions")
    assert "Compare [S1] on identity columns." in decisions
    assert "Compare [S2] on enum types." in decisions


def test_a_page_on_a_kind_of_index_is_named_beside_the_indexes(design: Design) -> None:
    assert "Compare [S4] on multicolumn indexes." in section(render_document(design), "Index Strategy")


def test_the_sources_say_what_uses_them_and_which_are_not_used(design: Design) -> None:
    rows = {
        row.split("|")[1].strip(): row for row in section(render_document(design), "Sources").splitlines() if "|" in row
    }
    assert rows["S3"].endswith("| read, not used |")
    assert rows["S4"].endswith("| Index Strategy |")
    assert "| Context7 |" in rows["S1"]
    assert "| 2026-01-05 | SD" in rows["S1"]


def test_a_choice_of_the_designer_rests_on_the_pages_it_names(design: Design) -> None:
    choice = Decision(
        id="D1", topic="engine", subject="shop", choice="one database", why="It fits.", sources=("S3", "S9")
    )
    schema = design.relational_schema.model_copy(update={"decisions": (*design.relational_schema.decisions, choice)})
    designed = design.model_copy(update={"relational_schema": schema, "designer": "model m"})
    document = render_document(designed)
    assert "It fits. Rests on [S3]." in document
    assert "| D1 |" in next(line for line in section(document, "Sources").splitlines() if line.startswith("| S3 |"))


def test_a_run_without_research_has_no_table_of_pages(design: Design) -> None:
    without = Research(not_researched=("Context7: CONTEXT7_API_KEY is not set",))
    said = section(render_document(design.model_copy(update={"research": without})), "Sources")
    assert "- Context7: CONTEXT7_API_KEY is not set" in said.replace("\\", "")
    assert "Used by" not in said


HOSTILE = (
    "x\n\n## Sources\n\n[S1]: http://evil.example\n```\nfence\n```\n<script>evil()</script> "
    "![i](http://evil.example/p.png) [l](javascript:evil()) | cell |\n"
    "| --- |\n<!-- --> &lt;b&gt; http://evil.example \u202e"
)


@pytest.mark.parametrize("url", ["javascript:evil()", "https://e.example/a)b", "https://e.example/ x", HOSTILE])
def test_markup_in_a_source_breaks_nothing(design: Design, url: str) -> None:
    page = Source(
        id="S1",
        provider="perplexity",
        topic=HOSTILE,
        query=HOSTILE,
        title=HOSTILE,
        url=url,
        retrieved=HOSTILE,
        excerpt=HOSTILE,
    )
    research = Research(topics=(HOSTILE,), sources=(page,), not_researched=(HOSTILE,))
    before = MarkdownIt("gfm-like", {"linkify": False}).parse(render_document(design))
    after = MarkdownIt("gfm-like", {"linkify": False}).parse(
        render_document(design.model_copy(update={"research": research}))
    )
    titles = [
        after[i + 1].content for i, token in enumerate(after) if token.type == "heading_open" and token.tag == "h2"
    ]
    assert tuple(titles) == HEADINGS
    kinds = {token.type for token in after} | {child.type for token in after for child in token.children or []}
    assert not {"html_block", "html_inline"} & kinds
    shown = [str(child.attrs["src"]) for token in after for child in token.children or [] if child.type == "image"]
    assert shown == [path_of(name) for name in ("growth", "recovery")]
    assert [token.type for token in after].count("fence") == [token.type for token in before].count("fence")
    links = [child for token in after for child in token.children or [] if child.type == "link_open"]
    assert links == []
