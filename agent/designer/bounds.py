"""Bounds of single values: ranges, unique values, and pairs of which one follows the other."""

from __future__ import annotations

import re

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.items import UNITS
from database_specialist.agent.designer.nouns import article, human, name_words
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Attribute

_NUMBER = r"(?P<n>-?\d[\d,]*(?:\.\d+)?)"
_LOW_HIGH = r"(?P<low>-?\d[\d,]*(?:\.\d+)?)\s*(?:and|to|-|\u2013)\s*(?P<high>\d[\d,]*(?:\.\d+)?)"
_NEGATIVE = (
    r"\b(?:not be negative|non-?negative|cannot be negative|never (?:be |go |become )?negative"
    r"|(?:not|never) (?:go |fall |drop )?below (?:zero|0)\b)"
)
_RANGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\b(?:between|from|of|range)\s+{_LOW_HIGH}", re.I), "both"),
    (re.compile(rf"{_LOW_HIGH}\s*(?:stars?|points?|scale)\b", re.I), "both"),
    (re.compile(_NEGATIVE, re.I), "zero"),
    (
        re.compile(r"\b(?:greater than|more than|above|exceeds?|larger than)\s+(?:zero|0)\b|\bpositive\b", re.I),
        "positive",
    ),
    (re.compile(r"\b(?:at least|minimum(?: of)?|no less than|not less than|>=|\u2265)\s*" + _NUMBER, re.I), "low"),
    (re.compile(r"\b(?:at most|maximum(?: of)?|no more than|not exceed|up to|<=|\u2264)\s*" + _NUMBER, re.I), "high"),
)
_PUT_TO_USE = re.compile(
    r"\bof (?:the |all )?(?P<thing>[a-z]+s) (?:used|consumed|needed|sold|ordered|served|rented)\b", re.IGNORECASE
)
_NUMERIC = frozenset({"integer", "big_integer", "decimal", "money", "percentage"})
_UNIQUE = re.compile(
    r"\b(?:uniques?|uniquely|must not be duplicated|no two|no duplicates?|not be reused|may be used only once)\b", re.I
)
_ORDERED = _NUMERIC | {"timestamp", "date", "time"}
_NO_KEY = frozenset({"enum", "boolean", "timestamp", "date", "long_text", "json", "text_list", "money"})
BOUNDS = (
    ("starts_at", "ends_at"), ("start_date", "end_date"), ("starts_on", "ends_on"), ("start_time", "end_time"),
    ("valid_from", "valid_to"), ("period_start", "period_end"), ("check_in", "check_out"), ("started_at", "ended_at"),
    ("departs_at", "arrives_at"), ("started_at", "finished_at"), ("date_start", "date_end"), ("start", "end"),
    ("check_in_date", "check_out_date"), ("installed_on", "removed_on"), ("clock_in_at", "clock_out_at"),
    ("checked_in_at", "checked_out_at"), ("pickup_date", "return_date"), ("planned_start", "planned_end"),
    ("actual_start", "actual_end"),
)  # fmt: skip
"""Attributes that begin and end a period."""
_PAIRS = (
    ("issue_date", "due_date"),
    ("issued_on", "due_on"),
    ("min_select", "max_select"),
    ("salary_min", "salary_max"),
    ("min_value", "max_value"),
)


def order_bounds(draft: Draft) -> None:
    """Let no period end before it begins, and no range have its ends crossed."""
    for entity in draft.entities.values():
        for low, high in (*BOUNDS, *_PAIRS):
            first, second = entity.attributes.get(low), entity.attributes.get(high)
            if first is not None and second is not None and first.type == second.type and first.type in _ORDERED:
                _order(draft, entity, first, second)


def _order(draft: Draft, entity: EntityDraft, first: Attribute, second: Attribute) -> None:
    low, high = first.name, second.name
    strict = (low, high) not in _PAIRS and first.type != "date"
    facts = tuple(dict.fromkeys((*first.facts, *second.facts)))
    draft.add_rule(
        entity,
        "check",
        f"{entity.name}_{high}_after_{low}",
        f"In each {human(entity.name)}, {high} is {'after' if strict else 'not before'} {low}.",
        attributes=(low, high),
        condition=f"{high} {'>' if strict else '>='} {low}",
        facts=facts,
        added_because=None if facts else f"No search by period would find {article(entity.name)} with crossed ends.",
    )


