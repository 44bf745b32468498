"""The seed where triggers that were written by hand refuse rows, and write some themselves."""

from __future__ import annotations

from database_specialist.agent.dialects import create_statements, split_statements
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.operations import Seed
from database_specialist.agent.model.relational import Schema, Unique
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.verification.trying import trying
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox
from tests.agent.sampling.small import column, example, model, reference, row, schema, table, trigger

CREW = table("crew", column("name"))
VISIT = table("visit", reference("visits", "crew"), column("held_on", "date"))
LICENCE = table("licence", reference("licences", "crew"), column("valid_until", "date"))
LICENSED = trigger(
    "visits_licensed",
    "visits",
    """IF NOT EXISTS (SELECT FROM licences AS l WHERE l.crew_id = NEW.crew_id AND l.valid_until >= NEW.held_on)
       THEN RAISE EXCEPTION 'no licence' USING ERRCODE = 'check_violation'; END IF;""",
)
CHANGE = table("change", reference("changes", "crew"))
KEPT = trigger("crews_kept", "crews", "INSERT INTO changes (crew_id) VALUES (NEW.id);", when="AFTER INSERT")


def _planted(entity_model: EntityModel, design: Schema, postgres: PostgresSandbox, database: PostgresDatabase) -> Seed:
    """Make the seed by trying, and run it: it must hold what it promises."""
    with trying(design, postgres) as trial:
        assert trial is not None
        seed = make_seed(entity_model, design, accepts=trial)
    database.run((*create_statements(design), *split_statements(seed.sql, "postgresql")))
    assert {name: database.execute(f"SELECT count(*) FROM {name}").rows[0][0] for name in seed.rows} == seed.rows
    return seed


def test_a_table_waits_for_what_its_trigger_asks_for(postgres: PostgresSandbox, database: PostgresDatabase) -> None:
    design = schema(CREW, VISIT, LICENCE, routines=(LICENSED,))
    seed = _planted(model(*design.tables), design, postgres, database)
    assert seed.rows == {"crews": 20, "licences": 20, "visits": 20}
    assert list(seed.rows) == ["crews", "licences", "visits"]


def test_times_are_moved_until_the_trigger_takes_them(postgres: PostgresSandbox, database: PostgresDatabase) -> None:
    late = trigger(
        "visits_early",
        "visits",
        "IF NEW.held_on >= '2025-12-01' THEN RAISE EXCEPTION 'late' USING ERRCODE = 'check_violation'; END IF;",
    )
    design = schema(CREW, VISIT, routines=(late,))
    assert _planted(model(*design.tables), design, postgres, database).rows == {"crews": 20, "visits": 20}


def test_what_a_trigger_writes_is_left_to_it_and_counted(postgres: PostgresSandbox, database: PostgresDatabase) -> None:
    design = schema(CREW, CHANGE, routines=(KEPT,))
    seed = _planted(model(*design.tables), design, postgres, database)
    assert seed.rows == {"crews": 20, "changes": 20}
    assert "INSERT INTO changes" not in seed.sql


def test_a_trigger_may_write_into_a_table_that_the_seed_has_filled(
    postgres: PostgresSandbox, database: PostgresDatabase
) -> None:
    log = table("log", column("name"))
    logged = trigger("visits_logged", "visits", "INSERT INTO logs (name) VALUES ('a visit');", when="AFTER INSERT")
    design = schema(log, CREW, VISIT, routines=(logged,))
    assert _planted(model(*design.tables), design, postgres, database).rows == {"logs": 40, "crews": 20, "visits": 20}


def test_where_all_rows_are_refused_the_designers_valid_example_is_taken(
    postgres: PostgresSandbox, database: PostgresDatabase
) -> None:
    secret = trigger(
        "visits_secret",
        "visits",
        """IF (SELECT name FROM crews WHERE id = NEW.crew_id) <> 'only they'
           THEN RAISE EXCEPTION 'others' USING ERRCODE = 'check_violation'; END IF;""",
    )
    design = schema(CREW, VISIT, routines=(secret,))
    valid = example(row("crew", "c", name="only they"), row("visit", crew="@c"))
    entity_model = model(*design.tables)
    without = _planted(entity_model, design, postgres, database)
    assert without.rows == {"crews": 20, "visits": 0}
    with postgres.database() as second:
        lent = _planted(entity_model.model_copy(update={"examples": (valid,)}), design, postgres, second)
    assert lent.rows == {"crews": 21, "visits": 1}


def test_a_row_of_the_seed_stands_for_that_of_the_example_with_the_same_key(
    postgres: PostgresSandbox, database: PostgresDatabase
) -> None:
    kind = table(
        "kind",
        column("name", values=("a", "b")),
        checks={"name_check": "name IN ('a', 'b')"},
        uniques=(Unique(name="kinds_name_key", columns=("name",)),),
    )
    part = table("part", reference("parts", "kind"), column("name"))
    picky = trigger(
        "parts_picky",
        "parts",
        "IF NEW.name <> 'only this' THEN RAISE EXCEPTION 'another' USING ERRCODE = 'check_violation'; END IF;",
    )
    design = schema(kind, part, routines=(picky,))
    valid = example(row("kind", "k", name="b"), row("part", kind="@k", name="only this"))
    entity_model = model(*design.tables).model_copy(update={"examples": (valid,)})
    assert _planted(entity_model, design, postgres, database).rows == {"kinds": 2, "parts": 1}
    assert database.execute("SELECT k.name FROM parts JOIN kinds AS k ON k.id = kind_id").rows == (("b",),)
