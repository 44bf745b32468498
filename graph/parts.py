"""The parts of the design as they stand in the state: small enough to be saved at each step, and to be read.

What has its default is left out. Each part has a share of the state. One that takes more, and more than the parts that
are still to come leave free, has its largest fields in files of their own (see `graph.references`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from langgraph.runtime import Runtime
from pydantic import ValidationError

from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.config import Context
from database_specialist.agent.designer.schema_listing import listing
from database_specialist.agent.errors import StateError
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.change import Change, Existing
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog, Verdict
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.rules.subject import Subject
from database_specialist.graph.references import fitted, size, whole
from database_specialist.graph.services import services
from database_specialist.graph.state import State, Update
from database_specialist.tools.values import ValueFolder

KIB = 1024
STATE_BYTES = 256 * KIB
"""What a state may take as JSON in UTF-8."""

SHARES = {
    "existing": 2 * KIB,
    "research": 6 * KIB,
    "brief": 44 * KIB,
    "entity_model": 62 * KIB,
    "relational_schema": 12 * KIB,
    "schema_review": 8 * KIB,
    "workload": 57 * KIB,
    "indexes": 20 * KIB,
    "operations": 22 * KIB,
    "change": 5 * KIB,
    "evidence": 6 * KIB,
    "verdict": 4 * KIB,
}
"""Bytes of each part. The largest shares are of what a person reads and edits, the smallest of what is derived."""

_ONLY_OF_A_CHANGE = frozenset(("existing", "change"))
"""They do not come to a run whose database is new: it keeps nothing free for them."""

_SPARE = 8 * KIB
"""Bytes that are left to what is no part of the design and is still to come."""

_P = TypeVar("_P", bound=Part)


class Parts:
    """The parts of the design in a state: loaded when they are asked for, and made ready to be put into it."""

    def __init__(self, state: State, runtime: Runtime[Context]) -> None:
        self._state = cast(Mapping[str, Any], state)
        self._runtime = runtime

    @cached_property
    def existing(self) -> Existing | None:
        """The schema that is there already; None where the database is new."""
        return self._load(Existing, "existing") if self.has("existing") else None

    @cached_property
    def research(self) -> Research:
        """What research found."""
        return self._load(Research, "research")

    @cached_property
    def brief(self) -> Brief:
        """The documents, as facts."""
        return self._load(Brief, "brief")

    @cached_property
    def entity_model(self) -> EntityModel:
        """What the facts are about."""
        return self._load(EntityModel, "entity_model")

    @cached_property
    def schema(self) -> Schema:
        """The tables."""
        return self._load(Schema, "relational_schema")

    @cached_property
    def schema_review(self) -> SchemaReview:
        """What deriving the tables could not know."""
        return self._load(SchemaReview, "schema_review")

    @cached_property
    def workload(self) -> Workload:
        """The queries."""
        return self._load(Workload, "workload")

    @cached_property
    def indexes(self) -> Indexes:
        """The indexes, and those that were considered and rejected."""
        return self._load(Indexes, "indexes")

    @cached_property
    def operations(self) -> Operations:
        """Everything about running the database."""
        return self._load(Operations, "operations")

    @cached_property
    def change(self) -> Change | None:
        """The way from the existing schema; None where there is none."""
        return self._load(Change, "change") if self.has("change") else None

    @cached_property
    def evidence(self) -> EvidenceLog:
        """What the proofs of this round came to."""
        return self._load(EvidenceLog, "evidence")

    @cached_property
    def verdict(self) -> Verdict:
        """The critic's last word."""
        return self._load(Verdict, "verdict")

    @property
    def subject(self) -> Subject:
        """The design as it stands, without the proofs: they are made while it is criticised."""
        return Subject(
            brief=self.brief,
            entity_model=self.entity_model,
            schema=self.schema,
            workload=self.workload,
            indexes=self.indexes,
            operations=self.operations,
        )

    def whole(self, value: Any) -> Any:
        """Return a value of the state, or of a person who took it from there, with what its references stand for.

        Raises:
            StateError: what one stands for is lost.
        """
        return whole(value, lambda: self._values)

    def has(self, key: str) -> bool:
        """Say whether the state has the part."""
        return bool(self._state.get(key))

    def kept(self, **parts: Part) -> Update:
        """Return parts by their keys in the state, each within its share; a schema also as a listing to read."""
        update: dict[str, Any] = {}
        for key, part in parts.items():
            if isinstance(part, Schema):
                update["tables"] = listing(part).splitlines()
            room = _left({**self._state, **update, key: None}, besides=key)
            update[key] = fitted(_dumped(part), max(SHARES[key], room), lambda: self._values)
        return cast(Update, update)

    def with_room(self, update: Update) -> Update:
        """Return an update after which the state is still small: the parts that it shares the state with make room.

        For nodes that run alone in their step.
        """
        state = {**self._state, **update}
        made = dict(update)
        # The result holds the schema itself.
        for key in sorted(SHARES, key=lambda key: (key != "relational_schema", -size(state.get(key)))):
            free = _free(state)
            if free >= 0:
                break
            if state.get(key):
                made[key] = state[key] = fitted(state[key], size(state[key]) + free, lambda: self._values)
        return cast(Update, made)

    @cached_property
    def _values(self) -> ValueFolder:
        return services(self._runtime).values(Path(self._state["folder"]))

    def _load(self, kind: type[_P], key: str) -> _P:
        value = self.whole(self._state.get(key))
        if value is None:
            raise StateError(f"{key} is not in the state: the node that fills it has not run; go on from before it")
        try:
            return kind.load(value)
        except ValidationError as error:
            raise StateError(f"{key}: {said_first(error)}; put it right in the state, and go on") from error


def said_first(error: ValidationError) -> str:
    """Return the first of the faults in a line: where, and what."""
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(str(step) for step in first['loc']) or 'the whole'}: {first['msg']}"


def _left(state: Mapping[str, Any], besides: str) -> int:
    """Return the bytes that are free when each other part that is still to come has its share."""
    absent = {besides} if state.get("existing") else {besides, *_ONLY_OF_A_CHANGE}
    to_come = (share for key, share in SHARES.items() if key not in absent and not state.get(key))
    return _free(state) - sum(to_come)


def _free(state: Mapping[str, Any]) -> int:
    return STATE_BYTES - _SPARE - size(state)


def _dumped(part: Part) -> Any:
    return part.model_dump(mode="json", exclude_defaults=True)
