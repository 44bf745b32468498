"""Every statement finds its home, or is said to have none."""

from __future__ import annotations

import re

from database_specialist.agent.designer.draft import Draft
from database_specialist.agent.designer.nouns import human
from database_specialist.agent.designer.states import mentioned
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Unplaced

_BUILT = ("functional", "rule", "data")
_PLAIN = re.compile(r"\b(?:user interface|ui|ux|responsive|screen|theme|mobile|browser|frontend|page)\b", re.IGNORECASE)


def place_facts(draft: Draft) -> None:
    """Trace each functional fact, rule and data fact in scope to an entity, or put it among the unplaced."""
    homed = _homed(draft)
    for fact in draft.brief.in_scope:
        if fact.kind not in _BUILT or fact.id in homed:
            continue
        found = _home(draft, fact)
        if found is not None:
            entity = draft.entities[found]
            entity.facts = (*entity.facts, fact.id)
        else:
            draft.unplaced.append(Unplaced(text=fact.text[:200], reason=_reason(draft, fact), facts=(fact.id,)))


def _homed(draft: Draft) -> set[str]:
    homed: set[str] = set()
    for entity in draft.entities.values():
        homed |= set(entity.facts)
        for attribute in entity.attributes.values():
            homed |= set(attribute.facts)
    for relation in draft.relationships:
        homed |= set(relation.facts)
    for rule in draft.rules:
        if rule.kind != "application":
            homed |= set(rule.facts)
    return homed


def _home(draft: Draft, fact: Fact) -> str | None:
    for text in (fact.text, fact.title or "", *reversed(fact.section[1:])):
        found = mentioned(draft, text)
        if found:
            return max(found, key=lambda entity: entity.weight).name
    return None


def _reason(draft: Draft, fact: Fact) -> str:
    names = ", ".join(human(entity.plural) for entity in list(draft.entities.values())[:4])
    if _PLAIN.search(fact.text) or _PLAIN.search(" ".join(fact.section)):
        return "It is about how the system looks, and nothing is stored for it."
    if fact.kind == "rule":
        return f"It names none of the things that are kept ({names}, ...); the part that it is about has to hold it."
    return f"It names none of the things that are kept ({names}, ...), so nothing is stored for it."
