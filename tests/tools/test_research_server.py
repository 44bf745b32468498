from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Stack, Technology
from database_specialist.agent.research import topics
from database_specialist.tools.context7 import Context7
from database_specialist.tools.perplexity import Perplexity
from tests.tools.research_server import load, research_server


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Library(Shape):
    id: str
    title: str
    description: str
    branch: str
    lastUpdateDate: str
    state: Literal["initial", "finalized", "processing", "error", "delete"]
    totalTokens: int
    totalSnippets: int
    stars: int
    trustScore: float
    benchmarkScore: float
    versions: list[str]


class SearchResponse(Shape):
    results: list[Library]
    searchFilterApplied: bool


class Listing(Shape):
    language: str
    code: str


class CodeSnippet(Shape):
    codeTitle: str
    codeDescription: str
    codeLanguage: str
    codeTokens: int
    codeId: str
    pageTitle: str
    codeList: list[Listing]


class InfoSnippet(Shape):
    pageId: str
    breadcrumb: str
    content: str
    contentTokens: int


class ContextResponse(Shape):
    codeSnippets: list[CodeSnippet]
    infoSnippets: list[InfoSnippet]


class Result(Shape):
    title: str
    url: str
    snippet: str
    date: str | None
    last_updated: str | None


class WebResponse(Shape):
    id: str
    results: list[Result]
    server_time: str | None


def test_the_answers_kept_are_of_the_published_shapes() -> None:
    for body in load("context7_search").values():
        SearchResponse.model_validate(body)
    for pages in load("context7_context").values():
        for body in pages.values():
            ContextResponse.model_validate(body)
    for body in load("perplexity_search").values():
        WebResponse.model_validate(body)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with research_server() as url:
        yield url


REDIS = Technology(name="Redis", category="key_value", version="7", purpose=None, facts=())


@pytest.mark.parametrize(("engine", "version"), [("postgresql", "18"), ("postgresql", None), ("sqlite", None)])
def test_every_question_of_these_stacks_has_an_answer(address: str, engine: Engine, version: str | None) -> None:
    stack = Stack(engine=engine, engine_version=version, origin="given", reason="", technologies=(REDIS,))
    for topic in topics(stack):
        assert Context7("key", base_url=address).ask(topic)
        assert Perplexity("key", base_url=address).ask(topic)
