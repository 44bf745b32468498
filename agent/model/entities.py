"""The EntityModel: the conceptual design, blind to tables."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from database_specialist.agent.model.base import FactId, Figure, Name, Part, Scalar

LogicalType = Literal[
    "short_text",
    "text",
    "long_text",
    "code",
    "slug",
    "email",
    "phone",
    "url",
    "file_ref",
    "integer",
    "big_integer",
    "decimal",
    "money",
    "percentage",
    "boolean",
    "date",
    "time",
    "timestamp",
    "duration",
    "date_range",
    "timestamp_range",
    "enum",
    "json",
    "text_list",
    "binary",
    "uuid",
    "secret_hash",
    "ip_address",
    "currency",
    "country",
    "language",
    "geo_point",
    "vector",
]
"""What a value means. `agent.mapping` knows the column type of each on each engine."""

Sensitivity = Literal["public", "internal", "confidential", "restricted"]

EntityKind = Literal[
    "core",  # a thing the documents name
    "reference",  # a list of allowed values with attributes of its own
    "line_item",  # a numbered part of an owner: order line, invoice line
    "association",  # a many-to-many link with attributes of its own
    "weak",  # exists only inside its owner, identified within it
    "history",  # the states that an entity went through
    "audit",  # who did what when
    "event",  # append-only facts: readings, clicks, movements
    "token",  # sessions, reset and access tokens, invitations
    "outbox",  # messages to be sent
]


class Attribute(Part):
    """One property of an entity."""

    name: Name
    meaning: str
    type: LogicalType
    required: bool = True
    unique: bool = False
    """Unique on its own over the whole entity (within the tenant, when the entity is tenant-scoped)."""
    default: Scalar = None
    """A literal of the logical type, or "now", "today", "new_uuid"."""
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    length: int | None = None
    """Most characters of a text, all digits of a decimal, money or percentage, dimensions of a vector."""
    scale: int | None = None
    """Digits after the point, for decimal and money."""
    values: tuple[str, ...] = ()
    """The members of an enum, in order."""
    pattern: str | None = None
    """A regular expression (POSIX subset) that a text value must match."""
    generated: str | None = None
    """An expression over attributes of the same entity; the value is computed, never written."""
    immutable: bool = False
    sensitivity: Sensitivity = "internal"
    personal: bool = False
    """Says something about a natural person."""
    facts: tuple[FactId, ...] = ()
    added_because: str | None = None
    """Set exactly when `facts` is empty."""


class Transition(Part):
    """An allowed change of state."""

    source: str
    target: str


class Lifecycle(Part):
    """The states of an entity, held in one of its enum attributes."""

    attribute: Name
    initial: str
    transitions: tuple[Transition, ...] = ()
    facts: tuple[FactId, ...] = ()


class FunctionalDependency(Part):
    """`determinant` fixes `dependents`: the ground of the normal-form check."""

    determinant: tuple[Name, ...]
    dependents: tuple[Name, ...]
    facts: tuple[FactId, ...] = ()


class Entity(Part):
    """A thing the system keeps data about."""

    name: Name
    """Singular, snake_case: "purchase_order"."""
    plural: Name
    """The table's name will be this."""
    description: str
    kind: EntityKind = "core"
    attributes: tuple[Attribute, ...] = ()
    unique_sets: tuple[tuple[Name, ...], ...] = ()
    """Natural keys of several attributes; a relationship's role may stand for its foreign key."""
    supertype: Name | None = None
    """The entity that this one specialises."""
    tenant_scoped: bool = False
    soft_delete: bool = False
    append_only: bool = False
    lifecycle: Lifecycle | None = None
    dependencies: tuple[FunctionalDependency, ...] = ()
    rows: Figure | None = None
    """Rows at launch, where known or assumed."""
    rows_per_day: Figure | None = None
    retention_days: Figure | None = None
    facts: tuple[FactId, ...] = ()
    added_because: str | None = None

    def attribute(self, name: Name) -> Attribute | None:
        """Return the attribute of this name, or None."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


class Relationship(Part):
    """`source` refers to `target`; for one-to-many the source is the many side and will hold the key."""

    source: Name
    target: Name
    role: Name
    """What the target is to the source, snake_case: "customer", "billing_address", "manager"."""
    meaning: str = ""
    """What the reference says, where the role alone does not."""
    cardinality: Literal["many_to_one", "one_to_one", "many_to_many"] = "many_to_one"
    required: bool = True
    """Whether every source has a target."""
    ownership: Literal["owned", "referenced", "independent"] = "referenced"
    """`owned`: the source dies with the target (cascade). `referenced`: the target cannot go while it is
    referred to (restrict). `independent`: the source outlives it (set null)."""
    inverse: str = ""
    """What the sources are to the target: "orders"."""
    min_sources: int = 0
    """Fewest sources that a target must have, where stated."""
    max_sources: int | None = None
    facts: tuple[FactId, ...] = ()
    added_because: str | None = None


class BusinessRule(Part):
    """Something that must always hold."""

    id: str
    """BR1, BR2, ..."""
    name: Name
    """snake_case; becomes part of the constraint's name."""
    text: str
    kind: Literal[
        "check",  # a condition on one row
        "unique",  # at most one row with these attributes (under a condition)
        "no_overlap",  # ranges of rows with equal attributes never overlap
        "transition",  # states change only along the lifecycle
        "cross_row",  # a condition over several rows or entities: a function and a trigger
        "application",  # cannot or should not be enforced by the database; `why` says so
    ]
    entity: Name
    attributes: tuple[Name, ...] = ()
    """`unique`: the attributes (or relationship roles). `no_overlap`: equality attributes or roles first, then the
    range (one range attribute), or its two bounds (two timestamp or date attributes)."""
    condition: str | None = None
    """`check`: an SQL boolean expression over attribute names. `unique` and `no_overlap`: the rows it applies to."""
    sql: str | None = None
    """`cross_row` only: CREATE statements (functions, triggers) over the mapped names, for the chosen engine."""
    why: str = ""
    facts: tuple[FactId, ...] = ()
    added_because: str | None = None


