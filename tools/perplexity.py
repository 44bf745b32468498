"""Perplexity's Search API: pages of the web for a query; and its Agent API, where an answer in words is wanted.

The Sonar chat interface was shut down in September 2026. A run of ours asks the Search API only: it gives sources and
no prose.
https://docs.perplexity.ai/openapi.json
"""

from __future__ import annotations

import time
from typing import Any

from database_specialist.agent.research import Topic
from database_specialist.agent.sources import Page
from database_specialist.tools.http import CALL_SECONDS, JsonClient, Sleep, objects

BASE_URL = "https://api.perplexity.ai"
MAX_RESULTS = 6
TOKENS_PER_PAGE = 512
MAX_ANSWER_TOKENS = 600
MAX_STEPS = 3


class Perplexity:
    """Searches the web."""

    def __init__(
        self,
        key: str,
        *,
        base_url: str = BASE_URL,
        call_seconds: float = CALL_SECONDS,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._http = JsonClient(base_url, key, call_seconds=call_seconds, sleep=sleep)

    def ask(self, topic: Topic) -> list[Page]:
        """Return (title, url, text) of the pages, as the service ranks them.

        Raises:
            httpx2.HTTPError: the service cannot be reached or refuses.
            ValueError: the answer is not the JSON that its description promises.
        """
        question = {"query": topic.query, "max_results": MAX_RESULTS, "max_tokens_per_page": TOKENS_PER_PAGE}
        status, body = self._http.post("/search", question)
        if status != 200 or not isinstance(body.get("results"), list):
            raise ValueError(f"HTTP {status} without results")
        return _pages(body)

    def answer(self, topic: Topic) -> tuple[str, list[Page]]:
        """Return an answer in words, and the pages that the service searched for it.

        The pages are taken from the search's own results: the marks in the text may be missing or stand for others.

        Raises:
            httpx2.HTTPError: the service cannot be reached or refuses.
            ValueError: the answer did not come to an end, or is not what its description promises.
        """
        question = {
            "effort": "low",
            "input": topic.query,
            "tools": [{"type": "web_search"}],
            "tool_choice": "required",
            "max_steps": MAX_STEPS,
            "max_output_tokens": MAX_ANSWER_TOKENS,
            "store": False,
        }
        _, body = self._http.post("/v1/agent", question)
        # A failure may come with HTTP 200.
        if body.get("status") != "completed":
            raise ValueError(f"the answer is not complete: {str(body.get('status'))[:40]}")
        found = objects(body, "output")
        text = "".join(
            str(part.get("text", ""))
            for item in found
            if item.get("type") == "message"
            for part in objects(item, "content")
            if part.get("type") == "output_text"
        )
        searched = (item for item in found if item.get("type") == "search_results")
        return text, [page for item in searched for page in _pages(item)]


def _pages(body: dict[str, Any]) -> list[Page]:
    return [
        (str(page.get("title", "")), str(page.get("url", "")), str(page.get("snippet", "")))
        for page in objects(body, "results")
    ]
