"""A small project's documents: what tests of whole runs read."""

from __future__ import annotations

from pathlib import Path

REQUIREMENTS = """\
# Library

The town library lends books to its members.

## Functional requirements

- FR-1: The librarian registers members with a name, an e-mail address and a card number. The card number is unique.
- FR-2: The librarian adds books with a title, an ISBN and a number of pages. The ISBN is unique.
- FR-3: A member borrows a book: a loan has a due date and refers to one member and one book.
- FR-4: Members list their own loans, newest first.

## Numbers

- NFR-1: 8,000 members, 40,000 books, 300 loans a day.
"""


def write_library(folder: Path) -> Path:
    """Write the documents into `folder`/ai_docs and return that folder."""
    documents = folder / "ai_docs"
    documents.mkdir(parents=True)
    (documents / "requirements.md").write_text(REQUIREMENTS)
    return documents