class ExampleRow(Part):
    """One row of an example. Attributes not given are filled with valid values, and owners created as needed."""

    entity: Name
    label: str
    """Names the row inside the example, so that others can refer to it."""
    values: dict[str, Scalar | list[Scalar]]
    """Attribute -> value. A relationship's role -> "@label" of an earlier row, or None."""


BY_CODE = "EC"
"""What the ids of examples begin with that code wrote for what a designer's elements say by themselves."""


class Example(Part):
    """Data that the database must take, or must refuse: the test of the design, written before the tables."""

    id: str
    """EX1, EX2, ...; EC1, EC2, ... where code wrote it."""
    text: str
    rows: tuple[ExampleRow, ...]
    """Inserted in order. For `reject` the last one (or the update) is the one to be refused."""
    update: ExampleRow | None = None
    """A change of the row with this label, after the inserts."""
    delete: str | None = None
    """The label of a row to delete, after the inserts."""
    expect: Literal["accept", "reject"]
    violates: str | None = None
    """For `reject`, what must refuse it: a rule's id ("BR3"), or one of
    "entity.attribute:required|unique|range|enum|length|pattern", "entity.role:reference|required|restrict",
    "entity:unique(a,b)"."""
    facts: tuple[FactId, ...] = ()
    added_because: str | None = None

    @property
    def is_by_code(self) -> bool:
        """Whether code wrote it, and not the designer."""
        return self.id.startswith(BY_CODE)


PERIOD_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
"""Days of each period in which a volume may be said."""


class Volume(Part):
    """How many there are, as the designer says it; the figures of the entity are reckoned from it.

    Either `rows` and `flow`, of which one may be missing, or `each` and `per`.
    """

    subject: str
    """An entity, or "source.role" of a many-to-many relationship: of its links."""
    rows: float | None = Field(default=None, ge=0)
    """At launch."""
    flow: float | None = Field(default=None, ge=0)
    """New ones in a period."""
    period: Literal["day", "week", "month", "quarter", "year"] = "day"
    each: float | None = Field(default=None, ge=0)
    """How many for one row of `per`."""
    per: Name | None = None
    """The entity whose number and flow this one follows."""
    meaning: str = ""
    facts: tuple[FactId, ...] = ()

    @property
    def per_day(self) -> float | None:
        """New ones a day."""
        return None if self.flow is None else self.flow / PERIOD_DAYS[self.period]


class Unplaced(Part):
    """A fact or a phrase that found no place in the model, and why."""

    text: str
    reason: str
    facts: tuple[FactId, ...] = ()


class EntityModel(Part):
    """The conceptual design."""

    entities: tuple[Entity, ...]
    relationships: tuple[Relationship, ...] = ()
    rules: tuple[BusinessRule, ...] = ()
    examples: tuple[Example, ...] = ()
    tenant: Name | None = None
    """The entity that is the tenant, when the system has several."""
    unplaced: tuple[Unplaced, ...] = ()
    volumes: tuple[Volume, ...] = ()
    """What the designer says of numbers that no document gives; the rules designer estimates them itself."""

    def entity(self, name: Name) -> Entity | None:
        """Return the entity of this name, or None."""
        return next((entity for entity in self.entities if entity.name == name), None)
