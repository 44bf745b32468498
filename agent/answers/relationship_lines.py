"""Relationships, lifecycles, dependencies and what has no place, each as one line.

order_line.order -> order, owned, inverse lines, min 1 -- the order that the line is part of [F4]
status = draft: draft -> sent | withdrawn; sent -> paid [F9]
postcode, country -> city [F5]
"""

from __future__ import annotations

import re
from typing import Any

from database_specialist.agent.answers.lines import (
    DASHES,
    Cursor,
    Fault,
    Ground,
    names,
    quote,
    split_ground,
    with_ending,
)
from database_specialist.agent.model.entities import (
    FunctionalDependency,
    Lifecycle,
    Relationship,
    Transition,
    Unplaced,
)

FORM = "source.role -> target, optional, owned -- what the target is to the source [F1]"
STATES_FORM = "status = open: open -> assigned | closed; assigned -> closed [F1]"
_ARROW = r"(?:->|→|=>)"
_WORDS: dict[str, tuple[str, object]] = {
    **dict.fromkeys(("required", "mandatory", "not null"), ("required", True)),
    **dict.fromkeys(("optional", "nullable", "null"), ("required", False)),
    **dict.fromkeys(("owned", "cascade"), ("ownership", "owned")),
    **dict.fromkeys(("referenced", "restrict"), ("ownership", "referenced")),
    **dict.fromkeys(("independent", "set null"), ("ownership", "independent")),
    **dict.fromkeys(("many to one", "n:1"), ("cardinality", "many_to_one")),
    **dict.fromkeys(("one to one", "1:1", "unique"), ("cardinality", "one_to_one")),
    **dict.fromkeys(("many to many", "n:m", "m:n", "n:n"), ("cardinality", "many_to_many")),
}
_SAID = re.compile(r"not null|set null|(?:many|one)[ _-]to[ _-](?:many|one)|[nm1]:[nm1]|[a-z]+\b", re.IGNORECASE)
_WORD = r"[^\s|;:,=\"'\[\]>→-](?:[^\s|;:,=\"'\[\]>→-]|-(?![>-]))*"
_PLAIN_STATE = re.compile(rf"{_WORD}(?: {_WORD})*")


def parse_relationship(line: str) -> tuple[Relationship, Ground | None]:
    """Read a relationship, and the ground that its line names.

    Raises:
        Fault: the line says something that a relationship cannot be.
    """
    head, ground = split_ground(line)
    cursor = Cursor(head)
    ends = cursor.take(rf"(\w+)(?:\s*\.\s*(\w+))?\s*{_ARROW}\s*(\w+)")
    if ends is None:
        raise Fault(f"a relationship is written {FORM}")
    given: dict[str, Any] = {"source": ends[1], "role": ends[2] or ends[3], "target": ends[3]}
    while not cursor.is_done:
        _property(cursor, given)
    given["meaning"] = cursor.meaning() or ""
    given.setdefault("required", _is_required(given.get("cardinality"), given.get("ownership")))
    ground_of = ground or Ground()
    given |= {"facts": ground_of.facts, "added_because": ground_of.because}
    return Relationship.model_validate(given), ground


def _is_required(cardinality: object, ownership: object) -> bool:
    return cardinality != "many_to_many" and ownership != "independent"


def _property(cursor: Cursor, given: dict[str, Any]) -> None:
    if cursor.take(r"[,;]"):
        return
    count = cursor.take(r"(min|max)(?:_?sources|imum)?\s*[:=]?\s*(\d+)\b")
    if count:
        given[f"{count[1].lower()}_sources"] = int(count[2])
        return
    span = cursor.take(r"(?:sources\s*)?(\d+)\s*\.\.\s*(\d+|\*)?")
    if span:
        most = span[2] if span[2] != "*" else None
        given |= {"min_sources": int(span[1]), "max_sources": int(most) if most else None}
        return
    inverse = cursor.take(r"inverse\s*[:=]?\s*(\w+|\"[^\"]*\")")
    if inverse:
        given["inverse"] = inverse[1].strip('"')
        return
    word = cursor.take(_SAID.pattern)
    said = re.sub(r"[ _-]+", " ", word[0].strip().lower()) if word else ""
    if said not in _WORDS:
        shown = word[0].strip() if word else cursor.rest.split()[0]
        raise Fault(f"{shown!r} is no property of a relationship; the form is {FORM}; others: {_OTHERS}")
    name, value = _WORDS[said]
    given[name] = value


_OTHERS = "referenced, independent, one_to_one, many_to_many, inverse name, min 1, max 5"


