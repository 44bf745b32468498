"""Examples for a conceptual model that a chat model wrote: what follows from its elements, code writes.

The designer writes what takes judgement: rules and flows. What an attribute, a reference or a key says by itself is
refused by the row that breaks just it, and `agent.sampling` finds the other values of that row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.examples import broken_rules, example, in_order, moment, row
from database_specialist.agent.designer.model_volumes import draft_of
from database_specialist.agent.designer.nouns import article, human
from database_specialist.agent.mapping.upkeep import asks_for_permanence
from database_specialist.agent.model.base import Scalar
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import (
    BY_CODE,
    Attribute,
    BusinessRule,
    EntityModel,
    Example,
    Relationship,
)
from database_specialist.agent.sampling.expressions import evaluate, parse
from database_specialist.agent.sampling.patterns import PatternError, python_pattern
from database_specialist.agent.sampling.scalars import NotEvaluated

MAX_EXAMPLES = 240
_LONGEST = 4000
_NUMBERS = ("integer", "big_integer", "decimal", "money", "percentage")
_TEXTS = ("short_text", "text", "long_text", "code", "slug", "phone", "url", "file_ref", "secret_hash")
_NO_EQUALITY = ("geo_point", "json", "vector", "binary")
_KNOWN = re.compile(r"\w+ = '\w+'|\w+ NOT IN \([\w', ]+\)")
"""Conditions of partial rules for which code knows a row."""


def without_code_examples(model: EntityModel) -> EntityModel:
    """Return the model with the designer's own examples only."""
    own = tuple(each for each in model.examples if not each.is_by_code)
    return model.model_copy(update={"examples": own})


def with_examples(model: EntityModel, brief: Brief) -> EntityModel:
    """Return the model with an example to refuse for each constraint that the designer's own examples leave out."""
    own = without_code_examples(model)
    proven = {each.violates for each in own.examples}
    fresh: dict[str, Example] = {}
    for each in _written(draft_of(own, brief)):
        if each.violates and each.violates not in proven:
            fresh.setdefault(each.violates, each)
    numbered = enumerate(list(fresh.values())[:MAX_EXAMPLES], start=1)
    added = tuple(each.model_copy(update={"id": f"{BY_CODE}{number}"}) for number, each in numbered)
    return own.model_copy(update={"examples": (*own.examples, *added)})


def _written(draft: Draft) -> Iterator[Example]:
    """Write the examples, those that are most easily got wrong first."""
    yield from _rules(draft)
    for entity in draft.entities.values():
        for attribute in entity.attributes.values():
            if attribute.generated is None:
                yield from _limits(draft, entity, attribute)
    for entity in draft.entities.values():
        yield from _keys(draft, entity)
    for relation in draft.relationships:
        yield from _references(draft, relation)
    for entity in draft.entities.values():
        for attribute in entity.attributes.values():
            if attribute.required and attribute.generated is None:
                yield _required(entity, attribute)


def _rules(draft: Draft) -> Iterator[Example]:
    """Write of the rules those that need no judgement: no condition, or one that code can meet."""
    everything = draft.rules
    try:
        for rule in everything:
            if _is_kept_by_its_table(draft, rule):
                yield from _changed(draft.entities[rule.entity], rule)
            elif _is_plain(draft, rule):
                draft.rules = [rule]
                yield from broken_rules(draft)
    finally:
        draft.rules = everything


def _is_kept_by_its_table(draft: Draft, rule: BusinessRule) -> bool:
    entity = draft.entities.get(rule.entity)
    return entity is not None and entity.append_only and asks_for_permanence(rule)


def _changed(entity: EntityDraft, rule: BusinessRule) -> Iterator[Example]:
    """Change one value of a row that is never changed."""
    for attribute in entity.attributes.values():
        values = None if attribute.unique or attribute.generated else _two_values(attribute)
        if values is not None:
            before, after = (row(entity.name, "a", **{attribute.name: value}) for value in values)
            text = f"{article(entity.name).capitalize()} whose {human(attribute.name)} is changed afterwards."
            yield example(
                text, [before], rule.facts, f"{rule.id} must be seen to refuse.", update=after, violates=rule.id
            )
            return


