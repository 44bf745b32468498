"""One name for each entity of a large system, and every statement with the entities that it concerns.

    shards' lists     [order F1 F4] [customer F2]   [purchase F90] [charge F95]   [charge F200]
    reconciled        order (1.order, 2.purchase) F1 F4 F90 | customer | charge F95 | battery_charge F200

A name of a list is written "2.purchase". Unless the reconciliation says otherwise, the same name in two lists means
the same thing; so every listed name has exactly one entity, and takes all its statements there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from database_specialist.agent.answers.names import NamesAnswer, Reconciliation
from database_specialist.agent.designer.nouns import comparable
from database_specialist.agent.model.brief import Brief, Fact
from database_specialist.agent.reading.fact_lists import listed, read_list

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_ASKS_FOR_NO_DATA = frozenset(("technology", "role", "glossary"))
_MOST_MENTIONED = 3
"""A statement that no list has goes to the entities it names, if those are few."""


@dataclass(frozen=True)
class Named:
    """An entity before it is modelled."""

    name: str
    meaning: str
    facts: tuple[str, ...] = ()
    known_as: tuple[str, ...] = ()
    """The names of the lists that mean it: "2.purchase"."""
    beside: str | None = None
    """The entity that an added one belongs with; added ones have no statements."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other names in the documents."""
        names = dict.fromkeys(each.partition(".")[2] for each in self.known_as)
        return tuple(name for name in names if name != self.name)


def name_objections(answer: NamesAnswer, piece: Brief) -> list[str]:
    """Say what in the list of one shard is no name, double, or about statements that the shard does not have."""
    held = {fact.id for fact in piece.facts}
    found = list(_bad_names(entity.name for entity in answer.entities))
    for entity in answer.entities:
        try:
            facts = read_list(entity.facts)
        except ValueError as error:
            found.append(f"{entity.name}.facts: {error}")
            continue
        if not facts:
            found.append(f"{entity.name}.facts: names no statement")
        if lost := [fact for fact in facts if fact not in held]:
            found.append(f"{entity.name}.facts: {listed(lost)} are not among these statements")
    return found


def _bad_names(names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if not _SNAKE_CASE.fullmatch(name):
            yield f"{name[:60]!r} is no snake_case name"
        if count > 1:
            yield f"{name} stands {count} times"


def named(answer: NamesAnswer, shard: int) -> tuple[Named, ...]:
    """Return one shard's list; `shard` counts from 1."""
    return tuple(
        Named(each.name, " ".join(each.meaning.split()), _ordered(read_list(each.facts)), (f"{shard}.{each.name}",))
        for each in answer.entities
    )


def listing(lists: Sequence[Sequence[Named]]) -> str:
    """Write the lists for a reader who reconciles them."""
    return "\n".join(
        f"{number}.{each.name} ({len(each.facts)}): {each.meaning}"
        for number, names in enumerate(lists, 1)
        for each in names
    )


def reconciliation_objections(answer: Reconciliation, lists: Sequence[Sequence[Named]]) -> list[str]:
    """Say which listed name the answer invents or gives to two entities, and which new name is none or is taken."""
    keys = {f"{number}.{each.name}" for number, names in enumerate(lists, 1) for each in names}
    given = Counter(key for same in answer.same for key in dict.fromkeys(same.of))
    found = [f"same: no list has {key[:80]}" for key in given if key not in keys]
    found += [f"same: {key} is given to {count} entities" for key, count in given.items() if count > 1]
    found += _bad_names(list(dict.fromkeys(same.name for same in answer.same)))
    found += _bad_names(added.name for added in answer.added)
    result = {each.name for each in reconciled(lists, Reconciliation(same=answer.same))}
    found += [f"added: {each.name} is already there" for each in answer.added if each.name in result]
    found += [
        f"added: {each.name} stands beside {each.beside}, which is no entity"
        for each in answer.added
        if each.beside not in result | keys
    ]
    return found


def reconciled(lists: Sequence[Sequence[Named]], answer: Reconciliation) -> tuple[Named, ...]:
    """Return the entities under their one name each, in the order in which they first appear."""
    told = {line: same for same in answer.same for line in same.of}
    clusters: dict[str, list[Named]] = {}
    names: dict[str, str] = {}
    meanings: dict[str, str] = {}
    homes: dict[str, str] = {}
    for number, entities in enumerate(lists, 1):
        for each in entities:
            same = told.get(f"{number}.{each.name}")
            key = homes[f"{number}.{each.name}"] = comparable(same.name if same else each.name)
            clusters.setdefault(key, []).append(each)
            names.setdefault(key, each.name)
            if same:
                names[key] = same.name
                meanings[key] = meanings.get(key) or same.meaning
    canon = [_joined(names[key], meanings.get(key, ""), cluster) for key, cluster in clusters.items()]
    taken = {each.name for each in canon}
    added = (
        Named(each.name, each.meaning, beside=names.get(homes.get(each.beside, ""), each.beside))
        for each in answer.added
        if each.name not in taken
    )
    return (*canon, *added)


def _joined(name: str, meaning: str, same: Sequence[Named]) -> Named:
    # The list that says most about a thing defines it best.
    home = max(same, key=lambda each: len(each.facts))
    return Named(
        name=name,
        meaning=meaning or home.meaning,
        facts=_ordered(fact for each in same for fact in each.facts),
        known_as=tuple(dict.fromkeys(known for each in same for known in each.known_as)),
        beside=next((each.beside for each in same if each.beside), None),
    )


def _ordered(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(facts), key=lambda fact: int(fact[1:])))


