"""What a document declares in a machine's notation, whole files, fences and fragments alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from database_specialist.agent.model.base import Span
from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity, DeclaredRelation
from database_specialist.agent.reading.statements import Statement


@dataclass(frozen=True)
class Declarations:
    """Entities and relations with their places, statements that were found on the way, and what could not be read."""

    entities: tuple[DeclaredEntity, ...] = ()
    relations: tuple[DeclaredRelation, ...] = ()
    statements: tuple[Statement, ...] = ()
    problems: tuple[str, ...] = ()

    def __add__(self, other: Declarations) -> Declarations:
        return Declarations(
            self.entities + other.entities,
            self.relations + other.relations,
            self.statements + other.statements,
            self.problems + other.problems,
        )


@dataclass(frozen=True)
class Snippet:
    """A piece of a file in one notation."""

    file: str
    text: str
    first_line: int
    """The line of the file on which the text begins."""
    section: tuple[str, ...] = ()

    def span(self, start: int, end: int) -> Span:
        """Return the span of the characters from `start` to `end`."""
        first = self.first_line + self.text.count("\n", 0, start)
        last = first + self.text.count("\n", start, max(start, end))
        return Span(file=self.file, line=first, end_line=max(first, last))

    def problem(self, what: str, offset: int = 0) -> str:
        """Return a problem line that names the place."""
        return f"Line {self.first_line + self.text.count(chr(10), 0, offset)}: {' '.join(what.split())[:300]}"


@dataclass
class EntityDraft:
    """An entity that is still being put together."""

    name: str
    span: Span
    attributes: dict[str, DeclaredAttribute] = field(default_factory=dict)
    section: tuple[str, ...] = ()

    def add(self, attribute: DeclaredAttribute) -> None:
        """Add an attribute, or what is new about one that is known."""
        known = self.attributes.get(attribute.name)
        if known is None:
            self.attributes[attribute.name] = attribute
            return
        new = {
            "type": known.type or attribute.type,
            "references": known.references or attribute.references,
            "comment": _joined(known.comment, attribute.comment),
        }
        self.attributes[attribute.name] = known.model_copy(update=new)


def _joined(first: str | None, second: str | None) -> str | None:
    if not first or not second or second in first:
        return first or second
    return f"{first}; {second}"


def statement_of(entity: DeclaredEntity, section: tuple[str, ...]) -> Statement:
    """Return the statement that stands for a declaration among the facts."""
    names = ", ".join(attribute.name for attribute in entity.attributes[:40])
    how = {"sql_fragment": "SQL of the document uses", "code": "Code of the document holds"}.get(
        entity.origin, "Declares"
    )
    text = f"{how} {entity.name} ({names})" if names else f"{how} {entity.name}"
    return Statement(text, entity.span.line, entity.span.end_line, section, "declared", title=entity.name)


def merged(entities: Iterable[DeclaredEntity]) -> tuple[DeclaredEntity, ...]:
    """Return the entities with those of one name and origin made one, in order of their first appearance."""
    kept: dict[tuple[str, str], DeclaredEntity] = {}
    for entity in entities:
        key = (entity.name.lower(), entity.origin)
        first = kept.get(key)
        if first is None:
            kept[key] = entity
            continue
        draft = EntityDraft(first.name, first.span, {attribute.name: attribute for attribute in first.attributes})
        for attribute in entity.attributes:
            draft.add(attribute)
        sets = tuple(dict.fromkeys(first.unique_sets + entity.unique_sets))
        kept[key] = first.model_copy(update={"attributes": tuple(draft.attributes.values()), "unique_sets": sets})
    return tuple(kept.values())


def shifted(statement: Statement, line: int) -> Statement:
    """Return the statement moved to a line."""
    return replace(statement, line=line, end_line=line)
