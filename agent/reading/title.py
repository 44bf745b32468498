"""The project's name, as its documents give it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.reading.raw import RawDocument

_HEADING = re.compile(r"^#[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_KIND = re.compile(
    r"\b(software|system|product|business|functional|technical|project|high[- ]level)?\s*"
    r"(requirements?|specifications?|prd|srs|architecture|design|overview|documentation|documents?|readme|vision|scope)"
    r"(\s+(document|specification|overview|design))*\b",
    re.IGNORECASE,
)


def project_title(documents: Sequence[RawDocument]) -> str | None:
    r"""Return the name in the first top heading that holds one; None when no heading does.

    >>> project_title([RawDocument("a.md", "# Liftwell: requirements\n", "")])
    'Liftwell'
    """
    first = sorted(documents, key=lambda document: ("requirement" not in document.path.lower(), document.path))
    for document in first:
        heading = _HEADING.search(document.text)
        title = re.sub(r"[^\w\s&'./+:|\u2013\u2014-]", "", heading.group(1)).strip() if heading else ""
        name = _KIND.sub("", title).strip(" :-\u2013\u2014|.")
        # A numbered heading names a chapter.
        if re.search(r"[^\W\d_]{2}", name) and not title[:1].isdigit():
            return " ".join(name.split())[:80]
    return None
