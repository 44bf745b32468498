"""What a rule is: a function over parts of the design, with a code, a severity and the node that can mend it.

    @rule("KEY001", "error", "Table without primary key", owner="plan_schema")
    def table_without_primary_key(schema: Schema) -> Iterator[Objection]: ...

The parameters say which parts the rule needs, by the names of `Subject`'s fields; a parameter with a default is
a part that the rule can do without, and `subject` is the whole.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Literal, Protocol

from database_specialist.agent.model.evidence import Finding, Stage
from database_specialist.agent.rules.subject import Subject

Severity = Literal["error", "warning", "info"]

_PARTS = frozenset(field.name for field in fields(Subject)) | {"subject"}


@dataclass(frozen=True)
class Objection:
    """What a rule has to say about one place. The rule adds its code, and its severity and owner unless given."""

    place: str
    message: str
    help: str
    severity: Severity | None = None
    owner: Stage | None = None


class Check(Protocol):
    """The function of a rule: keyword parameters named after the parts of a `Subject`."""

    __name__: str
    __doc__: str | None

    def __call__(self, **parts: object) -> Iterator[Objection]:
        """Yield one objection for each fault, in the order of the design."""


@dataclass(frozen=True)
class Rule:
    """One rule of the critic. Calling it gives its findings on a subject."""

    code: str
    severity: Severity
    title: str
    owner: Stage
    needs: tuple[str, ...]
    wants: tuple[str, ...]
    check: Check

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Yield the findings; none when a part that the rule needs is absent."""
        named = (*self.needs, *self.wants)
        parts = {name: subject if name == "subject" else getattr(subject, name) for name in named}
        if any(parts[name] is None for name in self.needs):
            return
        for objection in self.check(**parts):
            yield Finding(
                code=self.code,
                severity=objection.severity or self.severity,
                place=objection.place,
                message=objection.message,
                help=objection.help,
                owner=objection.owner or self.owner,
            )


def rule(
    code: str, severity: Severity, title: str, *, owner: Stage
) -> Callable[[Callable[..., Iterator[Objection]]], Rule]:
    """Make a `Rule` of the function below. TypeError when a parameter names no part, ValueError on a bad code."""
    if not re.fullmatch(r"[A-Z]{3}\d{3}|[A-Z]{2}\d{3}", code):
        raise ValueError(f"{code!r} is no rule code: two or three capitals and three digits")

    def decorate(check: Callable[..., Iterator[Objection]]) -> Rule:
        parameters = inspect.signature(check).parameters
        unknown = [name for name in parameters if name not in _PARTS]
        if unknown or not parameters:
            raise TypeError(f"{code}: {unknown or 'no parameter'} is no part of a Subject")
        needs = tuple(name for name, parameter in parameters.items() if parameter.default is parameter.empty)
        wants = tuple(name for name in parameters if name not in needs)
        return Rule(code, severity, title, owner, needs, wants, check)

    return decorate
