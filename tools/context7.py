"""Context7's REST interface, version 2: documentation of libraries, by library and question.

https://github.com/upstash/context7/blob/master/docs/openapi.json
"""

from __future__ import annotations

from typing import Any

import httpx

from database_specialist.agent.research import Topic
from database_specialist.tools.http import client, get_json

BASE_URL = "https://context7.com/api"
MAX_SNIPPETS = 3
MAX_HOPS = 3


class Context7:
    """Finds the library of a topic, then what its documentation says."""

    def __init__(self, key: str, *, base_url: str = BASE_URL, transport: httpx.BaseTransport | None = None) -> None:
        self._http = client(base_url, key, transport)

    def ask(self, topic: Topic) -> list[tuple[str, str, str]]:
        """Return (title, url, text) of the best snippets.

        Raises:
            httpx.HTTPError: the service cannot be reached or refuses.
            ValueError: nothing is known of the library, or it is not ready yet.
        """
        library = self._library(topic)
        body = self._context(library, topic.query[:500])
        return (_code(body) + _prose(body))[:MAX_SNIPPETS]

    def _library(self, topic: Topic) -> str:
        parameters = {"libraryName": topic.library[:500], "query": topic.query[:500]}
        _, body = get_json(self._http, self._http.build_request("GET", "/v2/libs/search", params=parameters))
        ready = [found for found in body.get("results", []) if found.get("state") == "finalized"]
        if not ready:
            raise ValueError(f"no library named {topic.library}")
        return str(ready[0]["id"])

    def _context(self, library: str, query: str) -> dict[str, Any]:
        for _ in range(MAX_HOPS):
            parameters = {"libraryId": library, "query": query, "type": "json"}
            status, body = get_json(self._http, self._http.build_request("GET", "/v2/context", params=parameters))
            if status == 202:
                raise ValueError(f"{library} is being indexed; try again later")
            if status != 301:
                return dict(body)
            library = str(body["redirectUrl"])  # a library id, not an address
        raise ValueError(f"{library} is moved too often")


def _code(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (
            str(snippet.get("codeTitle") or snippet.get("pageTitle") or "Snippet"),
            str(snippet.get("codeId", "")),
            str(snippet.get("codeDescription", "")),
        )
        for snippet in body.get("codeSnippets", [])
    ]


def _prose(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (str(snippet.get("breadcrumb", "Page")), str(snippet.get("pageId", "")), str(snippet.get("content", "")))
        for snippet in body.get("infoSnippets", [])
    ]
