"""What a figure is about: the noun phrase beside it."""

from __future__ import annotations

import re

from database_specialist.agent.reading.numbers import singular
from database_specialist.agent.reading.vocabulary import words

STATISTIC = re.compile(
    r"\b(p\d{2}(?:\.\d+)?|median|average|avg|mean|peak|max(?:imum)?|(?:95|99)th percentile)\b", re.IGNORECASE
)
_NOISE = re.compile(
    r"\b(?:response(?: times?)?|less than|faster than|at most|no more than|latenc(?:y|ies)|return\w*|respond\w*"
    r"|complete\w*|load\w*|render\w*|execute\w*|finish\w*|target\w*|" + "|".join(words("quantities", "noise")) + r")\b",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"\s*[\w/ -]{0,20}(?:retention|delet\w+|purge|archive)[\w -]{0,10}:\s*\D{0,12}$", re.IGNORECASE)
_AFTER_VERB = re.compile(
    r"\b(?:retain|keep|keeps|preserve|archive|purge|store)\s+(?:all\s+|the\s+)?([A-Za-z][\w ]{2,40}?)"
    r"\s+(?:for|at least|up to|older|after)?\s*$",
    re.IGNORECASE,
)
_BEFORE_VERB = re.compile(
    r"([A-Za-z][\w-]*(?: [a-z][\w-]*){0,2}?)\s+(?:\w+ly\s+)?"
    r"(?:(?:is|are|be|must be|shall be|will be|should be)\s+)?"
    r"(?:retained|kept|stored|preserved|archived|purged|deleted|removed|held)\b",
    re.IGNORECASE,
)
_NAMED_RETENTION = re.compile(r"([A-Za-z][\w ]{1,30}?)\s+retention\b", re.IGNORECASE)
_OF = re.compile(r"[\s\w]{0,12}?\bof\s+([A-Za-z][\w ]{2,30})")
_POLICY = re.compile(r"\b(?:data )?(?:retention|archiv\w+|policy|policies)\b", re.IGNORECASE)
_AVAILABLE_WORDS = re.compile(
    r"\b(?:availab\w*|uptime|up-time|sla|slo|sli|nines|reliability|service|level"
    r"|agreement|platform|application|metric|value|during|peak|hours?|monthly"
    r"|high|requirement|overall|minimum|least)\b",
    re.IGNORECASE,
)
_LONGEST_LIST = 200
_ARTICLES = frozenset(words("quantities", "articles"))


def subject_of(before: str, topic: str) -> str:
    """Return the noun phrase that stands before a figure, or the topic, or "system"."""
    for text in (before, topic):
        cleaned = noun_phrase(text)
        if cleaned:
            return singular(cleaned)
    return "system"


def noun_phrase(text: str) -> str:
    """Return the last words of a text that name a thing, at most three, in lower case."""
    text = _NOISE.sub(" ", STATISTIC.sub(" ", re.sub(r"\([^)]*\)", " ", text)))
    return " ".join(word.lower() for word in re.findall(r"[A-Za-z][\w-]*", text)[-3:])


def available(before: str, after: str, topic: str) -> str:
    """Return what has to be available: "for git operations", "API availability", or the system."""
    match = re.search(r"\bfor\s+(?:the\s|all\s)?([A-Za-z][\w -]{2,30})", after[:50])
    text = match.group(1) if match else f"{topic} " + (before if len(before) < 40 else "")
    return singular(noun_phrase(_AVAILABLE_WORDS.sub(" ", text))) or "system"


def retained(before: str, after: str, topic: str) -> str:
    """Return what is kept: the noun before "are kept", after "retain", or the topic of the row."""
    if topic and _COLUMN.match(before):
        return singular(topic)
    match = _AFTER_VERB.search(before)
    if match:
        return singular(_trim(match.group(1)))
    match = _BEFORE_VERB.search(before)
    if match:
        listed = _listed(before[: match.end(1)])
        if len(listed) > 1:
            return " and ".join(singular(_trim(part)) for part in listed)
        return " and ".join(singular(_trim(part)) for part in re.split(r"\s+and\s+", match.group(1)) if part)
    match = _NAMED_RETENTION.search(before) or _OF.match(after)
    if match:
        return singular(_trim(match.group(1)))
    named = _POLICY.sub("", topic).strip(" :-")
    return singular(named) if 0 < len(named.split()) <= 4 else "data"


def _listed(text: str) -> list[str]:
    """Return the things of a list that ends a text, "Orders, invoices and credit notes"; a clause of words is none."""
    sentence = re.split(r"[.;:|]", text[-_LONGEST_LIST:])[-1]
    head, joint, last = sentence.rpartition(" and ")
    if not joint:
        return []
    parts = [part.removeprefix("and ").strip() for part in (*head.split(","), last)]
    parts = [piece for part in parts for piece in part.split(" and ")]
    return parts if all(1 <= len(_trim(part).split()) <= 3 and len(part.split()) <= 4 for part in parts) else []


def _trim(phrase: str) -> str:
    kept = [word for word in phrase.split() if word.lower() not in _ARTICLES]
    return " ".join(kept[-3:]) or phrase
