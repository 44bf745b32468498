"""From the Brief to the EntityModel: the rules designer's conceptual design."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.designer.attributes import attribute, from_spec
from database_specialist.agent.designer.conventions import (
    add_accounts,
    add_times,
    apply_conventions,
    apply_histories,
    apply_soft_deletion,
    apply_tenancy,
    find_tenant,
)
from database_specialist.agent.designer.declared import read_declared
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.examples import write_examples
from database_specialist.agent.designer.fields import read_fields
from database_specialist.agent.designer.knowledge import DEFAULT, Lexicon
from database_specialist.agent.designer.mend import mend
from database_specialist.agent.designer.nouns import human
from database_specialist.agent.designer.people import set_roles
from database_specialist.agent.designer.placement import place_facts
from database_specialist.agent.designer.relationships import relate_all, set_keys
from database_specialist.agent.designer.rules import read_rules
from database_specialist.agent.designer.selection import drop_baseless, select_entities
from database_specialist.agent.designer.stated import (
    denies_passwords,
    is_described,
    is_person,
    keeps_passwords,
    read_stated,
)
from database_specialist.agent.designer.states import read_states
from database_specialist.agent.designer.ties import read_ties
from database_specialist.agent.designer.told_states import read_told_states
from database_specialist.agent.designer.volumes import attach_volumes
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import Attribute, EntityModel
from database_specialist.agent.model.evidence import Finding

_WRITTEN = frozenset({"note", "remark", "comment", "message", "letter", "entry"})
"""Things that are a text, and have no name."""

_OWN_NUMBER = re.compile(r"(?P<kind>\w+)_(?:number|code|no)$")
_STAFF = frozenset({"personnel", "employee", "staff", "payroll"})


def model_entities(
    brief: Brief,
    *,
    research: Research,
    previous: EntityModel | None = None,
    findings: Sequence[Finding] = (),
    lexicon: Lexicon = DEFAULT,
) -> EntityModel:
    """Model the entities of a Brief by lexicon and convention; with `previous`, mend what the findings object to."""
    if previous is not None:
        return mend(previous, findings)
    draft = Draft(brief, lexicon)
    folded = select_entities(draft)
    add_accounts(draft)
    apply_conventions(draft)
    find_tenant(draft)
    set_roles(draft, folded)
    drop_baseless(draft)
    read_declared(draft)
    read_stated(draft)
    read_fields(draft)
    read_ties(draft)
    read_told_states(draft)
    _add_customary_attributes(draft)
    read_states(draft)
    relate_all(draft)
    set_keys(draft)
    apply_histories(draft)
    apply_tenancy(draft)
    apply_soft_deletion(draft)
    add_times(draft)
    read_rules(draft)
    attach_volumes(draft)
    write_examples(draft)
    place_facts(draft)
    return EntityModel(
        entities=tuple(entity.freeze() for entity in draft.entities.values()),
        relationships=tuple(draft.relationships),
        rules=tuple(draft.rules),
        examples=tuple(draft.examples),
        tenant=draft.tenant,
        unplaced=tuple(draft.unplaced),
    )


def _add_customary_attributes(draft: Draft) -> None:
    for entity in draft.entities.values():
        if entity.declared or entity.listed:
            continue
        _mark_own_number(entity, draft)
        if is_described(entity):
            _add_customary_keys(draft, entity)
            continue
        because = f"The documents name {human(entity.plural)} and leave this property open; it is customary for them."
        told = [attribute for attribute in entity.attributes.values() if attribute.facts]
        for spec in entity.archetype.attributes if entity.archetype else ():
            made = from_spec(spec, entity.name, because, draft.lexicon)
            known = entity.attributes.get(spec.name)
            if entity.stated and not told and (not spec.required or spec.type == "boolean"):
                continue
            if known is not None and made.unique and not known.unique:
                entity.attributes[spec.name] = known.model_copy(update={"unique": True})
            if made.name == "password_hash" and denies_passwords(draft):
                continue
            if spec.name not in entity.attributes and not _is_told(made, told, entity, draft.lexicon):
                entity.attributes[spec.name] = made
        if not entity.attributes and entity.kind in ("core", "reference"):
            name = "body" if entity.name in _WRITTEN else "name"
            entity.attributes[name] = attribute(name, entity.name, lexicon=draft.lexicon, because=because)


def _add_customary_keys(draft: Draft, entity: EntityDraft) -> None:
    """Keep what is customary to an attribute that the documents list: an invoice's number is its own."""
    unique = {spec.name for spec in entity.archetype.attributes if spec.unique} if entity.archetype else set()
    last = entity.name.split("_")[-1]
    numbers = {f"{entity.name}_number", f"{last}_number"}
    for name, known in entity.attributes.items():
        is_code = name == "code" and entity.kind == "reference"
        if (name in unique | numbers or is_code) and known.type in ("code", "short_text", "email"):
            entity.attributes[name] = known.model_copy(update={"unique": True, "required": True})
    _name_people(draft, entity)
    secret = (
        next((s for s in entity.archetype.attributes if s.name == "password_hash"), None) if entity.archetype else None
    )
    if secret is not None and keeps_passwords(draft):
        because = "People sign in with a password, of which only the hash is kept."
        entity.attributes[secret.name] = from_spec(secret, entity.name, because, draft.lexicon)


def _mark_own_number(entity: EntityDraft, draft: Draft) -> None:
    """Let no two share the number that a list of fields begins with, where it is the entity's own."""
    first = next((known for known in entity.attributes.values() if known.facts), None)
    match = _OWN_NUMBER.match(first.name) if first is not None else None
    if first is None or match is None or first.type not in ("code", "short_text") or first.unique:
        return
    kind = match["kind"]
    named = is_person(entity, draft) or any(name in entity.attributes for name in ("name", "full_name", "last_name"))
    if kind in (entity.name, entity.name.split("_")[-1]) or (kind in _STAFF and named):
        own = human(entity.name)
        meaning = f"{human(first.name).capitalize()} of the {own}; no two share it, because it tells one from another."
        entity.attributes[first.name] = first.model_copy(update={"unique": True, "required": True, "meaning": meaning})


def _name_people(draft: Draft, entity: EntityDraft) -> None:
    told = any("name" in name or known.type == "email" for name, known in entity.attributes.items())
    if is_person(entity, draft) and not told:
        because = f"{human(entity.plural).capitalize()} are people, and are told apart by their names."
        made = attribute("name", entity.name, lexicon=draft.lexicon, because=because)
        entity.attributes = {"name": made, **entity.attributes}


def _is_told(made: Attribute, told: Sequence[Attribute], entity: EntityDraft, lexicon: Lexicon) -> bool:
    """Whether the documents give the same thing under another name."""
    names = {attribute.name for attribute in told}
    for group in lexicon.conventions.get("same", {}).get("names", ()):
        if made.name in group and names & set(group):
            return True
    if made.type in ("file_ref", "secret_hash", "email", "phone"):
        return any(attribute.type == made.type for attribute in told)
    if made.type == "timestamp" and entity.append_only:
        return any(attribute.type == "timestamp" for attribute in told)
    return made.unique and any(attribute.unique and attribute.type == made.type for attribute in told)
