"""Business rules: ranges, uniqueness, no overlap, order of dates, states, conditions; and what only the application can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import human, name_words, sentence
from database_specialist.agent.designer.states import mentioned
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Attribute, BusinessRule

_NUMBER = r"(?P<n>-?\d[\d,]*(?:\.\d+)?)"
_RANGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bbetween\s+(?P<low>-?\d+(?:\.\d+)?)\s*(?:and|to|-)\s*(?P<high>\d+(?:\.\d+)?)", re.I), "both"),
    (
        re.compile(
            r"\b(?:from|of)?\s*(?P<low>\d+(?:\.\d+)?)\s*(?:to|-|\u2013)\s*(?P<high>\d+(?:\.\d+)?)\s*(?:stars?|points?|scale)?\b",
            re.I,
        ),
        "both",
    ),
    (
        re.compile(
            r"\b(?:not be negative|non-?negative|cannot be negative|never (?:be |go |become )?negative|(?:not|never) (?:go |fall |drop )?below (?:zero|0)\b)",
            re.I,
        ),
        "zero",
    ),
    (
        re.compile(r"\b(?:greater than|more than|above|exceeds?|larger than)\s+(?:zero|0)\b|\bpositive\b", re.I),
        "positive",
    ),
    (re.compile(r"\b(?:at least|minimum(?: of)?|no less than|not less than|>=|\u2265)\s*" + _NUMBER, re.I), "low"),
    (re.compile(r"\b(?:at most|maximum(?: of)?|no more than|not exceed|up to|<=|\u2264)\s*" + _NUMBER, re.I), "high"),
)
_NUMERIC = frozenset({"integer", "big_integer", "decimal", "money", "percentage"})
_UNIQUE = re.compile(
    r"\b(?:uniques?|uniquely|must not be duplicated|no two|no duplicates?|not be reused|may be used only once)\b", re.I
)
_ONE_PER = re.compile(
    r"\b(?:only one|at most one|exactly one|one|a single|no more than one|once|one active)\b.*?\b(?:per|for each|for every|for the same|by the same)\b|\bonly once\b|\bmore than once\b",
    re.I,
)
_ONE_OF = re.compile(
    r"\b(?:an?|each|every|the)\b[^.;]{2,40}\b(?:has|have|can have|may have|must have|holds?)\s+(?:at most|only|exactly|no more than)\s+one\b",
    re.I,
)
_NEVER_CHANGED = re.compile(
    r"\b(?:append-only|immutable|(?:never|not|cannot) (?:be )?(?:changed|modified|edited|updated|altered|overwritten))\b",
    re.I,
)
_OVERLAP = re.compile(
    r"\b(?:double[- ]?book\w*|overlap\w*|booked twice|at the same time|already booked|conflicting (?:bookings?|appointments?|reservations?)|two (?:appointments|bookings|reservations)\b)",
    re.I,
)
_BOUNDS = (
    ("starts_at", "ends_at"), ("start_date", "end_date"), ("starts_on", "ends_on"), ("start_time", "end_time"),
    ("valid_from", "valid_to"), ("period_start", "period_end"), ("check_in", "check_out"), ("started_at", "ended_at"),
    ("departs_at", "arrives_at"), ("started_at", "finished_at"), ("date_start", "date_end"), ("check_in_date", "check_out_date"),
    ("installed_on", "removed_on"), ("clock_in_at", "clock_out_at"), ("checked_in_at", "checked_out_at"),
)  # fmt: skip
_PAIRS = (("min_select", "max_select"), ("salary_min", "salary_max"), ("min_value", "max_value"))
_REQUIRED_WHEN = re.compile(
    r"(?P<attribute>[\w -]{3,30}?)\s+(?:is|are|must be)\s+(?:required|mandatory|given|provided|recorded|stated)\s+(?:when|if|for|on|upon)\s+(?P<when>[^.;,]+)|(?:when|if|on|upon)\s+(?P<when2>[^.;,]+?),?\s+(?:an?|the|its)?\s*(?P<attribute2>[\w -]{3,30}?)\s+(?:is|are|must be)\s+(?:required|mandatory|given|provided|recorded|stated)",
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


def read_rules(draft: Draft) -> None:
    """Turn statements into rules and ranges; a statement of a rule without a form becomes the application's."""
    _order_bounds(draft)
    _keep_states(draft)
    for fact in draft.brief.in_scope:
        if fact.kind in ("rule", "data", "functional", "compliance"):
            _read_fact(draft, fact)
    draft.rules = [rule.model_copy(update={"id": f"BR{number}"}) for number, rule in enumerate(draft.rules, start=1)]


