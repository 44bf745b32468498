"""What facts ask of rows beyond their state: dates, spans, minima, what is missing."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from database_specialist.agent.designer.workload import write_workload
from database_specialist.agent.dialects import bind, create_statements
from database_specialist.agent.indexing.plan import plan_indexes
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.entities import Attribute, Entity, EntityModel, LogicalType, Relationship
from database_specialist.agent.model.workload import Query, Workload
from tests.shop import BRIEF, _fact

_WHY = "of the test"


def attribute(name: str, type_: LogicalType, **more: object) -> Attribute:
    return Attribute.model_validate({"name": name, "meaning": "", "type": type_, "added_because": _WHY, **more})


def entity(name: str, *attributes: Attribute) -> Entity:
    rows = Figure(value=100_000, unit="rows", origin="assumed", basis=_WHY)
    return Entity(name=name, plural=f"{name}s", description="", attributes=attributes, added_because=_WHY, rows=rows)


MODEL = EntityModel(
    entities=(
        entity("client", attribute("name", "short_text")),
        entity(
            "bill",
            attribute("due_date", "date"),
            attribute("status", "enum", values=("draft", "sent", "paid", "cancelled")),
            attribute("created_at", "timestamp", default="now"),
        ),
        entity("lease", attribute("ends_on", "date"), attribute("created_at", "timestamp", default="now")),
        entity("item", attribute("name", "short_text"), attribute("reorder_level", "integer")),
        entity("stock", attribute("quantity", "integer", minimum=0)),
        entity("notice", attribute("read_at", "timestamp", required=False), attribute("sent_at", "timestamp")),
        entity(
            "ticket",
            attribute("priority", "enum", values=("low", "normal", "high")),
            attribute("status", "enum", values=("open", "closed")),
            attribute("created_at", "timestamp", default="now"),
        ),
    ),
    relationships=(
        Relationship(source="bill", target="client", role="client", inverse="bills", added_because=_WHY),
        Relationship(source="stock", target="item", role="item", inverse="stocks", added_because=_WHY),
    ),
)


def workload_of(text: str, engine: Engine = "postgresql") -> Workload:
    brief = BRIEF.model_copy(update={"facts": (_fact(100, "functional", text),), "quantities": ()})
    return write_workload(brief, MODEL, map_schema(MODEL, engine=engine))


def the_query(text: str, engine: Engine = "postgresql") -> Query:
    (found,) = (query for query in workload_of(text, engine).queries if "F100" in query.facts)
    return found


ASKED = [
    (
        "Clerks list overdue bills of a client, oldest due date first.",
        "list_overdue_bills_by_client",
        ["bills.client_id = :client_id", "bills.status = 'sent'", "bills.due_date < :today", "ORDER BY bills.due_date"],
    ),
    (
        "The system lists the leases that end within the next 90 days.",
        "list_leases_ending_within_90_days",
        ["leases.ends_on >= :today", "leases.ends_on <= :until_ends_on", "ORDER BY leases.ends_on"],
    ),
    (
        "Clerks list the items whose stock has fallen below the reorder level.",
        "list_items_below_reorder_level",
        [
            "(SELECT coalesce(sum(stocks.quantity), 0) FROM stocks WHERE stocks.item_id = items.id)",
            " < items.reorder_level",
        ],
    ),
    ("Clerks list unpaid bills.", "list_unpaid_bills", ["bills.status = 'sent'"]),
    ("Clients list unread notices.", "list_unread_notices", ["notices.read_at IS NULL"]),
    ("Clerks list clients without bills.", "list_clients_without_bills", ["NOT EXISTS (SELECT 1 FROM bills"]),
    (
        "Clerks view all notices of the last 7 days.",
        "list_notices_of_last_7_days",
        ["notices.sent_at >= :since_sent_at"],
    ),
    (
        "Clerks list the notices of a day.",
        "list_notices_of_day",
        ["notices.sent_at >= :day_start", "notices.sent_at < :day_end"],
    ),
    (
        "Agents see the board: all open tickets by priority, oldest first.",
        "board_of_open_tickets",
        ["CASE tickets.priority WHEN 'high' THEN 1 WHEN 'normal' THEN 2 WHEN 'low' THEN 3 END"],
    ),
]


@pytest.mark.parametrize(("text", "name", "parts"), ASKED)
def test_a_condition_of_a_fact_is_a_condition_of_its_query(text: str, name: str, parts: list[str]) -> None:
    query = the_query(text)
    assert query.name == name
    assert [part for part in parts if part not in query.sql] == []


@pytest.mark.parametrize("text", [text for text, _, _ in ASKED])
def test_each_of_them_runs_on_sqlite(text: str) -> None:
    schema, query = map_schema(MODEL, engine="sqlite"), the_query(text, "sqlite")
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in create_statements(schema):
            connection.execute(statement)
        sql, order = bind(query.sql, query, engine="sqlite")
        assert connection.execute(sql, [1 for _ in order]).fetchall() == []


def test_a_fixed_condition_makes_the_index_partial() -> None:
    workload = workload_of("Clerks list overdue bills of a client, oldest due date first.")
    indexes = plan_indexes(map_schema(MODEL, engine="postgresql"), workload).planned
    (index,) = (each for each in indexes if each.table == "bills" and each.where)
    assert [key.expression for key in index.keys] == ["client_id", "due_date", "id"]
    assert index.where == "status = 'sent'"


def test_the_index_of_a_ranked_list_is_named_after_its_column() -> None:
    workload = workload_of("Agents see the board: all open tickets by priority, oldest first.")
    names = [index.name for index in plan_indexes(map_schema(MODEL, engine="postgresql"), workload).planned]
    assert "tickets_priority_rank_created_at_id_idx" in names