def aliases_of(entities: Sequence[Named]) -> dict[str, str]:
    """Return the one name for each other name that means only one entity."""
    names = {each.name for each in entities}
    said = Counter(alias for each in entities for alias in each.aliases)
    return {alias: each.name for each in entities for alias in each.aliases if said[alias] == 1 and alias not in names}


def with_all_facts(entities: Sequence[Named], brief: Brief) -> tuple[Named, ...]:
    """Give every statement in scope that no list has to the entities that it concerns, so that none is dropped.

    These are the entities that it names, else the one that its section is mostly about, else the one of the nearest
    statement. Statements on technology, roles and terms ask for no data and stay out.
    """
    held = {fact for each in entities for fact in each.facts}
    given: dict[str, list[str]] = {}
    for fact in brief.in_scope:
        if fact.id in held or fact.kind in _ASKS_FOR_NO_DATA:
            continue
        for name in _concerned(fact, entities, brief):
            given.setdefault(name, []).append(fact.id)
    return tuple(
        Named(each.name, each.meaning, _ordered((*each.facts, *given[each.name])), each.known_as, each.beside)
        if each.name in given
        else each
        for each in entities
    )


def _concerned(fact: Fact, entities: Sequence[Named], brief: Brief) -> tuple[str, ...]:
    spoken = " ".join((fact.title or "", fact.text)).lower()
    words = f" {' '.join(re.findall('[a-z0-9]+', spoken))} "
    mentioned = [each.name for each in entities if any(_names(words, name) for name in (each.name, *each.aliases))]
    if 0 < len(mentioned) <= _MOST_MENTIONED:
        return tuple(mentioned)
    withs = [each for each in entities if each.facts]
    if not withs:
        return ()
    section = {other.id for other in brief.facts if (other.span.file, other.section) == (fact.span.file, fact.section)}
    by_section = max(withs, key=lambda each: len(section & set(each.facts)))
    if section & set(by_section.facts):
        return (by_section.name,)
    number = int(fact.id[1:])
    return (min(withs, key=lambda each: min(abs(int(other[1:]) - number) for other in each.facts)).name,)


def _names(words: str, name: str) -> bool:
    spoken = name.replace("_", " ")
    return any(f" {form} " in words for form in (spoken, f"{spoken}s", f"{spoken}es", f"{spoken[:-1]}ies"))