def _two_values(attribute: Attribute) -> tuple[Scalar, Scalar] | None:
    """Return two values that an attribute takes, or None where that is not sure."""
    if attribute.type in _NUMBERS:
        low = attribute.minimum if attribute.minimum is not None else (attribute.maximum or 7) - 2
        high = attribute.maximum if attribute.maximum is not None else low + 2
        return (int(low) + 1, int(high)) if int(low) + 1 < high and high < 1e9 else None
    if attribute.type == "enum" and len(attribute.values) > 1:
        return attribute.values[0], attribute.values[1]
    if attribute.type in ("timestamp", "date"):
        return moment(attribute.type, "2026-03-02", 9), moment(attribute.type, "2026-03-03", 9)
    is_free = attribute.type in ("short_text", "text", "long_text") and attribute.pattern is None
    return ("as written", "as changed") if is_free and (attribute.length or 99) > 9 else None


def _is_plain(draft: Draft, rule: BusinessRule) -> bool:
    entity = draft.entities.get(rule.entity)
    if entity is None or rule.kind in ("cross_row", "application"):
        return False
    if rule.kind == "check":
        return _compares_own(entity, rule)
    members = {*entity.attributes, *(relation.role for relation in draft.relations_of(entity.name))}
    if rule.kind == "no_overlap" and not (
        len(rule.attributes) > 2 and set(rule.attributes[-2:]) <= {*entity.attributes}
    ):
        return False
    condition = rule.condition or ""
    is_met = not condition or (_KNOWN.fullmatch(condition) is not None and condition.split()[0] in entity.attributes)
    return is_met and set(rule.attributes) <= members


def _compares_own(entity: EntityDraft, rule: BusinessRule) -> bool:
    moments = ("date", "timestamp", "time")
    found = [entity.attributes.get(name) for name in in_order(rule.condition) or ()]
    return len(found) == 2 and all(each is not None and each.type in moments for each in found)


def _limits(draft: Draft, entity: EntityDraft, attribute: Attribute) -> Iterator[Example]:
    """Write a value outside of each limit that the attribute itself states."""
    wrong: list[tuple[str, Scalar, str]] = []
    if attribute.type == "enum" and attribute.values:
        wrong.append(("enum", "no_such_value", f"{article(attribute.name)} that does not exist"))
    if attribute.type in _NUMBERS:
        number = _out_of_range(draft, entity, attribute)
        wrong += [] if number is None else [("range", number, f"{article(attribute.name)} of {number:g}")]
    if attribute.type in _TEXTS and attribute.length is not None and attribute.length < _LONGEST:
        much = attribute.length + 1
        wrong.append(("length", "x" * much, f"{article(attribute.name)} of {much} characters"))
    if attribute.pattern is not None and attribute.type in _TEXTS:
        misfit = _misfit(attribute)
        wrong += [] if misfit is None else [("pattern", misfit, f"{article(attribute.name)} of another form")]
    for kind, value, what in wrong:
        text = f"{article(entity.name).capitalize()} with {what}."
        yield _refused(entity, attribute, kind, text, [row(entity.name, "a", **{attribute.name: value})])
    if attribute.unique and attribute.type not in _NO_EQUALITY:
        yield from _twice(entity, attribute)


def _refused(entity: EntityDraft, attribute: Attribute, kind: str, text: str, rows: list[Any]) -> Example:
    place = f"{entity.name}.{attribute.name}"
    because = f"The limit of {place} must be seen to refuse."
    return example(text, rows, attribute.facts, because, violates=f"{place}:{kind}")


def _out_of_range(draft: Draft, entity: EntityDraft, attribute: Attribute) -> int | float | None:
    """Return a number beyond a bound that no rule refuses as well: the engine names only one of those it breaks."""
    step = 1 if attribute.type in ("integer", "big_integer") else 10.0 ** -(attribute.scale or 2)
    beyond: list[float] = []
    if attribute.minimum is not None:
        beyond.append(attribute.minimum if attribute.exclusive_minimum else attribute.minimum - step)
    if attribute.maximum is not None:
        beyond.append(attribute.maximum + step)
    conditions = [rule.condition or "" for rule in draft.rules if rule.kind == "check" and rule.entity == entity.name]
    about = [each for each in conditions if re.search(rf"\b{attribute.name}\b", each)]
    fitting = [value for value in beyond if all(_may_hold(each, attribute.name, value) for each in about)]
    return None if not fitting else int(fitting[0]) if fitting[0] == int(fitting[0]) else round(fitting[0], 6)


