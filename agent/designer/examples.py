"""Examples to accept and to reject: the test of the design, written before the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import article, human
from database_specialist.agent.mapping.upkeep import asks_for_permanence
from database_specialist.agent.model.entities import Attribute, BusinessRule, Example, ExampleRow, Relationship

MAX_ACCEPTED = 15
MAX_REJECTED = 70
_EARLY, _MIDDLE, _LATE = "2026-03-02", "2026-03-03", "2026-03-09"


def write_examples(draft: Draft) -> None:
    """Write an acceptance for each main entity and a refusal for each constraint that is stated or chosen."""
    accepted = list(_accepted(draft))[:MAX_ACCEPTED]
    rejected = [*broken_rules(draft), *_broken_attributes(draft), *_broken_references(draft), *_broken_keys(draft)]
    numbered = enumerate([*accepted, *rejected[:MAX_REJECTED]], start=1)
    draft.examples = [example.model_copy(update={"id": f"EX{number}"}) for number, example in numbered]


def example(text: str, rows: list[ExampleRow], facts: tuple[str, ...], because: str, **given: Any) -> Example:
    """Return an example, whose number is given at the end; to reject when it violates something."""
    return Example.model_validate(
        {
            "id": "EX0", "text": text, "rows": tuple(rows), "facts": facts, "added_because": None if facts else because,
            "expect": "reject" if "violates" in given else "accept", **given,
        }
    )  # fmt: skip


def row(entity: str, label: str, **values: Any) -> ExampleRow:
    """Return a row of an example."""
    return ExampleRow(entity=entity, label=label, values=values)


def _accepted(draft: Draft) -> Iterator[Example]:
    for entity in draft.entities.values():
        if entity.kind in ("core", "line_item", "association"):
            facts = entity.facts[:1]
            yield example(
                f"{article(entity.name).capitalize()} with everything it needs.",
                [row(entity.name, "a")], facts, f"{human(entity.plural).capitalize()} must be writable.",
            )  # fmt: skip


def broken_rules(draft: Draft) -> Iterator[Example]:
    """Write a refusal for each rule whose form code knows."""
    for rule in draft.rules:
        entity = draft.entities[rule.entity]
        because = f"{rule.id} must be seen to refuse."
        if rule.kind == "check":
            yield from _broken_check(entity, rule, because)
        elif rule.kind == "no_overlap":
            yield _broken_overlap(draft, entity, rule, because)
        elif rule.kind == "unique":
            yield _broken_unique(draft, entity, rule, because)
        elif rule.kind == "transition":
            yield from _broken_transition(entity, rule, because)
        elif entity.append_only and asks_for_permanence(rule):
            yield from _changed_record(entity, rule, because)


def _broken_check(entity: EntityDraft, rule: BusinessRule, because: str) -> Iterator[Example]:
    ordered = in_order(rule.condition)
    needed = re.fullmatch(r"(\w+) <> '(\w+)' OR (\w+) IS NOT NULL", rule.condition or "")
    if ordered and ordered[0] in entity.attributes:
        high, low = (entity.attributes[name] for name in ordered)
        values = {low.name: moment(low.type, _LATE, 9), high.name: moment(high.type, _EARLY, 9)}
        text = f"{article(entity.name).capitalize()} whose {human(high.name)} is before its {human(low.name)}."
        yield example(text, [row(entity.name, "a", **values)], rule.facts, because, violates=rule.id)
    elif needed:
        values = {needed[1]: needed[2], needed[3]: None}
        text = f"{article(entity.name).capitalize()} that is {human(needed[2])} without {human(needed[3])}."
        yield example(text, [row(entity.name, "a", **values)], rule.facts, because, violates=rule.id)


def in_order(condition: str | None) -> tuple[str, str] | None:
    """Return the greater and the smaller attribute of a condition that compares two, also where one may be missing.

    >>> in_order("ends_at IS NULL OR starts_at < ends_at")
    ('ends_at', 'starts_at')
    """
    found = re.fullmatch(r"(?:\w+ IS NULL OR )*(\w+) ([<>])=? (\w+)", condition or "")
    if found is None:
        return None
    return (found[1], found[3]) if found[2] == ">" else (found[3], found[1])


def moment(kind: str, day: str, hour: int) -> Any:
    """Return a value of a time type, or a number that grows with the day."""
    if kind == "date":
        return day
    if kind == "time":
        return f"{hour:02d}:00:00" if day == _EARLY else f"{hour + 8:02d}:00:00"
    if kind in ("timestamp", "timestamp_range"):
        return f"{day}T{hour:02d}:00:00Z"
    return {"2026-03-02": 1, "2026-03-03": 5, "2026-03-09": 9}[day]


def _held_values(draft: Draft, entity: EntityDraft, condition: str | None) -> dict[str, Any]:
    """Return values that put a row under the condition of a partial rule."""
    if not condition:
        return {}
    equal = re.fullmatch(r"(\w+) = '(\w+)'", condition)
    if equal:
        return {equal[1]: equal[2]}
    barred = re.fullmatch(r"(\w+) NOT IN \((.+)\)", condition)
    if barred:
        gone = {value.strip(" '") for value in barred[2].split(",")}
        return {barred[1]: next(value for value in entity.attributes[barred[1]].values if value not in gone)}
    return {condition: True}


def _targets(draft: Draft, entity: EntityDraft, roles: tuple[str, ...]) -> tuple[list[ExampleRow], dict[str, Any]]:
    """Return rows for the targets of these roles and the values that refer to them."""
    rows: list[ExampleRow] = []
    values: dict[str, Any] = {}
    for relation in draft.relations_of(entity.name):
        if relation.role in roles:
            rows.append(row(relation.target, f"the_{relation.role}"))
            values[relation.role] = f"@the_{relation.role}"
    return rows, values


def _broken_overlap(draft: Draft, entity: EntityDraft, rule: BusinessRule, because: str) -> Example:
    low, high = entity.attributes[rule.attributes[-2]], entity.attributes[rule.attributes[-1]]
    rows, shared = _targets(draft, entity, rule.attributes[:-2])
    shared |= _held_values(draft, entity, rule.condition)
    first = {low.name: moment(low.type, _EARLY, 9), high.name: moment(high.type, _LATE, 9)}
    second = {low.name: moment(low.type, _MIDDLE, 9), high.name: moment(high.type, _LATE, 12)}
    rows += [row(entity.name, "a", **shared, **first), row(entity.name, "b", **shared, **second)]
    text = f"A second {human(entity.name)} for the same {human(rule.attributes[0])} while the first still lasts."
    return example(text, rows, rule.facts, because, violates=rule.id)


def _broken_unique(draft: Draft, entity: EntityDraft, rule: BusinessRule, because: str) -> Example:
    rows, shared = _targets(draft, entity, rule.attributes)
    shared |= _held_values(draft, entity, rule.condition)
    rows += [row(entity.name, "a", **shared), row(entity.name, "b", **shared)]
    text = f"A second {human(entity.name)} for the same {' and '.join(human(name) for name in rule.attributes)}."
    return example(text, rows, rule.facts, because, violates=rule.id)


def _broken_transition(entity: EntityDraft, rule: BusinessRule, because: str) -> Iterator[Example]:
    lifecycle = entity.lifecycle
    if lifecycle is None:
        return
    values = entity.attributes[lifecycle.attribute].values
    allowed = {(step.source, step.target) for step in lifecycle.transitions}
    for source in (lifecycle.initial, *values):
        target = next((value for value in reversed(values) if value != source and (source, value) not in allowed), None)
        if target is not None:
            before = row(entity.name, "a", **{lifecycle.attribute: source})
            update = row(entity.name, "a", **{lifecycle.attribute: target})
            text = f"{article(entity.name).capitalize()} that goes from {human(source)} straight to {human(target)}."
            yield example(text, [before], rule.facts, because, update=update, violates=rule.id)
            return


def _changed_record(entity: EntityDraft, rule: BusinessRule, because: str) -> Iterator[Example]:
    """Change one plain value of a row that is never changed."""
    for attribute in entity.attributes.values():
        values = _TWO_VALUES.get(attribute.type)
        if values and not (attribute.unique or attribute.pattern or attribute.maximum is not None):
            before, update = (row(entity.name, "a", **{attribute.name: value}) for value in values)
            text = f"{article(entity.name).capitalize()} whose {human(attribute.name)} is changed afterwards."
            yield example(text, [before], rule.facts, because, update=update, violates=rule.id)
            return


_TWO_VALUES: dict[str, tuple[Any, Any]] = {
    "integer": (7, 8),
    "decimal": (7, 8),
    "short_text": ("as written", "as changed"),
    "text": ("as written", "as changed"),
    "long_text": ("as written", "as changed"),
}


def _broken_attributes(draft: Draft) -> Iterator[Example]:
    for entity in draft.entities.values():
        for attribute in entity.attributes.values():
            yield from _broken_attribute(entity, attribute)


def _broken_attribute(entity: EntityDraft, attribute: Attribute) -> Iterator[Example]:
    place = f"{entity.name}.{attribute.name}"
    because = f"The limit of {place} must be seen to refuse."
    thing = article(entity.name).capitalize()
    if attribute.type == "enum" and (attribute.facts or attribute.name in ("status", "state")):
        broken = row(entity.name, "a", **{attribute.name: "no_such_value"})
        yield example(
            f"{thing} with {article(attribute.name)} that does not exist.",
            [broken],
            attribute.facts,
            because,
            violates=f"{place}:enum",
        )
    if attribute.minimum is not None and attribute.type != "enum" and _is_stated(entity, attribute):
        value = attribute.minimum if attribute.exclusive_minimum else attribute.minimum - 1
        broken = row(entity.name, "a", **{attribute.name: _number(value)})
        yield example(
            f"{thing} with {article(attribute.name)} of {value:g}.",
            [broken],
            attribute.facts,
            because,
            violates=f"{place}:range",
        )
    elif attribute.maximum is not None and _is_stated(entity, attribute):
        broken = row(entity.name, "a", **{attribute.name: _number(attribute.maximum + 1)})
        yield example(
            f"{thing} with {article(attribute.name)} of {attribute.maximum + 1:g}.",
            [broken],
            attribute.facts,
            because,
            violates=f"{place}:range",
        )
    if attribute.unique and attribute.type in ("email", "code", "slug", "short_text"):
        same = {"email": "ada@example.org", "slug": "ada-lovelace"}.get(attribute.type, "A-1001")
        if attribute.pattern is None and (attribute.length or 99) >= len(same):
            rows = [row(entity.name, label, **{attribute.name: same}) for label in ("a", "b")]
            yield example(
                f"Two {human(entity.plural)} with the same {human(attribute.name)}.",
                rows,
                attribute.facts,
                because,
                violates=f"{place}:unique",
            )


def _is_stated(entity: EntityDraft, attribute: Attribute) -> bool:
    return bool(attribute.facts) or attribute.name in (
        "quantity",
        "rating",
        "unit_price",
        "price",
        "amount",
        "total_amount",
    )


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _broken_references(draft: Draft) -> Iterator[Example]:
    for relation in draft.relationships:
        source = draft.entities[relation.source]
        if relation.cardinality == "many_to_many" or relation.target == relation.source or not relation.required:
            continue
        yield _without_target(source, relation)
        if relation.ownership == "referenced":
            yield _orphaned(relation)


def _without_target(source: EntityDraft, relation: Relationship) -> Example:
    return example(
        f"{article(source.name).capitalize()} without its {human(relation.role)}.",
        [row(source.name, "a", **{relation.role: None})],
        relation.facts, f"{human(source.plural).capitalize()} without {human(relation.role)} would be lost.",
        violates=f"{source.name}.{relation.role}:required",
    )  # fmt: skip


def _orphaned(relation: Relationship) -> Example:
    rows = [row(relation.target, "t"), row(relation.source, "a", **{relation.role: "@t"})]
    return example(
        f"{article(relation.target).capitalize()} that {human(relation.source)} rows still refer to is deleted.",
        rows, relation.facts, "What is referred to must stay.",
        delete="t", violates=f"{relation.source}.{relation.role}:restrict",
    )  # fmt: skip


def _broken_keys(draft: Draft) -> Iterator[Example]:
    for entity in draft.entities.values():
        for key in entity.unique_sets:
            relations = {relation.role: relation for relation in draft.relations_of(entity.name)}
            if not all(name in relations or name in entity.attributes for name in key):
                continue
            rows, shared = _targets(draft, entity, key)
            for name in key:
                if name in entity.attributes:
                    value = _sample(entity.attributes[name])
                    if value is None:
                        break
                    shared[name] = value
            else:
                rows += [row(entity.name, "a", **shared), row(entity.name, "b", **shared)]
                text = f"A second {human(entity.name)} with the same {' and '.join(human(name) for name in key)}."
                yield example(
                    text,
                    rows,
                    (),
                    "The natural key must be seen to refuse.",
                    violates=f"{entity.name}:unique({','.join(key)})",
                )


def _sample(attribute: Attribute) -> Any:
    if attribute.type in ("integer", "big_integer"):
        return max(1, int(attribute.minimum or 1))
    if attribute.type == "enum":
        return attribute.values[0]
    if attribute.type in ("timestamp", "date"):
        return moment(attribute.type, _EARLY, 9)
    return {"short_text": "same", "text": "same", "code": "A-1001", "currency": "EUR", "boolean": True}.get(
        attribute.type
    )
