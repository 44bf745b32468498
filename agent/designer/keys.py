"""Keys of several attributes that the documents state: "X and Y together are unique", "unique within a site"."""

from __future__ import annotations

import re

from database_specialist.agent.designer.bounds import called, named_attribute
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import name_words, singular_name
from database_specialist.agent.model.brief import Fact

_TOGETHER = re.compile(
    r"(?:^|[.;:]\s+|\bthe )(?P<list>[\w ,'-]+?)\s+(?:is|are)\s+(?:together|jointly|in combination)\s+unique\b"
    r"|(?:^|[.;:]\s+|\bthe )(?P<list2>[\w ,'-]+?)\s+(?:together|combined|in combination)\s+(?:is|are|must be)"
    r"\s+unique\b"
    r"|\bthe combination of (?P<list3>[\w ,'-]+?)\s+(?:is|must be)\s+unique\b",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"(?P<what>[\w '-]+?)\s+(?:is|are|must be)\s+unique\s+(?:within|in|per|for|among)\s+"
    r"(?:the |their |its |an? |each |every |one )?"
    r"(?P<scope>[a-z]+(?: [a-z]+)?)\b",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:each(?: one)?(?: of them)?|both|all)\s+(?:is|are)\s+unique\b", re.IGNORECASE)


def unique_sets(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Read the keys of several attributes; return whether there was one."""
    return _together(draft, fact, found) or _within(draft, fact, found) or _each(draft, fact)


def names_several(text: str) -> bool:
    """Whether a statement speaks of a key of several parts, of which none is unique by itself."""
    return bool(re.search(r"\btogether\b|\bcombination\b", text, re.IGNORECASE))


def _together(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    match = _TOGETHER.search(fact.text)
    if match is None:
        return False
    text = match["list"] or match["list2"] or match["list3"]
    words = [part for part in re.split(r"\s*,\s*|\s+and\s+", text) if part.strip()]
    for entity in (*found, *draft.entities.values()):
        parts = [_part(draft, entity, word) for word in words]
        if len(parts) > 1 and all(parts):
            _set_key(entity, tuple(part for part in parts if part), fact)
            return True
    return False


def _within(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    match = _WITHIN.search(fact.text)
    if match is None:
        return False
    scope = draft.find(singular_name(name_words(match["scope"]), draft.lexicon))
    for entity in (*found, *draft.entities.values()):
        role = next((r.role for r in draft.relations_of(entity.name) if scope and r.target == scope.name), None)
        part = _part(draft, entity, match["what"]) if role else None
        if role and part and part != role:
            _set_key(entity, (role, part), fact)
            return True
    return False


def _each(draft: Draft, fact: Fact) -> bool:
    if not _EACH.search(fact.text):
        return False
    placed = False
    for entity in draft.entities.values():
        for name, known in entity.attributes.items():
            if fact.id in known.facts and known.type not in ("enum", "boolean", "long_text"):
                entity.attributes[name] = known.model_copy(update={"unique": True})
                placed = True
    return placed


def _part(draft: Draft, entity: EntityDraft, words: str) -> str | None:
    """Return the attribute or role that words name: "net codes" is the code of a net."""
    name = singular_name(name_words(re.sub(r"^(?:the|a|an)\s+", "", words.strip(), flags=re.IGNORECASE)), draft.lexicon)
    own = name.removeprefix(f"{entity.name}_")
    for each in (name, own):
        if each in entity.attributes:
            return each
    role = next((r.role for r in draft.relations_of(entity.name) if name in (r.role, r.target)), None)
    known = named_attribute(entity, name) if role is None else None
    return role or (known.name if known is not None and called(known.name, words) else None)


def _set_key(entity: EntityDraft, parts: tuple[str, ...], fact: Fact) -> None:
    if not any(set(key) == set(parts) for key in entity.unique_sets):
        entity.unique_sets.append(parts)
    for part in parts:
        known = entity.attributes.get(part)
        if known is not None:
            facts = tuple(dict.fromkeys((*known.facts, fact.id)))
            entity.attributes[part] = known.model_copy(update={"unique": False, "required": True, "facts": facts})
