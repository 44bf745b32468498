"""Choosing indexes by what they save: the most cost for each megabyte first, then moves that mend early mistakes.

    nothing --add by gain per byte--> full --drop, swap, refill--> nothing better --drop test--> chosen

The search knows nothing of a database: it asks a `Costs` what a query costs with a set of indexes, and of each option
its size and what it costs to keep. Equal gains are decided by name, so that the same costs give the same choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

_LEAST_GAIN = 0.003
"""A move that saves less than this share of the workload is not made: statistics alone move a cost by more."""
_LEAST_WORTH = 0.005
"""An index whose absence costs less than this share of the workload has not earned its place."""
_ROUNDS = 6
_LOOKED_AT = 40
"""Options that are looked at for the place of an index that is taken out: the best when nothing is built."""
_SWAPPED_IN = 8
"""Of these, the ones that are put there, and the rest filled up."""
_QUESTIONS = 20_000
"""Costs that are asked for before the search ends with what it has: about a minute's work of a planner."""


@dataclass(frozen=True)
class Option:
    """An index that could be built."""

    name: str
    table: str
    columns: tuple[str, ...]
    """Key columns in order; included columns do not count."""
    size: float
    """In bytes, at the volume that is planned for."""
    upkeep: float = 0.0
    """What keeping it costs in a day, in the unit of the queries' costs."""
    queries: frozenset[str] = frozenset()
    """The queries whose plan could use it."""


class Costs(Protocol):
    """What queries cost, as the planner sees it."""

    def cost(self, query: str, indexes: frozenset[str]) -> float:
        """Return the cost of one execution when, of all options, exactly these are built."""


@dataclass(frozen=True)
class Rejected:
    """An option that was weighed and not taken."""

    name: str
    saves: float
    """Share of the workload's cost that it would save beside those chosen."""
    size: float


@dataclass(frozen=True)
class Found:
    """The indexes chosen."""

    chosen: tuple[str, ...]
    size: float
    saves: float
    """Share of the workload's cost that they save together, upkeep included."""
    worth: Mapping[str, float]
    """Share of the workload's cost that is lost when one of them alone is missing."""
    rejected: tuple[Rejected, ...]


def search(options: Sequence[Option], weights: Mapping[str, float], costs: Costs, *, budget: float) -> Found:
    """Choose options that together fit into `budget` bytes; `weights` says how often each query runs."""
    ledger = _Ledger({option.name: option for option in options}, dict(weights), costs)
    chosen = _moved(_filled(frozenset(), ledger, budget), ledger, budget)
    kept = _earning(chosen, ledger)
    # What the drop test gave back may be room for something better.
    again = _earning(_moved(_filled(kept, ledger, budget), ledger, budget), ledger)
    best = min((kept, again), key=lambda chosen: (ledger.total(chosen), ledger.size(chosen), sorted(chosen)))
    return _found(best, ledger)


def saving(chosen: Iterable[str], options: Sequence[Option], weights: Mapping[str, float], costs: Costs) -> float:
    """Return the share of the workload's cost that a choice saves, upkeep included."""
    ledger = _Ledger({option.name: option for option in options}, dict(weights), costs)
    return (ledger.base - ledger.total(frozenset(chosen))) / max(ledger.base, 1e-9)


