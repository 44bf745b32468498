"""What the field adds by custom: accounts and sessions, line items, links, histories, audit, tenancy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from database_specialist.agent.designer.attributes import attribute, from_spec
from database_specialist.agent.designer.candidates import is_about_data, is_scarce
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.fields import field_lists
from database_specialist.agent.designer.knowledge import Archetype, attribute_spec, relation_spec
from database_specialist.agent.designer.nouns import human, plural_name, sentence
from database_specialist.agent.designer.people import role_names
from database_specialist.agent.designer.stated import is_described
from database_specialist.agent.designer.states import mentioned
from database_specialist.agent.model.brief import Fact, Role
from database_specialist.agent.model.entities import Relationship

_WHEN = re.compile(r"(?:^|_)(?:at|time|timestamp|datetime)$")
_AHEAD = re.compile(r"^(?:expir\w+|due|ends?|ended|planned|scheduled|next|updated|modified|deleted|valid)(?:_|$)")
"""Times that are not when a thing happened."""


def add_accounts(draft: Draft) -> None:
    """Where several kinds of people act, keep an account for each person."""
    roles = role_names(draft.brief, draft.lexicon)
    if draft.find("user") is not None:
        return
    if len(roles) < 2:
        _add_parties(draft, roles)
        return
    named = ", ".join(human(name) for name in list(roles)[:4])
    facts = tuple(dict.fromkeys(fact for role in roles.values() for fact in role.facts))
    hits = [fact for fact in draft.brief.in_scope if fact.id in facts]
    if hits:
        because = f"Several kinds of people act in the system ({named}), each under an account of their own."
        _add(draft, {"entity": "user", "because": because}, hits)


def _add_parties(draft: Draft, roles: Mapping[str, Role]) -> None:
    """Where nobody signs in, a kind of people that the statements deal with is a party of its own."""
    archetype = draft.lexicon.archetypes["customer"]
    for name in roles:
        pattern = rf"\b(?:{human(name)}|{human(plural_name(name, draft.lexicon))})\b"
        hits = [fact for fact in mentions(draft, pattern) if fact.kind in ("functional", "data", "rule")]
        if len(hits) >= 2 and name.split("_")[-1] not in draft.lexicon.words("persons") and draft.find(name) is None:
            because = f"The documents tie other things to a {human(name)}."
            _add(draft, {"entity": name, "archetype": replace(archetype, name=name), "because": because}, hits)


def apply_conventions(draft: Draft) -> None:
    """Add what the documents' words and the chosen entities call for, in the order of the lexicon."""
    if len(draft.entities) <= 2 and is_scarce(draft.brief) and not _lists_fields(draft):
        for rule in draft.lexicon.conventions.get("domain", ()):
            _add_domain(draft, rule)
    for rule in draft.lexicon.conventions.get("called", ()):
        _add_called(draft, rule)
    for rule in draft.lexicon.conventions.get("part", ()):
        _add_part(draft, rule)
    for rule in draft.lexicon.conventions.get("between", ()):
        _add_between(draft, rule)


def mentions(draft: Draft, pattern: str) -> list[Fact]:
    """Return the facts in scope whose words match, those about data first."""
    expression = re.compile(pattern, re.IGNORECASE)
    hits = [
        fact
        for fact in draft.brief.in_scope
        if expression.search(fact.text) or (fact.title and expression.search(fact.title))
    ]
    return sorted(hits, key=lambda fact: -is_about_data(fact, draft.lexicon))


def word_facts(draft: Draft, name: str) -> list[Fact]:
    """Return the facts that turn a convention of `[words]` on."""
    pattern = draft.lexicon.conventions.get("words", {}).get(name)
    return mentions(draft, pattern) if pattern else []


def _add_called(draft: Draft, rule: Mapping[str, Any]) -> None:
    hits = mentions(draft, rule["pattern"])
    if len(hits) < rule.get("min_facts", 1) or not _has_all(draft, rule) or draft.find(rule["entity"]) is not None:
        return
    if any(draft.find(name) is not None for name in rule.get("without", ())):
        return
    if "unless" in rule and len(mentions(draft, rule["unless"])) >= len(hits):
        return
    _add(draft, rule, hits)


