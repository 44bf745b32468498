"""The research services behind one face, with a cache on disk, and the reason where one is not asked."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import httpx2

from database_specialist.agent.errors import ConfigError
from database_specialist.agent.model.brief import Research, Source
from database_specialist.agent.research import Topic
from database_specialist.agent.sources import Page, Selection
from database_specialist.tools import context7, perplexity
from database_specialist.tools.http import error_code
from database_specialist.tools.transport import Declined

Provider = Literal["context7", "perplexity"]
CACHE_SECONDS = 24 * 3600
RUN_SECONDS = 60.0
"""A service that is slow for one topic is slow for the next: no run waits longer for one of them."""
_TITLES = {"context7": "Context7", "perplexity": "Perplexity"}
_KEYS = {"context7": "CONTEXT7_API_KEY", "perplexity": "PERPLEXITY_API_KEY"}
_URLS = {"context7": "CONTEXT7_API_URL", "perplexity": "PERPLEXITY_BASE_URL"}
_FORM = 2
"""Of the files in the cache: those of another form are asked anew."""


class Service(Protocol):
    """A research service."""

    def ask(self, topic: Topic) -> Sequence[Page]:
        """Return (title, url, text) of what was found; raises httpx2.HTTPError or ValueError."""


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
    origin: str = ""
    """Where the service is: the answers of one host are not those of another."""
    now: float = field(default_factory=time.time)
    seconds: float = RUN_SECONDS

    def research(self, topics: Sequence[Topic]) -> Research:
        """Ask about each topic in turn; stop asking at the first failure that would meet every topic."""
        selection, ends = Selection(), time.monotonic() + self.seconds
        sources: list[Source] = []
        failures: list[str] = []
        for number, topic in enumerate(topics):
            if time.monotonic() > ends:
                failures.append(self._said(topics[number:], f"not asked, after {self.seconds:.0f} s"))
                break
            try:
                pages, asked_at = self._pages(topic)
            except (httpx2.HTTPError, ValueError) as error:
                ended = _meets_every_topic(error)
                failures.append(self._said(topics[number:] if ended else [topic], failure(error)))
                if ended:
                    break
                continue
            chosen = selection.choose(topic.query, pages)
            sources += [self._source(topic, page, asked_at) for page in chosen]
            if not chosen:
                failures.append(self._said([topic], "nothing new was found"))
        queries = tuple(topic.query for topic in topics)
        return Research(topics=queries, sources=tuple(sources), not_researched=tuple(failures))

    def _said(self, topics: Sequence[Topic], reason: str) -> str:
        others = f" and {len(topics) - 1} more" if len(topics) > 1 else ""
        return f"{_TITLES[self.provider]}, {topics[0].feature}{others}: {reason}"

    def _pages(self, topic: Topic) -> tuple[Sequence[Page], float]:
        """Return the pages, and when the service gave them."""
        found = self._remembered(topic)
        if found is None:
            found = self.service.ask(topic), self.now
            self._remember(topic, found[0])
        return found

    def _source(self, topic: Topic, page: Page, asked_at: float) -> Source:
        title, url, text = page
        return Source(
            id="S0",  # numbered when the services' sources are joined
            provider=self.provider,
            topic=topic.feature,
            query=topic.query,
            title=title,
            url=url,
            retrieved=datetime.fromtimestamp(asked_at, UTC).date().isoformat(),
            excerpt=text,
        )

    def _path(self, topic: Topic) -> Path:
        parts = [_FORM, self.provider, self.origin, topic.library, topic.version, topic.query]
        return self.folder / "research" / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.json"

    def _remembered(self, topic: Topic) -> tuple[Sequence[Page], float] | None:
        try:
            held = json.loads(self._path(topic).read_text())
            pages, asked_at = list(_pages_of(held["pages"])), float(held["asked_at"])
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            return None
        return (pages, asked_at) if pages and 0 <= self.now - asked_at <= CACHE_SECONDS else None

    def _remember(self, topic: Topic, pages: Sequence[Page]) -> None:
        """Keep what was found. A failure comes as an exception and is never kept, and nothing found is not either."""
        path = self._path(topic)
        if not pages:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as whole:
                json.dump({"asked_at": self.now, "pages": [list(page) for page in pages]}, whole)
            Path(whole.name).replace(path)
        except OSError:
            return  # a cache that cannot be written costs a request, nothing else


def _pages_of(held: object) -> Iterator[Page]:
    if not isinstance(held, list):
        raise ValueError("no list of pages")
    for title, url, text in held:
        if not all(isinstance(part, str) for part in (title, url, text)):
            raise ValueError("no page")
        yield title, url, text


def researcher(
    provider: Provider, *, key: str | None, mode: str, cache: Path, base_url: str | None = None
) -> Silent | Cached:
    """Return the service, or one that says why it is not asked. `base_url` is for a host of one's own.

    Raises:
        ConfigError: `base_url` is no web address.
    """
    if mode == "off":
        return Silent(provider, "research is off (RESEARCH=off)")
    if key is None:
        return Silent(provider, f"{_KEYS[provider]} is not set")
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        return Silent(provider, f"{_KEYS[provider]} holds blanks or letters that no key has")
    if base_url and not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./-]*)?", base_url):
        raise ConfigError(f"{_URLS[provider]}: {base_url[:100]!r} is no web address; give one like https://host/api")
    if provider == "context7":
        origin = base_url or context7.BASE_URL
        return Cached(provider, context7.Context7(key, base_url=origin), cache, origin)
    origin = base_url or perplexity.BASE_URL
    return Cached(provider, perplexity.Perplexity(key, base_url=origin), cache, origin)


def failure(error: Exception) -> str:
    """Say in a few words of one line why a service gave nothing."""
    if isinstance(error, httpx2.HTTPStatusError):
        return f"HTTP {error.response.status_code} {error_code(error.response)}".rstrip()
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx2.HTTPError) and not isinstance(error, Declined):
        return f"not reachable ({type(error).__name__})"
    return " ".join(str(error).split())[:200]


def _meets_every_topic(error: Exception) -> bool:
    if isinstance(error, httpx2.HTTPStatusError):
        return error.response.status_code in {401, 402, 403, 429}
    return isinstance(error, httpx2.TransportError) and not isinstance(error, Declined)
