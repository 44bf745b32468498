"""Delete actions are proven past what else holds on to the parent: cycles, hubs, references that no row has yet."""

from __future__ import annotations

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Action, Column, ForeignKey, PrimaryKey, Schema, Table
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.verification.cascades import prove_cascades
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox


def _table(name: str, *references: tuple[str, Action]) -> Table:
    return Table(
        name=name,
        kind="core",
        comment="",
        columns=(
            Column(name="id", type="bigint", nullable=False),
            *(Column(name=f"{parent}_id", type="bigint", nullable=True) for parent, _ in references),
        ),
        primary_key=PrimaryKey(name=f"{name}_pkey", columns=("id",)),
        foreign_keys=tuple(
            ForeignKey(
                name=f"{name}_{parent}_id_fkey",
                columns=(f"{parent}_id",),
                ref_table=parent,
                ref_columns=("id",),
                on_delete=action,
            )
            for parent, action in references
        ),
    )


def _records(
    tables: tuple[Table, ...], rows: tuple[str, ...], database: PostgresDatabase, server: PostgresSandbox
) -> dict[str, Evidence]:
    schema = Schema(engine="postgresql", tables=tables)
    database.run((*create_statements(schema), *rows))
    recorder = Recorder(server, lambda doing: None)
    parts = Parts(
        EntityModel.model_construct(),
        schema,
        Workload.model_construct(),
        Indexes(planned=()),
        Operations.model_construct(),
    )
    prove_cascades(parts, database, recorder)
    return {record.subject: record for record in recorder.records}


def test_both_ways_of_a_cycle_are_proven(database: PostgresDatabase, server: PostgresSandbox) -> None:
    tables = (_table("teams", ("people", "restrict")), _table("people", ("teams", "cascade")))
    rows = (
        "INSERT INTO teams VALUES (1, NULL), (2, NULL)",
        "INSERT INTO people VALUES (1, 1), (2, 1)",
        "UPDATE teams SET people_id = 1",
    )

    records = _records(tables, rows, database, server)

    assert records["teams.teams_people_id_fkey"].detail == "refused by teams_people_id_fkey"
    assert records["people.people_teams_id_fkey"].passed is True
    assert records["people.people_teams_id_fkey"].detail == (
        "2 rows referred to it; 0 still refer, 2 deleted (blocked by teams_people_id_fkey; with "
        "teams_people_id_fkey dropped for the trial)"
    )
    assert database.execute("SELECT count(*) FROM people").rows == ((2,),)


def test_each_of_many_references_to_one_table_is_seen_to_refuse(
    database: PostgresDatabase, server: PostgresSandbox
) -> None:
    children = tuple(_table(f"child_{number}", ("hub", "restrict")) for number in range(25))
    rows = ("INSERT INTO hub VALUES (1)", *(f"INSERT INTO {child.name} VALUES (1, 1)" for child in children))

    records = _records((_table("hub"), *children), rows, database, server)

    assert len(records) == 25
    assert all(record.detail.startswith(f"refused by {subject.split('.')[1]}") for subject, record in records.items())


def test_a_reference_that_no_row_has_is_set_for_the_trial(database: PostgresDatabase, server: PostgresSandbox) -> None:
    tree = _table("nodes", ("nodes", "cascade"))

    records = _records((tree,), ("INSERT INTO nodes VALUES (1, NULL), (2, NULL)",), database, server)

    assert records["nodes.nodes_nodes_id_fkey"].detail == (
        "1 row referred to it; 0 still refer, 2 deleted (the reference was set for the trial)"
    )
    assert database.execute("SELECT count(*) FROM nodes WHERE nodes_id IS NULL").rows == ((2,),)