def _may_hold(condition: str, name: str, value: float) -> bool:
    """Say whether a condition holds whatever the other attributes are, or when they are missing."""
    try:
        return evaluate(parse(condition, "postgresql"), {name: value}) is not False
    except NotEvaluated:
        return False


def _misfit(attribute: Attribute) -> str | None:
    try:
        pattern = python_pattern(attribute.pattern or "")
    except PatternError:
        return None
    longest = attribute.length or 64
    tried = ("?", "x", "0", "?!", " ", "")
    return next((each for each in tried if len(each) <= longest and not pattern.search(each)), None)


def _twice(entity: EntityDraft, attribute: Attribute) -> Iterator[Example]:
    """Write two rows of the same value: of any valid one, where each row has one."""
    text = f"Two {human(entity.plural)} with the same {human(attribute.name)}."
    if attribute.required:
        rows = [row(entity.name, label) for label in ("a", "b")]
    elif (same := _sample(attribute)) is not None:
        rows = [row(entity.name, label, **{attribute.name: same}) for label in ("a", "b")]
    else:
        return
    yield _refused(entity, attribute, "unique", text, rows)


def _sample(attribute: Attribute) -> Scalar:
    """Return a value that an optional attribute surely takes, or None."""
    if attribute.pattern is not None:
        return None
    if attribute.type in ("integer", "big_integer"):
        return int(attribute.minimum + 1 if attribute.minimum is not None else attribute.maximum or 7)
    same = {"email": "ada@example.org", "slug": "ada-lovelace", "phone": "+33 1 23 45 67 89"}.get(attribute.type)
    if attribute.type in ("short_text", "text", "code", "secret_hash"):
        same = "A-1001"
    return same if same is not None and len(same) <= (attribute.length or 64) else None


def _keys(draft: Draft, entity: EntityDraft) -> Iterator[Example]:
    members = {*entity.attributes, *(relation.role for relation in draft.relations_of(entity.name))}
    for key in entity.unique_sets:
        types = {entity.attributes[name].type for name in key if name in entity.attributes}
        if set(key) <= members and not types & set(_NO_EQUALITY):
            text = f"A second {human(entity.name)} with the same {' and '.join(human(name) for name in key)}."
            rows = [row(entity.name, label) for label in ("a", "b")]
            because = "The natural key must be seen to refuse."
            yield example(text, rows, entity.facts, because, violates=f"{entity.name}:unique({','.join(key)})")


def _references(draft: Draft, relation: Relationship) -> Iterator[Example]:
    source, target = draft.entities.get(relation.source), draft.entities.get(relation.target)
    if source is None or target is None or relation.cardinality == "many_to_many" or source is target:
        return
    role, place = human(relation.role), f"{relation.source}.{relation.role}"
    thing = article(source.name).capitalize()
    because = f"{human(source.plural).capitalize()} must keep their {role}."
    tied = [row(target.name, "t"), row(source.name, "a", **{relation.role: "@t"})]
    if relation.required:
        rows = [row(source.name, "a", **{relation.role: None})]
        yield example(f"{thing} without its {role}.", rows, relation.facts, because, violates=f"{place}:required")
    if relation.cardinality == "one_to_one":
        rows = [*tied, row(source.name, "b", **{relation.role: "@t"})]
        text = f"A second {human(source.name)} of the same {role}."
        yield example(text, rows, relation.facts, because, violates=f"{place}:unique")
    if relation.ownership == "referenced" and not target.append_only and not target.soft_delete:
        text = f"{article(target.name).capitalize()} that {human(source.name)} rows still refer to is deleted."
        yield example(text, tied, relation.facts, because, delete="t", violates=f"{place}:restrict")


def _required(entity: EntityDraft, attribute: Attribute) -> Example:
    text = f"{article(entity.name).capitalize()} without its {human(attribute.name)}."
    return _refused(entity, attribute, "required", text, [row(entity.name, "a", **{attribute.name: None})])
