"""What is read from a chat message, and what is answered."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from database_specialist.agent.chat import answer, engine_in, folders_in, last_request
from database_specialist.agent.contract import DatabaseDesign
from database_specialist.agent.model.brief import Gap


def test_the_last_word_of_a_person_counts_in_whatever_form_it_comes() -> None:
    assert last_request([HumanMessage("a"), HumanMessage("b"), AIMessage("c")]) == "b"
    assert last_request([{"role": "user", "content": "b"}, {"role": "assistant", "content": "c"}]) == "b"
    assert (
        last_request([HumanMessage([{"type": "text", "text": "in"}, {"type": "text", "text": "docs/a"}])])
        == "in\ndocs/a"
    )
    assert last_request([AIMessage("c")]) == last_request([]) == ""


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("Design the database.", ()),
        ("Please look at ./ai_docs and design it.", ("./ai_docs",)),
        ("Design file:///srv/shop/ai_docs!", ("/srv/shop/ai_docs",)),
        ("The documents are in `my docs/shop`.", ("my docs/shop",)),
        ("They are in the shop folder.", ("shop",)),
        ("See the documents in ~/shop/requirements.md (and the rest).", ("~/shop/requirements.md",)),
        ("As on https://example.com/how/to, design the database in this folder.", ()),
        ("It's what we can't do: don't guess.", ()),
    ],
)
def test_what_may_be_a_path_is_found_in_prose(text: str, folders: tuple[str, ...]) -> None:
    assert folders_in(text) == folders


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("Design it for SQLite.", "sqlite"),
        ("Use Postgres, please", "postgresql"),
        ("Design the database with a MariaDB server in mind", "mariadb"),
        ("We leave MySQL behind", None),
        ("Do not use MySQL", None),
        ("The sqlitebrowser is installed on sqlite3", None),
    ],
)
def test_an_engine_is_taken_only_where_it_is_asked_for(text: str, engine: str | None) -> None:
    assert engine_in(text) == engine


def test_the_answer_names_the_document_and_what_is_open() -> None:
    gap = Gap(id="G1", question="How fast does it grow?", why_it_matters="Sizes.")
    result = DatabaseDesign(
        status="accepted", output_folder="/srv/out", document_path="database-design.md", open_questions=(gap,)
    )
    assert answer(result) == (
        "database design accepted: /srv/out/database-design.md. Open questions: How fast does it grow?"
    )


def test_the_answer_of_a_failure_is_its_reason() -> None:
    failed = DatabaseDesign(status="input_error", reason="x: no such folder; give another")
    assert answer(failed) == "database design input error: x: no such folder; give another"
