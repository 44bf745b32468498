"""Clauses that say what is kept: their grammatical subject, and the list of what it has, by sentence patterns alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from database_specialist.agent.designer.knowledge import Lexicon
from database_specialist.agent.designer.nouns import name_words, singular, singular_name

_BREAK = re.compile(
    r"(?<=[.;])\s+|:\s+(?=(?:an?|each|every)\s+[a-z]+\s+[a-z]+s\b)|,\s+and\s+(?=the\s+[a-z]+\s+(?:has|holds)\b)"
)
_MODAL = r"(?:(?:must|should|shall|will|can|may|always|also|each|usually)\s+)*"
_HAS = (
    r"(?:has|have|consists? of|(?:is|are) described by|(?:is|are) (?:recorded|kept|stored|registered) with"
    r"|comes? with|(?:is|are) a (?:fixed |closed )?list with)"
)
_SUBJECT = r"(?:(?P<det>an?|each|every|any|the)\s+)?(?P<name>[A-Za-z][\w-]*(?: [a-z][\w-]*){0,2}?)"
_OWNS = re.compile(rf"^(?:(?:and|but|so)\s+)?{_SUBJECT}\s+{_MODAL}(?P<verb>{_HAS})\s+(?P<list>.+)$", re.IGNORECASE)
_LISTED = re.compile(
    r"^the\s+(?P<name>[a-z][\w-]*(?: [a-z][\w-]*)?)\s+(?:list|register|catalogu?e|directory)\s+"
    r"(?:holds?|has|contains?|keeps?|records?|gives?|consists? of)\s+(?P<list>.+)$",
    re.IGNORECASE,
)
_FOR_EACH = re.compile(
    r"^(?:for|with|of|at|on)\s+(?:each|every)\s+(?P<name>[a-z][\w-]*(?: [a-z][\w-]*)?),?\s+"
    r"(?:(?:the|an?|our)\s+(?:[a-z-]+\s){1,2}?|we\s+|they\s+|(?:is|are)\s+)"
    r"(?:must\s+|always\s+)?"
    r"(?:records?|recorded|keeps?|kept|notes?|noted|enters?|entered|stores?|stored|writes? down)\s+"
    r"(?P<list>.+)$",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"^(?P<name>[A-Za-z][\w-]*(?: [a-z][\w-]*)?)\s*(?:\([^()]*\)\s*)?(?:is|are)\s+[a-z]+(?:ed|en|pt)\s+"
    r"(?:to|on|for|by|under|in)\s+[^,;]*?\bwith\s+(?P<list>(?:an?|the|their|its)\s.+)$",
    re.IGNORECASE,
)
_STARTED = re.compile(
    r"\b(?:starts?|opens?|begins?|creates?|registers?|enters?|adds?)\s+an?\s+(?P<name>[a-z]+(?: [a-z]+)?)"
    r"\s+with\s+(?P<list>.+)$",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"^(?:an?|each|every|the)\s+(?P<name>[A-Za-z][\w-]*(?: [a-z][\w-]*)?)\s+is\s+(?P<deed>[a-z]+ed)\s+with\s+"
    r"(?P<list>(?:its|an?|the)\s.+)$",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"^(?:(?P<det>an?|each|every|the)\s+)?(?P<owner>[A-Za-z][\w-]*(?: [a-z][\w-]*)?)\s+(?:can |may |must )?"
    r"(?:holds?|has|have|keeps?|contains?|carry|carries)\s+(?:several |many |one or more |multiple )?"
    r"(?P<name>[a-z]+(?: [a-z]+)?s)\s+\((?P<list>[^()]+)\)$",
    re.IGNORECASE,
)
_RECORDED = re.compile(
    r"^(?:(?:the )?other\s+)?(?P<name>[A-Za-z][\w-]*)\s+(?:to|of|on|for)\s+(?:an?|the|each)\s+(?P<owner>[a-z]+)"
    r"(?:,\s*such as [^;]*?)?,?\s+"
    r"(?:is|are)\s+(?:recorded|kept|stored|registered|noted|entered)\s+with\s+(?P<list>.+)$",
    re.IGNORECASE,
)
_SUBLIST = re.compile(r"^(?:one or more|several|many|multiple|at least one)\s+[\w -]+?\s+with\s", re.IGNORECASE)
_NEW_SUBJECT = re.compile(
    r"^(?:it|they|nobody|somebody|both|this|that|those|there)\b"
    r"|^(?:(?!\b(?:that|which|who|where|when|whose|it|they)\b).)+?\s(?:is|are|must|may|can|was|were|cannot)\s",
    re.IGNORECASE,
)
KINDS = re.compile(
    r"^(?:an?\s+)?(?P<a>[a-z]+)\s+(?:are|is)\s+(?:either\s+)?(?:an?\s+)?(?P<x>[a-z]+)\s+or\s+(?:an?\s+)?(?P<y>[a-z]+)"
    r"\s*:\s*(?P<rest>of\b.*)$",
    re.IGNORECASE | re.DOTALL,
)
"""Two kinds of one thing, with what is kept of each: "members are people or companies: of people we keep ..."."""
_AT_ONE = re.compile(r"^[a-z]+s (?:at|to|in|on|of|under) (?:exactly )?one (?P<b>[a-z]+)$", re.IGNORECASE)
_CHANGES = re.compile(r"\bthe (?P<name>[a-z]+) changes\b", re.IGNORECASE)
_BINDINGS = (
    re.compile(r"^(?:(?:each|every|an?|the)\s+)?(?P<a>[a-z-]+)\s+(?:can |may |must )?belongs? to "
        r"(?:one|an?|exactly one) (?P<b>[a-z-]+)$", re.I),
    re.compile(r"^(?P<a>[a-z-]+s)\s+are\s+(?:attached|written|recorded|kept|entered|added|filed|stored)\s+"
        r"(?:to|on|for|under)\s+an?\s+[a-z-]+", re.I),
    re.compile(r"^(?P<a>[a-z-]+s) are (?:[a-z]+ )?(?:experts|people|persons|compan"
        r"(?:y|ies)|firms|businesses|partners|contractors|volunteers)\b", re.I),
    re.compile(r"^(?P<a>[a-z-]+s) are (?:people|persons|individuals) or (?:compan|organi[sz]ation|firm)", re.I),
    re.compile(r"^an?\s+(?P<a>[a-z-]+)\s+(?:gives|submits|makes|offers|delivers)\s+an?\s+(?P<b>[a-z-]+)\s+for"
        r"\s+an?\s+[a-z-]+", re.I),
    re.compile(r"^an?\s+(?P<a>[a-z-]+)\s+(?:is\s+)?(?:taken out|owned|covered|held|issued)\s+by\s+(?:one|an?)"
        r"\s+(?P<b>[a-z-]+)(?:\s+for\s+(?:one|an?)\s+(?P<c>[a-z-]+))?", re.I),
    re.compile(r"^an?\s+[a-z-]+\s+covers\s+(?:one or more|several|many)\s+(?P<a>[a-z-]+)\b.*\beach with\b", re.I),
    re.compile(r"^for (?:each|every) [a-z-]+ there is (?:one|an?) (?P<a>[a-z-]+):", re.I),
    re.compile(r"^(?P<a>[a-z-]+) (?:is|are) (?:kept|counted|tracked|held) "
        r"(?:per|for each|for every) [a-z-]+ and [a-z-]+$", re.I),
    re.compile(r"^(?P<a>tasks|reminders|appointments)\s+remind\b", re.I),
)  # fmt: skip
"""Clauses that tie one thing to another: what they bind is kept."""


_MANY = re.compile(
    r"^(?:one or more|several|many|multiple|any number of|at least \w+|up to \w+|some)\s+", re.IGNORECASE
)
_ATTACHED = re.compile(
    r"\b(?:attach|upload|add)(?:es|s|ed)? (?P<x>[a-z]+s)(?:,? (?:and|or) (?P<y>[a-z]+s))? to (?:an?|the|each|every) "
    r"(?P<owner>[a-z]+(?: [a-z]+)?) \((?P<list>[^()]+,[^()]+)\)$",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    r"^(?:also\s+|therefore\s+)?(?:(?:may|can|must) (?:have|be)|is|are|has|runs?|belongs?|refers?"
    r"|[a-z]{2,}s (?:at|to|in|on|of|by|under|for|from|with)\s+(?:one|an?|the|exactly|its))\b",
    re.IGNORECASE,
)
_STOP = frozenset(
    [
        "system",
        "systems",
        "application",
        "app",
        "platform",
        "software",
        "program",
        "service",
        "services",
        "server",
        "database",
        "api",
        "apis",
        "page",
        "screen",
        "view",
        "dashboard",
        "interface",
        "report",
        "chart",
        "table",
        "column",
        "field",
        "record",
        "which",
        "that",
        "who",
        "what",
        "it",
        "they",
        "we",
        "you",
        "he",
        "she",
        "there",
        "this",
        "these",
        "those",
        "both",
        "each",
        "one",
        "story",
        "requirement",
        "requirements",
        "section",
        "nothing",
        "everything",
        "everybody",
        "nobody",
        "somebody",
        "anybody",
        "everyone",
        "anyone",
        "component",
        "components",
        "module",
        "architecture",
        "layer",
        "endpoint",
        "endpoints",
        "interaction",
        "business",
        "company",
    ]
)


@dataclass(frozen=True)
class Clause:
    """One clause that lists what its subject has."""

    subject: str
    """Singular, snake_case."""
    items: tuple[str, ...]
    """Each as it was written, its article included."""
    predicates: tuple[str, ...] = ()
    """Further predicates of the same subject: "stands at one site"."""
    is_list: bool = False
    """The documents call it a list: "ports are a fixed list with a code"."""
    text: str = ""
    owner: str = ""
    """Whose parts the subject's rows are: "a technician holds certificates (type, number)"."""
    optional: bool = False
    """What it has is known only later: "a session is closed with its end time"."""

    @property
    def properties(self) -> tuple[str, ...]:
        """The items that are one of a kind: not "several helpers", not "certificates"."""
        return tuple(item for item in self.items if not _MANY.match(item))


