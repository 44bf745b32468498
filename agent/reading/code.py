"""Records that code in a document holds: interfaces, types, classes, structs, and JSON samples under a route."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity
from database_specialist.agent.reading.declarations import Declarations, Snippet
from database_specialist.agent.reading.statements import Statement
from database_specialist.agent.reading.vocabulary import words

_BRACED = re.compile(
    r"^[ \t]*(?:export\s+)?(?:default\s+)?(?:public\s+|abstract\s+|final\s+|data\s+|sealed\s+)*"
    r"(?:(?:interface|class|struct|record|enum)\s+(?P<name>[A-Z]\w{1,60})[^{}\n]{0,120}"
    r"|type\s+(?P<alias>[A-Z]\w{1,60})\s*(?:=|struct)\s*)\{",
    re.MULTILINE,
)
_PYTHON = re.compile(r"^class\s+(?P<name>[A-Z]\w{1,60})(?:\([^()\n]{0,120}\))?:[ \t]*$", re.MULTILINE)
_KOTLIN = re.compile(
    r"^[ \t]*(?:data\s+class|record)\s+(?P<name>[A-Z]\w{1,60})\s*\((?P<body>[^{}]{1,2000}?)\)\s*\{?\s*$", re.MULTILINE
)
_TS_FIELD = re.compile(
    r"^\s*(?:readonly |public |private |protected )*(?P<name>[a-zA-Z_]\w*)(?P<optional>\?)?\s*:\s*(?"
    r"P<type>[^;,=(){}]{1,80})[;,]?\s*(?://\s*(?P<comment>.*))?$"
)
_GO_FIELD = re.compile(
    r"^\s*(?P<name>[A-Z]\w*)\s+(?P<type>[*\[\]\w.]{2,40})(?:\s+`[^`]*`)?\s*(?://\s*(?P<comment>.*))?$"
)
_JAVA_FIELD = re.compile(
    r"^\s*(?:private|public|protected|internal)\s+(?:final |readonly |required"
    r" )*(?P<type>[\w<>\[\],.?]{2,60})\s+(?P<name>[a-zA-Z_]\w*)\s*(?:;|\{\s*get"
    r"|=)"
)
_PY_FIELD = re.compile(r"^\s{2,}(?P<name>[a-z_]\w*)\s*:\s*(?P<type>[\w\[\], .|\"']{2,60}?)(?:\s*=.*)?$")
_THIS_FIELD = re.compile(r"\bthis\.(?P<name>[a-zA-Z_]\w*)\s*=(?!=)")
_KOTLIN_FIELD = re.compile(
    r"(?:val|var)?\s*(?P<name>[a-zA-Z_]\w*)\s*:\s*(?P<type>[\w<>?.]+)|(?P<jtype>[\w<>]+)\s+(?P<jname>[a-z]\w*)"
)
_ROUTE = re.compile(r"\b(?P<verb>GET|POST|PUT|PATCH|DELETE)\s+(?P<path>/[^\s`\"'|,)\]]{1,160})(?P<rest>[^\n]{0,200})")
_ENDPOINT_NOTE = re.compile("^\\s*(?:[-\u2013\u2014#:|>]|//|\u2192)+\\s*(?P<note>[A-Za-z].{2,160})$")
_CHAIN = re.compile(
    "^[ \\t]*(?:\\w+:[ \\t]*)?(?P<chain>[A-Za-z_]+(?:[ \\t]*(?:-{1,2}>|=>|\u2192"
    "|\u27f6)[ \\t]*[A-Za-z_]+){2,12})[ \\t]*$",
    re.MULTILINE,
)
_SECTION_OF_STATES = re.compile(r"\b(?:status|state|lifecycle|life cycle|workflow)\b", re.IGNORECASE)
_LARGEST_JSON = 100_000


def read_code(snippet: Snippet) -> Declarations:
    """Read the records that a fence of code declares, its routes and its chains of states."""
    entities = [entity for entity in _records(snippet) if len(entity.attributes) >= 2]
    statements = (*_routes(snippet), *_chains(snippet))
    return Declarations(tuple(entities), (), statements)


def _records(snippet: Snippet) -> Iterator[DeclaredEntity]:
    text = snippet.text
    for match in _BRACED.finditer(text):
        name = match.group("name") or match.group("alias")
        body = _braced_body(text, match.end())
        yield from _entity(snippet, name, match.start(), match.end() + len(body), _fields(body))
    for match in _PYTHON.finditer(text):
        body = _indented_body(text, match.end() + 1)
        fields = [attribute for line in body.split("\n") for attribute in _field(line, _PY_FIELD)]
        yield from _entity(snippet, match.group("name"), match.start(), match.end() + len(body), fields)
    for match in _KOTLIN.finditer(text):
        fields = [
            DeclaredAttribute(
                name=found.group("name") or found.group("jname"), type=found.group("type") or found.group("jtype")
            )
            for found in _KOTLIN_FIELD.finditer(match.group("body"))
        ]
        yield from _entity(snippet, match.group("name"), match.start(), match.end(), fields)


def _entity(
    snippet: Snippet, name: str, start: int, end: int, fields: list[DeclaredAttribute]
) -> Iterator[DeclaredEntity]:
    if is_machinery(name):
        return
    unique = {attribute.name: attribute for attribute in reversed(fields)}
    attributes = tuple(reversed(unique.values()))
    yield DeclaredEntity(name=name, origin="code", attributes=attributes, span=snippet.span(start, end))


def is_machinery(name: str) -> bool:
    """Whether a type's name says that it belongs to the program, not to the business."""
    flat = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    return any(flat == word or flat.endswith(f" {word}") for word in words("code", "machinery"))


