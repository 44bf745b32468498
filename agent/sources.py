"""What is kept of the pages that research finds, and how much of it a prompt shows.

Everything here orders by what the pages are, never by which service answered first, so a run's sources are the same
whenever the answers are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from database_specialist.agent.model.brief import Research, Source
from database_specialist.agent.research import questions

Page = tuple[str, str, str]
"""Title, address and text."""

MOST_SOURCES = 8
"""Of one run, both services together."""
MOST_PROMPT_CHARACTERS = 3200
"""Of all that the prompts of a run quote, titles and addresses included: 800 tokens of four characters."""
PAGES_PER_TOPIC = 3
MAX_EXCERPT_BYTES = 8000
MAX_TITLE_LENGTH, MAX_URL_LENGTH = 120, 250
MAX_RUN_BYTES = 32 * 1024
"""Of one service in one run; there are two of them."""

# The vendors' own pages before everybody's tutorials.
_OFFICIAL = frozenset(
    [
        "postgresql.org",
        "mysql.com",
        "mariadb.com",
        "mariadb.org",
        "sqlite.org",
        "redis.io",
        "valkey.io",
        "elastic.co",
        "opensearch.org",
        "mongodb.com",
        "aws.amazon.com",
        "cloud.google.com",
        "learn.microsoft.com",
    ]
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SHINGLE_WORDS = 4
_SAME_SHARE = 0.5


@dataclass
class Selection:
    """Chooses among what one service finds, topic by topic; it remembers the pages and the bytes of the run."""

    bytes_left: int = MAX_RUN_BYTES
    seen: set[str] = field(default_factory=set)

    def choose(self, query: str, pages: Iterable[Page]) -> list[Page]:
        """Return the pages of a topic to keep, best first."""
        chosen: list[Page] = []
        for title, url, text in ranked(query, pages):
            address = same_page(url)
            kept = _trimmed(text, min(MAX_EXCERPT_BYTES, self.bytes_left))
            if not address or address in self.seen or not kept.strip():
                continue
            self.seen.add(address)
            self.bytes_left -= len(kept.encode())
            chosen.append((" ".join(_plain(title).split())[:MAX_TITLE_LENGTH] or address, url, kept))
            if len(chosen) == PAGES_PER_TOPIC:
                break
        return chosen


def ranked(query: str, pages: Iterable[Page]) -> list[Page]:
    """Order pages: official ones first, then by the share of the query's words they hold, then as they came."""
    return sorted(pages, key=lambda page: _worth(query, *page), reverse=True)


def _worth(query: str, title: str, url: str, text: str) -> tuple[bool, float]:
    words = set(_words(query))
    return _is_official(url), len(words & set(_words(f"{title} {text}"))) / max(1, len(words))


def _words(text: str) -> list[str]:
    return re.findall(r"\w{3,}", text.lower())


def same_page(url: str) -> str:
    """Return what two addresses of one page have in common; "" for what is no web address.

    >>> same_page("https://www.PostgreSQL.org/docs/18/indexes.html/?utm_source=x#a")
    'postgresql.org/docs/18/indexes.html'
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    odd = parts.username or re.search(r"[\s<>\"`\\]", url) or _plain(url) != url or len(url) > MAX_URL_LENGTH
    if parts.scheme != "https" or not host or odd:
        return ""
    asked = "&".join(part for part in parts.query.split("&") if part and not part.startswith("utm_"))
    return f"{host.removeprefix('www.')}{parts.path.rstrip('/')}{'?' + asked if asked else ''}"


def _is_official(url: str) -> bool:
    labels = same_page(url).partition("/")[0].split(".")
    return any(".".join(labels[start:]) in _OFFICIAL for start in range(len(labels)))


def _plain(text: str) -> str:
    return _CONTROLS.sub("", text)


def _trimmed(text: str, size: int) -> str:
    """Return at most `size` bytes of the text, cut between characters."""
    return _plain(text).encode()[: max(0, size)].decode(errors="ignore")


def nearly_same(first: str, second: str) -> bool:
    """Return whether half of what the shorter text says, four words at a time, stands in the other.

    >>> nearly_same("An index built over a subset of a table", "A partial index is an index built over a subset.")
    True
    >>> nearly_same("An index built over a subset of a table", "A table holds rows, and an index finds them.")
    False
    """
    one, other = _shingles(first), _shingles(second)
    return len(one & other) >= _SAME_SHARE * min(len(one), len(other))


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    count = max(1, len(words) - _SHINGLE_WORDS + 1)
    return {tuple(words[start : start + _SHINGLE_WORDS]) for start in range(count)}


def merged(notes: Iterable[Research]) -> Research:
    """Join what the services found: each page once, the best of every topic first, at most `MOST_SOURCES`."""
    parts = sorted(notes, key=lambda part: part.model_dump_json())
    asked = tuple(dict.fromkeys(query for part in parts for query in part.topics))
    found = sorted((source for part in parts for source in part.sources), key=_rank)
    kept = sorted(_shared_out(list(_distinct(found)), asked), key=lambda source: asked.index(source.query))
    return Research(
        topics=asked,
        sources=tuple(source.model_copy(update={"id": f"S{i}"}) for i, source in enumerate(kept, 1)),
        not_researched=tuple(reason for part in parts for reason in part.not_researched),
    )


def _rank(source: Source) -> tuple[bool, float, str, str, str]:
    official, share = _worth(source.query, source.title, source.url, source.excerpt)
    return not official, -share, source.provider, source.url, source.excerpt


def _distinct(sources: Iterable[Source]) -> Iterator[Source]:
    kept: list[Source] = []
    for source in sources:
        page = same_page(source.url)
        if not any(page == same_page(each.url) or nearly_same(source.excerpt, each.excerpt) for each in kept):
            kept.append(source)
            yield source


def _shared_out(ranked_sources: Sequence[Source], asked: Sequence[str]) -> list[Source]:
    """Take the best of each topic, then the second of each, and so on, until there are enough."""
    of_topic = [[source for source in ranked_sources if source.query == query] for query in asked]
    longest = max(map(len, of_topic), default=0)
    turns = [sources[turn] for turn in range(longest) for sources in of_topic if turn < len(sources)]
    return turns[:MOST_SOURCES]


def quotations(research: Research, decisions: Collection[str]) -> tuple[tuple[Source, str], ...]:
    """Return the sources that decisions on these topics may rest on, each with the passage that a prompt shows.

    All prompts of a run together stay under `MOST_PROMPT_CHARACTERS`, because each source has its share of it.
    """
    concerns = questions()["concern"]
    share = MOST_PROMPT_CHARACTERS // max(1, len(research.sources))
    return tuple(
        (source, _passage(source, share - len(source.title) - len(source.url)))
        for source in research.sources
        if set(decisions) & set(concerns.get(source.topic, {"decisions": ()})["decisions"])
    )


def _passage(source: Source, size: int) -> str:
    """Return the sentences from the one that holds most of the query's words on, as many as fit."""
    sentences = [part for part in re.split(r"(?<=[.;:!?])\s+|\n+", source.excerpt) if part.strip()]
    asked = set(_words(source.query))
    best = max(range(len(sentences)), key=lambda i: len(asked & set(_words(sentences[i]))), default=0)
    return " ".join(" ".join(sentences[best:]).split())[: max(0, size)]
