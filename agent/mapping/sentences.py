"""How texts of the documents are joined with ours."""

from __future__ import annotations


def sentence(text: str) -> str:
    """End a text as a sentence, so that another may follow it.

    >>> sentence("No double booking"), sentence("Never twice!")
    ('No double booking.', 'Never twice!')
    """
    text = text.strip()
    return text if text.endswith((".", "!", "?", ":")) or not text else f"{text}."


def continued(text: str) -> str:
    """Write a text as the rest of a sentence, after a colon.

    >>> continued("It reads the clock"), continued("SQLite has none.")
    ('it reads the clock.', 'SQLite has none.')
    """
    first, _, rest = text.partition(" ")
    is_plain = first in ("It", "The", "A", "An", "Its", "They", "This", "That", "No")
    return sentence(f"{first.lower()} {rest}" if is_plain else text)