def _add_domain(draft: Draft, rule: Mapping[str, Any]) -> None:
    """Where a prompt names a field of work and little else, add what that field keeps."""
    hits = mentions(draft, rule["pattern"])
    for name in rule["entities"] if hits else ():
        if draft.find(name) is None:
            _add(draft, {"entity": name, "because": rule["because"]}, hits)


def _add_part(draft: Draft, rule: Mapping[str, Any]) -> None:
    owner = draft.find(rule["of"])
    if owner is None or owner.archetype is None or owner.archetype.name != rule["of"] or owner.declared:
        return
    if draft.find(rule["entity"]) is not None or not _has_all(draft, rule):
        return
    if "unless_pattern" in rule and mentions(draft, rule["unless_pattern"]):
        return
    hits = mentions(draft, rule["pattern"]) if "pattern" in rule else []
    if "pattern" in rule and not hits:
        return
    _add(draft, rule, hits, owner)


def _add_between(draft: Draft, rule: Mapping[str, Any]) -> None:
    left, right = draft.find(rule["left"]), draft.find(rule["right"])
    if left is None or right is None or left is right or draft.find(rule["entity"]) is not None:
        return
    if left.declared and right.declared:
        return
    if mentions(draft, rf"\bbelongs? to (?:an?|one|exactly one) {human(right.name)}\b"):
        return
    hits = mentions(draft, rule["pattern"]) if "pattern" in rule else []
    if "pattern" in rule and not hits:
        return
    _add(draft, rule, hits)


def _has_all(draft: Draft, rule: Mapping[str, Any]) -> bool:
    return all(draft.find(name) is not None for name in rule.get("requires", ()))


def _add(draft: Draft, rule: Mapping[str, Any], hits: list[Fact], owner: EntityDraft | None = None) -> None:
    archetype = rule.get("archetype") or draft.lexicon.archetypes.get(rule["entity"]) or _new_archetype(rule)
    name = archetype.name
    if owner is not None and owner.archetype is not None and owner.name != owner.archetype.name:
        name = name.replace(owner.archetype.name, owner.name, 1)
    plain = name == archetype.name
    quote = f'"{sentence(hits[0].text, 90)}", {hits[0].span}' if hits else ""
    draft.add(
        EntityDraft(
            name=name,
            archetype=archetype,
            plural=archetype.plural if plain and archetype.plural else plural_name(name, draft.lexicon),
            kind=archetype.kind,
            description=archetype.description,
            append_only=archetype.append_only,
            facts=tuple(fact.id for fact in hits[:3]),
            added_because=rule["because"].format(quote=quote),
        )
    )


def _new_archetype(rule: Mapping[str, Any]) -> Archetype:
    new = rule["new"]
    return Archetype(
        name=rule["entity"],
        kind=new["kind"],
        description=new["description"],
        attributes=tuple(attribute_spec(text) for text in new.get("attributes", ())),
        relations=tuple(relation_spec(text) for text in new.get("relations", ())),
        keys=tuple(tuple(key) for key in new.get("keys", ())),
    )


def find_tenant(draft: Draft) -> None:
    """Where several tenants share the system, find or add the entity that a tenant is."""
    hits = word_facts(draft, "tenancy")
    if hits:
        draft.tenant = (draft.find("tenant") or draft.find("organization") or _add_tenant(draft, hits)).name


def apply_tenancy(draft: Draft) -> None:
    """Give each entity that changes its tenant."""
    tenant = draft.entities.get(draft.tenant or "")
    if tenant is None:
        return
    for entity in draft.entities.values():
        entity.tenant_scoped = entity is not tenant and not entity.append_only


def _add_tenant(draft: Draft, hits: list[Fact]) -> EntityDraft:
    archetype = replace(draft.lexicon.archetypes["organization"], name="tenant")
    return draft.add(
        EntityDraft(
            name="tenant",
            archetype=archetype,
            plural="tenants",
            description="A customer of the system, whose data no other customer sees.",
            facts=tuple(fact.id for fact in hits[:3]),
        )
    )


