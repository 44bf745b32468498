"""GraphQL SDL to declared entities, through graphql-core (an optional dependency)."""

from __future__ import annotations

from typing import Any

from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity, DeclaredRelation
from database_specialist.agent.reading.code import is_machinery
from database_specialist.agent.reading.declarations import Declarations, Snippet

MAX_TOKENS = 50_000
_ROOTS = ("Query", "Mutation", "Subscription", "PageInfo")
_WRAPPERS = ("Connection", "Edge", "Payload", "Response", "Result")


def read(snippet: Snippet) -> Declarations:
    """Read the object types; root types, connections and payloads hold no data of their own."""
    try:
        from graphql import parse
        from graphql.error import GraphQLError
    except ImportError:
        message = "GraphQL not read: install the extra, pip install 'database-specialist[formats]'."
        return Declarations(problems=(snippet.problem(message),))
    try:
        document = parse(snippet.text, max_tokens=MAX_TOKENS)
    except (GraphQLError, RecursionError) as error:
        return Declarations(problems=(snippet.problem(f"GraphQL not understood: {str(error).splitlines()[0]}"),))
    definitions: list[Any] = list(document.definitions)
    enums = {
        node.name.value: tuple(value.name.value for value in node.values or ())
        for node in definitions
        if node.kind == "enum_type_definition"
    }
    types = [node for node in definitions if node.kind == "object_type_definition" and _is_entity(node.name.value)]
    names = {node.name.value for node in types}
    entities = []
    relations: list[DeclaredRelation] = []
    for node in types:
        entities.append(_entity(snippet, node, enums, names))
        relations.extend(_relations(node, names))
    return Declarations(tuple(entities), tuple(relations))


def _is_entity(name: str) -> bool:
    return name not in _ROOTS and not name.endswith(_WRAPPERS) and not is_machinery(name)


def _unwrapped(node: Any) -> tuple[str, bool, bool]:
    """Return the name of a field's type, whether it is required, and whether it is a list."""
    required = node.kind == "non_null_type"
    many = False
    while node.kind in ("non_null_type", "list_type"):
        many = many or node.kind == "list_type"
        node = node.type
    return node.name.value, required, many


def _entity(snippet: Snippet, node: Any, enums: dict[str, tuple[str, ...]], names: set[str]) -> DeclaredEntity:
    attributes = []
    for field in node.fields or ():
        type_, required, many = _unwrapped(field.type)
        if type_ in names or type_.endswith(_WRAPPERS):
            continue
        attributes.append(
            DeclaredAttribute(
                name=field.name.value,
                type=f"[{type_}]" if many else type_,
                required=required,
                primary_key=type_ == "ID" and field.name.value == "id",
                values=enums.get(type_, ()),
                comment=field.description.value if field.description else None,
            )
        )
    return DeclaredEntity(
        name=node.name.value,
        origin="graphql",
        attributes=tuple(attributes),
        comment=node.description.value if node.description else None,
        span=snippet.span(node.name.loc.start, node.loc.end),
    )


def _relations(node: Any, names: set[str]) -> list[DeclaredRelation]:
    found = []
    for field in node.fields or ():
        type_, required, many = _unwrapped(field.type)
        if type_ in names:
            found.append(
                DeclaredRelation(
                    source=node.name.value,
                    target=type_,
                    cardinality="one_to_many" if many else "many_to_one",
                    label=field.name.value,
                    target_optional=not required,
                )
            )
    return found
