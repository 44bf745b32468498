"""What cannot be twice: overlapping periods, and one thing for each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.designer.application import hand_over
from database_specialist.agent.designer.bounds import BOUNDS, named_attribute
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import human, sentence
from database_specialist.agent.designer.states import mentioned
from database_specialist.agent.model.brief import Fact

_PER = r"\b(?:per|for each|for every|for the same|by the same)\b"
_ONE_PER = re.compile(
    r"\b(?:only one|at most one|exactly one|one|a single|no more than one|once|one active)\b(?! or more).*?"
    rf"{_PER}|\bonly once\b|\bmore than once\b",
    re.I,
)
_ONE_OF = re.compile(
    r"\b(?:an?|each|every|the)\b[^.;]{2,40}\b(?:has|have|can have|may have|must have|holds?)\s+"
    r"(?:at most|only|exactly|no more than)\s+one\b",
    re.I,
)
_THERE_IS_ONE = re.compile(
    r"^for (?:one|each|every)\b.*\bthere is (?:only |exactly |at most )?one "
    r"(?P<a>[a-z]+)\b",
    re.I,
)
_OVERLAP = re.compile(
    r"\b(?:double[- ]?book\w*|overlap\w*|booked twice|at the same time|already booked"
    r"|conflicting (?:bookings?|appointments?|reservations?)|two (?:appointments|bookings|reservations)\b)",
    re.I,
)
_GONE = (
    "cancelled",
    "canceled",
    "rejected",
    "expired",
    "failed",
    "no_show",
    "withdrawn",
    "abandoned",
    "void",
    "voided",
)


def overlap(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Keep periods of one thing apart where a statement asks for it; return whether it did."""
    if not _OVERLAP.search(f"{fact.title}: {fact.text}"):
        return False
    holders = [entity for entity in (*found, *_holders_near(draft, found)) if _bounds(entity)]
    names = {entity.name for entity in found}
    holders.sort(key=lambda holder: not any(r.target in names for r in draft.relations_of(holder.name)))
    for holder in dict.fromkeys(entity.name for entity in holders):
        entity = draft.entities[holder]
        if any(rule.kind == "no_overlap" and rule.entity == entity.name for rule in draft.rules):
            return True
        role = _taken_role(draft, entity, found, fact)
        if role is None:
            continue
        if _is_counted(draft, entity, role):
            target = next(r.target for r in draft.relations_of(entity.name) if r.role == role)
            why = (
                f"A {human(target)} stands for several units, so {human(entity.plural)} may overlap up to that; "
                "the transaction locks the row, counts, and then inserts."
            )
            hand_over(draft, entity, fact, why)
            return True
        bounds = _bounds(entity)
        draft.add_rule(
                entity, "no_overlap", f"{entity.name}_{role}_no_overlap", sentence(fact.text, 200),
            attributes=(role, *bounds), condition=_still_held(entity), facts=(fact.id,),
        )  # fmt: skip
        return True
    return False


def _holders_near(draft: Draft, found: list[EntityDraft]) -> Iterator[EntityDraft]:
    names = {entity.name for entity in found}
    for entity in draft.entities.values():
        if any(relation.target in names for relation in draft.relations_of(entity.name)):
            yield entity


def _bounds(entity: EntityDraft) -> tuple[str, ...]:
    for low, high in BOUNDS:
        if (
            low in entity.attributes
            and high in entity.attributes
            and entity.attributes[low].type in ("timestamp", "date")
        ):
            return low, high
    return ()


def _taken_role(draft: Draft, entity: EntityDraft, found: list[EntityDraft], fact: Fact) -> str | None:
    """Return the role of the thing that cannot be taken twice: the one that is named, no account before a thing."""
    relations = [
        r for r in draft.relations_of(entity.name) if r.required or r.facts or draft.entities[r.target].kind == "core"
    ]
    spoken = [r for r in relations if re.search(rf"\b{human(r.role)}s?\b", fact.text, re.I)]
    named = [r for r in relations if any(r.target == other.name for other in found)]
    for choice in (spoken, named, relations):
        things = [r for r in choice if not _is_account(draft, r.target)]
        if things:
            return things[0].role
        if choice and choice is spoken:
            return choice[0].role
    return None


def _is_account(draft: Draft, name: str) -> bool:
    archetype = draft.entities[name].archetype
    return archetype is not None and archetype.name in (
        "user",
        "customer",
        "patient",
        "member",
        "organization",
        "hotel",
        "venue",
    )


def _is_counted(draft: Draft, entity: EntityDraft, role: str) -> bool:
    target = next((r.target for r in draft.relations_of(entity.name) if r.role == role), None)
    return target is not None and bool({"total_count", "copies", "quantity"} & set(draft.entities[target].attributes))


