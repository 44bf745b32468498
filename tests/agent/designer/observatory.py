"""An observatory that grants telescope time: a model, and what a designer answers about it on two engines."""

from __future__ import annotations

from typing import Any

from database_specialist.agent.answers.review import ReviewAnswer
from database_specialist.agent.answers.workload import WorkloadAnswer
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import EntityModel

_STATEMENTS = (
    ("functional", "An astronomer submits a proposal for a semester."),
    ("functional", "The committee grants or rejects a submitted proposal."),
    ("functional", "An operator schedules observing blocks of granted proposals on an instrument."),
    ("functional", "The operator logs each exposure of a block."),
    ("functional", "Astronomers search proposals by words of title and abstract."),
    ("functional", "An astronomer lists own proposals, newest first."),
    ("functional", "The night plan lists the blocks of an instrument between two moments."),
    ("functional", "A monthly report gives hours granted and used by instrument."),
    ("rule", "The exposures of a block never take more seconds than the block grants."),
    ("rule", "Two blocks on one instrument never overlap."),
    ("rule", "A block ends after it starts."),
    ("quantity", "900 exposures are taken a night."),
    ("functional", "The newsletter is sent by the press office."),
)


def _brief(engine: Engine) -> Brief:
    span = {"file": "requirements.md", "line": 1, "end_line": 1}
    facts = [
        {"id": f"F{number}", "kind": kind, "text": text, "span": span}
        for number, (kind, text) in enumerate(_STATEMENTS, 1)
    ]
    night = {"value": 900, "unit": "rows/day", "origin": "given", "basis": "900 exposures a night", "facts": ["F12"]}
    return Brief.load(
        {
            "project": "Observatory",
            "summary": "Telescope time.",
            "documents": [],
            "facts": facts,
            "quantities": [{"id": "N1", "metric": "rows_per_period", "subject": "exposure", "figure": night}],
            "stack": {"engine": engine, "origin": "given", "reason": "Named."},
        }
    )


BRIEFS: dict[Engine, Brief] = {"postgresql": _brief("postgresql"), "sqlite": _brief("sqlite")}


def _attribute(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "meaning": name.replace("_", " "), "type": kind, "facts": ["F1"], **more}


