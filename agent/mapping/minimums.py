"""The fewest rows that must refer to a row: tested when the transaction commits, for its owner comes before them."""

from __future__ import annotations

from collections.abc import Mapping

from database_specialist.agent.dialects.identifiers import literal, quote
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.keys import key_type
from database_specialist.agent.mapping.naming import constraint_name, snake
from database_specialist.agent.mapping.uniques import LIVE
from database_specialist.agent.model.entities import Relationship
from database_specialist.agent.model.relational import Routine


def minimum_routines(ground: Ground, drafts: Mapping[str, TableDraft]) -> list[Routine]:
    """Return the constraint triggers of the stated minimums, and record a decision for each minimum."""
    routines = []
    for each in ground.model.relationships:
        if each.min_sources < 1 or each.source not in drafts or each.target not in drafts:
            continue
        obstacle = _obstacle(ground, drafts, each)
        if obstacle is None:
            routines.append(_routine(ground, drafts[each.source], drafts[each.target], each))
        _record(ground, each, obstacle)
    return routines


def minimum_name(source_table: str, role: str) -> str:
    """Return the name of the trigger that keeps a minimum."""
    return constraint_name(source_table, [snake(role), "minimum"], "")


def _obstacle(ground: Ground, drafts: Mapping[str, TableDraft], each: Relationship) -> str | None:
    source, target = drafts[each.source], drafts[each.target]
    if ground.engine == "sqlite":
        return "SQLite tests a trigger with each statement, and can defer foreign keys only"
    if ground.engine in ("mysql", "mariadb"):
        return f"{ground.engine} tests a trigger with each row and defers nothing to the commit"
    if not each.facts:
        return "the minimum was assumed, and no statement asks for it"
    if each.cardinality == "many_to_many" or not source.names.get(each.role):
        return "each row of both sides would have to come before the pair that joins them"
    if source is target:
        return f"the first row of {target.name} could never be written"
    if source.partitioning is not None or target.partitioning is not None:
        return "its rows leave with their partition, and no trigger fires then"
    return None


def _routine(ground: Ground, source: TableDraft, target: TableDraft, each: Relationship) -> Routine:
    name = minimum_name(source.name, each.role)
    column = source.names[each.role][0]
    child, parent, trigger = (quote(text, "postgresql") for text in (source.name, target.name, name))
    held = quote(column, "postgresql")
    alive = f" AND {LIVE} IS NULL" if target.has(LIVE) else ""
    counted = f" AND {LIVE} IS NULL" if source.has(LIVE) else ""
    watched = f"{held}, {LIVE}" if source.has(LIVE) else held
    enough = f"SELECT 1 FROM {child} WHERE {held} = owner{counted} LIMIT {each.min_sources}"
    timing = "DEFERRABLE INITIALLY DEFERRED\n  FOR EACH ROW EXECUTE FUNCTION"
    message = f"a row of {target.name} has at least {each.min_sources} {source.name}"
    create = (
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"DECLARE\n  owner {key_type(ground, each.target)};\n"
        f"BEGIN\n  IF TG_OP = 'INSERT' THEN owner := NEW.id; ELSE owner := OLD.{held}; END IF;\n"
        f"  PERFORM 1 FROM {parent} WHERE id = owner{alive} FOR UPDATE;\n"
        f"  IF FOUND AND (SELECT count(*) FROM ({enough}) AS found) < {each.min_sources} THEN\n"
        f"    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = {literal(name, 'postgresql')},\n"
        f"      TABLE = {literal(target.name, 'postgresql')}, MESSAGE = {literal(message, 'postgresql')};\n"
        f"  END IF;\n  RETURN NULL;\nEND\n$$;\n"
        f"CREATE CONSTRAINT TRIGGER {trigger} AFTER INSERT ON {parent}\n  {timing} {trigger}();\n"
        f"CREATE CONSTRAINT TRIGGER {trigger} AFTER DELETE OR UPDATE OF {watched} ON {child}\n  {timing} {trigger}();"
    )
    drop = f"DROP TRIGGER {trigger} ON {child};\nDROP TRIGGER {trigger} ON {parent};\nDROP FUNCTION {trigger}();"
    why = (
        f"A row of {target.name} has at least {each.min_sources} {source.name}, tested at the commit. The row of "
        f"{target.name} is locked while they are counted, so that two sessions at READ COMMITTED cannot each take one "
        "of the last two away."
    )
    return Routine(name=name, table=target.name, create=create, drop=drop, why=why, facts=each.facts)


def _record(ground: Ground, each: Relationship, obstacle: str | None) -> None:
    source, target = ground.tables[each.source], ground.tables[each.target]
    subject = f"{target}: at least {each.min_sources} {source}"
    if obstacle is None:
        ground.ledger.record(
            "constraint",
            subject,
            f"{minimum_name(source, each.role)}, a constraint trigger deferred to the commit",
            f"A row of {target} is written before its {source} can refer to it, so the test waits for the commit; it "
            f"comes back whenever one of {source} is deleted or moved. Each of the two locks the row of {target}.",
            alternatives=(
                ("the application alone", f"one DELETE on {source} by hand, and a row of {target} stands empty"),
                (f"a count of {source} kept in {target}", "one more value to keep true, and still nothing to test it"),
            ),
            facts=each.facts,
        )
        return
    ground.ledger.record(
        "constraint",
        subject,
        "kept by the application, in the transaction that writes both",
        f"A row of {target} is written before its {source} can refer to it, and so stands alone for a moment; "
        f"{obstacle}.",
        alternatives=((f"a trigger on {target}", obstacle),),
        facts=each.facts,
    )
