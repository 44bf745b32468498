"""Measure the rules designer on a folder of cases: python benchmarks/cases.py FOLDER [CASE ...] [--sql FOLDER].

A case is a folder with `ai_docs/` and, where its authors' database is known, `reference.json`:
{"tables": [{"name", "columns": [{"name"}], "pk": [], "fks": [{"columns", "ref_table", "ref_columns"}]}]}.
Names are matched one to one by their words in one number and spelling, whole names before parts of names. A reference
is one good answer, not the only one: read what was missed and what is extra. The cases stay outside the repository.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from database_specialist.agent.designer.entities import model_entities
from database_specialist.agent.designer.nouns import name_words, singular
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.brief import Research
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.raw import RawDocument

MEASURES = ("table_recall", "table_f1", "column_recall", "fk_f1")


@dataclass(frozen=True)
class Score:
    """How close a design comes to its reference."""

    figures: Mapping[str, float]
    missed: tuple[str, ...]
    extra: tuple[str, ...]


def design(folder: Path) -> Schema:
    """Design the case of this folder with the rules designer."""
    ai_docs = folder / "ai_docs"
    documents = [_document(path, ai_docs) for path in sorted(ai_docs.rglob("*")) if path.is_file()]
    brief = read_brief(documents, project=folder.name)
    return map_schema(model_entities(brief, research=Research()), engine=brief.stack.engine)


def score(schema: Schema, reference: Mapping[str, Any]) -> Score:
    """Compare a schema with the reference's tables, columns and foreign keys."""
    theirs = {table["name"]: table for table in reference["tables"]}
    ours = {table.name: table for table in schema.tables}
    pairs = match(list(ours), list(theirs))
    columns = sum(
        len(match([column.name for column in ours[a].columns], [column["name"] for column in theirs[b]["columns"]]))
        for a, b in pairs.items()
    )
    our_keys = Counter((pairs.get(t.name), pairs.get(key.ref_table)) for t in schema.tables for key in t.foreign_keys)
    their_keys = Counter((table["name"], key["ref_table"]) for table in theirs.values() for key in table["fks"])
    shared = sum((our_keys & their_keys).values())
    figures = {
        "table_recall": len(pairs) / len(theirs),
        "table_f1": _f1(len(pairs), len(ours), len(theirs)),
        "column_recall": columns / max(1, sum(len(table["columns"]) for table in theirs.values())),
        "fk_f1": _f1(shared, our_keys.total(), their_keys.total()),
    }
    missed = tuple(name for name in theirs if name not in pairs.values())
    return Score(figures, missed, tuple(name for name in ours if name not in pairs))


def match(ours: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    """Pair names one to one: equal words first, then those whose words contain the other's, best share first.

    >>> match(["order_items", "users"], ["OrderItem", "app_users", "x"])
    {'order_items': 'OrderItem', 'users': 'app_users'}
    """
    candidates = sorted(
        (
            (-_likeness(a, b), i, j, a, b)
            for i, a in enumerate(ours)
            for j, b in enumerate(theirs)
            if _likeness(a, b) > 0
        )
    )
    pairs: dict[str, str] = {}
    for _, _, _, a, b in candidates:
        if a not in pairs and b not in pairs.values():
            pairs[a] = b
    return {a: pairs[a] for a in ours if a in pairs}


def _likeness(ours: str, theirs: str) -> float:
    a = {singular(word) for word in name_words(ours)}
    b = {singular(word) for word in name_words(theirs)}
    return len(a & b) / len(a | b) if a and b and (a <= b or b <= a) else 0.0


def _f1(shared: int, ours: int, theirs: int) -> float:
    return 2 * shared / (ours + theirs) if ours + theirs else 1.0


def _document(path: Path, root: Path) -> RawDocument:
    data = path.read_bytes()
    name = path.relative_to(root).as_posix()
    return RawDocument(name, data.decode("utf-8", errors="replace"), hashlib.sha256(data).hexdigest())


def _write_sql(schema: Schema, path: Path) -> None:
    from database_specialist.agent.dialects import create_statements, script

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script(create_statements(schema)), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores of each case and their mean."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder of cases")
    parser.add_argument("case", nargs="*", help="only these cases")
    parser.add_argument("--sql", type=Path, help="also write each design's DDL into this folder")
    options = parser.parse_args(arguments)
    scores: list[Score] = []
    for folder in sorted(path.parent for path in options.folder.glob("*/ai_docs")):
        if options.case and folder.name not in options.case:
            continue
        schema = design(folder)
        if options.sql:
            _write_sql(schema, options.sql / f"{folder.name}.sql")
        reference = folder / "reference.json"
        if reference.exists():
            scores.append(score(schema, json.loads(reference.read_text("utf-8"))))
            _print(folder.name, scores[-1])
        else:
            print(f"{folder.name}: {len(schema.tables)} tables, no reference")
    if scores:
        means = {key: sum(entry.figures[key] for entry in scores) / len(scores) for key in MEASURES}
        print(f"{'mean of ' + str(len(scores)):<28}" + _figures(means))
    return 0


def _print(name: str, result: Score) -> None:
    print(f"{name:<28}{_figures(result.figures)}")
    print(f"    missed: {', '.join(result.missed) or '-'}\n    extra:  {', '.join(result.extra) or '-'}")


def _figures(figures: Mapping[str, float]) -> str:
    return "  ".join(f"{key} {figures[key]:.2f}" for key in MEASURES)


if __name__ == "__main__":
    sys.exit(main())
