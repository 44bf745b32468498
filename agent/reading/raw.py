"""A document as it comes from the folder, before anything is understood."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RawDocument:
    """One file: its path relative to the documents' folder, its decoded text and its hash."""

    path: str
    text: str
    sha256: str
    problems: tuple[str, ...] = ()
    """What went wrong while the file was read, one line each."""
