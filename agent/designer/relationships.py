"""Relationships: customary ones, nested resources, key-like fields, and the words of possession."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.knowledge import RelationSpec
from database_specialist.agent.designer.nouns import article, comparable, human, name_words, singular_name
from database_specialist.agent.designer.stated import is_described, is_person
from database_specialist.agent.designer.states import mentioned, surfaces
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Relationship

_PATH = re.compile(r"/[\w/:{}.-]+")
_GENERIC_ROLES = frozenset({"subject", "item", "group", "person", "copy", "building", "holder", "session"})
_PART_KINDS = frozenset({"line_item", "weak", "token", "association", "history", "event"})


def relate_all(draft: Draft) -> None:
    """Add the relationships, those that the documents state before those that are customary."""
    _relate_wanted(draft)
    _relate_key_fields(draft)
    _relate_nested(draft)
    _relate_many(draft)
    _relate_stated(draft)
    _relate_customary(draft)
    _relate_by_name(draft)
    _relate_tags(draft)
    break_circles(draft)


def _relate_wanted(draft: Draft) -> None:
    for source, role, target, fact in draft.wanted:
        if source in draft.entities and target in draft.entities:
            _add(draft, draft.entities[source], draft.entities[target], role, (fact,), required=False)


def _relate_key_fields(draft: Draft) -> None:
    """A field that is called after another entity's key refers to it."""
    for entity in draft.entities.values():
        for name in [name for name in entity.attributes if name.endswith("_id")]:
            target = draft.find(name.removesuffix("_id"))
            if target is not None and target is not entity:
                attribute = entity.attributes.pop(name)
                _add(draft, entity, target, name.removesuffix("_id"), attribute.facts, required=attribute.required)


def _relate_many(draft: Draft) -> None:
    """Read "a customer has one or more sites": the sites refer to the customer, unless they already do."""
    for owner, part, _, fact in draft.stated_many:
        _relate_owner(draft, draft.entities[owner], draft.entities[part], fact)


def _relate_nested(draft: Draft) -> None:
    """`/orders/:id/items`: items belong to an order."""
    for fact in draft.brief.in_scope:
        for path in _PATH.findall(fact.text):
            for owner, part in _nested_pairs(path, draft):
                _relate_owner(draft, owner, part, fact.id)


def _relate_owner(draft: Draft, owner: EntityDraft, part: EntityDraft, fact: str, said: str = "") -> None:
    if any(known.target == owner.name for known in draft.relations_of(part.name)):
        return
    if any(known.target == part.name for known in draft.relations_of(owner.name)):
        return
    if part.archetype is not None and _is_stronger(part, owner):
        return
    if any(r.required and r.facts and _belongs(draft, r.target, owner) for r in draft.relations_of(part.name)):
        return
    _add(draft, part, owner, _said_role(draft, owner, said), (fact,), owned=part.kind in _PART_KINDS)


def _belongs(draft: Draft, name: str, owner: EntityDraft) -> bool:
    """Whether the people of a name belong to the owner: what they hold is reached through them."""
    if not is_person(draft.entities[name], draft):
        return False
    return any(r.target == owner.name and r.required and r.facts for r in draft.relations_of(name))


def _said_role(draft: Draft, target: EntityDraft, said: str) -> str:
    """Keep the word of the documents where it names a role: "appointments of a doctor" where doctors are users."""
    words = singular_name(name_words(said), draft.lexicon)
    is_role = (
        target.archetype is not None
        and target.archetype.name == "user"
        and draft.lexicon.names.get(human(words)) != "user"
    )
    return words if words and is_role else target.name


def _is_stronger(part: EntityDraft, owner: EntityDraft) -> bool:
    """People and reference lists do not belong to the thing under whose address they are listed."""
    return part.archetype is not None and (part.archetype.person or (part.kind == "reference" and owner.kind != "core"))


def _nested_pairs(path: str, draft: Draft) -> Iterator[tuple[EntityDraft, EntityDraft]]:
    segments = [segment for segment in path.strip("/").split("/") if segment]
    for position in range(len(segments) - 2):
        if segments[position + 1].startswith((":", "{")) and not segments[position + 2].startswith((":", "{")):
            owner = draft.find(comparable(segments[position], draft.lexicon))
            part = draft.find(comparable(segments[position + 2], draft.lexicon))
            if owner is not None and part is not None and owner is not part:
                yield owner, part


