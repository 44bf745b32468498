"""Documents for tests, from text or from tests/data/reading."""

from __future__ import annotations

import hashlib
from pathlib import Path

from database_specialist.agent.model.brief import Brief, DeclaredEntity, Fact
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.raw import RawDocument

DATA = Path(__file__).parents[2] / "data" / "reading"


def document(text: str, path: str = "requirements.md") -> RawDocument:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return RawDocument(path=path, text=text, sha256=digest)


def brief(text: str, path: str = "requirements.md") -> Brief:
    return read_brief([document(text, path)], project="Test")


def sample(name: str) -> Brief:
    return brief((DATA / name).read_text(encoding="utf-8"), name)


def facts(text: str) -> tuple[Fact, ...]:
    return brief(text).facts


def entity(read: Brief, name: str) -> DeclaredEntity:
    return {declared.name: declared for declared in read.declared}[name]
