"""Choose indexes for TPC-H from a 5% sample, build them at scale factor 1, and say what they save there.

    python benchmarks/tpch.py make FOLDER       data and queries, by duckdb 1.0.0 (a tool of this benchmark only)
    python benchmarks/tpch.py choose FOLDER     the choice, on the sample; writes FOLDER/choice-<MB>.json
    python benchmarks/tpch.py judge FOLDER      planner's cost and CPU time at scale factor 1, for each choice there

Nineteen queries count: 2, 17 and 20 would swamp all others without an index (the convention of HPI's
index_selection_evaluation). Costs are medians over five ANALYZE; CPU time is that of the server's process.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from database_specialist.agent.indexing.search import Found, Option, search
from database_specialist.agent.indexing.variants import Variant, variants
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.relational import Column, ForeignKey, PrimaryKey, Schema, Table
from database_specialist.agent.model.workload import Query, Workload
from database_specialist.agent.verification.scale_sample import relations_of
from database_specialist.agent.verification.scale_statistics import (
    PAGE,
    Relation,
    scaled_files,
    scaled_references,
    scaled_sizes,
)
from database_specialist.tools import postgres
from database_specialist.tools.postgres_sandbox import Limits, PostgresDatabase, PostgresSandbox, Session, open_postgres

LIMITS = Limits(statement_seconds=900, wall_seconds=900, database_bytes=64 << 30, memory_bytes=4 << 30)
LEFT_OUT = {2, 17, 20}
FACTOR = 20.0
TABLES = {
    "region": "r_regionkey integer, r_name char(25), r_comment varchar(152) : r_regionkey :",
    "nation": "n_nationkey integer, n_name char(25), n_regionkey integer, n_comment varchar(152) : n_nationkey : "
    "n_regionkey>region.r_regionkey",
    "part": "p_partkey bigint, p_name varchar(55), p_mfgr char(25), p_brand char(10), p_type varchar(25), "
    "p_size integer, p_container char(10), p_retailprice numeric(15;2), p_comment varchar(23) : p_partkey :",
    "supplier": "s_suppkey bigint, s_name char(25), s_address varchar(40), s_nationkey integer, s_phone char(15), "
    "s_acctbal numeric(15;2), s_comment varchar(101) : s_suppkey : s_nationkey>nation.n_nationkey",
    "partsupp": "ps_partkey bigint, ps_suppkey bigint, ps_availqty integer, ps_supplycost numeric(15;2), "
    "ps_comment varchar(199) : ps_partkey ps_suppkey : ps_partkey>part.p_partkey ps_suppkey>supplier.s_suppkey",
    "customer": "c_custkey bigint, c_name varchar(25), c_address varchar(40), c_nationkey integer, c_phone char(15), "
    "c_acctbal numeric(15;2), c_mktsegment char(10), c_comment varchar(117) : c_custkey : "
    "c_nationkey>nation.n_nationkey",
    "orders": "o_orderkey bigint, o_custkey bigint, o_orderstatus char(1), o_totalprice numeric(15;2), "
    "o_orderdate date, o_orderpriority char(15), o_clerk char(15), o_shippriority integer, "
    "o_comment varchar(79) : o_orderkey : o_custkey>customer.c_custkey",
    "lineitem": "l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber integer, "
    "l_quantity numeric(15;2), l_extendedprice numeric(15;2), l_discount numeric(15;2), l_tax numeric(15;2), "
    "l_returnflag char(1), l_linestatus char(1), l_shipdate date, l_commitdate date, l_receiptdate date, "
    "l_shipinstruct char(25), l_shipmode char(10), l_comment varchar(44) : l_orderkey l_linenumber : "
    "l_orderkey>orders.o_orderkey l_partkey>part.p_partkey l_suppkey>supplier.s_suppkey",
}


def schema() -> Schema:
    """Return TPC-H's tables, with primary keys; the foreign keys are told to the planner's statistics only."""
    return Schema(engine="postgresql", tables=tuple(_table(name, text) for name, text in TABLES.items()))


def _table(name: str, text: str) -> Table:
    columns, key, references = (part.strip() for part in text.split(":"))
    pairs = (column.strip().replace(";", ",").split(" ", 1) for column in columns.split(", "))
    keys = tuple(
        ForeignKey(
            name=f"{name}_{column}_fkey",
            columns=(column,),
            ref_table=target.split(".")[0],
            ref_columns=(target.split(".")[1],),
        )
        for column, target in (each.split(">") for each in references.split())
    )
    return Table(
        name=name,
        columns=tuple(Column(name=column, type=kind) for column, kind in pairs),
        primary_key=PrimaryKey(name=f"{name}_pkey", columns=tuple(key.split())),
        foreign_keys=keys,
    )


def make(folder: Path) -> None:
    """Generate both sizes and the queries' texts."""
    import duckdb  # not a dependency: of the benchmark's own environment

    for name, factor in (("sample", 1 / FACTOR), ("full", 1)):
        connection = duckdb.connect()
        connection.execute(f"LOAD tpch; CALL dbgen(sf = {factor})")
        (folder / name).mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            connection.execute(f"COPY {table} TO '{folder / name / table}.csv' (HEADER false)")
    queries = {f"Q{number}": text.rstrip("; \n") for number, text in connection.sql("FROM tpch_queries()").fetchall()}
    (folder / "queries.json").write_text(json.dumps(queries, indent=1))