def _entity(name: str, *attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    entity = {"name": name, "plural": f"{name}s", "description": f"A {name}.", "facts": ["F1"], **more}
    return entity | {"attributes": list(attributes)}


def _reference(source: str, target: str, **more: Any) -> dict[str, Any]:
    return {"source": source, "target": target, "role": target, "inverse": f"{source}s", "facts": ["F1"], **more}


ENTITY_MODEL = EntityModel.load(
    {
        "entities": [
            _entity(
                "astronomer",
                _attribute("email", "email", unique=True, personal=True),
                _attribute("full_name", "short_text", personal=True),
            ),
            _entity("instrument", _attribute("name", "short_text", unique=True), _attribute("band", "code")),
            _entity(
                "proposal",
                _attribute("title", "short_text"),
                _attribute("abstract", "long_text"),
                _attribute("semester", "code"),
                _attribute("submitted_at", "timestamp", default="now"),
                _attribute("status", "enum", values=["submitted", "granted", "rejected"], default="submitted"),
                _attribute("keywords", "text_list", required=False),
                _attribute("form", "json", required=False),
            ),
            _entity(
                "block",
                _attribute("starts_at", "timestamp"),
                _attribute("ends_at", "timestamp"),
                _attribute("granted_seconds", "integer", minimum=1),
                _attribute("observed", "boolean", default=False),
            ),
            _entity(
                "exposure",
                _attribute("taken_at", "timestamp"),
                _attribute("seconds", "integer", minimum=1),
                _attribute("seeing", "decimal", scale=2, required=False),
                rows_per_day={"value": 900, "unit": "rows/day", "origin": "given", "basis": "F12", "facts": ["F12"]},
            ),
        ],
        "relationships": [
            _reference("proposal", "astronomer"),
            _reference("block", "proposal"),
            _reference("block", "instrument"),
            _reference("exposure", "block", ownership="owned"),
        ],
        "rules": [
            {
                "id": "BR1",
                "name": "exposures_within_grant",
                "text": "The exposures of a block never take more seconds than the block grants.",
                "kind": "cross_row",
                "entity": "exposure",
                "attributes": ["seconds"],
                "facts": ["F9"],
            },
            {
                "id": "BR2",
                "name": "ends_after_start",
                "text": "A block ends after it starts.",
                "kind": "check",
                "entity": "block",
                "attributes": ["starts_at", "ends_at"],
                "condition": "ends_at > starts_at",
                "facts": ["F11"],
            },
        ],
    }
)


def _query(name: str, sql: str, *facts: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "sql": sql, "facts": list(facts), **more}


_SHARED = (
    _query(
        "submit_proposal",
        "INSERT INTO proposals (astronomer_id, title, abstract, semester) VALUES (:astronomer_id, :title, :abstract, "
        ":semester)",
        "F1",
        role="astronomer",
    ),
    _query(
        "decide_proposal",
        "UPDATE proposals SET status = :decision WHERE id = :id AND status = 'submitted'",
        "F2",
        per_day=4,
        basis="assumed: two sessions a semester",
    ),
    _query(
        "schedule_block",
        "INSERT INTO blocks (proposal_id, instrument_id, starts_at, ends_at, granted_seconds) "
        "SELECT p.id, i.id, :starts_at, :ends_at, :granted_seconds FROM proposals AS p, instruments AS i "
        "WHERE p.id = :proposal_id AND p.status = 'granted' AND lower(i.name) = lower(:instrument)",
        "F3",
    ),
    _query(
        "log_exposure",
        "INSERT INTO exposures (block_id, taken_at, seconds, seeing) VALUES (:block_id, :taken_at, :seconds, :seeing)",
        "F4",
    ),
    _query(
        "own_proposals",
        "SELECT p.id, p.title, p.status, p.submitted_at FROM proposals p JOIN astronomers a ON a.id = p.astronomer_id "
        "WHERE a.email = :email AND (p.submitted_at, p.id) < (:after_submitted_at, :after_id) "
        "ORDER BY p.submitted_at DESC, p.id DESC LIMIT :page_size",
        "F6",
        per_day=300,
        basis="F12: a third of 900",
        staleness="seconds",
    ),
    _query(
        "night_plan",
        "WITH planned AS (SELECT b.id, b.starts_at AS start_time, b.proposal_id FROM blocks b "
        "WHERE b.instrument_id = :instrument_id) "
        "SELECT n.id, n.start_time, p.title FROM planned n JOIN proposals p ON p.id = n.proposal_id "
        "WHERE n.start_time >= :from_time AND n.start_time < :to_time ORDER BY n.start_time LIMIT 200",
        "F7",
        per_day=900,
        basis="F12: one look for each exposure",
        latency_ms=200,
    ),
    _query(
        "hours_by_instrument",
        "SELECT i.name, sum(b.granted_seconds) AS granted, sum(CASE WHEN b.observed = :observed THEN b.granted_seconds "
        "ELSE 0 END) AS used FROM blocks b JOIN instruments i ON i.id = b.instrument_id "
        "WHERE b.starts_at BETWEEN :from_time AND :to_time GROUP BY i.name HAVING sum(b.granted_seconds) >= :at_least "
        "ORDER BY i.name",
        "F8",
        staleness="hours",
    ),
    _query(
        "proposals_of_any",
        "SELECT id, title FROM proposals WHERE (:semester IS NULL OR semester = :semester) "
        "AND status IN (:first_status, :second_status) AND coalesce(:title, title) = title ORDER BY id LIMIT 50 "
        "OFFSET :skipped",
        "F6",
    ),
    _query("mark_observed", "UPDATE blocks SET observed = :observed WHERE id = :id RETURNING id", "F4"),
    _query(
        "long_exposures",
        "SELECT e.id FROM exposures e WHERE e.seconds > (SELECT avg(x.seconds) FROM exposures x "
        "WHERE x.block_id = e.block_id) * :times AND e.seeing < :seeing",
        "F8",
    ),
    _query("withdraw_proposal", "DELETE FROM proposals WHERE id = :id AND status = 'submitted'", "F1"),
)
_POSTGRESQL = (
    _query(
        "search_proposals",
        "SELECT id, title FROM proposals WHERE to_tsvector('english', title || ' ' || abstract) @@ "
        "websearch_to_tsquery('english', :words) AND title ILIKE '%' || :part || '%' AND keywords && ARRAY[:keyword] "
        "AND form @> :answers AND form ->> 'band' = :band LIMIT 20",
        "F5",
    ),
    _query(
        "blocks_by_ids",
        "SELECT id, starts_at FROM blocks WHERE id = ANY(:ids) AND tstzrange(starts_at, ends_at) && "
        "tstzrange(:from_time, :to_time, '[)')",
        "F7",
    ),
    _query(
        "recent_exposures",
        "SELECT date_trunc(:unit, taken_at) AS period, count(*) AS exposures FROM exposures "
        "WHERE taken_at >= now() - make_interval(days => :days) AND taken_at >= :since::date "
        "AND taken_at < now() + :grace GROUP BY 1 ORDER BY 1",
        "F8",
    ),
    _query(
        "import_astronomer",
        "INSERT INTO astronomers (email, full_name) VALUES (:email, :full_name) ON CONFLICT ((lower(email))) "
        "DO UPDATE SET full_name = COALESCE(:full_name, astronomers.full_name) RETURNING id",
        "F1",
    ),
    _query(
        "import_exposures",
        "INSERT INTO exposures (block_id, taken_at, seconds) SELECT :block_id, t.taken_at, :seconds "
        "FROM unnest(CAST(:moments AS timestamptz[])) AS t(taken_at)",
        "F4",
    ),
)
_SQLITE = (
    _query(
        "search_proposals",
        "SELECT id, title FROM proposals WHERE title LIKE '%' || :part || '%' AND id IN (SELECT value FROM "
        "json_each(:ids)) LIMIT 20",
        "F5",
    ),
    _query(
        "recent_exposures",
        "SELECT date(taken_at) AS day, count(*) AS exposures FROM exposures WHERE taken_at >= datetime('now', :span) "
        "GROUP BY date(taken_at)",
        "F8",
    ),
)


def _workload(*queries: dict[str, Any]) -> WorkloadAnswer:
    lines = ["F13: the press office keeps its own addresses."]
    return WorkloadAnswer.load({"queries": list(queries), "not_served": lines})


WORKLOADS: dict[Engine, WorkloadAnswer] = {
    "postgresql": _workload(*_SHARED, *_POSTGRESQL),
    "sqlite": _workload(*_SHARED, *_SQLITE),
}

_SUM = "SELECT coalesce(sum(seconds), 0) FROM exposures WHERE block_id ="
REVIEWS: dict[Engine, ReviewAnswer] = {
    "postgresql": ReviewAnswer.load(
        {
            "routines": [
                {
                    "name": "exposures_within_grant",
                    "rule": "BR1",
                    "create": f"""
CREATE FUNCTION exposures_within_grant() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  wanted bigint;
  granted integer;
BEGIN
  wanted := CASE TG_TABLE_NAME WHEN 'blocks' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'block_id')::bigint END;
  SELECT b.granted_seconds INTO granted FROM blocks AS b WHERE b.id = wanted FOR UPDATE;
  IF ({_SUM} wanted) > granted THEN
    RAISE EXCEPTION 'the exposures of block % take more than it grants', wanted
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exposures_within_grant';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER exposures_within_grant_of_exposure AFTER INSERT OR UPDATE OF seconds, block_id ON exposures
  FOR EACH ROW EXECUTE FUNCTION exposures_within_grant();
CREATE TRIGGER exposures_within_grant_of_block AFTER UPDATE OF granted_seconds ON blocks
  FOR EACH ROW EXECUTE FUNCTION exposures_within_grant();""",
                }
            ],
            "decisions": [
                {
                    "topic": "constraint",
                    "subject": "exposures",
                    "choice": "a trigger that locks the block",
                    "why": "Two operators may log exposures of one block at once.",
                    "alternatives": ["a total kept in blocks: written with every exposure"],
                    "facts": ["F9"],
                }
            ],
        }
    ),
    "sqlite": ReviewAnswer.load(
        {
            "routines": [
                {
                    "name": "exposures_within_grant",
                    "rule": "BR1",
                    "create": f"""
CREATE TRIGGER exposures_within_grant_insert AFTER INSERT ON exposures
WHEN ({_SUM} NEW.block_id) > (SELECT granted_seconds FROM blocks WHERE id = NEW.block_id)
BEGIN SELECT RAISE(ABORT, 'exposures_within_grant: more than the block grants'); END;
CREATE TRIGGER exposures_within_grant_update AFTER UPDATE OF seconds, block_id ON exposures
WHEN ({_SUM} NEW.block_id) > (SELECT granted_seconds FROM blocks WHERE id = NEW.block_id)
BEGIN SELECT RAISE(ABORT, 'exposures_within_grant: more than the block grants'); END;
CREATE TRIGGER exposures_within_grant_block AFTER UPDATE OF granted_seconds ON blocks
WHEN ({_SUM} NEW.id) > NEW.granted_seconds
BEGIN SELECT RAISE(ABORT, 'exposures_within_grant: more than the block grants'); END;""",
                }
            ]
        }
    ),
}