def _relate_stated(draft: Draft) -> None:
    """Read "each X has several Y", "X belong to a Y", "Y per X", "many-to-many"."""
    forms: dict[str, list[str]] = {}
    for surface, name in surfaces(draft):
        forms.setdefault(name, []).append(surface)
    for fact in draft.brief.in_scope:
        text = f"{fact.title}: {fact.text}" if fact.title else fact.text
        said = mentioned(draft, text)
        if len(said) < 2:
            continue
        masked, shown = _masked(text, sorted({form for each in said for form in forms[each.name]}, key=_longest))
        for rule in draft.lexicon.conventions.get("stated", ()):
            for match in _stated_pattern(rule["pattern"]).finditer(masked):
                _relate_match(draft, shown[match["a"].lower()], shown[match["b"].lower()], rule["means"], fact)


def _longest(surface: str) -> tuple[int, str]:
    return -len(surface), surface


def _masked(text: str, forms: list[str]) -> tuple[str, dict[str, str]]:
    """Put a mark in the place of each name, so that the patterns are compiled once for all models."""
    shown: dict[str, str] = {}

    def mark(match: re.Match[str]) -> str:
        key = f"ent{len(shown)}x"
        shown[key] = match.group()
        return key

    return re.sub(rf"\b(?:{'|'.join(map(re.escape, forms))})\b", mark, text, flags=re.IGNORECASE), shown


@lru_cache(maxsize=256)
def _stated_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{A}", r"(?P<a>ent\d+x)").replace("{B}", r"(?P<b>ent\d+x)"), re.IGNORECASE)


def _relate_match(draft: Draft, left: str, right: str, means: str, fact: Fact) -> None:
    a, b = draft.find("_".join(name_words(left))), draft.find("_".join(name_words(right)))
    if a is None or b is None or a is b or (a.declared and b.declared):
        return
    if means == "a_has_many_b":
        _relate_owner(draft, a, b, fact.id, left)
    elif means == "b_has_many_a":
        _relate_owner(draft, b, a, fact.id, right)
    elif means == "many_to_many" and not _are_linked(draft, a, b):
        draft.relate(
            Relationship(
                source=a.name, target=b.name, role=b.name, cardinality="many_to_many", required=False,
                inverse=a.plural, facts=(fact.id,),
            )
        )  # fmt: skip


def _are_linked(draft: Draft, a: EntityDraft, b: EntityDraft) -> bool:
    for relation in draft.relationships:
        if {relation.source, relation.target} == {a.name, b.name}:
            return True
    by_source: dict[str, set[str]] = {}
    for relation in draft.relationships:
        by_source.setdefault(relation.source, set()).add(relation.target)
    links = [e for e in draft.entities.values() if e.kind == "association"]
    wanted = {a.name, b.name}
    customary = any(
        e.archetype and {draft.aliases.get(t) for s in e.archetype.relations for t in s.targets} >= wanted
        for e in links
    )
    return customary or any(by_source.get(link.name, set()) >= wanted for link in links)


def _relate_customary(draft: Draft) -> None:
    for entity in list(draft.entities.values()):
        if entity.archetype is None or entity.declared or entity.listed:
            continue
        for spec in entity.archetype.relations:
            if _has_its_person(draft, entity, spec):
                continue
            if spec.required or not is_described(entity) or _is_spoken(draft, entity, spec):
                _relate_spec(draft, entity, spec)


def _has_its_person(draft: Draft, entity: EntityDraft, spec: RelationSpec) -> bool:
    """Whether the documents say which person a described thing concerns, so that no other is supposed."""
    target = _target(draft, entity, spec)
    if target is None or not is_described(entity) or not is_person(target, draft):
        return False
    return any(
        r.required and r.facts and is_person(draft.entities[r.target], draft) for r in draft.relations_of(entity.name)
    )


def _is_spoken(draft: Draft, entity: EntityDraft, spec: RelationSpec) -> bool:
    """Whether a statement says the two in one breath: "register a meter at a premises"."""
    target = _target(draft, entity, spec)
    if target is None or target is entity or "*" in spec.targets:
        return False
    near = re.compile(
        rf"\b{re.escape(human(entity.name))}s?\s"
        rf"(?:\w+ ){{1,3}}{re.escape(human(target.name))}\b",
        re.IGNORECASE,
    )
    return any(near.search(fact.text) for fact in draft.brief.in_scope)


