"""How texts of the documents are joined with ours."""

from __future__ import annotations


def sentence(text: str) -> str:
    """End a text as a sentence, so that another may follow it.

    >>> sentence("No double booking"), sentence("Never twice!")
    ('No double booking.', 'Never twice!')
    """
    text = text.strip()
    return text if text.endswith((".", "!", "?", ":")) or not text else f"{text}."
