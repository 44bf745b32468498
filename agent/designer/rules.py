"""Business rules: each statement goes to the reader that knows its form, or to the application with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable

from database_specialist.agent.designer.application import leave_to_application
from database_specialist.agent.designer.bounds import named_attribute, order_bounds, ranges, unique_values
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.exclusivity import one_per, overlap
from database_specialist.agent.designer.keys import names_several, unique_sets
from database_specialist.agent.designer.nouns import human, sentence
from database_specialist.agent.designer.states import mentioned
from database_specialist.agent.model.brief import Fact

_NEVER_CHANGED = re.compile(
    r"\b(?:append-only|immutable"
    r"|(?:never|not|cannot) (?:be )?(?:changed|modified|edited|updated|altered|overwritten))\b",
    re.I,
)
_IS_REQUIRED = r"(?:is|are|must be)\s+(?:required|mandatory|given|provided|recorded|stated)"
_REQUIRED_WHEN = re.compile(
    rf"(?P<attribute>[\w -]{{3,30}}?)\s+{_IS_REQUIRED}\s+(?:when|if|for|on|upon)\s+(?P<when>[^.;,]+)"
    r"|(?:when|if|on|upon)\s+(?P<when2>[^.;,]+?),?\s+(?:an?|the|its)?\s*"
    rf"(?P<attribute2>[\w -]{{3,30}}?)\s+{_IS_REQUIRED}",
    re.I,
)

_ALWAYS_HAS = re.compile(r"\ban?\s+(?P<state>[a-z]{6,})\s+always has an?\s+(?P<what>[a-z]+)\b", re.IGNORECASE)
_NOT_THE_SAME = re.compile(
    r"\b(?:nobody|no one|no user)\s+(?P<one>[a-z]+s)\s+what (?:they|he|she) (?:have|has) (?P<other>[a-z]+ed) "
    r"(?:themselves|himself|herself)",
    re.IGNORECASE,
)


def read_rules(draft: Draft) -> None:
    """Turn statements into rules and ranges; a statement of a rule without a form becomes the application's."""
    order_bounds(draft)
    _keep_holdings(draft)
    _keep_states(draft)
    for fact in draft.brief.in_scope:
        if fact.kind in ("rule", "data", "functional", "compliance"):
            _read_fact(draft, fact)
        elif fact.kind in ("quantity", "context") and re.search(r"\bbetween\s+\d", fact.text):
            ranges(draft, fact, mentioned(draft, fact.text))
    draft.rules = [rule.model_copy(update={"id": f"BR{number}"}) for number, rule in enumerate(draft.rules, start=1)]


def _read_fact(draft: Draft, fact: Fact) -> None:
    readers: tuple[Callable[[Draft, Fact, list[EntityDraft]], bool], ...] = (
        overlap, one_per, _required_when, _always_has, _not_by_the_same, _follows, _unique, ranges,
    )  # fmt: skip
    found = mentioned(draft, _whole(fact)) or mentioned(draft, fact.section[-1] if fact.section else "")
    placed = [reader(draft, fact, found) for reader in readers]
    if (
        found
        and _NEVER_CHANGED.search(_whole(fact))
        and found[0].lifecycle is None
        and "status" not in found[0].attributes
    ):
        found[0].append_only = True
    if fact.kind == "rule" and not any(placed) and found and not _is_used(draft, fact):
        leave_to_application(draft, fact, found[0])