def _braced_body(text: str, start: int) -> str:
    """Return the text up to the closing brace of the block that begins at `start`."""
    depth = 1
    for match in re.finditer(r"[{}]", text[start : start + 20_000]):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return text[start : start + match.start()]
    return text[start : start + 20_000]


def _indented_body(text: str, start: int) -> str:
    lines = []
    for line in text[start : start + 20_000].split("\n"):
        if line.strip() and not line[0].isspace():
            break
        lines.append(line)
    return "\n".join(lines)


def _fields(body: str) -> list[DeclaredAttribute]:
    fields: list[DeclaredAttribute] = []
    depth = 0
    for line in body.split("\n"):
        if depth == 0 and not line.strip().startswith(("//", "*", "/*")):
            fields.extend(_field(line, _TS_FIELD, _JAVA_FIELD, _GO_FIELD))
        depth += line.count("{") - line.count("}")
    constructor = re.search(r"\bconstructor\s*\([^)]{0,200}\)\s*\{", body)
    if not fields and constructor:
        inner = _braced_body(body, constructor.end())
        fields.extend(DeclaredAttribute(name=match.group("name")) for match in _THIS_FIELD.finditer(inner))
    return fields


def _field(line: str, *forms: re.Pattern[str]) -> Iterator[DeclaredAttribute]:
    for form in forms:
        match = form.match(line[:300])
        if match is None or "=>" in line:
            continue
        found = match.groupdict()
        type_ = " ".join((found.get("type") or "").split()) or None
        members = tuple(re.findall(r"""["']([\w -]{1,40})["']""", type_ or "")) if type_ and "|" in type_ else ()
        optional = bool(found.get("optional")) or (type_ or "").endswith(("| null", "| undefined", "| None"))
        comment = (found.get("comment") or "").strip() or None
        required = False if optional else None
        yield DeclaredAttribute(name=found["name"], type=type_, required=required, values=members, comment=comment)
        return


def _routes(snippet: Snippet) -> tuple[Statement, ...]:
    """Return a statement for each route of a list of routes."""
    found = []
    for match in _ROUTE.finditer(snippet.text):
        line = snippet.span(match.start(), match.start()).line
        note = _ENDPOINT_NOTE.match(match.group("rest"))
        text = f"{match.group('verb')} {match.group('path')}" + (f" - {note.group('note').strip()}" if note else "")
        found.append(Statement(text, line, line, snippet.section, "route"))
    return tuple(found)


def _chains(snippet: Snippet) -> tuple[Statement, ...]:
    """Return a statement for each chain of states; other arrows are flows between programs."""
    named = bool(snippet.section) and bool(_SECTION_OF_STATES.search(" ".join(snippet.section[-2:])))
    found = []
    for match in _CHAIN.finditer(snippet.text):
        chain = match.group("chain")
        nodes = re.findall(r"[A-Za-z_]+", re.sub("-{1,2}>|=>", " ", chain))
        if named or all(node.islower() for node in nodes) or all(node.isupper() for node in nodes):
            line = snippet.span(match.start(), match.start()).line
            found.append(Statement(" ".join(chain.split()), line, line, snippet.section, "chain", title="States"))
    return tuple(found)


def read_json_sample(snippet: Snippet, resource: str) -> Declarations:
    """Read a JSON sample of an API document: its keys are the fields of the route's resource."""
    if len(snippet.text) > _LARGEST_JSON or snippet.text.count("[") + snippet.text.count("{") > 2000:
        return Declarations()
    try:
        data = json.loads(snippet.text)
    except (ValueError, RecursionError):
        return Declarations()
    entities = tuple(_of_json(snippet, resource, data, 0))
    return Declarations(tuple(entity for entity in entities if len(entity.attributes) >= 2))


def _of_json(snippet: Snippet, name: str, data: Any, depth: int) -> Iterator[DeclaredEntity]:
    if isinstance(data, list):
        data = data[0] if data else None
    if not isinstance(data, dict) or depth > 3:
        return
    inner = {key: value for key, value in data.items() if isinstance(value, dict | list) and value}
    if set(data) and all(key.lower() in words("code", "envelope") for key in data):
        for value in inner.values():
            yield from _of_json(snippet, name, value, depth + 1)
        return
    attributes = tuple(
        DeclaredAttribute(name=str(key)[:200], type=_json_type(value))
        for key, value in data.items()
        if key not in inner and str(key).strip("\x00") and "\x00" not in str(key)
    )
    yield DeclaredEntity(
        name=name, origin="code", attributes=attributes, span=snippet.span(0, len(snippet.text.rstrip()))
    )
    for key, value in inner.items():
        if isinstance(value, list) and isinstance(value[0], dict) and re.fullmatch(r"[A-Za-z]\w{1,40}", key):
            yield from _of_json(snippet, key, value, depth + 1)


def _json_type(value: Any) -> str | None:
    return {bool: "boolean", int: "integer", float: "number", str: "string"}.get(type(value))


def resource_of(text: str) -> str | None:
    """Return the last named part of the first route in a text: "orders" of "POST /api/v1/orders/{id}"."""
    match = _ROUTE.search(text)
    if match is None:
        return None
    parts = [part for part in match.group("path").split("?")[0].split("/") if re.fullmatch(r"[a-z][a-z_-]{2,40}", part)]
    parts = [part for part in parts if part not in ("api", "rest", "public", "admin")]
    if not parts or parts[-1] in words("code", "actions"):
        return None
    return parts[-1].replace("-", "_")