def queries(folder: Path) -> dict[str, str]:
    """Return the queries that count."""
    texts: dict[str, str] = json.loads((folder / "queries.json").read_text())
    return {name: text for name, text in texts.items() if int(name[1:]) not in LEFT_OUT}


def load(database: PostgresDatabase, administrator: Session, folder: Path) -> None:
    """Create the tables as the unprivileged login, and fill them: our own data, so the administrator may."""
    for table in schema().tables:
        columns = ", ".join(f"{column.name} {column.type} NOT NULL" for column in table.columns)
        database.execute(f"CREATE TABLE {table.name} ({columns})")
        with (
            (folder / f"{table.name}.csv").open("rb") as source,
            administrator.cursor().copy(f"COPY public.{table.name} FROM STDIN (FORMAT csv)") as copy,  # type: ignore[arg-type]
        ):
            while block := source.read(1 << 20):
                copy.write(block)
        key = table.primary_key.columns if table.primary_key else ()
        database.execute(f"ALTER TABLE {table.name} ADD PRIMARY KEY ({', '.join(key)})")


def settle(database: PostgresDatabase) -> None:
    """Gather statistics as the peers' figures were taken."""
    for setting in ("max_parallel_workers_per_gather = 0", "jit = off", "work_mem = '4MB'"):
        database.execute(f"SET {setting}")
    database.execute("SET default_statistics_target = 1000")
    database.execute("VACUUM (ANALYZE)")


def choose(folder: Path, budgets: Sequence[float]) -> None:
    """Build all variants on the sample, and search for each budget, given in MB at scale factor 1."""
    texts, began = queries(folder), time.perf_counter()
    with open_postgres(limits=LIMITS) as server, server.database() as database:
        administrator = server.server.connect(dbname=database.name)
        load(database, administrator, folder / "sample")
        loaded = time.perf_counter()
        tried = _variants(texts)
        for name, (variant, _) in tried.items():
            database.execute(variant.statement(name))
        settle(database)
        relations = relations_of(database)
        _grow(database, relations)
        built = time.perf_counter()
        print(f"loaded in {loaded - began:.1f} s; {len(tried)} variants built in {built - loaded:.1f} s", flush=True)
        pages = {each.name: each.pages for each in relations}
        options = [
            Option(name, variant.table, variant.keys, pages[name] * factor_of(variant.table) * PAGE, queries=used)
            for name, (variant, used) in tried.items()
        ]
        with database.what_if(texts, frozenset(tried)) as costs:
            for budget in budgets:
                began, asked = time.perf_counter(), costs.asked
                found = search(options, dict.fromkeys(texts, 1.0), costs, budget=budget * 1e6)
                _report(found, budget, time.perf_counter() - began, costs.asked - asked)
                chosen = {name: tried[name][0].statement(name) for name in found.chosen}
                (folder / f"choice-{budget:.0f}.json").write_text(json.dumps(chosen, indent=1))
        administrator.close()


def factor_of(table: str) -> float:
    """Return how many times larger a table is at scale factor 1."""
    return 1.0 if table in ("region", "nation") else FACTOR


def _variants(texts: Mapping[str, str]) -> dict[str, tuple[Variant, frozenset[str]]]:
    often = Figure(value=1.0, unit="executions/day", origin="given", basis="each query once")
    workload = Workload(
        queries=tuple(
            Query(id=name, name=name, purpose="TPC-H", kind="read", sql=text, frequency=often)
            for name, text in texts.items()
        )
    )
    found = variants(schema(), workload)
    return {f"v{number}": each for number, each in enumerate(found.items())}


def _grow(database: PostgresDatabase, relations: tuple[Relation, ...]) -> None:
    factors = {name: factor_of(name) for name in TABLES}
    for statement in (*scaled_references(schema(), relations, factors), *scaled_sizes(relations, factors)):
        database.execute(statement)
    database.inflate(scaled_files(relations, factors))


