"""Context7's REST interface, version 2: documentation of libraries, by library and question.

https://github.com/upstash/context7/blob/master/docs/openapi.json
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any

from database_specialist.agent.research import Topic
from database_specialist.agent.sources import Page
from database_specialist.tools.http import CALL_SECONDS, JsonClient, Sleep, objects

BASE_URL = "https://context7.com/api"
MAX_PAGES = 6
MAX_HOPS = 3
_LIBRARY = re.compile(r"/[^/\s]+/[^/\s]+([/@][^/\s]+)?")


class Context7:
    """Finds the library of a topic, then what its documentation says."""

    def __init__(
        self,
        key: str,
        *,
        base_url: str = BASE_URL,
        call_seconds: float = CALL_SECONDS,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._http = JsonClient(base_url, key, call_seconds=call_seconds, sleep=sleep)
        self._libraries: dict[tuple[str, str | None], str] = {}

    def ask(self, topic: Topic) -> list[Page]:
        """Return (title, url, text) of the pages, as the service ranks their snippets, prose before code.

        Raises:
            httpx2.HTTPError: the service cannot be reached or refuses.
            ValueError: nothing is known of the library, or it is not ready yet.
        """
        body = self._context(self._library(topic), topic.query[:500])
        return _by_page(_prose(body) + _code(body))[:MAX_PAGES]

    def _library(self, topic: Topic) -> str:
        """Search once for all topics of a library: each search counts against the plan's calls."""
        known = topic.library, topic.version
        if known not in self._libraries:
            self._libraries[known] = self._found(topic)
        return self._libraries[known]

    def _found(self, topic: Topic) -> str:
        parameters = {"libraryName": topic.library[:500], "query": topic.query[:500]}
        _, body = self._http.get("/v2/libs/search", parameters)
        ready = [found for found in objects(body, "results") if found.get("state") == "finalized"]
        if not ready:
            raise ValueError(f"no library named {topic.library}")
        best = max(ready, key=lambda found: _standing(found, topic.library))
        return _library_id(_versioned(best, topic.version))

    def _context(self, library: str, query: str) -> dict[str, Any]:
        for _ in range(MAX_HOPS):
            status, body = self._http.get("/v2/context", {"libraryId": library, "query": query, "type": "json"})
            if status == 202:
                raise ValueError(f"{library} is being indexed; try again later")
            if status != 301:
                return body
            library = _library_id(str(body.get("redirectUrl")))  # an id, not an address
        raise ValueError(f"{library} is moved too often")


def _library_id(text: str) -> str:
    if not _LIBRARY.fullmatch(text) or len(text) > 500:
        raise ValueError(f"{text[:80]!r} is no library id")
    return text


def _standing(found: dict[str, Any], wanted: str) -> tuple[bool, float, float]:
    """Order libraries: the one of this very name, then by trust and size; -1 is the service's "unknown"."""
    named = str(found.get("title", "")).lower() == wanted.lower()
    return named, _number(found.get("trustScore")), _number(found.get("totalSnippets"))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else -1.0


def _versioned(found: dict[str, Any], version: str | None) -> str:
    """Return the id of the documentation of this version, where there is one."""
    name, versions = str(found.get("id")), found.get("versions")
    if version is None or not isinstance(versions, list) or name.count("/") != 2:
        return name
    same = [str(each) for each in versions if re.match(rf"\D*{re.escape(version)}(\D|$)", str(each))]
    return f"{name}/{same[0]}" if same and "/" not in same[0] else name


def _by_page(snippets: Iterable[Page]) -> list[Page]:
    """Put the snippets of one page together: their addresses differ only behind the `#`."""
    pages: dict[str, Page] = {}
    for title, url, text in snippets:
        page = url.partition("#")[0]
        first, _, before = pages.get(page, (title, page, ""))
        pages[page] = first, page, f"{before}\n\n{text}".lstrip("\n")
    return list(pages.values())


def _code(body: dict[str, Any]) -> list[Page]:
    return [
        (
            str(snippet.get("codeTitle") or snippet.get("pageTitle") or "Snippet"),
            str(snippet.get("codeId", "")),
            "\n".join([str(snippet.get("codeDescription", "")), *_listings(snippet)]),
        )
        for snippet in objects(body, "codeSnippets")
    ]


def _listings(snippet: dict[str, Any]) -> list[str]:
    return [str(each.get("code", "")) for each in objects(snippet, "codeList")]


def _prose(body: dict[str, Any]) -> list[Page]:
    return [
        (str(snippet.get("breadcrumb", "Page")), str(snippet.get("pageId", "")), str(snippet.get("content", "")))
        for snippet in objects(body, "infoSnippets")
    ]
