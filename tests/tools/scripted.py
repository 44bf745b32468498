"""A model whose answers are written down beforehand, and a small design to ask it about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from database_specialist.agent.answers.question import Amendment, AnswerType, Question, Usage
from database_specialist.agent.model.base import Figure, Part
from database_specialist.agent.model.brief import Research, Source
from database_specialist.agent.model.evidence import Evidence, EvidenceLog, Finding
from database_specialist.agent.model.operations import Backup, Capacity, NoSql, Operations, Scaling, Seed, TableSize
from database_specialist.agent.model.relational import Column, ForeignKey, PrimaryKey, Schema, Table
from database_specialist.agent.model.workload import Index, Indexes, IndexKey, Parameter, Query, Workload


class Scripted:
    """Gives its answers in order, and remembers the questions and what was objected to each answer."""

    used: Sequence[Usage] = ()

    def __init__(self, *answers: Part) -> None:
        self.answers = list(answers)
        self.asked: list[Question] = []
        self.types: list[type[Part]] = []
        self.objected: list[list[str]] = []

    def ask(
        self,
        question: Question,
        answer: type[AnswerType],
        *,
        objections: Callable[[AnswerType], Sequence[str]] = lambda answer: (),
        amendment: Amendment[AnswerType] | None = None,
    ) -> AnswerType:
        """Give the next answer; an empty one of the type when none is left."""
        self.asked.append(question)
        self.types.append(answer)
        given = self.answers.pop(0) if self.answers else answer.load(EMPTY.get(answer.__name__, {}))
        assert isinstance(given, answer)
        self.objected.append(list(objections(given)))
        return given


EMPTY: dict[str, object] = {"EntitiesAnswer": {"entities": []}}


def figure(value: float, unit: str = "rows") -> Figure:
    return Figure(value=value, unit=unit, origin="assumed", basis="of the test")


SCHEMA = Schema(
    engine="postgresql",
    engine_version="18",
    tables=(
        Table(
            name="customers",
            comment="A person who buys.",
            columns=(Column(name="id", type="bigint", identity=True), Column(name="email", type="text")),
            primary_key=PrimaryKey(name="customers_pkey", columns=("id",)),
            rows_per_day=figure(50, "rows/day"),
        ),
        Table(
            name="orders",
            columns=(
                Column(name="id", type="bigint", identity=True),
                Column(name="customer_id", type="bigint"),
                Column(name="placed_at", type="timestamptz", default="now()"),
            ),
            primary_key=PrimaryKey(name="orders_pkey", columns=("id",)),
            foreign_keys=(
                ForeignKey(
                    name="orders_customer_id_fkey",
                    columns=("customer_id",),
                    ref_table="customers",
                    ref_columns=("id",),
                    on_delete="restrict",
                ),
            ),
        ),
    ),
)

QUERY = Query(
    id="Q1",
    name="orders_of_customer",
    purpose="A customer looks at own orders.",
    kind="read",
    sql="SELECT id, placed_at FROM orders WHERE customer_id = :customer_id\n  ORDER BY placed_at DESC LIMIT 20",
    parameters=(Parameter(name="customer_id", type="bigint", source="customers.id"),),
    frequency=figure(40_000, "executions/day"),
    facts=("F3",),
)
WORKLOAD = Workload(queries=(QUERY,), not_served=("F1: the account service registers customers.",))

INDEX = Index(
    name="orders_customer_id_placed_at_idx",
    table="orders",
    keys=(IndexKey(expression="customer_id"), IndexKey(expression="placed_at", descending=True)),
    serves=("Q1", "orders_customer_id_fkey"),
    reason="Serves the list.",
)
INDEXES = Indexes(planned=(INDEX,))

RESEARCH = Research(
    topics=("PostgreSQL 18 base backup",),
    sources=(
        Source(
            id="S1",
            provider="context7",
            topic="backup",
            query="PostgreSQL 18 base backup",
            title="Continuous Archiving",
            url="https://www.postgresql.org/docs/18/continuous-archiving.html",
            retrieved="2026-11-23",
            excerpt="A base backup and the archived WAL files restore any later state.",
        ),
    ),
)

_SIZE = {name: figure(1000) for name in ("rows_now", "rows_per_day", "rows_year_1", "rows_year_3", "rows_year_5")}
_BYTES = {name: figure(5000, "bytes") for name in ("bytes_year_1", "bytes_year_3", "bytes_year_5")}
_ROW = {"row_bytes": figure(80, "bytes"), "index_bytes_per_row": figure(40, "bytes")}
OPERATIONS = Operations(
    capacity=Capacity(
        tables=(TableSize(table="orders", **_ROW, **_SIZE, **_BYTES),),
        **_BYTES,
        wal_bytes_per_day=figure(1, "bytes"),
        peak_queries_per_second=figure(12, "requests/s"),
        connections=figure(20, "connections"),
        cache_bytes=figure(1, "bytes"),
    ),
    scaling=Scaling(),
    migrations=(),
    seed=Seed(sql="", rows={}, note=""),
    deployment=(),
    backup=Backup(
        rpo=figure(300, "s"),
        rto=figure(3600, "s"),
        jobs=(),
        point_in_time=(),
        disaster_recovery=(),
        archival=(),
        restore_test="",
    ),
    nosql=NoSql(),
)

EVIDENCE = EvidenceLog(
    records=(
        Evidence(
            id="V1",
            kind="ddl",
            subject="orders",
            claim="The table can be made.",
            status="EXECUTED",
            passed=True,
            engine="postgresql 18.6",
        ),
    )
)

FINDING = Finding(
    code="EVI001",
    severity="error",
    place="Q1",
    message='column "placed" does not exist',
    help="Name a column of orders.",
    owner="plan_indexes",
)
