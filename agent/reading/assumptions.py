"""What the documents leave open, what is assumed in its place, and what they say twice, differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.brief import (
    Assumption,
    Contradiction,
    Fact,
    Gap,
    Metric,
    Quantity,
    Stack,
)
from database_specialist.agent.reading.stack import Sighting, rival_primaries, unsupported_primary
from database_specialist.agent.reading.vocabulary import load


@dataclass(frozen=True)
class Open:
    """What is left open, and what was assumed in its place."""

    gaps: tuple[Gap, ...]
    assumptions: tuple[Assumption, ...]
    quantities: tuple[Quantity, ...]


def assume(quantities: Sequence[Quantity], stack: Stack, found: Sequence[Sighting]) -> Open:
    """Return a gap and a marked assumption for every figure that later parts need and no document gives."""
    gaps: list[Gap] = []
    assumptions: list[Assumption] = []
    added: list[Quantity] = []
    for entry in load("defaults.toml")["default"]:
        metric: Metric = entry["metric"]
        if any(quantity.metric in entry["satisfied_by"] for quantity in quantities):
            continue
        number = len(assumptions) + 1
        figure = Figure(value=float(entry["value"]), unit=entry["unit"], origin="assumed", basis=entry["reason"])
        assumptions.append(Assumption(id=f"A{number}", text=entry["text"], reason=entry["reason"], figure=figure))
        gaps.append(
            Gap(id=f"G{number}", question=entry["question"], why_it_matters=entry["why"], assumption=f"A{number}")
        )
        quantity_id = f"N{len(quantities) + len(added) + 1}"
        added.append(Quantity(id=quantity_id, metric=metric, subject=entry["subject"], figure=figure))
    gaps.extend(_engine_gap(stack, found, len(gaps) + 1))
    return Open(tuple(gaps), tuple(assumptions), tuple(added))


def _engine_gap(stack: Stack, found: Sequence[Sighting], number: int) -> Iterator[Gap]:
    if stack.origin != "assumed":
        return
    other = unsupported_primary(found)
    if other is None:
        question = "Which database engine and version will run this?"
        why = "Types, constraints and operations are printed for one engine; PostgreSQL was taken."
    else:
        question = f"May {other.known.name} ({other.place}) be replaced by PostgreSQL?"
        why = f"A relational design cannot be printed for {other.known.name} and proven on it here."
    yield Gap(id=f"G{number}", question=question, why_it_matters=why)


def contradictions(
    quantities: Sequence[Quantity], facts: Sequence[Fact], found: Sequence[Sighting]
) -> tuple[Contradiction, ...]:
    """Return the statements that cannot both hold: one figure with two values, two engines each the chosen one."""
    result = list(_of_figures(quantities, {fact.id: fact for fact in facts}))
    rivals = rival_primaries(found)
    if rivals is not None:
        first, second = rivals
        named = tuple(sighting.fact for sighting in rivals if sighting.fact)
        result.append(
            Contradiction(
                text=f"{first.place} chooses {first.known.name} and {second.place} chooses {second.known.name}.",
                facts=named,
                resolution="The engine that is named more often and more clearly is taken; see the stack's reason.",
            )
        )
    return tuple(result)


_COMPARABLE: tuple[Metric, ...] = (
    "rows",
    "rows_per_period",
    "growth",
    "users",
    "concurrent_users",
    "latency",
    "availability",
    "rpo",
    "rto",
    "retention",
    "backup_retention",
)


def _is_close(first: float, second: float) -> bool:
    """Whether two figures differ by no more than rounding: 900 a day and 330,000 a year."""
    return abs(first - second) <= 0.05 * max(abs(first), abs(second))


def _of_figures(quantities: Sequence[Quantity], facts: dict[str, Fact]) -> Iterator[Contradiction]:
    first_of: dict[tuple[str, str, str | None], Quantity] = {}
    for quantity in quantities:
        if quantity.metric not in _COMPARABLE or quantity.figure.origin != "given":
            continue
        key = (quantity.metric, quantity.subject, quantity.statistic)
        first = first_of.setdefault(key, quantity)
        if _is_close(first.figure.value, quantity.figure.value) or first.figure.facts == quantity.figure.facts:
            continue
        yield Contradiction(
            text=(
                f"{quantity.metric.replace('_', ' ')} of {quantity.subject}: {first.figure.value:,.10g}"
                f" {first.figure.unit} "
                f"({first.span}) and {quantity.figure.value:,.10g} {quantity.figure.unit} ({quantity.span})."
            ),
            facts=(first.figure.facts[0], quantity.figure.facts[0]),
            resolution=f"The first is used: {facts[first.figure.facts[0]].span} is read before the other.",
        )
