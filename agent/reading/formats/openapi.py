"""OpenAPI 2 and 3 and JSON Schema to declared entities: object schemas with properties, references resolved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

import yaml

from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity, DeclaredRelation
from database_specialist.agent.reading.declarations import Declarations, Snippet
from database_specialist.agent.reading.statements import Statement
from database_specialist.agent.reading.vocabulary import words

Origin = Literal["openapi", "json_schema"]

MAX_CHARACTERS = 2_000_000
_MAX_ALIASES = 100
"""YAML aliases multiply: nine levels of nine make a billion."""
_VERBS = ("get", "post", "put", "patch", "delete")
_ENVELOPE = re.compile(
    r"(?:Request|Response|Error|Errors|Body|Result|Page|Paginated\w*|List|Envelope"
    r"|Input|Payload|Params|Query|Filter|Problem\w*|ApiResponse|Dto|DTO)$"
)
_STRIPPED = re.compile(r"(?:Dto|DTO|Schema|Model|Entity|Resource|Object|Create|Update|Read|Base|Out|In)$")


def read(snippet: Snippet, origin: Origin) -> Declarations:
    """Read the schemas of a document; what only wraps a request or a response is left out."""
    data, problem = _load(snippet)
    if problem:
        return Declarations(problems=(problem,))
    if not isinstance(data, dict):
        return Declarations(
            problems=(snippet.problem("Neither an OpenAPI document nor a JSON Schema: not an object."),)
        )
    schemas = dict(_schemas(data, snippet))
    entities: list[DeclaredEntity] = []
    relations: list[DeclaredRelation] = []
    for name, schema in schemas.items():
        attributes, found = _attributes(name, schema, schemas, data)
        if attributes:
            entities.append(_entity(snippet, origin, name, attributes, schema))
            relations.extend(found)
    known = {entity.name for entity in entities}
    kept = tuple(relation for relation in relations if relation.target in known)
    return Declarations(tuple(entities), kept, tuple(_routes(snippet, data)))


def _load(snippet: Snippet) -> tuple[Any, str]:
    text = snippet.text
    if len(text) > MAX_CHARACTERS:
        return None, snippet.problem(f"Not read: {len(text)} characters, more than {MAX_CHARACTERS}.")
    if text.lstrip().startswith(("{", "[")):
        try:
            return json.loads(text), ""
        except (ValueError, RecursionError) as error:
            return None, snippet.problem(f"JSON not understood: {error}")
    if len(re.findall(r"[\s\[,:]\*\w", text)) > _MAX_ALIASES or text.count("[") + text.count("{") > 20_000:
        return None, snippet.problem("YAML not read: too many aliases or brackets.")
    try:
        return yaml.load(text, Loader=yaml.SafeLoader), ""
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        return None, snippet.problem(f"YAML not understood: {error}")


def _schemas(data: dict[str, Any], snippet: Snippet) -> Iterator[tuple[str, dict[str, Any]]]:
    components = data.get("components")
    places = [components.get("schemas") if isinstance(components, dict) else None]
    places += [data.get("definitions"), data.get("$defs")]
    for place in places:
        for name, schema in place.items() if isinstance(place, dict) else ():
            if isinstance(schema, dict) and isinstance(name, str) and not _ENVELOPE.search(name) and name.strip("\x00"):
                yield name[:200].replace("\x00", ""), schema
    if isinstance(data.get("properties"), dict):
        title = data.get("title") or snippet.file.rsplit("/", 1)[-1].split(".")[0]
        yield re.sub(r"\W+", "_", str(title))[:200] or "document", data


def _resolve(schema: Any, root: dict[str, Any], depth: int = 0) -> tuple[dict[str, Any], str | None]:
    """Follow local references; return the schema and the name of the last one referred to."""
    name = None
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and depth < 20:
        path = schema["$ref"]
        if not path.startswith("#/"):
            return {}, path.rsplit("/", 1)[-1].split(".")[0] or None
        target: Any = root
        for part in path[2:].split("/"):
            target = target.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(target, dict) else None
        schema, name, depth = target, path.rsplit("/", 1)[-1], depth + 1
    return (schema if isinstance(schema, dict) else {}), name


def _properties(schema: dict[str, Any], root: dict[str, Any], depth: int = 0) -> tuple[dict[str, Any], list[str]]:
    """Return the properties of a schema and of all it is composed of, and the required ones."""
    own = schema.get("properties")
    properties: dict[str, Any] = {}
    required = (
        [name for name in schema.get("required") or [] if isinstance(name, str)]
        if isinstance(schema.get("required"), list)
        else []
    )
    for part in schema.get("allOf") or [] if depth < 8 and isinstance(schema.get("allOf"), list) else ():
        inner, names = _properties(_resolve(part, root)[0], root, depth + 1)
        properties.update(inner)
        required += names
    properties.update(own if isinstance(own, dict) else {})
    return properties, required


def _attributes(
    name: str, schema: dict[str, Any], schemas: dict[str, dict[str, Any]], root: dict[str, Any]
) -> tuple[tuple[DeclaredAttribute, ...], list[DeclaredRelation]]:
    properties, required = _properties(schema, root)
    if properties and all(str(key).lower() in words("code", "envelope") for key in properties):
        return (), []
    attributes: list[DeclaredAttribute] = []
    relations: list[DeclaredRelation] = []
    for key, value in properties.items():
        if not isinstance(key, str) or not key or "\x00" in key or len(key) > 200:
            continue
        target, many = _target(value, schemas, root)
        if target is not None:
            relations.append(
                DeclaredRelation(
                    source=name, target=target, cardinality="one_to_many" if many else "many_to_one", label=key
                )
            )
        else:
            attributes.append(_attribute(key, _resolve(value, root)[0], key in required))
    return tuple(attributes), relations


def _target(value: Any, schemas: dict[str, dict[str, Any]], root: dict[str, Any]) -> tuple[str | None, bool]:
    """Return the entity that a property points at, and whether it holds many of them."""
    if not isinstance(value, dict):
        return None, False
    for part in (value, *(value.get("allOf") or [] if isinstance(value.get("allOf"), list) else [])):
        resolved, name = _resolve(part, root)
        if name in schemas and isinstance(resolved.get("properties") or resolved.get("allOf"), dict | list):
            return name, False
    items = value.get("items")
    if isinstance(items, dict):
        return _target(items, schemas, root)[0], True
    return None, False


def _attribute(name: str, schema: dict[str, Any], required: bool) -> DeclaredAttribute:
    type_ = schema.get("type")
    kinds = [str(item) for item in type_] if isinstance(type_, list) else [str(type_)] if type_ else []
    nullable = schema.get("nullable") is True or "null" in kinds
    kind = "/".join(item for item in kinds if item != "null")
    form = schema.get("format")
    length = schema.get("maxLength")
    members = schema.get("enum")
    default = schema.get("default")
    description = schema.get("description")
    return DeclaredAttribute(
        name=name,
        type=(f"{kind} ({form})" if form else f"{kind}({length})" if length else kind) or None,
        required=required and not nullable,
        primary_key=name == "id",
        default=default if isinstance(default, str | int | float | bool) else None,
        values=tuple(str(item) for item in members if item is not None) if isinstance(members, list) else (),
        comment=" ".join(str(description).split())[:300] if description else None,
    )


def _entity(
    snippet: Snippet, origin: Origin, name: str, attributes: tuple[DeclaredAttribute, ...], schema: dict[str, Any]
) -> DeclaredEntity:
    match = re.search(rf"^[ \t]*[\"']?{re.escape(name)}[\"']?\s*:", snippet.text, re.MULTILINE)
    span = (
        snippet.span(match.start() + len(match.group()) - len(match.group().lstrip()), match.end())
        if match
        else snippet.span(0, 0)
    )
    description = schema.get("description")
    shown = _STRIPPED.sub("", name) or name
    return DeclaredEntity(
        name=name if shown == name else shown,
        origin=origin,
        attributes=attributes,
        comment=" ".join(str(description).split())[:300] if description else None,
        span=span,
    )


def _routes(snippet: Snippet, data: dict[str, Any]) -> Iterator[Statement]:
    paths = data.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for verb in _VERBS:
            operation = item.get(verb) if isinstance(item, dict) else None
            if not isinstance(operation, dict):
                continue
            at = snippet.text.find(str(path))
            line = snippet.span(max(at, 0), max(at, 0)).line
            summary = operation.get("summary") or operation.get("description") or operation.get("operationId") or ""
            text = f"{verb.upper()} {path}" + (f" - {' '.join(str(summary).split())[:200]}" if summary else "")
            yield Statement(text, line, line, snippet.section, "route")
