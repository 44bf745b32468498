"""Measure what the checkpoints of a run take in PostgreSQL, which LangGraph's Agent Server keeps them in.

python benchmarks/checkpoints.py [AI_DOCS] [--runs N] [--depth quick|standard|full]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, get_args

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg.rows import dict_row

from database_specialist.agent.config import Context
from database_specialist.agent.model.evidence import Depth
from database_specialist.graph.build import graph
from database_specialist.tools.postgres_sandbox import open_postgres

ROOT = Path(__file__).parent.parent
TABLES = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
_SIZE = "SELECT pg_total_relation_size(%s::regclass)"


def main() -> None:
    """Run, and print the sizes by table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "ai_docs")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--depth", choices=get_args(Depth), default="quick")
    options = parser.parse_args()
    with open_postgres() as sandbox, tempfile.TemporaryDirectory() as scratch:
        server = sandbox.server
        with psycopg.connect(
            host=str(server.folder / "s"),
            user="postgres",
            password=server.password,
            dbname="postgres",
            autocommit=True,
            row_factory=dict_row,
        ) as connection:
            saver = PostgresSaver(connection)
            saver.setup()
            empty = _sizes(connection)
            documents = Path(scratch, "ai_docs")
            shutil.copytree(options.folder, documents, ignore=shutil.ignore_patterns("database*", ".database-*"))
            for number in range(options.runs):
                _run(saver, documents, options.depth, str(number))
            full = _sizes(connection)
    for table in TABLES:
        print(f"  {table:<20} {(full[table] - empty[table]) / options.runs / 1024:8.0f} KB a run")
    print(f"  {'all':<20} {sum(full[t] - empty[t] for t in TABLES) / options.runs / 1024:8.0f} KB a run")


def _run(saver: PostgresSaver, documents: Path, depth: Depth, thread: str) -> None:
    durable = graph.copy({"checkpointer": saver})
    config: Any = {"configurable": {"thread_id": thread}}
    result = durable.invoke({"folder": str(documents)}, config, context=Context(research="off", depth=depth))
    if result["database_design"]["status"] != "accepted":
        sys.exit(f"{documents}: {result['database_design']['status']}")


def _sizes(connection: psycopg.Connection[dict[str, Any]]) -> dict[str, int]:
    found = {table: connection.execute(_SIZE, (table,)).fetchone() for table in TABLES}
    return {table: int(row["pg_total_relation_size"]) if row else 0 for table, row in found.items()}


if __name__ == "__main__":
    main()
