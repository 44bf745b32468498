"""How often a query runs and how fast it must answer, each number with its basis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.lexicon import singular, stem
from database_specialist.agent.designer.queries.statement import Draft
from database_specialist.agent.model.base import FactId, Figure, Origin
from database_specialist.agent.model.brief import Quantity
from database_specialist.agent.model.relational import Table

_DAY_SECONDS = 86_400
_YEAR_DAYS = 365
_USERS_PER_CONCURRENT = 10.0
_SMALL = 100.0
_REQUESTS = 50.0
_UNATTENDED = frozenset({"event", "history", "audit", "outbox", "token"})
# The cells of a table of requirements: its headings say nothing beside a number.
_LABELS = re.compile(r"^(?:ID|No|Nr|Ref): [^;]*; (?:Requirement|Description|Text): ", re.IGNORECASE)
_GENERAL = frozenset(
    {
        "system",
        "api",
        "request",
        "response",
        "page",
        "application",
        "query",
        "endpoint",
        "database",
        "service",
        "platform",
    }
)
# Reads for each row written: what a person does around one such row. Assumptions, said so in each basis.
_PER_WRITE = {
    "detail": (5.0, "each is opened about 5 times in its life"),
    "children": (5.0, "its parts are shown whenever their owner is opened, about 5 times each"),
    "list_own": (3.0, "its owner looks at the list about 3 times for each"),
    "list": (5.0, "about 5 pages are turned for each new row"),
    "search": (3.0, "about 3 searches precede each"),
    "lookup": (3.0, "looked up about 3 times each"),
    "available": (10.0, "about 10 looks for a free one precede each"),
    "update": (0.5, "every second one is changed once"),
    "transition": (1.0, "each passes this state at most once"),
    "delete": (0.05, "about 1 in 20 is deleted"),
    "check": (5.0, "checked about 5 times each"),
}
_FIXED = {
    "report": (24.0, "refreshed hourly"),
    "export": (1.0, "once a day"),
    "purge": (24.0, "hourly, so that each batch stays small"),
}


@dataclass(frozen=True)
class Rate:
    """Rows or users a day, and the words behind the number."""

    value: float
    origin: Origin
    basis: str
    facts: tuple[FactId, ...] = ()


_UNKNOWN = Rate(_SMALL, "assumed", "no volume is stated")


@dataclass(frozen=True)
class Estimator:
    """Frequencies and targets of one design's queries."""

    catalog: Catalog

    def frequency(self, draft: Draft) -> Figure:
        """Return the executions a day: stated, by arithmetic on what is stated, or assumed."""
        stated = self._stated_requests(draft)
        if stated is not None:
            return stated
        if draft.intent in _FIXED:
            times, why = _FIXED[draft.intent]
            return _figure(times, "assumed", f"{draft.table}: {why}; the documents state no schedule")
        table = self.catalog.named(draft.table)
        if draft.intent == "login":
            return self._logins(draft)
        if draft.intent == "session":
            people = self._logins(draft)
            basis = f"{people.basis}; x {_REQUESTS:g} requests a day each (assumed)"
            return _figure(people.value * _REQUESTS, "assumed", basis, people.facts)
        if draft.intent == "create":
            rate = self._written(table) if table else _UNKNOWN
            return _figure(rate.value, rate.origin, rate.basis, rate.facts)
        is_changed = draft.intent in ("update", "delete", "transition")
        rate = _UNKNOWN if table is None else self._written(table) if is_changed else self._looked_at(table)
        times, why = _PER_WRITE.get(draft.intent, (1.0, "once for each"))
        # The factor is ours, so the product is an assumption, however well the rate is known.
        return _figure(rate.value * times, "assumed", f"{rate.basis}; x {times:g} (assumed: {why})", rate.facts)

    def latency(self, draft: Draft) -> Figure | None:
        """Return the stated target that fits best: of this kind of query or table, else the general one."""
        targets = [quantity for quantity in self.catalog.brief.quantities if quantity.metric == "latency"]
        scored = [(self._fit(draft, quantity), quantity) for quantity in targets]
        fitting = [(score, quantity) for score, quantity in scored if score > 0]
        if not fitting:
            return None
        best = max(score for score, _ in fitting)
        return min((q.figure for score, q in fitting if score == best), key=lambda figure: figure.value)

    def _fit(self, draft: Draft, quantity: Quantity) -> int:
        words = {singular(word) for word in re.findall(r"[a-z]+", quantity.subject.lower())}
        stems = {stem(word) for word in words}
        own = {singular(word) for word in re.findall(r"[a-z]+", draft.name)} | {stem(draft.intent), draft.kind}
        own |= {"report", "dashboard", "analytics"} if draft.intent == "report" else set()
        if stems & {stem(word) for word in own} - {"list", "get", "insert", "by"}:
            return 2
        return 1 if not words or words <= _GENERAL or words & {"api", "system", "page", "endpoint", "response"} else 0

    def _stated_requests(self, draft: Draft) -> Figure | None:
        for quantity in self.catalog.brief.quantities:
            if quantity.metric == "requests_per_second" and self._fit(draft, quantity) == 2:
                peak = 3.0 if quantity.statistic == "peak" else 1.0
                basis = f"{quantity.figure.basis}; x {_DAY_SECONDS:,} s a day"
                basis += " / 3 (assumed: the peak is 3 times the average)" if peak > 1 else ""
                origin: Origin = "assumed" if peak > 1 else _weaker(quantity.figure.origin)
                return _figure(quantity.figure.value * _DAY_SECONDS / peak, origin, basis, quantity.figure.facts)
        return None

    def _logins(self, draft: Draft) -> Figure:
        users = self._users
        if users is not None:
            basis = f"{users.figure.basis}; x 1 log-in a day each (assumed)"
            return _figure(users.figure.value, "assumed", basis, users.figure.facts)
        table = self.catalog.account or self.catalog.named(draft.table)
        rows = table.rows.value if table and table.rows else 0.0
        value = rows * 0.2 or 100.0
        return _figure(
            value,
            "assumed",
            f"a fifth of the {rows:,.0f} {_words(table) if table else draft.table} log in on a day; no figure stated",
        )

    @cached_property
    def _users(self) -> Quantity | None:
        stated = [quantity for quantity in self.catalog.brief.quantities if quantity.metric == "users"]
        daily = [quantity for quantity in stated if "da" in quantity.subject and "act" in quantity.subject]
        return next(iter([*daily, *stated]), None)

    def _written(self, table: Table) -> Rate:
        """Return the rows a day that the table itself takes."""
        own = table.rows_per_day
        if own is not None and own.value > 0:
            basis = f"{own.value:,.0f} {_words(table)} a day ({_LABELS.sub('', own.basis)})"
            return Rate(own.value, own.origin, basis, own.facts)
        rows = table.rows.value if table.rows else 0.0
        if rows:
            basis = f"{rows:,.0f} {_words(table)} / {_YEAR_DAYS} days (assumed: they turn over once a year)"
            return Rate(max(rows / _YEAR_DAYS, 1.0), "assumed", basis)
        return self._of_users(table)

    def _looked_at(self, table: Table) -> Rate:
        """Return the rows a day around which people look at the table: its own, or those of its busiest children.

        What machines write (readings, histories, logs) nobody looks at row by row: it is looked at with its owner.
        """
        if table.kind in _UNATTENDED:
            owners = [self.catalog.named(key.ref_table) for key in table.foreign_keys]
            attended = [owner for owner in owners if owner and owner.kind not in _UNATTENDED]
            rates = [self._looked_at(owner) for owner in attended[:1] if owner.name != table.name]
            return rates[0] if rates else self._of_users(table)
        own = table.rows_per_day
        children = [child for child, _ in self.catalog.children(table)]
        driven = [
            child
            for child in children
            if child.rows_per_day and child.name != table.name and child.kind not in _UNATTENDED
        ]
        busiest = max(driven, key=lambda child: child.rows_per_day.value if child.rows_per_day else 0.0, default=None)
        flow = busiest.rows_per_day if busiest else None
        if busiest is None or flow is None or flow.value <= 0 or (own is not None and own.value > 0):
            return self._written(table)
        basis = f"one of {_words(table)} for each of {flow.value:,.0f} {_words(busiest)} a day"
        return Rate(flow.value, _weaker(flow.origin), basis, flow.facts)

    def _of_users(self, table: Table) -> Rate:
        """Return a rate where nothing is known of the table: one row a month for each user, or a token number."""
        users = self._users or self._crowd
        if users is not None:
            times = 1.0 if users.metric == "users" else _USERS_PER_CONCURRENT
            basis = f"{users.figure.basis}; one of {table.name} a month for each user (assumed)"
            basis += f", {_USERS_PER_CONCURRENT:g} users for each at the same time (assumed)" if times > 1 else ""
            return Rate(users.figure.value * times / 30, "assumed", basis, users.figure.facts)
        return Rate(
            _SMALL,
            "assumed",
            f"{_SMALL:g} {table.name} a day, as in a small system: no rows, rates or users are stated",
        )

    @cached_property
    def _crowd(self) -> Quantity | None:
        stated = [q for q in self.catalog.brief.quantities if q.metric == "concurrent_users"]
        people = [q for q in stated if singular(q.subject.split()[0] if q.subject else "") in ("user", "customer")]
        return next(iter(people), None)


def _words(table: Table) -> str:
    return table.name.replace("_", " ")


def _weaker(origin: Origin) -> Origin:
    return "derived" if origin == "given" else origin


def _figure(value: float, origin: Origin, basis: str, facts: tuple[FactId, ...] = ()) -> Figure:
    if origin == "derived" and "assumed" in basis:
        origin = "assumed"
    return Figure(value=float(round(value, 2)), unit="executions/day", origin=origin, basis=basis, facts=facts)
