"""Prisma schemas to declared entities: a small reader of `model` and `enum` blocks.

The grammar is line based (https://www.prisma.io/docs/orm/reference/prisma-schema-reference) and no parser for
Python is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity, DeclaredRelation
from database_specialist.agent.reading.declarations import Declarations, Snippet

_BLOCK = re.compile(r"^[ \t]*(?P<kind>model|enum|type|view)\s+(?P<name>\w{1,100})\s*\{", re.MULTILINE)
_FIELD = re.compile(r"^\s*(?P<name>\w{1,100})\s+(?P<type>\w{1,100})(?P<mark>\[\]|\?)?\s*(?P<rest>.*)$")
_DEFAULT = re.compile(r"@default\(\s*(\"[^\"]*\"|[^()]*(?:\([^()]*\))?)\s*\)")
_RELATION = re.compile(r"fields:\s*\[([^\]]*)\].*?references:\s*\[([^\]]*)\]")
_SET = re.compile(r"@@(?P<kind>unique|id)\(\s*(?:fields:\s*)?\[([^\]]*)\]")
_MAP = re.compile(r"@@map\(\s*(?:name:\s*)?\"([^\"]{1,100})\"")


def read(snippet: Snippet) -> Declarations:
    """Read the models of a schema; a field whose type is a model is a relation, not an attribute."""
    blocks = list(_blocks(snippet))
    enums = {name: tuple(_members(body)) for kind, name, body, _, _ in blocks if kind == "enum"}
    models = {name for kind, name, _, _, _ in blocks if kind in ("model", "view")}
    entities: list[DeclaredEntity] = []
    relations: list[DeclaredRelation] = []
    problems: list[str] = []
    for kind, name, body, start, end in blocks:
        if kind == "enum":
            continue
        attributes, found, wrong = _fields(name, body, enums, models)
        relations.extend(found)
        problems.extend(snippet.problem(f"Prisma field not understood: {line}", start) for line in wrong)
        entities.append(_entity(snippet, name, body, attributes, start, end))
    return Declarations(tuple(entities), tuple(relations), (), tuple(problems))


def _blocks(snippet: Snippet) -> Iterator[tuple[str, str, str, int, int]]:
    for match in _BLOCK.finditer(snippet.text):
        closing = re.compile(r"^\s*\}", re.MULTILINE).search(snippet.text, match.end())
        end = closing.end() if closing else len(snippet.text)
        body = snippet.text[match.end() : closing.start() if closing else end]
        yield match.group("kind"), match.group("name"), body, match.start(), end


def _without_comment(line: str) -> str:
    return line.split("//")[0].strip()[:500]


def _members(body: str) -> Iterator[str]:
    for line in body.split("\n"):
        word = _without_comment(line).split(" ")[0]
        if re.fullmatch(r"\w{1,100}", word):
            yield word


def _fields(
    model: str, body: str, enums: dict[str, tuple[str, ...]], models: set[str]
) -> tuple[dict[str, DeclaredAttribute], list[DeclaredRelation], list[str]]:
    attributes: dict[str, DeclaredAttribute] = {}
    relations: list[DeclaredRelation] = []
    wrong: list[str] = []
    links: list[tuple[str, str, str]] = []
    for raw in body.split("\n"):
        line = _without_comment(raw)
        if not line or line.startswith("@@"):
            continue
        match = _FIELD.match(line)
        if match is None:
            wrong.append(line)
        elif match.group("type") in models:
            relations.extend(_relation(model, match, links))
        else:
            attributes[match.group("name")] = _attribute(match, enums)
    for column, target, target_column in links:
        if column in attributes:
            attributes[column] = attributes[column].model_copy(update={"references": (target, target_column or None)})
    return attributes, relations, wrong


def _relation(model: str, match: re.Match[str], links: list[tuple[str, str, str]]) -> Iterator[DeclaredRelation]:
    """Yield the relation on the side that holds the key; lists without one are many to many on both sides."""
    keys = _RELATION.search(match.group("rest"))
    if keys is None:
        return
    columns = [name.strip() for name in keys.group(1).split(",")]
    targets = [name.strip() for name in keys.group(2).split(",")]
    if len(columns) == 1:
        links.append((columns[0], match.group("type"), targets[0]))
    yield DeclaredRelation(
        source=model,
        target=match.group("type"),
        cardinality="many_to_one",
        label=match.group("name"),
        target_optional=match.group("mark") == "?",
    )


def _attribute(match: re.Match[str], enums: dict[str, tuple[str, ...]]) -> DeclaredAttribute:
    rest = match.group("rest")
    default = _DEFAULT.search(rest)
    is_key = re.search(r"@id\b", rest) is not None
    return DeclaredAttribute(
        name=match.group("name"),
        type=f"{match.group('type')}{match.group('mark') or ''} {rest}".strip(),
        required=match.group("mark") != "?",
        unique=re.search(r"(?<!@)@unique\b", rest) is not None,
        primary_key=is_key,
        default=default.group(1).strip('"') if default else None,
        values=enums.get(match.group("type"), ()),
    )


def _entity(
    snippet: Snippet, name: str, body: str, attributes: dict[str, DeclaredAttribute], start: int, end: int
) -> DeclaredEntity:
    sets = []
    for match in _SET.finditer(body):
        columns = tuple(column.strip().split("(")[0] for column in match.group(2).split(",") if column.strip())
        if match.group("kind") == "id":
            for column in columns:
                if column in attributes:
                    attributes[column] = attributes[column].model_copy(update={"primary_key": True})
        elif columns:
            sets.append(columns)
    mapped = _MAP.search(body)
    comment = f"table {mapped.group(1)}" if mapped else None
    return DeclaredEntity(
        name=name,
        origin="prisma",
        attributes=tuple(attributes.values()),
        unique_sets=tuple(sets),
        comment=comment,
        span=snippet.span(start, end),
    )
