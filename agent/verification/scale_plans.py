"""Reading what EXPLAIN says, as JSON, into what a designer wants to know of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from database_specialist.agent.model.scale import TableRead
from database_specialist.agent.model.workload import Query

Node = Mapping[str, Any]

_WAYS = {
    "Seq Scan": "sequential scan",
    "Index Scan": "index scan",
    "Index Only Scan": "index only scan",
    "Bitmap Heap Scan": "bitmap scan",
    "Sample Scan": "sequential scan",
    "Tid Scan": "scan by place",
}
_HOLDS_ALL = {"Sort", "Hash", "Materialize"}
_TUPLE_OVERHEAD = 24
_FEW_ROWS = 1000
"""A plan that is wrong about fewer rows than this costs nothing worth telling."""


@dataclass(frozen=True)
class Relations:
    """What the catalog says of tables and indexes, by the names that plans use."""

    table_of: Mapping[str, str]
    """The table that a partition belongs to; other tables belong to themselves."""
    index_of: Mapping[str, str]
    """The index that a partition's index belongs to."""
    rows: Mapping[str, float]
    """Rows of each table and partition at the stated volume."""
    partitions: Mapping[str, int]
    """How many partitions a table has."""


@dataclass(frozen=True)
class Plan:
    """One plan."""

    root: Node

    @property
    def cost(self) -> float:
        """The planner's cost of all of it."""
        return float(self.root["Total Cost"])

    @property
    def rows(self) -> float:
        """Rows that it is expected to return, or to change."""
        changing = self.root["Node Type"] == "ModifyTable"
        return float((_children(self.root)[0] if changing else self.root)["Plan Rows"])

    def reads(self, relations: Relations) -> tuple[TableRead, ...]:
        """Return how each table is read, in the order of the plan; partitions are taken together."""
        found: dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = {}
        for node in _nodes(self.root):
            relation = node.get("Relation Name")
            if relation is not None and node["Node Type"] in _WAYS:
                table = relations.table_of.get(relation, relation)
                indexes = tuple(relations.index_of.get(name, name) for name in _indexes(node))
                found.setdefault((table, _WAYS[node["Node Type"]]), []).append((relation, indexes))
        return tuple(
            TableRead(
                table=table,
                way=way,
                indexes=tuple(dict.fromkeys(name for _, indexes in members for name in indexes)),
                rows=sum(relations.rows.get(relation, 0.0) for relation in dict.fromkeys(name for name, _ in members)),
                partitions=len({name for name, _ in members}) if table in relations.partitions else 0,
                of_partitions=relations.partitions.get(table, 0),
            )
            for (table, way), members in found.items()
        )

    def relations(self) -> tuple[str, ...]:
        """Return the tables and partitions that are read; where the plan was run, those that it came to."""
        found = (node for node in _nodes(self.root) if node["Node Type"] in _WAYS and node.get("Actual Loops", 1))
        return tuple(dict.fromkeys(node["Relation Name"] for node in found if "Relation Name" in node))

    @property
    def indexes(self) -> frozenset[str]:
        """Names of the indexes in the plan, as they stand there."""
        return frozenset(node["Index Name"] for node in _nodes(self.root) if "Index Name" in node)

    @property
    def sorted_bytes(self) -> float:
        """What the largest sort or hash table holds; a sort that only keeps the first rows holds few."""
        return max((_held(node, parent) for node, parent in _with_parents(self.root)), default=0.0)

    @property
    def misestimate(self) -> float:
        """The worst factor between rows expected and rows that came, where the plan ran to its end."""
        return max((_factor(node) for node in _run_out(self.root)), default=1.0)

    @property
    def buffers(self) -> int:
        """Pages that were touched."""
        return int(self.root.get("Shared Hit Blocks", 0)) + int(self.root.get("Shared Read Blocks", 0))

    @property
    def milliseconds(self) -> float:
        """Time that it took, when it was run."""
        return float(self.root.get("Actual Total Time", 0.0))


@dataclass
class Planned:
    """A query with its plans at the stated volume."""

    query: Query
    sql: str
    """With literals in the place of parameters."""
    after: Plan
    """With all indexes."""
    before: Plan
    """Without the planned ones."""
    pages: int | None = None
    """Pages that the first plan touches on the sample; None for what writes, and where it cannot be run."""
    pages_before: int | None = None
    """Pages that the second one touches there."""


def rounded(value: float) -> float:
    """Keep two digits: what a third one says is not true of production anyway."""
    return float(f"{value:.2g}")


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in _children(node):
        yield from _nodes(child)


def _children(node: Node) -> Sequence[Node]:
    children: Sequence[Node] = node.get("Plans", ())
    return children


def _with_parents(node: Node, parent: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    yield node, parent
    for child in _children(node):
        yield from _with_parents(child, node)


def _indexes(node: Node) -> Iterator[str]:
    if "Index Name" in node:
        yield node["Index Name"]
    if node["Node Type"] == "Bitmap Heap Scan":
        yield from (each["Index Name"] for each in _nodes(node) if "Index Name" in each)


def _held(node: Node, parent: Node | None) -> float:
    if node["Node Type"] not in _HOLDS_ALL or (parent is not None and parent["Node Type"] == "Limit"):
        return 0.0
    return float(node["Plan Rows"]) * (float(node["Plan Width"]) + _TUPLE_OVERHEAD)


def _run_out(node: Node) -> Iterator[Node]:
    """Yield the nodes whose rows were all fetched: below a limit or a half join they may not have been."""
    if node["Node Type"] == "Limit" or node.get("Join Type") in ("Semi", "Anti") or node.get("Single Copy"):
        return
    if node["Node Type"] not in ("Bitmap Index Scan", "Materialize", "Memoize"):
        yield node
    for child in _children(node):
        yield from _run_out(child)


def _factor(node: Node) -> float:
    loops = float(node.get("Actual Loops", 0))
    expected, came = float(node["Plan Rows"]), float(node.get("Actual Rows", 0))
    if not loops or max(expected, came) * loops < _FEW_ROWS:
        return 1.0
    expected, came = max(expected, 1.0), max(came, 1.0)
    return max(expected / came, came / expected)