def clauses_of(text: str, lexicon: Lexicon) -> tuple[Clause, ...]:
    """Return the clauses of a statement that list what their subjects have.

    >>> from database_specialist.agent.designer.knowledge import DEFAULT
    >>> clauses_of("Each net has a code and a length in metres and stands at one site.", DEFAULT)[0].items
    ('a code', 'a length in metres')
    """
    return tuple(_clauses(text, lexicon))


def bound_nouns(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the nouns that a statement ties to others as things that are kept.

    >>> from database_specialist.agent.designer.knowledge import DEFAULT
    >>> bound_nouns("Handlers belong to a team.", DEFAULT)
    ('handler', 'team')
    """
    found: list[str] = []
    for part in sentences(text):
        for clause in _clauses(part, lexicon):
            placed = (_AT_ONE.match(predicate) for predicate in clause.predicates)
            found += [singular_name((match["b"].lower(),), lexicon) for match in placed if match]
        for pattern in _BINDINGS:
            match = pattern.match(part)
            for word in match.groupdict().values() if match else ():
                if word and word.lower() not in _STOP | lexicon.words("function_words") | lexicon.words("modifiers"):
                    found.append(singular_name((word.lower(),), lexicon))
    return tuple(dict.fromkeys(found))


def sentences(text: str) -> list[str]:
    """Split a statement into its clauses, at stops and semicolons outside of brackets."""
    return [part.strip(" .;") for part in _BREAK.split(text) if part.strip(" .;")]


def _clauses(text: str, lexicon: Lexicon) -> Iterator[Clause]:
    last = ""
    for part in sentences(text):
        match = _matched(part)
        if match is None:
            continue
        given = match.groupdict()
        name = last if (given.get("name") or "").lower() in ("it", "they") else _subject(given, lexicon)
        if match.re is _ATTACHED:
            name = "attachment" if given["y"] else singular_name((given["x"] or "",), lexicon)
        if name == "change" and (changing := _CHANGES.search(text)):
            name = singular_name((changing["name"].lower(),), lexicon)
        if not name or _SUBLIST.match(given["list"]):
            continue
        items, predicates = split_items(given["list"])
        listed = match.re is _LISTED or " list with" in (given.get("verb") or "")
        owner = singular_name(name_words(given.get("owner") or ""), lexicon)
        if items:
            last = name
            yield Clause(name, items, predicates, listed, part, owner, match.re is _ENDED)


def _matched(part: str) -> re.Match[str] | None:
    attached = _ATTACHED.search(part)
    if attached is not None:
        return attached
    for pattern in (_LISTED, _FOR_EACH, _HOLDS, _RECORDED, _OWNS, _PASSIVE, _ENDED, _STARTED):
        match = pattern.search(part) if pattern is _STARTED else pattern.match(part)
        if match is not None:
            return match
    return None


def _subject(given: dict[str, str | None], lexicon: Lexicon) -> str:
    """Return the subject's name, or nothing when it is no noun that a statement of data can be about."""
    words = list(name_words(given.get("name") or ""))
    while words and words[0] in lexicon.words("modifiers") | {"other"}:
        words.pop(0)
    if not words or set(words) & (_STOP | lexicon.words("function_words")) or not words[-1].isalpha():
        return ""
    if any(word in lexicon.words("other") and singular(word, lexicon) == word for word in words[1:]):
        return ""
    bare = "det" in given and not given["det"]
    if bare and singular(words[-1], lexicon) == words[-1] and words[-1] not in lexicon.words("invariant"):
        return ""
    return singular_name(words, lexicon)


@lru_cache(maxsize=4096)
def split_items(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a list at its commas and its "and", and keep further predicates of the subject apart.

    >>> split_items("a series and a number, which together are unique")
    (('a series', 'a number'), ('which together are unique',))
    """
    items: list[str] = []
    predicates: list[str] = []
    for part in _parts(_distributed(text)):
        if predicates and not re.match(r"(?:an?|the|its|their)\s", part):
            predicates[-1] += ", " + part
        elif part.lower().startswith(("which ", "and which ")) or _PREDICATE.match(part) or _NEW_SUBJECT.match(part):
            predicates.append(part)
        else:
            items.append(part)
    return tuple(items), tuple(predicates)


def _distributed(text: str) -> str:
    """Write "the name and phone of the caller" as two: "the caller name, the caller phone"."""
    text = re.sub(r"\s+with the (date|time|day)\b", r", the \1", text)
    pattern = r"\b(?:the )?([a-z]+) and (?:the )?([a-z]+) of the ([a-z]+)\b"
    return re.sub(pattern, r"the \3 \1, the \3 \2", text)


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    depth = 0
    current = ""
    for token in re.split(r"([()]|,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+as well as\s+|:\s+)", text):
        # What follows a colon belongs to the item before it: "a status: new, paid".
        depth += 1 if token == "(" or token.startswith(":") else -1 if token == ")" else 0
        if depth == 0 and re.fullmatch(r",\s*(?:and\s+|or\s+)?|\s+and\s+|\s+as well as\s+", token):
            parts.append(current)
            current = ""
        else:
            current += token
    parts.append(current)
    return [part.strip(" .") for part in parts if part.strip(" .")]
