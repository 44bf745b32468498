"""Perplexity's Search API: pages of the web for a query.

The Sonar chat interface was shut down in September 2026; the Search API is the one that gives sources and no prose.
https://docs.perplexity.ai/openapi.json
"""

from __future__ import annotations

import time

from database_specialist.agent.research import Topic
from database_specialist.agent.sources import Page
from database_specialist.tools.http import CALL_SECONDS, JsonClient, Sleep

BASE_URL = "https://api.perplexity.ai"
MAX_RESULTS = 6
TOKENS_PER_PAGE = 512


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
        pages = body.get("results")
        if status != 200 or not isinstance(pages, list):
            raise ValueError(f"HTTP {status} without results")
        return [
            (str(page.get("title", "")), str(page.get("url", "")), str(page.get("snippet", "")))
            for page in pages
            if isinstance(page, dict)
        ]
