"""The Brief: what the documents say, as atomic facts with their places."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from database_specialist.agent.model.base import Engine, FactId, Figure, Name, Origin, Part, Scalar, Span

FactKind = Literal[
    "functional",  # something the system does or lets somebody do
    "rule",  # a business rule or an invariant
    "data",  # describes a thing that is stored: its fields, values or relations
    "quantity",  # volume, growth, latency, availability, recovery, retention, ...
    "compliance",  # a law, a standard, a duty of confidentiality
    "technology",  # an engine, a service, a library, a platform
    "role",  # who uses the system
    "glossary",  # a term and its meaning
    "context",  # background that asks for nothing
]
Priority = Literal["must", "should", "could", "wont"]
Scope = Literal["in", "later", "out"]

Metric = Literal[
    "rows",  # stock of a thing: "2 million customers"
    "rows_per_period",  # flow of a thing: "40 million parcels a quarter"
    "growth",  # relative growth, % per year
    "users",
    "concurrent_users",
    "requests_per_second",
    "storage",
    "item_size",
    "latency",
    "availability",
    "rpo",
    "rto",
    "retention",
    "backup_retention",
    "limit",
]


class Document(Part):
    """One input file and how much of it could be read."""

    path: str
    """Relative to the documents' folder, with forward slashes."""
    sha256: str
    format: Literal[
        "markdown", "text", "sql", "mermaid", "dbml", "prisma", "openapi", "json_schema", "graphql", "unknown"
    ]
    role: Literal["requirements", "architecture", "schema", "other"]
    lines: int
    problems: tuple[str, ...] = ()
    """One line each: what could not be read, and why. Empty when all of it was."""


class Fact(Part):
    """One atomic statement of the documents."""

    id: FactId
    kind: FactKind
    text: str
    """The statement itself, without bullets, ids and emphasis marks."""
    span: Span
    section: tuple[str, ...] = ()
    """The headings above it, outermost first."""
    label: str | None = None
    """The id that the documents give it: "FR-P01", "US-3", "BR-12"."""
    title: str | None = None
    """The bold lead, the table's title cell, or the term: "Create Product"."""
    priority: Priority | None = None
    scope: Scope = "in"
    """`later` and `out` are honoured: such facts are kept, and not built."""


class Quantity(Part):
    """A number of the documents (or an assumption in its place), normalised."""

    id: str
    metric: Metric
    subject: str
    """What it is about, as written and singularised: "parcel", "search request", "system"."""
    figure: Figure
    """Normalised: rows, rows/day, users, requests/s, bytes, ms, %, s (rpo, rto), days (retention)."""
    statistic: str | None = None
    """"p95", "p99", "average", "peak", ... where stated."""
    span: Span | None = None


class Technology(Part):
    """A named technology and what the documents use it for."""

    name: str
    """Canonical: "PostgreSQL", "Redis", "Elasticsearch", "Kafka", "AWS RDS"."""
    category: Literal[
        "relational",
        "document_store",
        "key_value",
        "search",
        "queue",
        "object_storage",
        "warehouse",
        "graph_store",
        "time_series",
        "orm",
        "framework",
        "language",
        "platform",
        "other",
    ]
    version: str | None = None
    purpose: str | None = None
    facts: tuple[FactId, ...] = ()


class Stack(Part):
    """The engine to design for, and the technologies around it."""

    engine: Engine
    engine_version: str | None = None
    origin: Origin
    reason: str
    """Quotes the document that names the engine, or says why PostgreSQL was taken."""
    platform: str | None = None
    """Where it runs, when stated: "AWS RDS", "Supabase", "self-managed"."""
    technologies: tuple[Technology, ...] = ()
    facts: tuple[FactId, ...] = ()


class Role(Part):
    """A kind of user or an external system that acts on the data."""

    name: str
    description: str = ""
    facts: tuple[FactId, ...] = ()


class Term(Part):
    """A glossary entry."""

    term: str
    meaning: str
    facts: tuple[FactId, ...] = ()


class Gap(Part):
    """Something a designer needs that the documents do not say."""

    id: str
    question: str
    why_it_matters: str
    assumption: str | None = None
    """Id of the assumption made in its place."""


class Contradiction(Part):
    """Statements that cannot both hold."""

    text: str
    facts: tuple[FactId, ...]
    resolution: str


class Assumption(Part):
    """What was taken for true where the documents are silent."""

    id: str
    text: str
    reason: str
    figure: Figure | None = None


class DeclaredAttribute(Part):
    """A column, field or property found in a machine-readable format."""

    name: Name
    type: str | None = None
    """As written there: "varchar(40)", "String @unique", "integer"."""
    required: bool | None = None
    unique: bool = False
    primary_key: bool = False
    default: Scalar = None
    values: tuple[str, ...] = ()
    """The members, when it is an enumeration."""
    comment: str | None = None
    references: tuple[Name, Name | None] | None = None
    """Entity and attribute that it points at."""


class DeclaredRelation(Part):
    """A relationship found in a machine-readable format."""

    source: Name
    target: Name
    cardinality: Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]
    label: str | None = None
    source_optional: bool = False
    target_optional: bool = False


class DeclaredEntity(Part):
    """A table, model, class or schema found in SQL, Mermaid, DBML, Prisma, OpenAPI, JSON Schema or GraphQL."""

    name: Name
    origin: Literal["sql", "mermaid", "dbml", "prisma", "openapi", "json_schema", "graphql", "sql_fragment", "code"]
    attributes: tuple[DeclaredAttribute, ...] = ()
    unique_sets: tuple[tuple[Name, ...], ...] = ()
    comment: str | None = None
    span: Span
    fact: FactId | None = None
    """The fact that stands for this declaration in the Brief."""


class Brief(Part):
    """Everything the documents say that a designer needs."""

    project: str
    summary: str
    documents: tuple[Document, ...]
    facts: tuple[Fact, ...]
    quantities: tuple[Quantity, ...] = ()
    stack: Stack
    roles: tuple[Role, ...] = ()
    glossary: tuple[Term, ...] = ()
    declared: tuple[DeclaredEntity, ...] = ()
    declared_relations: tuple[DeclaredRelation, ...] = ()
    gaps: tuple[Gap, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def fact(self, fact_id: FactId) -> Fact:
        """Return the fact of this id; KeyError when there is none."""
        return {fact.id: fact for fact in self.facts}[fact_id]

    @property
    def in_scope(self) -> tuple[Fact, ...]:
        """The facts to build now."""
        return tuple(fact for fact in self.facts if fact.scope == "in" and fact.priority != "wont")


class Source(Part):
    """A page that research found. Its text is quoted, never obeyed."""

    id: str
    """S1, S2, ... in the order they are cited."""
    provider: Literal["context7", "perplexity"]
    topic: str = ""
    """The feature that was asked about: "primary keys"."""
    query: str
    title: str
    url: str
    retrieved: str
    """ISO date."""
    excerpt: str = Field(max_length=8000)


class Research(Part):
    """What was asked, what came back, and what was not researched and why."""

    topics: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    not_researched: tuple[str, ...] = ()
    """One line each, with the reason: "Context7: RESEARCH=off"."""
