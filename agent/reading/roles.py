"""Who acts on the data, and what the documents' terms mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from database_specialist.agent.model.brief import Fact, Role, Term
from database_specialist.agent.reading.classify import USER_STORY
from database_specialist.agent.reading.numbers import singular
from database_specialist.agent.reading.statements import Statement, heading_title, without_marks
from database_specialist.agent.reading.vocabulary import pattern, words

_DEFINED = re.compile(
    "^(?P<term>[^:.\u2013\u2014]{2,60}?)\\s*(?::|\\s[\u2013\u2014-]|\\bmeans\\b"
    "|\\bis defined as\\b)\\s+(?P<meaning>.{3,})$"
)
_PARENTHESES = re.compile(r"\s*\([^)]*\)")
_GENERIC = frozenset(words("roles", "generic"))
_LONGEST_NAME = 4


def read_roles(facts: Sequence[tuple[Fact, Statement]]) -> tuple[Role, ...]:
    """Return the roles that role sections, role tables and user stories name, in order of appearance."""
    names: dict[str, str] = {}
    described: dict[str, list[str]] = {}
    seen: dict[str, list[str]] = {}
    for fact, statement in facts:
        for name, description in _named(fact, statement):
            key = role_name(name)
            if not key:
                continue
            names.setdefault(key, key)
            seen.setdefault(key, []).append(fact.id)
            described.setdefault(key, []).extend([description] if description else [])
    return tuple(
        Role(name=key, description=" ".join(described[key])[:300].strip(), facts=tuple(dict.fromkeys(seen[key])))
        for key in names
    )


def role_name(text: str) -> str:
    """Return the name of a role in the singular, or "" for what is none."""
    flat = _PARENTHESES.sub("", heading_title(without_marks(text))).strip(" :.`\"'").lower()
    flat = re.sub(r"^(?:an?|the|persona \d+|role \d+|actor \d+)\s*:?\s+", "", flat)
    flat = flat.split(" - ")[0].split(" \u2013 ")[0].split(",")[0].split("/")[0].strip()
    parts = flat.replace("_", " ").split()
    if not 0 < len(parts) <= _LONGEST_NAME or flat in _GENERIC or singular(flat) in _GENERIC:
        return ""
    return singular(" ".join(parts)) if re.fullmatch(r"[^\W\d][\w '-]*", flat) else ""


def _named(fact: Fact, statement: Statement) -> Iterator[tuple[str, str]]:
    story = USER_STORY.search(fact.text)
    if story:
        yield story.group("role"), ""
        return
    if statement.form == "row" and any(_is_role_header(cell.header) for cell in statement.cells):
        for cell in statement.cells:
            if _is_role_header(cell.header):
                yield cell.text, fact.text
        return
    if fact.kind == "role":
        yield from _of_section(fact, statement)


def _is_role_header(header: str) -> bool:
    return " ".join(without_marks(header).lower().split()) in (
        "role",
        "actor",
        "persona",
        "user type",
        "user role",
        "user class",
        "roles",
        "actors",
    )


def _of_section(fact: Fact, statement: Statement) -> Iterator[tuple[str, str]]:
    """A role is a heading under the role section, or the lead of one of its items."""
    for index, title in enumerate(statement.section):
        if pattern("sections", "role").search(heading_title(title)) and not _is_mixed(title):
            below = statement.section[index + 1 :]
            if below:
                yield below[0], fact.text if fact.title is None else f"{fact.title}: {fact.text}."
            elif statement.form in ("item", "row") and (fact.title or len(fact.text.split()) <= _LONGEST_NAME):
                yield fact.title or fact.text, fact.text if fact.title else ""
            elif statement.form == "item":
                lead = re.split(r"\s[-\u2013\u2014]\s|:\s", fact.text, maxsplit=1)
                if len(lead) == 2:
                    yield lead[0], lead[1]
            return


def _is_mixed(title: str) -> bool:
    """Whether a heading that holds "roles" is about something else, such as roles and their permissions in code."""
    return bool(re.search(r"\b(?:implementation|middleware|api|endpoint|component)\b", title, re.IGNORECASE))


def read_glossary(facts: Sequence[tuple[Fact, Statement]]) -> tuple[Term, ...]:
    """Return the terms that glossary sections define."""
    terms: dict[str, Term] = {}
    for fact, _ in facts:
        if fact.kind != "glossary":
            continue
        term, meaning = fact.title, fact.text
        if term is None:
            match = _DEFINED.match(fact.text)
            term, meaning = (match.group("term"), match.group("meaning")) if match else (None, "")
        if term and term.lower() not in terms:
            terms[term.lower()] = Term(term=term, meaning=meaning, facts=(fact.id,))
        elif term:
            known = terms[term.lower()]
            terms[term.lower()] = Term(
                term=known.term, meaning=f"{known.meaning} {meaning}", facts=(*known.facts, fact.id)
            )
    return tuple(terms.values())
