"""What kind of statement a statement is: section first, then the words it uses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.model.brief import FactKind
from database_specialist.agent.reading.statements import Statement, heading_title
from database_specialist.agent.reading.technologies import find_technologies
from database_specialist.agent.reading.vocabulary import pattern, words

_SECTION_KINDS: tuple[FactKind, ...] = (
    "glossary",
    "role",
    "compliance",
    "context",
    "rule",
    "quantity",
    "technology",
    "functional",
    "data",
)
_ASKED: tuple[FactKind, ...] = ("functional", "rule", "data", "quantity", "compliance")
_LISTED = re.compile(r"[A-Za-z]{3,}, [A-Za-z]{3,}")
_MACHINE = re.compile(
    r"\b(?:service|gateway|worker|server|balancer|cdn|broker|cache|scheduler|controller|proxy|middleware|engine|client)s?\W*(?:\(.*)?$",
    re.IGNORECASE,
)
_FORMS: dict[str, FactKind] = {"declared": "data", "chain": "rule", "route": "functional"}
USER_STORY = re.compile(
    r"\bas (?:an?|the) (?P<role>[^,.;:\n]{2,60}?),?\s+(?:I|we)(?:'d| would)?\s+(?:want"
    r"|like|need|can|should|must|wish|am able)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d|\b(?:three|four|five|two) nines\b", re.IGNORECASE)
_ACTOR = (
    r"(?:users?|staff|admins?|administrators?|guests?|agents?|members?|students?"
    r"|patients?|clients?|clerks?|technicians?"
    r"|system|platform|application|\w{2,}(?:ers?|ors?|ists?|ants?))"
)
_ACTION = re.compile(
    rf"(?:the |an? |each |every |any |all )?(?:[\w-]+ ){{0,2}}?{_ACTOR} (?:and \w+ |or \w+ )?(?:also |only )?"
    rf"(?:{'|'.join(sorted(words('classification', 'verbs'), reverse=True))})(?:s|es)?\b",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(r"[A-Za-z-]+")


def section_kind(section: Sequence[str]) -> FactKind | None:
    """Return the kind that the headings suggest; the innermost heading that suggests any decides."""
    for title in reversed(section):
        flat = heading_title(title)
        for kind in _SECTION_KINDS:
            if pattern("sections", kind).search(flat):
                return kind
    return None


def classify(statement: Statement, document_role: str, *, has_quantity: bool, names_technology: bool) -> FactKind:
    """Return the kind of a statement."""
    if statement.form in _FORMS:
        return _FORMS[statement.form]
    text = statement.text
    hint = section_kind(statement.section)
    if hint == "glossary" and statement.form in ("item", "row"):
        return hint
    if (
        hint in ("glossary", "role")
        and statement.form in ("item", "row", "paragraph")
        and (statement.title or hint == "role")
    ):
        return hint
    if USER_STORY.search(text):
        return "functional"
    if hint == "context":
        return "technology" if names_technology and document_role == "architecture" else "context"
    if pattern("classification", "compliance").search(text):
        return "compliance"
    if has_quantity:
        return "quantity"
    return _by_words(statement, hint, document_role, names_technology)


def _component(statement: Statement) -> FactKind | None:
    """Return the kind of what stands under a component: a database holds data, a service is machinery."""
    name = statement.title or (statement.section[-1] if statement.section else "")
    categories = [mention.known.category for mention in find_technologies(name)]
    if "relational" in categories and _LISTED.search(statement.text) and not starts_with_verb(statement.text):
        return "data"
    if categories or _MACHINE.search(name):
        return "technology"
    return None


def _by_words(statement: Statement, hint: FactKind | None, document_role: str, names_technology: bool) -> FactKind:
    text = statement.text
    place = _component(statement) if document_role == "architecture" and hint not in _ASKED else None
    if place is not None:
        return place
    if hint == "technology" or (names_technology and document_role != "requirements"):
        return "technology"
    if pattern("classification", "rule").search(text) or hint == "rule":
        return "rule"
    if hint == "compliance":
        return "compliance"
    if pattern("classification", "functional").search(text) or starts_with_verb(text):
        return "technology" if names_technology and hint != "functional" else "functional"
    if _ACTION.match(text):
        return "functional"
    if hint == "data" or pattern("classification", "data").search(text):
        return "data"
    if names_technology:
        return "technology"
    if hint == "quantity":
        return "quantity" if _NUMBER.search(text) else "context"
    if hint == "functional" or statement.label:
        return "functional"
    return "context"


def starts_with_verb(text: str) -> bool:
    """Whether a statement begins with the verb of a function: "Cancel an order", "Cancels an order"."""
    match = _FIRST_WORD.match(text)
    if match is None:
        return False
    if text[match.end() : match.end() + 1] == ":":
        return False  # "Email: ..." is a label
    word = match.group().lower()
    verbs = words("classification", "verbs")
    return word in verbs or word.removesuffix("s") in verbs or word.removesuffix("es") in verbs
