"""Mermaid's erDiagram, classDiagram and stateDiagram to declared entities, relations and chains of states.

No parser of Mermaid for Python is kept, so these three line-based notations have a small one here; their
grammars are https://mermaid.js.org/syntax/entityRelationshipDiagram.html, classDiagram.html and stateDiagram.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity, DeclaredRelation
from database_specialist.agent.reading.declarations import Declarations, EntityDraft, Snippet
from database_specialist.agent.reading.statements import Statement

Cardinality = Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]

_KIND = re.compile(r"^\s*(?P<kind>erDiagram|classDiagram(?:-v2)?|stateDiagram(?:-v2)?)\b", re.MULTILINE)
_NAME = r"(?:\"[^\"\n]{1,80}\"|[\w.-]{1,80})"
_ER_RELATION = re.compile(
    rf"^\s*(?P<left>{_NAME}?)(?:\[[^\]\n]*\])?\s*(?P<ends>[|}}o][|o](?:--|\.\."
    rf"|-\.|\.-)[|o][|{{o])\s*(?P<right>{_NAME})(?:\[[^\]\n]*\])?\s*(?::\s*(?P<label>.*))?$"
)
_ER_OPEN = re.compile(rf"^\s*(?P<name>{_NAME})(?:\[\"?(?P<alias>[^\]\"\n]*)\"?\])?\s*\{{(?P<rest>.*)$")
_ER_ATTRIBUTE = re.compile(
    r"^\s*(?P<type>[\w\[\](),.-]{1,60})\s+(?P<name>\*?[\w-]{1,80})(?P<keys>(?:\s*,?\s*(?:PK"
    r"|FK|UK))*)\s*(?:\"(?P<comment>[^\"]*)\")?\s*$"
)
_CLASS_OPEN = re.compile(r"^\s*class\s+(?P<name>[\w`~]{1,80})[^{\n]{0,80}\{(?P<rest>.*)$")
_CLASS_MEMBER = re.compile(r"^\s*(?P<owner>\w{1,80})\s*:\s*(?P<member>[^()\n]{1,200})$")
_CLASS_RELATION = re.compile(
    r"^\s*(?P<left>\w{1,80})\s*(?:\"(?P<left_card>[^\"]*)\")?\s*(?P<arrow>(?:<\|--"
    r"|--\|>|<\|\.\.|\.\.\|>|\*--|--\*|o--|--o|<--|-->|--|<\.\.|\.\.>|\.\.))\s*"
    r"(?:\"(?P<right_card>[^\"]*)\")?\s*(?P<right>\w{1,80})\s*(?::\s*(?P<label>.*))?$"
)
_TRANSITION = re.compile(
    r"^\s*(?P<source>\[\*\]|[\w-]{1,60})\s*-->\s*(?P<target>\[\*\]|[\w-]{1,60})\s*(?::\s*(?P<label>.*))?$"
)


def read(snippet: Snippet) -> Declarations:
    """Read every diagram of the three kinds; other diagrams (flow charts, sequences) declare no data."""
    result = Declarations()
    starts = list(_KIND.finditer(snippet.text))
    for index, match in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(snippet.text)
        kind = match.group("kind")
        if kind == "erDiagram":
            result += _read_entities(snippet, match.end(), end)
        elif kind.startswith("class"):
            result += _read_classes(snippet, match.end(), end)
        else:
            result += _read_states(snippet, match.start(), end)
    return result


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    offset = start
    for line in text[start:end].split("\n"):
        yield offset, line[:500].split("%%")[0]
        offset += len(line) + 1


def _read_entities(snippet: Snippet, start: int, end: int) -> Declarations:
    drafts: dict[str, EntityDraft] = {}
    relations: list[DeclaredRelation] = []
    problems: list[str] = []
    current: EntityDraft | None = None
    for offset, line in _lines(snippet.text, start, end):
        opened = _ER_OPEN.match(line) if current is None else None
        relation = _ER_RELATION.match(line) if current is None and opened is None else None
        if current is not None and line.strip().startswith("}"):
            current = None
        elif current is not None:
            problems.extend(_add_attribute(snippet, current, offset, line))
        elif relation is not None:
            relations.append(_er_relation(relation))
            for side in ("left", "right"):
                name = relation.group(side).strip('"')
                drafts.setdefault(name, EntityDraft(name, snippet.span(offset, offset)))
        elif opened is not None:
            name = opened.group("name").strip('"')
            span = snippet.span(offset, max(offset, snippet.text.find("}", offset, end)))
            current = drafts[name] = EntityDraft(name, span, drafts[name].attributes if name in drafts else {})
            current = None if "}" in opened.group("rest") else current
        elif re.fullmatch(rf"\s*{_NAME}\s*", line) and line.strip() not in ("TB", "LR", "BT", "RL"):
            name = line.strip().strip('"')
            drafts.setdefault(name, EntityDraft(name, snippet.span(offset, offset)))
    return Declarations(_entities(drafts), tuple(relations), (), tuple(problems))


def _add_attribute(snippet: Snippet, draft: EntityDraft, offset: int, line: str) -> Iterator[str]:
    match = _ER_ATTRIBUTE.match(line)
    if match is None:
        if line.strip():
            yield snippet.problem(f"erDiagram attribute not understood: {line.strip()}", offset)
        return
    keys = re.findall("PK|FK|UK", match.group("keys"))
    draft.add(
        DeclaredAttribute(
            name=match.group("name").lstrip("*"),
            type=match.group("type"),
            primary_key="PK" in keys or match.group("name").startswith("*"),
            unique="UK" in keys,
            required=True if "PK" in keys else None,
            comment=match.group("comment") or None,
        )
    )


def _er_relation(match: re.Match[str]) -> DeclaredRelation:
    left, right = match.group("ends")[:2], match.group("ends")[-2:]
    many_left, many_right = "}" in left, "{" in right
    return DeclaredRelation(
        source=match.group("left").strip('"'),
        target=match.group("right").strip('"'),
        cardinality=_cardinality(many_left, many_right),
        label=(match.group("label") or "").strip().strip('"') or None,
        source_optional="o" in left,
        target_optional="o" in right,
    )


def _cardinality(many_left: bool, many_right: bool) -> Cardinality:
    if many_left:
        return "many_to_many" if many_right else "many_to_one"
    return "one_to_many" if many_right else "one_to_one"


def _read_classes(snippet: Snippet, start: int, end: int) -> Declarations:
    drafts: dict[str, EntityDraft] = {}
    relations: list[DeclaredRelation] = []
    current: EntityDraft | None = None
    for offset, line in _lines(snippet.text, start, end):
        if current is not None and line.strip().startswith("}"):
            current = None
            continue
        if current is not None:
            _add_member(current, line)
            continue
        opened, member, relation = _CLASS_OPEN.match(line), _CLASS_MEMBER.match(line), _CLASS_RELATION.match(line)
        if opened:
            name = opened.group("name").split("~")[0].strip("`")
            span = snippet.span(offset, max(offset, snippet.text.find("}", offset, end)))
            current = drafts[name] = EntityDraft(name, span)
            current = None if "}" in opened.group("rest") else current
        elif relation:
            relations.extend(_class_relation(relation))
        elif member:
            owner = member.group("owner")
            _add_member(
                drafts.setdefault(owner, EntityDraft(owner, snippet.span(offset, offset))), member.group("member")
            )
    return Declarations(_entities(drafts), tuple(relations))


def _add_member(draft: EntityDraft, line: str) -> None:
    member = line.strip().lstrip("+-#~ ").rstrip("*$; ")
    if not member or "(" in member or member.startswith("<<"):
        return
    name, colon, type_ = member.partition(":")
    if not colon:
        type_, _, name = member.rpartition(" ")
    if re.fullmatch(r"[\w-]{1,80}", name.strip()):
        draft.add(DeclaredAttribute(name=name.strip(), type=type_.strip() or None))


def _class_relation(match: re.Match[str]) -> Iterator[DeclaredRelation]:
    arrow = match.group("arrow")
    if "|" in arrow or "." in arrow:
        return  # inheritance and dependency are no associations
    many_left, many_right = (_is_many(match.group(side)) for side in ("left_card", "right_card"))
    many_right = many_right or (arrow in ("*--", "o--") and match.group("right_card") is None)
    label = (match.group("label") or "").strip() or None
    yield DeclaredRelation(
        source=match.group("left"),
        target=match.group("right"),
        cardinality=_cardinality(many_left, many_right),
        label=label,
    )


def _is_many(cardinality: str | None) -> bool:
    return bool(cardinality) and bool(re.search(r"\*|n|m|many|\.\.[2-9]", str(cardinality), re.IGNORECASE))


def _read_states(snippet: Snippet, start: int, end: int) -> Declarations:
    """Return one statement that lists the transitions: the states belong together."""
    transitions: list[str] = []
    initial = ""
    for _, line in _lines(snippet.text, start, end):
        match = _TRANSITION.match(line)
        if match is None or match.group("target") == "[*]":
            continue
        if match.group("source") == "[*]":
            initial = initial or match.group("target")
            continue
        transitions.append(f"{match.group('source')} -> {match.group('target')}")
    if not transitions:
        return Declarations()
    text = (f"initial {initial}; " if initial else "") + "; ".join(dict.fromkeys(transitions))
    span = snippet.span(start, max(start, start + len(snippet.text[start:end].rstrip())))
    return Declarations((), (), (Statement(text, span.line, span.end_line, snippet.section, "chain", title="States"),))


def _entities(drafts: dict[str, EntityDraft]) -> tuple[DeclaredEntity, ...]:
    return tuple(
        DeclaredEntity(name=name, origin="mermaid", attributes=tuple(draft.attributes.values()), span=draft.span)
        for name, draft in drafts.items()
        if name
    )