def apply_histories(draft: Draft) -> None:
    """Keep the states that an entity went through where the documents ask for it."""
    hits = word_facts(draft, "history")
    if not hits:
        return
    named = {entity.name for fact in hits for entity in mentioned(draft, fact.text)}
    for entity in list(draft.entities.values()):
        if entity.lifecycle is not None or (entity.name in named and "status" in entity.attributes):
            _add_history(draft, entity, hits)


def _add_history(draft: Draft, entity: EntityDraft, hits: list[Fact]) -> None:
    archetype = draft.lexicon.archetypes["status_history"]
    name = f"{entity.name}_status_history"
    if name in draft.entities:
        return
    facts = tuple(fact.id for fact in hits[:3])
    history = draft.add(
        EntityDraft(
            name=name,
            archetype=replace(archetype, name=name),
            plural=plural_name(name, draft.lexicon),
            kind="history",
            description=f"The states that {human(entity.name)} rows went through.",
            append_only=True,
            facts=facts,
        )
    )
    states = entity.attributes[entity.lifecycle.attribute if entity.lifecycle else "status"]
    for spec in archetype.attributes:
        made = from_spec(
            spec, name, f"A change of {human(entity.name)} is explained by what it was and became.", draft.lexicon
        )
        if spec.name.endswith("_status") and states.values:
            made = made.model_copy(update={"type": "enum", "values": states.values, "length": None})
        history.attributes[spec.name] = made
    draft.relate(
        Relationship(
            source=history.name,
            target=entity.name,
            role=entity.name,
            ownership="owned",
            inverse=history.plural,
            facts=facts,
        )
    )
    actor = draft.find("user")
    if actor is not None:
        draft.relate(
            Relationship(
                source=history.name, target=actor.name, role="changed_by", required=False, ownership="independent",
                inverse=history.plural, facts=facts,
            )
        )  # fmt: skip


def apply_soft_deletion(draft: Draft) -> None:
    """Mark entities as softly deleted only where the documents ask for it."""
    hits = word_facts(draft, "soft_delete")
    if not hits:
        return
    everything = any(re.search(r"\ball (?:data|records|tables|entities)\b", fact.text, re.IGNORECASE) for fact in hits)
    said = " ".join(fact.text.lower() for fact in hits)
    named = [e for e in draft.entities.values() if re.search(rf"\b(?:{human(e.name)}|{human(e.plural)})\b", said)]
    for entity in draft.entities.values():
        if entity.kind in ("core", "reference") and (entity in named or everything or not named):
            entity.soft_delete = True


def add_times(draft: Draft) -> None:
    """Give each entity the time of its writing, and of its last change where rows change."""
    for entity in draft.entities.values():
        if entity.declared:
            continue
        if (entity.append_only or entity.kind in ("event", "audit")) and _has_own_time(entity):
            continue
        if entity.kind in ("reference", "association", "history") and is_described(entity):
            continue
        because = f"Support and reconciliation ask when {human(entity.plural)} were written."
        entity.attributes.setdefault(
            "created_at", attribute("created_at", entity.name, lexicon=draft.lexicon, because=because)
        )
        if not entity.append_only and entity.kind not in ("association", "line_item", "token", "event"):
            because = f"Changes to {human(entity.plural)} are found by the time of the last one."
            entity.attributes.setdefault(
                "updated_at", attribute("updated_at", entity.name, lexicon=draft.lexicon, because=because)
            )


def _has_own_time(entity: EntityDraft) -> bool:
    """Whether what happened carries its time already: a second one would only say when the row arrived."""
    return any(
        known.type == "timestamp" and known.required and _WHEN.search(known.name) and not _AHEAD.search(known.name)
        for known in entity.attributes.values()
    )


def _lists_fields(draft: Draft) -> bool:
    """Whether the documents say field by field what they want."""
    return any(listed.explicit for fact in draft.brief.in_scope for listed in field_lists(fact, draft.lexicon))