def unique_values(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Mark attributes as unique that a statement calls so; return whether there was one."""
    if not _UNIQUE.search(fact.text):
        return False
    placed = False
    for entity in found:
        for attribute in _named_attributes(entity, fact.text):
            if attribute.type in _NO_KEY or not _called_unique(attribute.name, fact.text):
                continue
            facts = tuple(dict.fromkeys((*attribute.facts, fact.id)))
            update = {"unique": True, "facts": facts, "added_because": None}
            entity.attributes[attribute.name] = attribute.model_copy(update=update)
            placed = True
    return placed


def _called_unique(name: str, text: str) -> bool:
    loose = _loose(name)
    before = rf"(?:uniques?(?:ly)?|no two|duplicat\w+)[\w\s,'-]{{0,40}}\b{loose}\b"
    after = rf"\b{loose}\b[\w\s,'()-]{{0,40}}(?:unique|duplicat|reused)"
    return re.search(f"{before}|{after}", text, re.IGNORECASE) is not None


def ranges(draft: Draft, fact: Fact, found: list[EntityDraft]) -> bool:
    """Bound the numbers that a statement names; return whether there was one."""
    pieces = re.split(r",\s+(?:and\s+)?(?=the\s)|[.;]\s+", fact.text)
    return any([_range(draft, piece, fact, found) for piece in pieces])


def _range(draft: Draft, text: str, fact: Fact, found: list[EntityDraft]) -> bool:
    others = [entity for entity in draft.entities.values() if entity not in found and not entity.declared]
    for pattern, kind in _RANGES:
        match = pattern.search(text)
        if match is None:
            continue
        linked = _bound_links(draft, text[: match.start()], kind, match, fact)
        named = [
            (attribute, entity)
            for entity in (*found, *(others if kind == "both" or not found else ()))
            if (attribute := _nearest_number(entity, text, match.start(), match.end())) is not None
        ]
        if named:
            # "The wing length" is not the length of a net: the longer name is meant.
            attribute, entity = max(named, key=lambda pair: len(without_unit(pair[0].name)))
            entity.attributes[attribute.name] = _bounded(attribute, kind, match, fact)
            return True
        lone = _lone_number(found[0], text.lower()) if len(found) == 1 and kind in ("zero", "positive") else None
        if lone is not None:
            found[0].attributes[lone.name] = _bounded(lone, kind, match, fact)
            return True
        if linked:
            return True
    return False


def _bound_links(draft: Draft, before: str, kind: str, match: re.Match[str], fact: Fact) -> bool:
    """Bound the number kept where a thing is put to use: "quantity of parts used" is that of the link."""
    bound = False
    for said in _PUT_TO_USE.finditer(before):
        thing = draft.find("_".join(name_words(said["thing"]))) or draft.find(said["thing"].lower().removesuffix("s"))
        targets = {relation.source for relation in draft.relationships if thing and relation.target == thing.name}
        for link in draft.entities.values():
            if link.kind != "association" or link.name not in targets:
                continue
            for known in _named_attributes(link, before):
                if known.type in _NUMERIC:
                    link.attributes[known.name] = _bounded(known, kind, match, fact)
                    bound = True
    return bound


def _lone_number(entity: EntityDraft, text: str) -> Attribute | None:
    """Return the only measured value of an entity: "readings must not be negative"."""
    numbers = [a for a in entity.attributes.values() if a.type in _NUMERIC]
    said = [(sum(word in text for word in a.name.split("_")), a) for a in numbers]
    best = max(said, key=lambda pair: pair[0], default=(0, None))
    if best[0] > 1:
        return best[1]
    valued = [a for a in numbers if a.name in ("value", "amount", "quantity")]
    return valued[0] if len(valued) == 1 else numbers[0] if len(numbers) == 1 else None


def _nearest_number(entity: EntityDraft, text: str, start: int, end: int) -> Attribute | None:
    """Return the numeric attribute that is named closest to a range."""
    best: tuple[int, Attribute] | None = None
    for attribute in entity.attributes.values():
        if attribute.type not in _NUMERIC:
            continue
        for match in re.finditer(rf"\b{_loose(without_unit(attribute.name))}\b", text, re.I):
            distance = start - match.end() if match.end() <= start else match.start() - end
            if 0 <= distance <= 40 and (best is None or distance < best[0]):
                best = (distance, attribute)
    return best[1] if best else None


def _bounded(attribute: Attribute, kind: str, match: re.Match[str], fact: Fact) -> Attribute:
    update: dict[str, object] = {"facts": tuple(dict.fromkeys((*attribute.facts, fact.id))), "added_because": None}
    if kind == "both":
        update |= {
            bound: float(match[group].replace(",", "")) for bound, group in (("minimum", "low"), ("maximum", "high"))
        }
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


def named_attribute(entity: EntityDraft, words: str) -> Attribute | None:
    """Return the attribute that the last words of a phrase name."""
    tail = name_words(words)
    for size in range(min(3, len(tail)), 0, -1):
        name = "_".join(tail[-size:])
        found = next((a for a in entity.attributes.values() if a.name == name or a.name.endswith("_" + name)), None)
        if found is not None:
            return found
    return None


def without_unit(name: str) -> str:
    """Return a column's name without the unit at its end.

    >>> without_unit("wing_length_mm")
    'wing_length'
    """
    head, _, tail = name.rpartition("_")
    return head if head and tail in UNITS.values() else name


def called(name: str, words: str) -> bool:
    """Whether words name an attribute."""
    return re.search(rf"\b{_loose(without_unit(name))}\b", words, re.IGNORECASE) is not None


def _loose(name: str) -> str:
    """Return a pattern for a column's name as people write it: "unit price", "e-mail addresses"."""
    words = [re.escape(word) for word in name.split("_")]
    if name == "email":
        return r"e-?mail(?: address)?(?:es)?"
    if len(words) > 1 and words[-1] in ("number", "no", "code", "address"):
        return r"[\s_-]*".join(words) + r"s?"
    return r"[\s_-]*".join(words) + r"(?:e?s)?"