def _still_held(entity: EntityDraft) -> str | None:
    status = entity.attributes.get("status")
    gone = [value for value in status.values if value in _GONE] if status else []
    if not gone:
        return None
    return f"status NOT IN ({', '.join(repr(value) for value in gone)})"


def one_per(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Keep a second one out where a statement allows one for each other; return whether it did."""
    owned = _ONE_OF.search(fact.text)
    if owned and len(found) >= 2:
        return _one_of(draft, fact, found)
    if not _ONE_PER.search(fact.text) or len(found) < 2:
        return False
    if _THERE_IS_ONE.search(fact.text):
        return _one_in(draft, fact)
    names = {entity.name for entity in found}
    holders = [e for e in draft.entities.values() if len({r.target for r in draft.relations_of(e.name)} & names) > 1]
    for entity in (*found, *holders):
        wanted = _per_what(draft, entity, fact, found)
        if not wanted or (re.search(r"\b(?:once|twice)\b", fact.text) and len(wanted) < 2):
            continue
        _add_one(draft, entity, wanted, fact)
        return True
    return False


def _one_in(draft: Draft, fact: Fact) -> bool:
    """Read "for one loss on one policy there is one claim for each peril": all of them together are the key."""
    match = _THERE_IS_ONE.search(fact.text)
    entity = draft.find(match["a"].lower()) if match else None
    if entity is None:
        return False
    roles = {r.target: r.role for r in draft.relations_of(entity.name) if r.cardinality == "many_to_one"}
    wanted: list[str] = []
    for word in re.findall(r"\b(?:for|on|in|of|at) (?:one|each|every|any) ([a-z]+)", fact.text, re.I):
        scope = draft.find(word.lower())
        part = roles.get(scope.name) if scope is not None else None
        part = part or next((name for name in entity.attributes if name.startswith(f"{word.lower()}_")), None)
        if part is None:
            return False
        wanted.append(part)
    if not wanted:
        return False
    _add_one(draft, entity, tuple(dict.fromkeys(wanted)), fact)
    return True


def _one_of(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Read "a premises has at most one active meter": the meter's premises is unique among active meters."""
    owner, part = found[0], found[1]
    role = next(
        (r.role for r in draft.relations_of(part.name) if r.target == owner.name and r.cardinality == "many_to_one"),
        None,
    )
    if role is None:
        return False
    _add_one(draft, part, (role,), fact)
    return True


def _per_what(draft: Draft, entity: EntityDraft, fact: Fact, found: list[EntityDraft]) -> tuple[str, ...]:
    """Return the roles and attributes after "per"; nothing when one of them is not kept."""
    relations = [r for r in draft.relations_of(entity.name) if r.cardinality == "many_to_one"]
    tail = re.split(_PER, fact.text, maxsplit=1)
    if len(tail) < 2:
        return tuple(r.role for r in relations if any(r.target == other.name for other in found))[:3]
    wanted: list[str] = []
    for part in re.split(r"\s*(?:,|\band\b|\bper\b)\s*", re.split(r"[.;:]", tail[1])[0]):
        targets = {other.name for other in mentioned(draft, part)}
        role = next((r.role for r in relations if r.target in targets or human(r.role) in part), None)
        named = named_attribute(entity, part)
        time = _time_of(entity) if re.search(r"\b(?:times?|moment|timestamp|day|date|instant)\b", part) else None
        if role or named or time:
            wanted.append(role or (named.name if named else "") or time or "")
        else:
            return ()
    return tuple(dict.fromkeys(wanted))


def _time_of(entity: EntityDraft) -> str | None:
    return next(
        (
            a.name
            for a in entity.attributes.values()
            if a.type in ("timestamp", "date") and a.required and a.name not in ("created_at", "updated_at")
        ),
        None,
    )


def _add_one(draft: Draft, entity: EntityDraft, wanted: tuple[str, ...], fact: Fact) -> None:
    condition = _active_condition(entity, fact.text)
    if wanted in entity.unique_sets or any(
        r.kind == "unique" and r.entity == entity.name and r.attributes == wanted for r in draft.rules
    ):
        return
    suffix = "active_" if condition else ""
    draft.add_rule(
                entity, "unique", f"{entity.name}_one_{suffix}per_{'_'.join(wanted)}", sentence(fact.text, 200),
        attributes=wanted, condition=condition, facts=(fact.id,),
    )  # fmt: skip


def _active_condition(entity: EntityDraft, text: str) -> str | None:
    status = entity.attributes.get("status")
    for value in status.values if status and status.type == "enum" else ():
        if re.search(rf"\b{human(value)}\b", text, re.I):
            return f"status = '{value}'"
    flag = next((name for name in ("is_active", "active") if name in entity.attributes), None)
    return flag if flag and re.search(r"\bactive\b", text, re.I) else None
