"""What clauses state: the attributes and references of their subjects, and what else they say of them."""

from __future__ import annotations

import re

from database_specialist.agent.designer.attributes import attribute, setting_of
from database_specialist.agent.designer.clauses import Clause, clauses_of
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.items import Item, read_item
from database_specialist.agent.designer.nouns import human, name_words, plural_name, singular_name
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Relationship

_POSTS = frozenset(
    [
        "lead",
        "leader",
        "head",
        "owner",
        "chair",
        "captain",
        "supervisor",
        "deputy",
        "assistant",
        "helper",
        "holder",
        "keeper",
        "member",
    ]
)
_CHIEFS = frozenset({"manager", "supervisor", "superior"})
"""Whoever is above one of the same kind."""
_AGENT = re.compile(r"(?:er|or|ist|ian|ant|man|person|people)$")
_HELPERS = re.compile(
    r"^(?:may|can|must)?\s*(?:have|has)\s+(?:several|one or more|many|multiple)\s+(?P<role>[a-z]+s)$", re.I
)
_TOGETHER = re.compile(r"^(?:and\s+)?which together (?:is|are) unique$", re.IGNORECASE)
_PLACED = re.compile(
    r"^(?:is\s+|are\s+)?(?:\w+\s+)?(?:at|to|in|on|of|by|under|for|from)\s+(?:exactly )?(?:one|an?|the)\s+"
    r"(?P<target>[a-z]+(?: [a-z]+)?)$",
    re.IGNORECASE,
)
_LISTED_STATES = re.compile(r"^(?:is|are)\s+(?P<list>[a-z ]+(?:,\s*[a-z ]+)+)$", re.IGNORECASE)


def read_stated(draft: Draft) -> None:
    """Give the subjects of clauses what the clauses say that they have."""
    for fact in draft.brief.in_scope:
        if fact.kind == "technology":
            continue
        for clause in clauses_of(fact.text, draft.lexicon):
            entity = draft.find(clause.subject)
            if entity is not None and not entity.declared:
                _read_clause(draft, entity, clause, fact)


def is_described(entity: EntityDraft) -> bool:
    """Whether the documents list what it has: what they leave out is left out."""
    told = [attribute for attribute in entity.attributes.values() if attribute.facts]
    return len(told) >= (2 if entity.stated else 4)


def keeps_passwords(draft: Draft) -> bool:
    """Whether the documents speak of passwords, and do not say that none are kept."""
    texts = [fact.text for fact in draft.brief.in_scope if re.search(r"\bpasswords?\b", fact.text, re.IGNORECASE)]
    return bool(texts) and not denies_passwords(draft)


def denies_passwords(draft: Draft) -> bool:
    """Whether the documents say that no passwords are kept."""
    denial = re.compile(r"\b(?:no|never|not|without)\b[^.;]{0,20}\bpasswords?\b", re.IGNORECASE)
    return any(denial.search(fact.text) for fact in draft.brief.in_scope)


def _read_clause(draft: Draft, entity: EntityDraft, clause: Clause, fact: Fact) -> None:
    placed: list[str] = []
    for text in clause.items:
        item = read_item(text, draft.lexicon)
        if item is not None:
            placed.append(place_item(draft, entity, item, fact, optional=clause.optional))
    if clause.is_list and entity.kind == "core":
        entity.kind = "reference"
    owner = draft.find(clause.owner) if clause.owner else None
    if owner is not None and owner is not entity:
        relate(draft, entity, owner, owner.name, fact, owned=True)
    for predicate in clause.predicates:
        _read_predicate(draft, entity, predicate, fact, tuple(name for name in placed if name))


def place_item(draft: Draft, entity: EntityDraft, item: Item, fact: Fact, *, optional: bool = False) -> str:
    """Keep an item as a reference to what it names, else as an attribute; return the name it has there."""
    target = target_of(draft, entity, item, fact)
    if target is not None:
        return _refer(draft, entity, item, target, fact, optional=optional)
    if item.many:
        return ""
    name = item.name.removesuffix("_of_the")
    known = entity.attributes.get(name)
    if known is not None and known.facts:
        return name
    values = tuple("_".join(name_words(value)) for value in item.values)
    given = dict(item.given)
    if len(values) > 1 and all(values):
        given |= {"type": "enum", "values": values}
    elif "type" not in given and name in ("lead", "owner"):
        given["type"] = "short_text"
    if optional:
        given["required"] = False
    made = attribute(name, entity.name, lexicon=draft.lexicon, facts=(fact.id,), **given)
    # Only a key of the thing's own is unique by custom; what a clause merely lists is not.
    entity.attributes[name] = made
    return name


