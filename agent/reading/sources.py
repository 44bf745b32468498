"""Documents with their format, role, blocks and statements: what all later reading works on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from database_specialist.agent.reading.blocks import Block, read_blocks
from database_specialist.agent.reading.outline import outlined
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.reading.statements import Statement, read_statements
from database_specialist.agent.reading.text import clean
from database_specialist.agent.reading.vocabulary import pattern, words

Format = Literal["markdown", "text", "sql", "mermaid", "dbml", "prisma", "openapi", "json_schema", "graphql", "unknown"]
Role = Literal["requirements", "architecture", "schema", "other"]

_ORDER: dict[Role, int] = {"requirements": 0, "architecture": 1, "schema": 2, "other": 3}
_SUFFIXES: dict[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".txt": "text",
    ".text": "text",
    ".rst": "text",
    ".adoc": "text",
    "": "text",
    ".sql": "sql",
    ".ddl": "sql",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dbml": "dbml",
    ".prisma": "prisma",
    ".graphql": "graphql",
    ".graphqls": "graphql",
    ".gql": "graphql",
}
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\ud7ff]")
_FENCE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1|https?://\S+|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_ENGLISH = re.compile(r"\b(?:the|and|of|to|is|for|with|can|must|shall|a|in)\b", re.IGNORECASE)


@dataclass(frozen=True)
class SourceText:
    """One document, cleaned and taken apart."""

    path: str
    sha256: str
    format: Format
    role: Role
    text: str
    lines: int
    problems: tuple[str, ...]

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of a prose document; none for a machine format."""
        if self.format not in ("markdown", "text"):
            return ()
        return read_blocks(outlined(self.text, plain=self.format == "text"))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of a prose document, in order."""
        return tuple(read_statements(self.blocks))


def read_sources(documents: Sequence[RawDocument]) -> tuple[SourceText, ...]:
    """Return the documents in reading order: requirements, architecture, schemas, others; by path within each."""
    sources = [_source(document) for document in documents]
    return tuple(sorted(sources, key=lambda source: (_ORDER[source.role], source.path)))


def _source(document: RawDocument) -> SourceText:
    cleaned = clean(document.text)
    form = detect_format(document.path, cleaned.text)
    problems = document.problems + cleaned.problems
    if not cleaned.text.strip():
        problems += ("The document is empty.",)
    elif form in ("markdown", "text"):
        problems += _language_note(_FENCE.sub("", cleaned.text))
    role = _role(document.path, cleaned.text, form)
    return SourceText(document.path, document.sha256, form, role, cleaned.text, cleaned.lines, problems)


def detect_format(path: str, text: str) -> Format:
    """Return the format that the suffix gives, or for YAML and JSON the content."""
    suffix = PurePosixPath(path.lower()).suffix
    if suffix in (".json", ".yaml", ".yml"):
        head = text[:4000]
        if re.search(r"""^\s*["']?(?:openapi|swagger)["']?\s*:""", head, re.MULTILINE):
            return "openapi"
        if re.search(
            r"""["']?\$schema["']?\s*:|^\s*["']?(?:\$defs|definitions|properties)["']?\s*:""", head, re.MULTILINE
        ):
            return "json_schema"
        return "unknown"
    return _SUFFIXES.get(suffix, "unknown")


def _language_note(text: str) -> tuple[str, ...]:
    sample = text[:20_000]
    other = len(_OTHER_SCRIPT.findall(sample))
    latin = len(_LATIN.findall(sample))
    words_seen = len(re.findall(r"\w+", sample))
    foreign = other > latin or (words_seen > 80 and len(_ENGLISH.findall(sample)) < 0.03 * words_seen)
    if not foreign:
        return ()
    return (
        "Not written in English: read by its structure (headings, lists, tables, code); the wording is not understood.",
    )


def _role(path: str, text: str, form: Format) -> Role:
    if form not in ("markdown", "text", "unknown"):
        return "schema"
    name = PurePosixPath(path.lower()).name
    for key, role in (
        ("requirements", "requirements"),
        ("architecture", "architecture"),
        ("requirements_hint", "requirements"),
        ("architecture_hint", "architecture"),
    ):
        if any(word in name for word in words("documents", key)):
            return "requirements" if role == "requirements" else "architecture"
    return _role_by_content(text) if form != "unknown" else "other"


def _role_by_content(text: str) -> Role:
    headings = [line for line in text.split("\n")[:2000] if line.startswith("#")]
    asks = sum(bool(pattern("documents", "requirements_headings").search(line)) for line in headings)
    builds = sum(bool(pattern("documents", "architecture_headings").search(line)) for line in headings)
    if asks or builds:
        return "requirements" if asks >= builds else "architecture"
    stated = re.search(
        r"\b(?:shall|must|should|want|need|can|design|create|build|manage|management)\b", text, re.IGNORECASE
    )
    return "requirements" if stated else "other"
