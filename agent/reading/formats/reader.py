"""Which reader reads what: whole files by their format, fences by their info string and content."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from database_specialist.agent.reading.blocks import Block
from database_specialist.agent.reading.code import read_code, read_json_sample, resource_of
from database_specialist.agent.reading.declarations import Declarations, Snippet
from database_specialist.agent.reading.field_lists import read_field_lists
from database_specialist.agent.reading.formats import dbml, graphql, mermaid, openapi, prisma, sql
from database_specialist.agent.reading.sources import SourceText
from database_specialist.agent.reading.sql_fragments import read_fragments
from database_specialist.agent.reading.statements import section_scope

Reader = Callable[[Snippet], Declarations]

_READERS: dict[str, Reader] = {
    "sql": lambda snippet: sql.read(snippet) + read_fragments(snippet, any_case=True),
    "mermaid": mermaid.read,
    "dbml": dbml.read,
    "prisma": prisma.read,
    "graphql": graphql.read,
    "openapi": partial(openapi.read, origin="openapi"),
    "json_schema": partial(openapi.read, origin="json_schema"),
}
_INFO = {
    "sql": "sql",
    "postgresql": "sql",
    "postgres": "sql",
    "psql": "sql",
    "pgsql": "sql",
    "plpgsql": "sql",
    "mysql": "sql",
    "sqlite": "sql",
    "ddl": "sql",
    "mermaid": "mermaid",
    "dbml": "dbml",
    "prisma": "prisma",
    "graphql": "graphql",
    "gql": "graphql",
}
_CONTENT = (
    ("mermaid", re.compile(r"\A\s*(?:erDiagram|classDiagram|stateDiagram)\b")),
    ("sql", re.compile(r"^\s*CREATE\s+(?:TABLE|TYPE)\b", re.IGNORECASE | re.MULTILINE)),
    ("prisma", re.compile(r"^\s*model\s+\w+\s*\{", re.MULTILINE)),
    ("dbml", re.compile(r"^\s*Table\s+[\w.\"]+[^{\n]{0,80}\{\s*$", re.MULTILINE)),
    ("openapi", re.compile(r"""\A\s*\{?\s*["']?(?:openapi|swagger)["']?\s*:""")),
    ("json_schema", re.compile(r"""["']?\$schema["']?\s*:""")),
)


def read_declarations(source: SourceText) -> Declarations:
    """Return what a document declares, whole or in its fences."""
    if source.format in _READERS:
        return _READERS[source.format](Snippet(source.path, source.text, 1))
    if source.format == "unknown":
        return Declarations(problems=("Format not known: not read.",))
    result = Declarations()
    for index, block in enumerate(source.blocks):
        if section_scope(block.section) != "in":
            continue
        if block.kind == "fence":
            result += _of_fence(source, index, block)
        elif block.kind in ("item", "paragraph"):
            result += read_fragments(Snippet(source.path, block.text, block.line, block.section))
    return result + Declarations(tuple(read_field_lists(source.path, source.blocks)))


def _of_fence(source: SourceText, index: int, block: Block) -> Declarations:
    snippet = Snippet(source.path, block.text, block.line + 1, block.section)
    info = block.info.split()[0].lower().strip("{}.") if block.info.strip() else ""
    form = _INFO.get(info) or next((name for name, expression in _CONTENT if expression.search(block.text[:5000])), "")
    if form:
        return _READERS[form](snippet)
    if block.text.lstrip()[:1] in ("{", "[") and info in ("json", "jsonc", "json5", "", "http"):
        resource = _resource_above(source, index)
        return read_json_sample(snippet, resource) if resource else Declarations()
    if info in (
        "bash",
        "sh",
        "shell",
        "console",
        "css",
        "env",
        "promql",
        "yaml",
        "yml",
        "toml",
        "ini",
        "dockerfile",
        "nginx",
        "diff",
        "html",
    ):
        return Declarations()
    return read_fragments(snippet) + read_code(snippet)


def _resource_above(source: SourceText, index: int) -> str | None:
    """Return the resource of the route that stands shortly above a JSON sample."""
    block = source.blocks[index]
    for above in reversed(source.blocks[max(0, index - 4) : index]):
        found = resource_of(above.text)
        if found:
            return found
        if above.kind == "heading" and above.depth < 4:
            break
    return next((found for title in reversed(block.section) if (found := resource_of(title))), None)
