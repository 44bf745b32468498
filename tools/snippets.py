"""What is kept of the pages that research finds: the best of each topic, each page once, within a budget."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Page = tuple[str, str, str]
"""Title, address and text."""

PAGES_PER_TOPIC = 3
MAX_SNIPPET_BYTES = 8 * 1024
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


@dataclass
class Selection:
    """Chooses among what is found, topic by topic; it remembers the pages and the bytes of the run."""

    bytes_left: int = MAX_RUN_BYTES
    seen: set[str] = field(default_factory=set)

    def choose(self, query: str, pages: Iterable[Page]) -> list[Page]:
        """Return the pages of a topic to keep, best first."""
        chosen: list[Page] = []
        for title, url, text in ranked(query, pages):
            address = same_page(url)
            kept = _trimmed(text, min(MAX_SNIPPET_BYTES, self.bytes_left))
            if not address or address in self.seen or not kept.strip():
                continue
            self.seen.add(address)
            self.bytes_left -= len(kept.encode())
            chosen.append((" ".join(_plain(title).split())[:300] or address, url, kept))
            if len(chosen) == PAGES_PER_TOPIC:
                break
        return chosen


def ranked(query: str, pages: Iterable[Page]) -> list[Page]:
    """Order pages: official ones first, then by the share of the query's words they hold, then as they came."""
    words = {word for word in re.findall(r"\w{3,}", query.lower())}

    def worth(page: Page) -> tuple[bool, float]:
        title, url, text = page
        held = set(re.findall(r"\w{3,}", f"{title} {text}".lower()))
        return _is_official(url), len(words & held) / max(1, len(words))

    return sorted(pages, key=worth, reverse=True)


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
    if parts.scheme != "https" or not host or parts.username or re.search(r"[\s<>\"`\\]", url) or _plain(url) != url:
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


def pages_from(data: object) -> Sequence[Page] | None:
    """Return remembered pages; None for anything that is not a list of them."""
    if not isinstance(data, list):
        return None
    pages = [tuple(each) for each in data if isinstance(each, list)]
    if len(pages) < len(data) or not all(len(page) == 3 and all(isinstance(x, str) for x in page) for page in pages):
        return None
    return [(page[0], page[1], page[2]) for page in pages]
