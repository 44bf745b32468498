"""What a run's calls of a chat model cost, and the caps that stop it: one ledger a run, for all its threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from database_specialist.agent.accounting import Price, cost
from database_specialist.agent.answers.question import Usage
from database_specialist.agent.errors import ModelError

Told = Callable[[Usage, "Totals"], None]
"""Told of each call that was entered, with the totals of the run so far."""


@dataclass(frozen=True)
class Caps:
    """The most that a run may use."""

    calls: int
    tokens: int
    seconds: float | None = None
    """Of model time: what calls took, those at the same time counted each."""
    cost: float | None = None
    """In USD; the prices that it is reckoned with must know the model."""
    prices: tuple[Price, ...] = ()


@dataclass
class Totals:
    """What calls used."""

    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0

    def add(self, other: Totals, sign: int = 1) -> None:
        """Add what another total holds, or take it away."""
        self.calls += sign * other.calls
        self.tokens += sign * other.tokens
        self.seconds += sign * other.seconds
        self.cost += sign * other.cost


class Ledger:
    """Counts what a run uses. Nodes at the same time share it; each has an account of its own in it.

    A call is let through when its prompt still fits the caps; what the answers under way add can exceed them once.
    """

    def __init__(self, caps: Caps, *, spent: Sequence[Usage] = ()) -> None:
        self._caps = caps
        self._spent = Totals()
        self._held = Totals()
        self._lock = threading.Lock()
        for usage in spent:
            self._spent.add(self._weighed(usage))

    def account(self, told: Told = lambda usage, totals: None) -> Account:
        """Open an account, which knows its own calls."""
        return Account(self, told)

    def hold(self, question: str, usage: Usage) -> Totals:
        """Set aside what a call will use at least.

        Raises:
            ModelError: a cap of the run is reached.
        """
        wanted = self._weighed(usage)
        with self._lock:
            reason = self._reached(wanted)
            if reason:
                raise ModelError(f"before {question}: {reason}", status="budget_exhausted")
            self._held.add(wanted)
        return wanted

    def release(self, held: Totals) -> None:
        """Give back what was set aside."""
        with self._lock:
            self._held.add(held, -1)

    def enter(self, usage: Usage) -> Totals:
        """Enter what a call used; return what the run has used, without the calls under way."""
        with self._lock:
            self._spent.add(self._weighed(usage))
            return replace(self._spent)

    def _weighed(self, usage: Usage) -> Totals:
        tokens = usage.prompt_tokens + usage.completion_tokens
        return Totals(usage.calls, tokens, usage.seconds, cost((usage,), self._caps.prices) or 0.0)

    def _reached(self, wanted: Totals) -> str:
        """Say which cap does not let the call through; nothing when all do."""
        used, caps = replace(self._spent), self._caps
        used.add(self._held)
        if used.calls >= caps.calls:
            return f"{used.calls} calls made, the cap of this run"
        if used.tokens + wanted.tokens > caps.tokens:
            return f"{used.tokens} tokens used, about {wanted.tokens} more needed, the cap is {caps.tokens}"
        if caps.seconds is not None and used.seconds >= caps.seconds:
            return f"{used.seconds:.0f} s of model time used, the cap is {caps.seconds:.0f} s"
        if caps.cost is not None and used.cost + wanted.cost > caps.cost:
            return f"{used.cost:.4f} USD spent, about {wanted.cost:.4f} more needed, the cap is {caps.cost:.4f} USD"
        return ""


class Account:
    """What one node uses of the run's ledger."""

    def __init__(self, ledger: Ledger, told: Told) -> None:
        self._ledger = ledger
        self._told = told
        self._used: list[Usage] = []
        self._lock = threading.Lock()

    @property
    def used(self) -> tuple[Usage, ...]:
        """What was entered, in the order in which the calls ended."""
        with self._lock:
            return tuple(self._used)

    @contextmanager
    def held(self, question: str, *, model: str, prompt_tokens: int) -> Iterator[None]:
        """Hold one call and its prompt's tokens until they are entered or came to nothing.

        Raises:
            ModelError: a cap of the run is reached.
        """
        prompt = Usage(
            question=question,
            calls=1,
            prompt_tokens=prompt_tokens,
            cached_tokens=0,
            completion_tokens=0,
            seconds=0.0,
            model=model,
        )
        held = self._ledger.hold(f"{model}, {question}", prompt)
        try:
            yield
        finally:
            self._ledger.release(held)

    def enter(self, usage: Usage) -> None:
        """Enter what a call cost."""
        with self._lock:
            self._used.append(usage)
        self._told(usage, self._ledger.enter(usage))


class Ledgers:
    """The ledgers of the runs of this process, found by the run's id.

    Nodes at the same time know the same earlier calls and so get the same ledger. When more is known (a step is over,
    a run goes on elsewhere or from an earlier point), a ledger is made anew from what is known.
    """

    KEPT = 256

    def __init__(self) -> None:
        self._ledgers: OrderedDict[str, tuple[int, Ledger]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, run: str, caps: Caps, spent: Sequence[Usage]) -> Ledger:
        """Return the ledger of a run that has made the calls `spent`."""
        with self._lock:
            known = self._ledgers.get(run)
            if known is None or known[0] != len(spent):
                known = len(spent), Ledger(caps, spent=spent)
            self._ledgers[run] = known
            self._ledgers.move_to_end(run)
            while len(self._ledgers) > self.KEPT:
                self._ledgers.popitem(last=False)
            return known[1]