def _unique(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    if unique_sets(draft, fact, found):
        return True
    return not names_several(fact.text) and unique_values(draft, fact, found)


def _always_has(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Read "a rejection always has a reason" where a row of that state, or the step to it, holds the reason."""
    match = _ALWAYS_HAS.search(fact.text)
    if match is None:
        return False
    for entity in (*found, *draft.entities.values()):
        attribute = entity.attributes.get(match["what"].lower())
        state = next((a for a in entity.attributes.values() if a.name in ("to_status", "status") and a.values), None)
        value = next((v for v in state.values if v[:6] == match["state"].lower()[:6]), None) if state else None
        if attribute is None or state is None or value is None:
            continue
        entity.attributes[attribute.name] = attribute.model_copy(update={"required": False})
        draft.add_rule(
            entity, "check", f"{entity.name}_{value}_needs_{attribute.name}", sentence(fact.text, 200),
            attributes=(state.name, attribute.name), facts=(fact.id,),
            condition=f"{state.name} <> '{value}' OR {attribute.name} IS NOT NULL",
        )  # fmt: skip
        return True
    return False


def _not_by_the_same(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Read "nobody approves what they have entered themselves"."""
    match = _NOT_THE_SAME.search(fact.text)
    if match is None:
        return False
    for entity in draft.entities.values():
        roles = {r.role: r.target for r in draft.relations_of(entity.name)}
        pair = [f"{match['one'].lower().removesuffix('s').removesuffix('e')}ed_by", f"{match['other'].lower()}_by"]
        if all(role in roles for role in pair) and roles[pair[0]] == roles[pair[1]]:
            draft.add_rule(
                entity, "check", f"{entity.name}_{pair[0]}_another", sentence(fact.text, 200),
                attributes=tuple(pair), condition=f"{pair[0]} <> {pair[1]}", facts=(fact.id,),
            )  # fmt: skip
            return True
    return False


def _is_used(draft: Draft, fact: Fact) -> bool:
    """Whether a lifecycle, a relationship or an attribute already rests on a statement."""
    if any(fact.id in relation.facts for relation in draft.relationships):
        return True
    return any(
        (entity.lifecycle is not None and fact.id in entity.lifecycle.facts)
        or any(fact.id in attribute.facts for attribute in entity.attributes.values())
        or (entity.kind == "history" and fact.id in entity.facts)
        for entity in draft.entities.values()
    )


def _whole(fact: Fact) -> str:
    return f"{fact.title}: {fact.text}" if fact.title else fact.text


def _keep_holdings(draft: Draft) -> None:
    """Let no two hold one thing at the same time, where the documents keep who held it when."""
    for history, thing, bounds, fact in draft.held:
        text = f"{human(thing).capitalize()} rows have one {human(history)} at a time."
        entity = draft.entities[history]
        draft.add_rule(
            entity, "no_overlap", f"{history}_one_at_a_time", text, attributes=(thing, *bounds), facts=(fact,)
        )


def _keep_states(draft: Draft) -> None:
    for entity in draft.entities.values():
        if entity.lifecycle is not None and entity.lifecycle.transitions:
            steps = ", ".join(f"{t.source} to {t.target}" for t in entity.lifecycle.transitions)
            attribute = entity.lifecycle.attribute
            draft.add_rule(
                entity,
                "transition",
                f"{entity.name}_states",
                f"{human(entity.name).capitalize()} rows change their {attribute} only along these steps: {steps}.",
                attributes=(attribute,),
                facts=entity.lifecycle.facts,
            )


def _required_when(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    match = _REQUIRED_WHEN.search(fact.text)
    if not match:
        return False
    attribute_words = match["attribute"] or match["attribute2"]
    when = (match["when"] or match["when2"]).lower()
    for entity in found:
        status = entity.attributes.get("status")
        value = next((v for v in (status.values if status else ()) if _names_state(v, when)), None)
        attribute = named_attribute(entity, attribute_words)
        if value and attribute:
            entity.attributes[attribute.name] = attribute.model_copy(update={"required": False})
            draft.add_rule(
                entity, "check", f"{entity.name}_{value}_needs_{attribute.name}", sentence(fact.text, 200),
                attributes=("status", attribute.name),
                condition=f"status <> '{value}' OR {attribute.name} IS NOT NULL", facts=(fact.id,),
            )  # fmt: skip
            return True
    return False


def _follows(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Let a statement stand behind the order of two attributes: "a visit ends after it starts"."""
    if fact.kind != "rule" or not re.search(r"\b(?:after|before|later|earlier)\b", fact.text, re.IGNORECASE):
        return False
    names, text = {entity.name for entity in found}, fact.text.lower()
    for position, rule in enumerate(draft.rules):
        ordered = rule.kind == "check" and len(rule.attributes) == 2 and rule.entity in names
        if ordered and all(any(word[:4] in text for word in name.split("_")) for name in rule.attributes):
            update = {"facts": (*rule.facts, fact.id), "added_because": None, "text": sentence(fact.text, 200)}
            draft.rules[position] = rule.model_copy(update=update)
            return True
    return False


def _names_state(value: str, when: str) -> bool:
    stem = re.sub(r"(?:led|ed|d)$", "", value)
    return len(stem) > 2 and stem.replace("_", " ") in when
