"""Ranges of rows with equal attributes never overlap."""

from __future__ import annotations

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.expressions import Condition, NotPlaced, place
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.guards import Guard, guard_routine
from database_specialist.agent.mapping.naming import constraint_name
from database_specialist.agent.mapping.sentences import sentence
from database_specialist.agent.mapping.uniques import LIVE
from database_specialist.agent.model.entities import BusinessRule
from database_specialist.agent.model.relational import Exclusion, ExclusionElement, Routine

_RANGE_OF = {"timestamptz": "tstzrange", "timestamp": "tsrange", "date": "daterange", "integer": "int4range"}
_RANGE_OF |= {"bigint": "int8range"}
_RANGES = ("tstzrange", "tsrange", "daterange")


def add_no_overlap(ground: Ground, draft: TableDraft, rule: BusinessRule) -> Routine | str | None:
    """Add the exclusion constraint, or return the trigger in its place, or the reason why there is neither."""
    missing = [name for name in rule.attributes if name not in draft.names]
    if missing:
        return f"it names {', '.join(missing)}, which {draft.name} does not hold"
    columns = [column for name in rule.attributes for column in draft.names[name]]
    bounds = 1 if columns and draft.column(columns[-1]).type in _RANGES else 2
    equal, span = columns[:-bounds], columns[-bounds:]
    if len(span) != bounds:
        return "it names no range"
    if ground.engine != "postgresql":
        return _by_trigger(ground, draft, rule, equal, span)
    return _by_exclusion(ground, draft, rule, equal, span)


def _by_exclusion(
    ground: Ground, draft: TableDraft, rule: BusinessRule, equal: list[str], span: list[str]
) -> str | None:
    where = _where(ground, draft, rule, None)
    if isinstance(where, NotPlaced):
        return where.reason
    if len(span) == 1:
        value = span[0]
    else:
        first, last = (draft.column(name).type for name in span)
        function = _RANGE_OF.get(first)
        if function is None or first != last:
            return f"no range type holds {first}" if first == last else f"{span[0]} is {first} and {span[1]} is {last}"
        value = f"({function}({', '.join(quote(name, ground.engine) for name in span)}, '[)'))"
    elements = [ExclusionElement(expression=name, operator="=") for name in equal]
    draft.exclusions.append(
        Exclusion(
            name=draft.unused([rule.name], "excl"),
            elements=(*elements, ExclusionElement(expression=value, operator="&&")),
            where=where or None,
            rule=rule.id,
            why=f"{rule.id}: {sentence(rule.text)} Of two sessions at once one passes; "
            "a query before the insert lets both.",
            facts=rule.facts,
        )
    )
    return None


def _by_trigger(
    ground: Ground, draft: TableDraft, rule: BusinessRule, equal: list[str], span: list[str]
) -> Routine | str:
    engine = ground.engine
    if len(span) == 1:
        return f"{span[0]} is not a range on {engine}"
    new, other = _where(ground, draft, rule, "NEW"), _where(ground, draft, rule, "other")
    if isinstance(new, NotPlaced) or isinstance(other, NotPlaced):
        return new.reason if isinstance(new, NotPlaced) else str(other)
    start, end = (quote(name, engine) for name in span)
    tests = [f"other.{quote(name, engine)} = NEW.{quote(name, engine)}" for name in equal]
    # A missing end is open: the row lasts for ever.
    tests.append(f"(NEW.{end} IS NULL OR other.{start} < NEW.{end})")
    tests.append(f"(other.{end} IS NULL OR NEW.{start} < other.{end})")
    tests += [other] if other else []
    tests.append(_another_row(draft, engine))
    found = f"EXISTS (SELECT 1 FROM {quote(draft.name, engine)} AS other WHERE {' AND '.join(tests)})"
    guard = Guard(
        name=constraint_name(draft.name, [rule.name], "excl"),
        table=draft.name,
        events=("insert", "update"),
        broken=f"({new}) AND {found}" if new else found,
        message=rule.text,
        after=True,
    )
    alone = (
        "SQLite has one writer at a time, so no other can slip in between."
        if engine == "sqlite"
        else "Sessions that write at once must do so at SERIALIZABLE, or both may pass."
    )
    why = f"{rule.id}: {sentence(rule.text)} A trigger, because {engine} has no exclusion constraints. {alone}"
    return guard_routine(guard, engine, why=why, rule=rule.id, facts=rule.facts)


def _another_row(draft: TableDraft, engine: str) -> str:
    # SQLite tests after the write, when the row itself stands; MySQL tests before, when only its old version may.
    if engine == "sqlite":
        return "other.rowid <> NEW.rowid"
    same = " AND ".join(f"other.{name} <=> NEW.{name}" for name in draft.key)
    return f"NOT ({same})"


def _where(ground: Ground, draft: TableDraft, rule: BusinessRule, qualifier: str | None) -> str | NotPlaced:
    parts = []
    if rule.condition:
        placed = place(rule.condition, draft, ground, qualifier=qualifier)
        if isinstance(placed, NotPlaced):
            return placed
        if placed.reads_clock:
            return NotPlaced("its condition reads the clock, and a constraint cannot")
        assert isinstance(placed, Condition)
        parts.append(placed.sql)
    if draft.entity is not None and draft.entity.soft_delete and draft.has(LIVE):
        parts.append(f"{qualifier}.{LIVE} IS NULL" if qualifier else f"{LIVE} IS NULL")
    return " AND ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)