@dataclass
class _Ledger:
    """Costs of sets of options; each query is asked once for each set that matters to it."""

    options: Mapping[str, Option]
    weights: Mapping[str, float]
    costs: Costs
    _known: dict[tuple[str, frozenset[str]], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._useful = {
            query: frozenset(option.name for option in self.options.values() if query in option.queries)
            for query in self.weights
        }
        self.base = self.total(frozenset())

    @cached_property
    def alone(self) -> Mapping[str, float]:
        """What each option saves when nothing else is built."""
        return {name: self.gain(name, frozenset()) for name in sorted(self.options)}

    @property
    def is_spent(self) -> bool:
        """Whether enough has been asked."""
        return len(self._known) >= _QUESTIONS

    def total(self, chosen: frozenset[str]) -> float:
        """Return the cost of a day: the queries by their weights, and the upkeep."""
        queries = sum(weight * self.query(query, chosen) for query, weight in self.weights.items())
        return queries + sum(self.options[name].upkeep for name in chosen)

    def query(self, query: str, chosen: frozenset[str]) -> float:
        """Return the cost of one execution of a query."""
        key = (query, chosen & self._useful[query])
        if key not in self._known:
            self._known[key] = self.costs.cost(*key)
        return self._known[key]

    def gain(self, name: str, chosen: frozenset[str]) -> float:
        """Return what one more option saves."""
        option, more = self.options[name], chosen | {name}
        saved = (
            self.weights[query] * (self.query(query, chosen) - self.query(query, more))
            for query in sorted(option.queries & self.weights.keys())
        )
        return sum(saved) - option.upkeep

    def size(self, chosen: Iterable[str]) -> float:
        """Return the bytes of a set."""
        return sum(self.options[name].size for name in sorted(chosen))

    def ratio(self, name: str, gain: float) -> float:
        """Return the gain for each byte."""
        return gain / max(self.options[name].size, 1.0)


def _filled(
    chosen: frozenset[str], ledger: _Ledger, budget: float, banned: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Add the option with the best gain per byte until none fits or saves enough.

    An option's gain mostly shrinks as others are added, so the old gains are an order in which to look: the first
    whose new gain still leads is taken without looking at the rest.
    """
    least = _LEAST_GAIN * ledger.base
    queue = {name: ledger.alone[name] for name in sorted(ledger.options.keys() - chosen - banned)}
    while True:
        room = budget - ledger.size(chosen)
        ranked = sorted(
            (-ledger.ratio(name, gain), name)
            for name, gain in queue.items()
            if gain >= least and ledger.options[name].size <= room
        )
        best: tuple[float, str] | None = None
        for stale, name in ranked:
            if best is not None and -stale <= best[0]:
                break
            queue[name] = ledger.gain(name, chosen)
            ratio = ledger.ratio(name, queue[name])
            if queue[name] >= least and (best is None or ratio > best[0]):
                best = (ratio, name)
        if best is None:
            return chosen
        chosen = _without_prefixes(chosen | {best[1]}, best[1], ledger)
        queue = {name: gain for name, gain in queue.items() if name not in chosen}


def _without_prefixes(chosen: frozenset[str], newest: str, ledger: _Ledger) -> frozenset[str]:
    """Drop what the newest option stands for: an index on the columns that it begins with."""
    longer = ledger.options[newest]
    for name in sorted(chosen - {newest}):
        shorter = ledger.options[name]
        begins = longer.table == shorter.table and longer.columns[: len(shorter.columns)] == shorter.columns
        if begins and ledger.total(chosen - {name}) - ledger.total(chosen) < _LEAST_GAIN * ledger.base:
            chosen -= {name}
    return chosen


def _moved(chosen: frozenset[str], ledger: _Ledger, budget: float) -> frozenset[str]:
    """Make the best move of each round until none saves enough. Nothing is ruled out for good."""
    for _ in range(_ROUNDS):
        now = ledger.total(chosen)
        moves = ((ledger.total(other), sorted(other)) for other in _moves(chosen, ledger, budget))
        total, names = min(moves, default=(now, []))
        if now - total < _LEAST_GAIN * ledger.base:
            return chosen
        chosen = frozenset(names)
    return chosen


def _moves(chosen: frozenset[str], ledger: _Ledger, budget: float) -> Iterator[frozenset[str]]:
    """Yield the sets that come of taking one or two out and filling up again, or of a swap."""
    members = sorted(chosen)
    for place, name in enumerate(members):
        if ledger.is_spent:
            return
        rest = chosen - {name}
        yield _filled(rest, ledger, budget, frozenset({name}))
        for other in _replacements(rest, ledger.options.keys() - chosen, ledger, budget):
            yield _filled(rest | {other}, ledger, budget)
        for second in members[place + 1 :]:
            yield _filled(rest - {second}, ledger, budget, frozenset({name, second}))


def _replacements(rest: frozenset[str], others: Iterable[str], ledger: _Ledger, budget: float) -> Sequence[str]:
    room = budget - ledger.size(rest)
    fitting = [name for name in others if ledger.options[name].size <= room]
    looked_at = sorted(fitting, key=lambda name: (-ledger.alone[name], name))[:_LOOKED_AT]
    gains = {name: ledger.gain(name, rest) for name in looked_at}
    return sorted(gains, key=lambda name: (-gains[name], name))[:_SWAPPED_IN]


def _earning(chosen: frozenset[str], ledger: _Ledger) -> frozenset[str]:
    """Take out, one after the other, what would hardly be missed; the least missed first."""
    while chosen:
        now = ledger.total(chosen)
        loss, name = min((ledger.total(chosen - {each}) - now, each) for each in chosen)
        if loss >= _LEAST_WORTH * ledger.base:
            break
        chosen -= {name}
    return chosen


def _found(chosen: frozenset[str], ledger: _Ledger) -> Found:
    now, base = ledger.total(chosen), max(ledger.base, 1e-9)
    others = sorted(ledger.options.keys() - chosen)
    rejected = [Rejected(name, ledger.gain(name, chosen) / base, ledger.options[name].size) for name in others]
    return Found(
        chosen=tuple(sorted(chosen)),
        size=ledger.size(chosen),
        saves=(ledger.base - now) / base,
        worth={name: (ledger.total(chosen - {name}) - now) / base for name in sorted(chosen)},
        rejected=tuple(sorted(rejected, key=lambda each: (-each.saves, each.name))),
    )