def print_relationship(relationship: Relationship, ground: Ground | None = None) -> str:
    """Write a relationship as a line; `parse_relationship` reads the same one from it."""
    each = relationship
    parts = [f"{each.source}.{each.role} -> {each.target}"]
    if each.required != _is_required(each.cardinality, each.ownership):
        parts.append("required" if each.required else "optional")
    parts += [each.ownership] if each.ownership != "referenced" else []
    parts += [each.cardinality] if each.cardinality != "many_to_one" else []
    if each.inverse:
        parts.append(f"inverse {each.inverse}" if re.fullmatch(r"\w+", each.inverse) else f'inverse "{each.inverse}"')
    parts += [f"min {each.min_sources}"] if each.min_sources else []
    parts += [f"max {each.max_sources}"] if each.max_sources is not None else []
    return with_ending(", ".join(parts), each.meaning or None, ground)


def parse_lifecycle(line: str) -> tuple[Lifecycle, Ground | None]:
    """Read the states of an entity and their order, and the ground that the line names.

    Without `= state` the entity begins in the first state that is named.

    Raises:
        Fault: the line is no lifecycle.
    """
    head, ground = split_ground(line)
    cursor = Cursor(head)
    attribute = cursor.take(r"(\w+)")
    initial = _state(cursor) if attribute and cursor.take("=") else None
    if attribute is None or not cursor.take(":"):
        raise Fault(f"a lifecycle is written {STATES_FORM}")
    transitions: list[Transition] = []
    while not cursor.is_done:
        transitions += _steps(cursor)
        cursor.take("[;,.]")
    first = initial if initial is not None else transitions[0].source if transitions else None
    if first is None:
        raise Fault(f"the lifecycle names no state; it is written {STATES_FORM}")
    facts = ground.facts if ground else ()
    return Lifecycle(attribute=attribute[1], initial=first, transitions=tuple(transitions), facts=facts), ground


def _steps(cursor: Cursor) -> list[Transition]:
    """Read `open -> assigned | closed`; also a chain, `open -> assigned -> closed`."""
    sources, steps = [_state(cursor)], []
    while cursor.take(_ARROW):
        targets = [_state(cursor)]
        while cursor.take(r"\|"):
            targets.append(_state(cursor))
        steps += [Transition(source=source, target=target) for source in sources for target in targets]
        sources = targets
    if not steps:
        raise Fault(f"no step leads from {sources[0]!r}; a lifecycle is written {STATES_FORM}")
    return steps


def _state(cursor: Cursor) -> str:
    quoted = cursor.quoted()
    if quoted is not None:
        return quoted
    plain = cursor.take(_PLAIN_STATE.pattern)
    if plain is None:
        raise Fault(f"a state is missing before {cursor.rest[:20]!r}; a lifecycle is written {STATES_FORM}")
    return plain[0].strip()


def print_lifecycle(lifecycle: Lifecycle, ground: Ground | None = None) -> str:
    """Write a lifecycle as a line; steps from one state that follow one another stand together."""
    groups: list[tuple[str, list[str]]] = []
    for step in lifecycle.transitions:
        if groups and groups[-1][0] == step.source:
            groups[-1][1].append(step.target)
        else:
            groups.append((step.source, [step.target]))
    steps = "; ".join(f"{_shown(source)} -> {' | '.join(map(_shown, targets))}" for source, targets in groups)
    return with_ending(f"{lifecycle.attribute} = {_shown(lifecycle.initial)}: {steps}".rstrip(), None, ground)


def _shown(state: str) -> str:
    is_plain = _PLAIN_STATE.fullmatch(state) and not any(dash in state for dash in DASHES)
    return state if is_plain else quote(state)


def parse_dependency(line: str) -> tuple[FunctionalDependency, Ground | None]:
    """Read which attributes fix which others.

    Raises:
        Fault: the line is no dependency.
    """
    head, ground = split_ground(line)
    sides = re.split(_ARROW, head)
    if len(sides) != 2 or not all(names(side) for side in sides):
        raise Fault("a dependency is written postcode, country -> city [F1]")
    facts = ground.facts if ground else ()
    return FunctionalDependency(determinant=names(sides[0]), dependents=names(sides[1]), facts=facts), ground


def print_dependency(dependency: FunctionalDependency, ground: Ground | None = None) -> str:
    """Write a dependency as a line."""
    line = f"{', '.join(dependency.determinant)} -> {', '.join(dependency.dependents)}"
    return with_ending(line, None, ground)


def parse_unplaced(line: str) -> Unplaced:
    """Read what found no place, and after `--` why.

    Raises:
        Fault: no reason is given.
    """
    head, ground = split_ground(line)
    text, _, reason = head.partition(" -- ")
    if not reason.strip():
        raise Fault("what has no place is written: what it is -- why it has none [F1]")
    return Unplaced(text=text.strip(), reason=reason.strip(), facts=ground.facts if ground else ())


def print_unplaced(unplaced: Unplaced) -> str:
    """Write what found no place as a line."""
    ground = Ground(unplaced.facts) if unplaced.facts else None
    return with_ending(" ".join(unplaced.text.split()), " ".join(unplaced.reason.split()), ground)