def _report(found: Found, budget: float, seconds: float, asked: int) -> None:
    print(
        f"{budget:6.0f} MB: {len(found.chosen)} indexes, {found.size / 1e6:.0f} MB, "
        f"-{100 * found.saves:.1f}% expected, {seconds:.1f} s, {asked} questions",
        flush=True,
    )


def _with_much_memory() -> None:
    """Let the judge's server keep scale factor 1 in memory, as in the runs of the peers."""
    postgres._SETTINGS["shared_buffers"] = "2GB"


def judge(folder: Path, *, executes: bool) -> None:
    """Build each choice at scale factor 1, and compare with no index beside the keys."""
    _with_much_memory()
    texts = queries(folder)
    with open_postgres(limits=LIMITS) as server, server.database() as database:
        administrator = server.server.connect(dbname=database.name)
        load(database, administrator, folder / "full")
        settle(database)
        base = _costs(database, texts)
        base_time = _executed(database, administrator, server, texts) if executes else {}
        print(f"nothing: {sum(base.values()):,.0f}, {sum(base_time.values()):.1f} CPU-s", flush=True)
        for choice in sorted(folder.glob("choice-*.json"), key=lambda path: int(re.findall(r"\d+", path.name)[0])):
            built: dict[str, str] = json.loads(choice.read_text())
            for statement in built.values():
                database.execute(statement)
            _print_judgement(choice, built, texts, (base, base_time), database, administrator, server, executes)
            for name in built:
                database.execute(f"DROP INDEX {name}")
        administrator.close()


def _print_judgement(
    choice: Path,
    built: Mapping[str, str],
    texts: Mapping[str, str],
    base: tuple[dict[str, float], dict[str, float]],
    database: PostgresDatabase,
    administrator: Session,
    server: PostgresSandbox,
    executes: bool,
) -> None:
    size = sum(int(str(database.execute(f"SELECT pg_relation_size('{name}')").rows[0][0])) for name in built) / 1e6
    after = _costs(database, texts)
    saved = 100 * (1 - sum(after.values()) / sum(base[0].values()))
    line = f"{choice.stem}: {len(built)} indexes, {size:.0f} MB, cost -{saved:.1f}%"
    if executes:
        ran = _executed(database, administrator, server, texts)
        slower = {name: f"{ran[name] / base[1][name]:.2f}" for name in ran if ran[name] > 1.2 * base[1][name] + 0.05}
        line += f", {sum(ran.values()):.1f} CPU-s (-{100 * (1 - sum(ran.values()) / sum(base[1].values())):.0f}%)"
        line += f", slower: {slower or 'none'}"
    print(line, flush=True)


def _costs(database: PostgresDatabase, texts: Mapping[str, str]) -> dict[str, float]:
    """Return the planner's costs, as medians over five ANALYZE."""
    found: dict[str, list[float]] = {name: [] for name in texts}
    for _ in range(5):
        database.execute("ANALYZE")
        for name, text in texts.items():
            plan: Any = json.loads(str(database.execute(f"EXPLAIN (FORMAT JSON) {text}").rows[0][0]))
            found[name].append(float(plan[0]["Plan"]["Total Cost"]))
    return {name: statistics.median(costs) for name, costs in found.items()}


def _executed(
    database: PostgresDatabase, administrator: Session, server: PostgresSandbox, texts: Mapping[str, str]
) -> dict[str, float]:
    """Return the CPU seconds of each query: the better of two runs, in a session without a limit on its files."""
    session = server.server.connect(dbname=database.name)
    for setting in ("max_parallel_workers_per_gather = 0", "jit = off", "work_mem = '4MB'", "temp_file_limit = -1"):
        session.execute(f"SET {setting}".encode())
    session.execute(b"SET search_path = public")
    spent: dict[str, float] = {}
    for name, text in texts.items():
        runs = []
        for _ in range(2):
            began = _cpu(session.info.backend_pid)
            session.execute(text.encode()).fetchall()
            runs.append(_cpu(session.info.backend_pid) - began)
        spent[name] = max(min(runs), 0.01)
    session.close()
    return spent


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run one of the three steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("make", "choose", "judge"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--budget", type=float, nargs="+", default=[340, 440, 800], help="MB at scale factor 1")
    parser.add_argument("--plan-only", action="store_true", help="judge by the planner's cost alone")
    options = parser.parse_args()
    if options.step == "make":
        make(options.folder)
    elif options.step == "choose":
        choose(options.folder, options.budget)
    else:
        judge(options.folder, executes=not options.plan_only)


if __name__ == "__main__":
    main()
