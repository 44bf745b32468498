"""Perplexity's Search API: pages of the web for a query.

The Sonar chat interface was shut down in September 2026; the Search API is the one that gives sources and no prose.
https://docs.perplexity.ai/openapi.json
"""

from __future__ import annotations

import httpx

from database_specialist.agent.research import Topic
from database_specialist.tools.http import client, get_json

BASE_URL = "https://api.perplexity.ai"
MAX_RESULTS = 3
TOKENS_PER_PAGE = 512


class Perplexity:
    """Searches the web."""

    def __init__(self, key: str, *, base_url: str = BASE_URL, transport: httpx.BaseTransport | None = None) -> None:
        self._http = client(base_url, key, transport)

    def ask(self, topic: Topic) -> list[tuple[str, str, str]]:
        """Return (title, url, text) of the best pages.

        Raises:
            httpx.HTTPError: the service cannot be reached or refuses.
            ValueError: the answer is not the JSON that its description promises.
        """
        question = {"query": topic.query, "max_results": MAX_RESULTS, "max_tokens_per_page": TOKENS_PER_PAGE}
        _, body = get_json(self._http, self._http.build_request("POST", "/search", json=question))
        return [
            (str(page.get("title", "")), str(page.get("url", "")), str(page.get("snippet", "")))
            for page in body.get("results", [])
        ]