def _relate_spec(draft: Draft, entity: EntityDraft, spec: RelationSpec) -> None:
    target = _target(draft, entity, spec)
    if target is None:
        return
    role = _role(draft, entity, spec, target)
    if role in entity.attributes and entity.attributes[role].facts:
        return
    known = [relation for relation in draft.relations_of(entity.name) if relation.target == target.name]
    if known and (len(known) > 1 or role == target.name or not _is_second_role(entity, spec, draft)):
        return
    if spec.role in ("holder", "person") and any(r.required and r.facts for r in draft.relations_of(entity.name)):
        return
    if spec.role == "subject" and not spec.required and any(r.required for r in draft.relations_of(entity.name)):
        return
    if any(r.source == target.name and r.target == entity.name for r in draft.relationships) and not spec.required:
        return
    draft.relate(
        Relationship.model_validate(
            {
                "source": entity.name,
                "target": target.name,
                "role": role,
                "cardinality": "one_to_one" if spec.one else "many_to_one",
                "required": spec.required and target is not entity,
                "ownership": spec.ownership if spec.required or spec.ownership != "referenced" else "independent",
                "inverse": entity.plural if target is not entity else f"child_{entity.plural}",
                "added_because": _because(entity, target, role),
            }
        )
    )


def _is_second_role(entity: EntityDraft, spec: RelationSpec, draft: Draft) -> bool:
    """Whether an archetype means two different roles of one target: follower and followed."""
    if entity.archetype is None:
        return False
    return sum(bool(set(other.targets) & set(spec.targets)) for other in entity.archetype.relations) > 1


def _because(entity: EntityDraft, target: EntityDraft, role: str) -> str:
    if target is entity:
        plural = human(entity.plural).capitalize()
        return f"{plural} form a tree: {article(entity.name)} may have a {human(role)} of its own kind."
    named = "" if role == target.name else f" as its {human(role)}"
    thing = article(entity.name).capitalize()
    return f"{thing} concerns {article(target.name)}{named}; it is looked up from there."


def _role(draft: Draft, entity: EntityDraft, spec: RelationSpec, target: EntityDraft) -> str:
    if target is entity:
        return "parent" if spec.role == entity.name else spec.role
    if spec.role in _GENERIC_ROLES:
        return target.name
    archetype_names = {name.split("_")[-1] for name in spec.targets} | set(spec.targets)
    stands_for_role = draft.aliases.get(spec.role) == target.name and spec.role != target.name
    if spec.role in archetype_names and not stands_for_role:
        return target.name
    return spec.role


def _target(draft: Draft, entity: EntityDraft, spec: RelationSpec) -> EntityDraft | None:
    for name in spec.targets:
        if name == "self":
            return entity
        found = _nearest(draft, entity) if name == "*" else draft.find(name)
        if found is not None and found is not entity:
            return found
    return None


def _may_carry(entity: EntityDraft) -> bool:
    """Whether comments, files and the like may hang on it: no people, and nothing that itself hangs on others."""
    archetype = entity.archetype
    if entity.kind != "core" or (archetype is not None and archetype.person):
        return False
    return archetype is None or not any("*" in spec.targets for spec in archetype.relations)


def _nearest(draft: Draft, entity: EntityDraft) -> EntityDraft | None:
    """Return the core entity that most often stands in one statement with this one."""
    counts: Counter[str] = Counter()
    word = re.compile(rf"\b(?:{re.escape(human(entity.name))}|{re.escape(human(entity.plural))})\b", re.IGNORECASE)
    others = [other for other in draft.entities.values() if other is not entity and _may_carry(other)]
    for fact in draft.brief.in_scope:
        if not word.search(fact.text):
            continue
        lower = fact.text.lower()
        for other in others:
            if re.search(rf"\b(?:{re.escape(human(other.name))}|{re.escape(human(other.plural))})\b", lower):
                counts[other.name] += 1
    if not counts:
        return None
    best = max(counts, key=lambda name: (counts[name], draft.entities[name].weight))
    return draft.entities[best]


