"""What the services publish of their requests and answers: OpenAI by its SDK's types, the others as written here.

https://github.com/upstash/context7/blob/master/docs/openapi.json, https://docs.perplexity.ai/openapi.json
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tests.recorded.recording import CANONICAL, RECORDED_MODEL


class _Published(BaseModel):
    """Services add fields; those that are there have the published type."""

    model_config = ConfigDict(extra="allow", strict=True)


class _Exact(BaseModel):
    """A request holds what is published, and nothing else. A query's values are text."""

    model_config = ConfigDict(extra="forbid")


class LibrarySearch(_Exact):
    """`GET /v2/libs/search`."""

    libraryName: str = Field(min_length=1, max_length=500)
    query: str = Field(min_length=1, max_length=500)
    fast: Literal["true", "false"] | None = None


class Library(_Published):
    """One library found."""

    id: str
    title: str
    description: str
    branch: str
    lastUpdateDate: str
    state: Literal["initial", "finalized", "processing", "error", "delete"]
    totalTokens: int
    totalSnippets: int
    stars: int | None = None
    trustScore: float | None = None
    benchmarkScore: float | None = None
    versions: list[str] | None = None


class LibrariesFound(_Published):
    """The answer to a search for libraries."""

    results: list[Library]
    searchFilterApplied: bool | None = None


class ContextSearch(_Exact):
    """`GET /v2/context`."""

    libraryId: str = Field(pattern=r"^/[^/]+/[^/]+([/@][^/]+)?$")
    query: str = Field(min_length=1, max_length=500)
    type: Literal["json", "txt"] | None = None
    fast: Literal["true", "false"] | None = None


class _Listing(_Published):
    language: str
    code: str


class _CodeSnippet(_Published):
    codeTitle: str
    codeDescription: str
    codeLanguage: str
    codeTokens: int
    codeId: str
    pageTitle: str
    codeList: list[_Listing]


class _InfoSnippet(_Published):
    pageId: str | None = None
    breadcrumb: str | None = None
    content: str
    contentTokens: int


class ContextFound(_Published):
    """The documentation that Context7 returns."""

    codeSnippets: list[_CodeSnippet]
    infoSnippets: list[_InfoSnippet]


class Context7Error(_Published):
    """An answer of Context7 with a status of 300 and above."""

    error: str
    message: str


class WebSearch(_Exact):
    """`POST /search`."""

    query: str | list[str]
    max_results: int | None = Field(default=None, ge=1, le=20)
    max_tokens: int | None = None
    max_tokens_per_page: int | None = None
    search_context_size: Literal["low", "medium", "high"] | None = None
    search_domain_filter: list[str] | None = Field(default=None, max_length=20)
    search_recency_filter: Literal["hour", "day", "week", "month", "year"] | None = None
    search_mode: Literal["web", "academic", "sec"] | None = None
    country: str | None = None


class _Page(_Published):
    title: str
    url: str
    snippet: str
    date: str | None = None
    last_updated: str | None = None


class PagesFound(_Published):
    """The pages that Perplexity returns."""

    id: str
    results: list[_Page]
    server_time: str | None = None


class _ChatRequest(CompletionCreateParamsNonStreaming):
    """A request that holds nothing that the SDK does not know."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]


CHAT = f"{CANONICAL}/chat/completions"
_CHAT_REQUEST = TypeAdapter(_ChatRequest)
_CONTEXT7 = "https://context7.com/api"
_CONTEXT7_TYPES: dict[str, tuple[type[BaseModel], type[BaseModel]]] = {
    "/v2/libs/search": (LibrarySearch, LibrariesFound),
    "/v2/context": (ContextSearch, ContextFound),
}
_PERPLEXITY_SEARCH = "https://api.perplexity.ai/search"


def check(request: Mapping[str, Any], response: Mapping[str, Any]) -> None:
    """Require that an exchange is of its service's published types; raises on an address that is nobody's."""
    url = urlsplit(request["uri"])
    address = f"{url.scheme}://{url.netloc}{url.path}"
    body, status = response["parsed_body"], response["status"]["code"]
    if address == CHAT:
        assert request["parsed_body"]["model"] == RECORDED_MODEL
        _CHAT_REQUEST.validate_python(request["parsed_body"])
        ChatCompletion.model_validate(body)
    elif address.startswith(_CONTEXT7):
        asked, found = _CONTEXT7_TYPES[address.removeprefix(_CONTEXT7)]
        asked.model_validate(dict(parse_qsl(url.query)))
        (found if status == 200 else Context7Error).model_validate(body)
    else:
        assert address == _PERPLEXITY_SEARCH
        WebSearch.model_validate(request["parsed_body"])
        PagesFound.model_validate(body)