def _read_fact(draft: Draft, fact: Fact) -> None:
    readers: tuple[Callable[[Draft, Fact, list[EntityDraft]], bool], ...] = (
        _overlap, _one_per, _required_when, _unique, _range,
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
        _leave_to_application(draft, fact, found[0])


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


def _add(draft: Draft, entity: EntityDraft, kind: str, name: str, text: str, **given: object) -> None:
    base = re.sub(r"\W+", "_", name)[:50]
    taken = {rule.name for rule in draft.rules}
    unique = base if base not in taken else f"{base}_{sum(n == base or n.startswith(base + '_') for n in taken) + 1}"
    draft.rules.append(
        BusinessRule.model_validate(
            {"id": "BR0", "name": unique, "text": text, "kind": kind, "entity": entity.name, **given}
        )
    )


def _order_bounds(draft: Draft) -> None:
    for entity in draft.entities.values():
        for low, high in (*_BOUNDS, *_PAIRS):
            first, second = entity.attributes.get(low), entity.attributes.get(high)
            if (
                first is None
                or second is None
                or first.type != second.type
                or first.type in ("short_text", "long_text")
            ):
                continue
            strict = (low, high) not in _PAIRS and first.type != "date"
            facts = tuple(dict.fromkeys((*first.facts, *second.facts)))
            _add(
                draft, entity, "check", f"{entity.name}_{high}_after_{low}",
                f"In each {human(entity.name)}, {high} is {'after' if strict else 'not before'} {low}.",
                attributes=(low, high), condition=f"{high} {'>' if strict else '>='} {low}", facts=facts,
                added_because=None if facts else f"A {human(entity.name)} that ends before it begins would never be found by its period.",
            )  # fmt: skip


def _keep_states(draft: Draft) -> None:
    for entity in draft.entities.values():
        if entity.lifecycle is not None and entity.lifecycle.transitions:
            steps = ", ".join(f"{t.source} to {t.target}" for t in entity.lifecycle.transitions)
            _add(
                draft, entity, "transition", f"{entity.name}_states",
                f"{human(entity.name).capitalize()} rows change their {entity.lifecycle.attribute} only along these steps: {steps}.",
                attributes=(entity.lifecycle.attribute,), facts=entity.lifecycle.facts,
            )  # fmt: skip


def _overlap(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    if not _OVERLAP.search(_whole(fact)):
        return False
    holders = [entity for entity in (*found, *_holders_near(draft, found)) if _bounds(entity)]
    for holder in dict.fromkeys(entity.name for entity in holders):
        entity = draft.entities[holder]
        if any(rule.kind == "no_overlap" and rule.entity == entity.name for rule in draft.rules):
            return True
        role = _taken_role(draft, entity, found, fact)
        if role is None:
            continue
        if _is_counted(draft, entity, role):
            target = next(r.target for r in draft.relations_of(entity.name) if r.role == role)
            _application(
                draft, entity, fact,
                f"A {human(target)} stands for several units, so overlapping {human(entity.plural)} are allowed up to their number; "
                "the booking transaction locks the row, counts, and then inserts.",
            )  # fmt: skip
            return True
        bounds = _bounds(entity)
        _add(
            draft, entity, "no_overlap", f"{entity.name}_{role}_no_overlap", sentence(fact.text, 200),
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
    for low, high in _BOUNDS:
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


def _one_per(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    owned = _ONE_OF.search(fact.text)
    if owned and len(found) >= 2:
        return _one_of(draft, fact, found)
    if not _ONE_PER.search(fact.text) or len(found) < 2:
        return False
    names = {entity.name for entity in found}
    holders = [e for e in draft.entities.values() if len({r.target for r in draft.relations_of(e.name)} & names) > 1]
    for entity in (*found, *holders):
        wanted = _per_what(draft, entity, fact, found)
        if not wanted or (re.search(r"\b(?:once|twice)\b", fact.text) and len(wanted) < 2):
            continue
        _add_one(draft, entity, wanted, fact)
        return True
    return False


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
    tail = re.split(r"\b(?:per|for each|for every|for the same|by the same)\b", fact.text, maxsplit=1)
    if len(tail) < 2:
        return tuple(r.role for r in relations if any(r.target == other.name for other in found))[:3]
    wanted: list[str] = []
    for part in re.split(r"\s*(?:,|\band\b|\bper\b)\s*", re.split(r"[.;:]", tail[1])[0]):
        targets = {other.name for other in mentioned(draft, part)}
        role = next((r.role for r in relations if r.target in targets or human(r.role) in part), None)
        named = _named_attribute(entity, part)
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
    _add(
        draft, entity, "unique", f"{entity.name}_one_{suffix}per_{'_'.join(wanted)}", sentence(fact.text, 200),
        attributes=wanted, condition=condition, facts=(fact.id,),
    )  # fmt: skip


def _active_condition(entity: EntityDraft, text: str) -> str | None:
    status = entity.attributes.get("status")
    for value in status.values if status and status.type == "enum" else ():
        if re.search(rf"\b{human(value)}\b", text, re.I):
            return f"status = '{value}'"
    flag = next((name for name in ("is_active", "active") if name in entity.attributes), None)
    return flag if flag and re.search(r"\bactive\b", text, re.I) else None


def _required_when(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    match = _REQUIRED_WHEN.search(fact.text)
    if not match:
        return False
    attribute_words = match["attribute"] or match["attribute2"]
    when = (match["when"] or match["when2"]).lower()
    for entity in found:
        status = entity.attributes.get("status")
        value = next((v for v in (status.values if status else ()) if _names_state(v, when)), None)
        attribute = _named_attribute(entity, attribute_words)
        if value and attribute:
            entity.attributes[attribute.name] = attribute.model_copy(update={"required": False})
            _add(
                draft, entity, "check", f"{entity.name}_{value}_needs_{attribute.name}", sentence(fact.text, 200),
                attributes=("status", attribute.name),
                condition=f"status <> '{value}' OR {attribute.name} IS NOT NULL", facts=(fact.id,),
            )  # fmt: skip
            return True
    return False


def _names_state(value: str, when: str) -> bool:
    stem = re.sub(r"(?:led|ed|d)$", "", value)
    return len(stem) > 2 and stem.replace("_", " ") in when


def _unique(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    if not _UNIQUE.search(fact.text):
        return False
    placed = False
    for entity in found:
        for attribute in _named_attributes(entity, fact.text):
            if attribute.type in ("enum", "boolean", "timestamp", "date", "long_text", "json", "text_list", "money"):
                continue
            if not re.search(
                rf"(?:uniques?(?:ly)?|no two|duplicat\w+)[\w\s,'-]{{0,40}}\b{_loose(attribute.name)}\b|\b{_loose(attribute.name)}\b[\w\s,'()-]{{0,40}}(?:unique|duplicat|reused)",
                fact.text,
                re.I,
            ):
                continue
            update = {"unique": True, "facts": tuple(dict.fromkeys((*attribute.facts, fact.id))), "added_because": None}
            entity.attributes[attribute.name] = attribute.model_copy(update=update)
            placed = True
    return placed


def _range(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    for pattern, kind in _RANGES:
        match = pattern.search(fact.text)
        if match is None:
            continue
        for entity in found or list(draft.entities.values()):
            attribute = _nearest_number(entity, fact.text, match.start(), match.end())
            if attribute is not None:
                entity.attributes[attribute.name] = _bounded(attribute, kind, match, fact)
                return True
        lone = _lone_number(found[0]) if len(found) == 1 and kind in ("zero", "positive") else None
        if lone is not None:
            found[0].attributes[lone.name] = _bounded(lone, kind, match, fact)
            return True
    return False


def _lone_number(entity: EntityDraft) -> Attribute | None:
    """Return the only measured value of an entity: "readings must not be negative"."""
    numbers = [a for a in entity.attributes.values() if a.type in _NUMERIC]
    valued = [a for a in numbers if a.name in ("value", "amount", "quantity")]
    return valued[0] if len(valued) == 1 else numbers[0] if len(numbers) == 1 else None


def _nearest_number(entity: EntityDraft, text: str, start: int, end: int) -> Attribute | None:
    """Return the numeric attribute that is named closest to a range."""
    best: tuple[int, Attribute] | None = None
    for attribute in entity.attributes.values():
        if attribute.type not in _NUMERIC:
            continue
        for match in re.finditer(rf"\b{_loose(attribute.name)}\b", text, re.I):
            distance = start - match.end() if match.end() <= start else match.start() - end
            if 0 <= distance <= 40 and (best is None or distance < best[0]):
                best = (distance, attribute)
    return best[1] if best else None


def _bounded(attribute: Attribute, kind: str, match: re.Match[str], fact: Fact) -> Attribute:
    update: dict[str, object] = {"facts": tuple(dict.fromkeys((*attribute.facts, fact.id))), "added_because": None}
    if kind == "both":
        update |= {"minimum": float(match["low"]), "maximum": float(match["high"])}
    elif kind == "zero":
        update |= {"minimum": 0.0, "exclusive_minimum": False}
    elif kind == "positive":
        update |= {"minimum": 0.0, "exclusive_minimum": True}
    else:
        update["minimum" if kind == "low" else "maximum"] = float(match["n"].replace(",", ""))
    if kind == "positive" and attribute.type in ("integer", "big_integer"):
        update |= {"minimum": 1.0, "exclusive_minimum": False}
    return attribute.model_copy(update=update)


def _named_attributes(entity: EntityDraft, text: str) -> list[Attribute]:
    return [a for a in entity.attributes.values() if re.search(rf"\b{_loose(a.name)}\b", text, re.I)]


def _named_attribute(entity: EntityDraft, words: str) -> Attribute | None:
    tail = name_words(words)
    for size in range(min(3, len(tail)), 0, -1):
        name = "_".join(tail[-size:])
        found = next((a for a in entity.attributes.values() if a.name == name or a.name.endswith("_" + name)), None)
        if found is not None:
            return found
    return None


def _loose(name: str) -> str:
    """Return a pattern for a column's name as people write it: "unit price", "e-mail addresses"."""
    words = [re.escape(word) for word in name.split("_")]
    if name == "email":
        return r"e-?mail(?: address)?(?:es)?"
    if len(words) > 1 and words[-1] in ("number", "no", "code", "address"):
        return r"[\s_-]*".join(words) + r"s?"
    return r"[\s_-]*".join(words) + r"(?:e?s)?"


def _leave_to_application(draft: Draft, fact: Fact, entity: EntityDraft) -> None:
    text = fact.text.lower()
    for words, why in draft.lexicon.conventions.get("application", {}).items():
        if re.search(words, text):
            _application(draft, entity, fact, why.format(entity=human(entity.name), entities=human(entity.plural)))
            return
    _application(
        draft, entity, fact,
        f"It is about how {human(entity.plural)} are handled and not about which rows may stand; no condition over their columns expresses it.",
    )  # fmt: skip


def _application(draft: Draft, entity: EntityDraft, fact: Fact, why: str) -> None:
    words = [word for word in name_words(fact.text) if word not in draft.lexicon.words("function_words")][:5]
    _add(
        draft,
        entity,
        "application",
        "_".join(words) or f"{entity.name}_rule",
        sentence(fact.text, 240),
        why=why,
        facts=(fact.id,),
    )