def break_circles(draft: Draft) -> None:
    """Make one reference of each circle of required references optional: else no first row could be written."""
    while circle := _circle(draft):
        weakest = min(
            circle,
            key=lambda relation: (
                bool(relation.facts),
                relation.ownership == "owned",
                -draft.relationships.index(relation),
            ),
        )
        loose = weakest.model_copy(update={"required": False, "ownership": "independent"})
        draft.relationships[draft.relationships.index(weakest)] = loose


def _circle(draft: Draft) -> list[Relationship]:
    required: dict[str, list[Relationship]] = {}
    for relation in draft.relationships:
        if relation.required and relation.cardinality != "many_to_many":
            required.setdefault(relation.source, []).append(relation)
    done: set[str] = set()

    def walk(name: str, path: list[Relationship]) -> list[Relationship]:
        for relation in required.get(name, ()):
            start = next((i for i, step in enumerate([*path, relation]) if step.source == relation.target), None)
            if start is not None:
                return [*path, relation][start:]
            if relation.target not in done and (found := walk(relation.target, [*path, relation])):
                return found
        done.add(name)
        return []

    return next((found for name in required if (found := walk(name, []))), [])


def set_keys(draft: Draft) -> None:
    """Give entities the natural keys of their archetypes, in the roles that they hold here."""
    for entity in draft.entities.values():
        if entity.archetype is None or entity.declared or entity.listed:
            continue
        specs = {spec.role: spec for spec in entity.archetype.relations}
        for key in entity.archetype.keys:
            names = [_key_name(draft, entity, part, specs.get(part)) for part in key]
            if all(names) and len(set(names)) == len(names):
                entity.unique_sets.append(tuple(name for name in names if name))


def _key_name(draft: Draft, entity: EntityDraft, part: str, spec: RelationSpec | None) -> str | None:
    if spec is None:
        attribute = entity.attributes.get(part)
        return part if attribute is not None and attribute.required else None
    required = [relation for relation in draft.relations_of(entity.name) if relation.required]
    exact = next((r.role for r in required if r.role == part), None)
    wanted = {found.name for target in spec.targets if target != "*" and (found := draft.find(target))}
    near = [r.role for r in required if r.target in wanted or (not wanted and "*" in spec.targets)]
    return exact or (near[0] if near else None)


def _relate_tags(draft: Draft) -> None:
    """Tags hang on what is named with them, many to many."""
    for tag in draft.entities.values():
        if tag.archetype is None or tag.archetype.name != "tag" or tag.declared:
            continue
        if any(tag.name in (relation.source, relation.target) for relation in draft.relationships):
            continue
        target = _nearest(draft, tag)
        if target is not None:
            draft.relate(
                Relationship(
                    source=target.name,
                    target=tag.name,
                    role=tag.name,
                    cardinality="many_to_many",
                    required=False,
                    inverse=target.plural,
                    facts=tag.facts[:1],
                    added_because=None if tag.facts else f"{human(target.plural).capitalize()} carry several tags.",
                )
            )


def _relate_by_name(draft: Draft) -> None:
    """An entity that is called after another belongs to it: `order_note` to `order`."""
    for entity in list(draft.entities.values()):
        if entity.declared or "_" not in entity.name or entity.kind == "reference":
            continue
        if entity.archetype is not None and draft.lexicon.names.get(human(entity.name)) == entity.archetype.name:
            continue
        words = entity.name.split("_")
        owner = next(
            (
                draft.entities[n]
                for n in ("_".join(words[:i]) for i in range(len(words) - 1, 0, -1))
                if n in draft.entities
            ),
            None,
        )
        if owner is None or any(known.target == owner.name for known in draft.relations_of(entity.name)):
            continue
        if any(known.target == entity.name for known in draft.relations_of(owner.name)):
            continue
        _add(draft, entity, owner, owner.name, entity.facts[:1], owned=True)


def _add(
    draft: Draft,
    source: EntityDraft,
    target: EntityDraft,
    role: str,
    facts: tuple[str, ...],
    *,
    required: bool = True,
    owned: bool = False,
) -> None:
    draft.relate(
        Relationship(
            source=source.name,
            target=target.name,
            role=role,
            required=required,
            ownership="owned" if owned and required else "referenced" if required else "independent",
            inverse=source.plural,
            facts=facts,
            added_because=None if facts else _because(source, target, role),
        )
    )
