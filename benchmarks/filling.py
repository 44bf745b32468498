"""Fill designs to samples of growing size, and say how fast: python benchmarks/filling.py [DESIGN.json ...].

Without an argument it takes the sample's design in ai_docs/. The time is of the whole filling: every foreign key is
taken away, the rows are made, and the keys are put back, which has the server check each on all rows.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from database_specialist.agent.dialects import create_statements, split_statements
from database_specialist.agent.model.design import Design
from database_specialist.agent.sampling.filling import Filled, fill, sample_sizes
from database_specialist.tools.postgres_sandbox import PostgresSandbox, open_postgres

ROOT = Path(__file__).parent.parent


def measure(design: Design, budget: int, server: PostgresSandbox) -> tuple[Filled, float]:
    """Fill an empty database with the design's seed, then with a sample of about `budget` rows."""
    schema, sizes = design.relational_schema, design.operations.capacity.tables
    wanted = sample_sizes({size.table: size.rows_year_1.value for size in sizes}, budget)
    with server.database() as database:
        database.run(create_statements(schema))
        database.run(split_statements(design.operations.seed.sql, "postgresql"))
        began = time.perf_counter()
        filled = fill(schema, wanted, database)
        return filled, time.perf_counter() - began


def main() -> None:
    """Print a row for each design and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("designs", nargs="*", type=Path, default=[ROOT / "ai_docs" / "database-design.json"])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    options = parser.parse_args()
    with open_postgres() as server:
        for path in options.designs:
            design = Design.load(json.loads(path.read_text()))
            for budget in options.rows:
                filled, seconds = measure(design, budget, server)
                total = sum(filled.rows.values())
                print(
                    f"{design.brief.project:<24} {len(filled.rows):3d} tables {total:8,d} rows {seconds:6.2f} s "
                    f"{total / seconds:9,.0f} rows/s  {filled.keys} foreign keys hold, {len(filled.violated)} do not, "
                    f"left: {', '.join(filled.left) or 'nothing'}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