def _refer(draft: Draft, entity: EntityDraft, item: Item, target: EntityDraft, fact: Fact, *, optional: bool) -> str:
    role = item.name
    if item.many:
        if not any({r.source, r.target} == {entity.name, target.name} for r in draft.relationships):
            draft.stated_many.append((entity.name, target.name, role, fact.id))
        return ""
    relate(
        draft,
        entity,
        target,
        role,
        fact,
        required=not (optional or item.optional or target is entity or role in _POSTS),
    )
    return role


def target_of(draft: Draft, entity: EntityDraft, item: Item, fact: Fact) -> EntityDraft | None:
    """Return the entity that an item names, by itself or by the post that one of its people holds."""
    name = singular_name(item.name.split("_"), draft.lexicon)
    if item.by:
        return person_near(draft, entity, fact) if not draft.find("user") else draft.find("user")
    if item.values or item.unit:
        return None
    exact = draft.entities.get(name)
    if exact is not None and exact is not entity:
        return exact
    if name in _CHIEFS and is_person(entity, draft):
        return entity
    if name.split("_")[-1] in _POSTS and exact is None:
        return person_near(draft, entity, fact)
    if setting_of(item.name, draft.lexicon):
        return None
    found = draft.find(name)
    if found is None and "_" in name:
        found = draft.entities.get(name.split("_")[-1])
    return found if found is not entity else None


def is_person(entity: EntityDraft, draft: Draft) -> bool:
    """Whether an entity is a kind of people."""
    if entity.archetype is not None:
        return entity.archetype.person
    last = entity.name.split("_")[-1]
    return last in draft.lexicon.words("persons") or bool(entity.stated and _AGENT.search(last))


def person_near(draft: Draft, entity: EntityDraft, fact: Fact) -> EntityDraft | None:
    """Return the people that a statement names beside an entity, else those most often named beside it."""
    people = [other for other in draft.entities.values() if other is not entity and is_person(other, draft)]
    own = human(entity.name)
    scores: list[tuple[int, int]] = []
    for position, person in enumerate(people):
        word = re.compile(
            rf"\b(?:{re.escape(human(person.name))}|{re.escape(human(plural_name(person.name)))})\b", re.I
        )
        near = 100 * bool(word.search(fact.text))
        own_word = re.compile(rf"\b{re.escape(own)}s?\b", re.I)
        near += sum(1 for f in draft.brief.in_scope if word.search(f.text) and own_word.search(f.text))
        scores.append((near, -position))
    best = max(scores, default=(0, 0))
    return people[-best[1]] if best[0] else None


def relate(
    draft: Draft, source: EntityDraft, target: EntityDraft, role: str, fact: Fact, *, required: bool = True,
    owned: bool = False,
) -> None:  # fmt: skip
    """Add a reference that a statement makes."""
    draft.relate(
        Relationship(
            source=source.name, target=target.name, role=role, required=required,
            ownership="owned" if owned and required else "referenced" if required else "independent",
            inverse=source.plural, facts=(fact.id,),
        )
    )  # fmt: skip


def _read_predicate(draft: Draft, entity: EntityDraft, predicate: str, fact: Fact, placed: tuple[str, ...]) -> None:
    if _TOGETHER.match(predicate) and len(placed) > 1:
        entity.unique_sets.append(placed)
        for name in placed:
            if name in entity.attributes:
                entity.attributes[name] = entity.attributes[name].model_copy(update={"unique": False})
    elif match := _HELPERS.match(predicate):
        _add_helpers(draft, entity, match["role"], fact)
    elif match := _LISTED_STATES.match(predicate):
        _add_states(draft, entity, match["list"], fact)
    elif match := _PLACED.match(predicate):
        target = draft.find("_".join(name_words(match["target"])))
        if target is not None and target is not entity:
            relate(draft, entity, target, target.name, fact)


def _add_helpers(draft: Draft, entity: EntityDraft, words: str, fact: Fact) -> None:
    role = singular_name(name_words(words), draft.lexicon)
    target = draft.find(role) or person_near(draft, entity, fact)
    if target is None or target is entity:
        return
    draft.relate(
        Relationship(
            source=entity.name, target=target.name, role=role, cardinality="many_to_many", required=False,
            inverse=f"{role}_{entity.plural}", facts=(fact.id,),
        )
    )  # fmt: skip


def _add_states(draft: Draft, entity: EntityDraft, words: str, fact: Fact) -> None:
    values = tuple("_".join(name_words(part)) for part in re.split(r"\s*,\s*|\s+and\s+|\s+or\s+", words))
    if (
        len(values) > 1
        and all(value and value.count("_") < 2 for value in values)
        and "status" not in entity.attributes
    ):
        entity.attributes["status"] = attribute(
            "status", entity.name, lexicon=draft.lexicon, facts=(fact.id,), type="enum", values=values,
        )  # fmt: skip
