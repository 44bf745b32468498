"""What the facts say about stores beside the relational database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from database_specialist.agent.model.base import FactId
from database_specialist.agent.model.brief import Brief, Fact, Technology
from database_specialist.agent.model.entities import Entity, EntityModel
from database_specialist.agent.operations.figures import unique

KEY_VALUE_NAMES = ("redis", "valkey", "memcached", "keydb", "elasticache", "dragonfly")
_ASIDES = (
    "reference",
    "resource",
    "further reading",
    "alternative",
    "comparison",
    "trade-off",
    "tradeoff",
    "future",
    "considered",
    "inspiration",
    "scaling path",
)


@dataclass(frozen=True)
class Named:
    """A store that the documents name, and where they say what for."""

    technology: Technology
    facts: tuple[Fact, ...]
    """The facts of the technology, and the others in scope that name it."""

    @property
    def fact_ids(self) -> tuple[FactId, ...]:
        """The ids of the facts."""
        return unique(fact.id for fact in self.facts)

    @property
    def text(self) -> str:
        """All that is said about it, the headings above it included, in lower case."""
        return " ".join([self.technology.purpose or "", *map(said, self.facts)]).lower()

    @property
    def purpose(self) -> str:
        """What it is for, quoted from the documents."""
        words = self.technology.purpose or next((fact.text for fact in self.facts), "")
        return words if len(words) <= 160 else words[:157].rsplit(" ", 1)[0] + " ..."


def said(fact: Fact) -> str:
    """Return a fact's text with the two headings above it: "Idempotency for ingestion" says what its facts do."""
    return " ".join([fact.text, *fact.section[1:][-2:]])


def merged(stores: Sequence[Named]) -> Named | None:
    """Return the first store with what is said of all: Valkey and Redis in one document are one store."""
    if not stores:
        return None
    facts = {fact.id: fact for store in stores for fact in store.facts}
    purposes = unique(store.technology.purpose for store in stores if store.technology.purpose)
    technology = stores[0].technology.model_copy(update={"purpose": "; ".join(purposes) or None})
    return Named(technology, tuple(facts.values()))


def named_stores(brief: Brief, names: Sequence[str]) -> tuple[Named, ...]:
    """Return the technologies of these names that the documents mean to use, in the order of the Brief.

    A name that stands only among references, alternatives or later plans is not a choice.
    """
    found = [tech for tech in brief.stack.technologies if any(has_word(tech.name, name) for name in names)]
    stores = (Named(technology, _facts(technology, brief)) for technology in found)
    return tuple(store for store in stores if store.facts)


def _facts(technology: Technology, brief: Brief) -> tuple[Fact, ...]:
    own = set(technology.facts)
    return tuple(
        fact
        for fact in brief.in_scope
        if (fact.id in own or has_word(fact.text, technology.name)) and not _is_aside(fact)
    )


def _is_aside(fact: Fact) -> bool:
    title = " ".join(fact.section).lower()
    return any(word in title for word in _ASIDES)


def has_word(text: str, phrase: str) -> bool:
    """Say whether a phrase stands in a text as whole words.

    >>> has_word("Use Redis, please", "redis"), has_word("blocked", "lock")
    (True, False)
    """
    return re.search(rf"(?<![\w-]){re.escape(phrase.lower())}(?![\w-])", text.lower()) is not None


def facts_with(facts: Iterable[Fact], words: Sequence[str]) -> tuple[Fact, ...]:
    """Return the facts that hold one of the words."""
    return tuple(fact for fact in facts if any(has_word(said(fact), word) for word in words))


def entity_in(text: str, entity_model: EntityModel) -> Entity | None:
    """Return the entity that a text names first, the longest name where two start together."""
    found = []
    for entity in entity_model.entities:
        places = [_place(text, name.replace("_", " ")) for name in (entity.name, entity.plural)]
        place = min((place for place in places if place is not None), default=None)
        if place is not None:
            found.append((place, -len(entity.name), entity))
    return min(found, key=lambda item: item[:2])[2] if found else None


def _place(text: str, words: str) -> int | None:
    match = re.search(rf"(?<!\w){re.escape(words.lower())}(?!\w)", text.lower())
    return match.start() if match else None


def owner_of_logins(entity_model: EntityModel) -> Entity | None:
    """Return the entity of people who log in: with a secret and an e-mail address, a user before an account."""
    for types in ({"secret_hash", "email"}, {"email"}):
        found = [e for e in entity_model.entities if types <= {a.type for a in e.attributes} and e.kind == "core"]
        if found:
            return next((entity for entity in found if "user" in entity.name.split("_")), found[0])
    return next((entity for entity in entity_model.entities if entity.name in ("user", "account", "member")), None)
