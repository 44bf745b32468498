"""The research services behind one face, with a cache on disk, and the reason where one is not asked."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import httpx

from database_specialist.agent.model.brief import Research, Source
from database_specialist.agent.research import Topic
from database_specialist.tools.context7 import Context7
from database_specialist.tools.http import error_code
from database_specialist.tools.perplexity import Perplexity
from database_specialist.tools.snippets import Page, Selection, pages_from

Provider = Literal["context7", "perplexity"]
CACHE_SECONDS = 24 * 3600
_TITLES = {"context7": "Context7", "perplexity": "Perplexity"}
_KEYS = {"context7": "CONTEXT7_API_KEY", "perplexity": "PERPLEXITY_API_KEY"}


class Service(Protocol):
    """A research service."""

    def ask(self, topic: Topic) -> Sequence[Page]:
        """Return (title, url, text) of what was found; raises httpx.HTTPError or ValueError."""


@dataclass(frozen=True)
class Silent:
    """A service that is not asked."""

    provider: Provider
    reason: str

    def research(self, topics: Sequence[Topic]) -> Research:
        """Say for every topic at once why nothing was asked."""
        return Research(not_researched=(f"{_TITLES[self.provider]}: {self.reason}",))


@dataclass(frozen=True)
class Cached:
    """A service whose answers are kept for a day. It never fails: what could not be learnt is said."""

    provider: Provider
    service: Service
    folder: Path
    now: float = field(default_factory=time.time)

    def research(self, topics: Sequence[Topic]) -> Research:
        """Ask about each topic in turn; stop asking at the first failure that would meet every topic."""
        selection = Selection()
        sources: list[Source] = []
        failures: list[str] = []
        for topic in topics:
            place = f"{_TITLES[self.provider]}, {topic.feature}"
            try:
                found = self._ask(topic)
            except (httpx.HTTPError, ValueError) as error:
                failures.append(f"{place}: {_reason(error)}")
                if _meets_every_topic(error):
                    break
                continue
            chosen = selection.choose(topic.query, found)
            sources += [self._source(topic, page) for page in chosen]
            if not chosen:
                failures.append(f"{place}: nothing new was found")
        return Research(
            topics=tuple(topic.query for topic in topics), sources=tuple(sources), not_researched=tuple(failures)
        )

    def _ask(self, topic: Topic) -> Sequence[Page]:
        pages = self._remembered(topic)
        if pages is None:
            pages = self.service.ask(topic)
            self._remember(topic, pages)
        return pages

    def _source(self, topic: Topic, page: Page) -> Source:
        title, url, text = page
        day = datetime.fromtimestamp(self.now, UTC).date().isoformat()
        return Source(
            id="S0", provider=self.provider, query=topic.query, title=title, url=url, retrieved=day, excerpt=text[:8000]
        )

    def _path(self, topic: Topic) -> Path:
        name = hashlib.sha256(f"{self.provider}\n{topic.library}\n{topic.version}\n{topic.query}".encode()).hexdigest()
        return self.folder / "research" / f"{name}.json"

    def _remembered(self, topic: Topic) -> Sequence[Page] | None:
        path = self._path(topic)
        try:
            if self.now - path.stat().st_mtime > CACHE_SECONDS:
                return None
            return pages_from(json.loads(path.read_text()))
        except (OSError, ValueError, RecursionError):
            return None

    def _remember(self, topic: Topic, pages: Sequence[Page]) -> None:
        path = self._path(topic)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as whole:
                json.dump([list(page) for page in pages], whole)
            Path(whole.name).replace(path)
        except OSError:
            return  # a cache that cannot be written costs a request, nothing else


def researcher(provider: Provider, *, key: str | None, mode: str, cache: Path) -> Silent | Cached:
    """Return the service, or one that says why it is not asked."""
    if mode == "off":
        return Silent(provider, "research is off (RESEARCH=off)")
    if key is None:
        return Silent(provider, f"{_KEYS[provider]} is not set")
    service: Service = Context7(key) if provider == "context7" else Perplexity(key)
    return Cached(provider, service, cache)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code} {error_code(error.response)}".rstrip()
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.HTTPError):
        return f"not reachable ({type(error).__name__})"
    return " ".join(str(error).split())[:200]


def _meets_every_topic(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in {401, 402, 403, 429}
    return isinstance(error, httpx.TransportError)
