"""Reads a rule's page: its headings, and its examples as subjects of the critic.

An example is made of `sql` blocks (tables, indexes, views, policies, functions and queries, in that order of looks)
and `yaml` blocks in the model's own terms. What the model requires and the example leaves out is filled in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import sqlglot
import yaml
from sqlglot import exp

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.base import Figure, Part, Span
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.change import Change
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.rules.subject import Subject

PAGES = Path(__file__).parents[3] / "agent" / "rules" / "pages"
_PARTS: dict[str, type[Part]] = {
    "brief": Brief,
    "entity_model": EntityModel,
    "schema": Schema,
    "workload": Workload,
    "indexes": Indexes,
    "operations": Operations,
    "evidence": EvidenceLog,
    "change": Change,
}
assert tuple(_PARTS) == tuple(field.name for field in fields(Subject))


@dataclass(frozen=True)
class Page:
    """A page and its two examples, as (language, text) blocks."""

    code: str
    title: str
    text: str
    bad: tuple[tuple[str, str], ...]
    good: tuple[tuple[str, str], ...]


def read_page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    code, title = re.match(r"# (\w+): (.+)\n", text).groups()  # type: ignore[union-attr]
    bad, good = text.split("\n## Bad\n")[1].split("\n## Good\n")
    return Page(code, title, text, _blocks(bad), _blocks(good))


def sql_of(blocks: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(text for language, text in blocks if language == "sql")


def subject_of(blocks: tuple[tuple[str, str], ...]) -> Subject:
    stated: dict[str, Any] = {}
    for language, text in blocks:
        if language == "yaml":
            stated = _merged(stated, yaml.safe_load(text))
    sql = sql_of(blocks)
    if sql:
        stated = _merged(_of_sql(sql), stated)
    return Subject(**{name: _PARTS[name].load(_complete(_PARTS[name], data)) for name, data in stated.items()})


def _blocks(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def _merged(below: Any, above: Any) -> Any:
    """Lay one piece of data over another; list items meet by their name or id."""
    if isinstance(below, dict) and isinstance(above, dict):
        keys = [*below, *(key for key in above if key not in below)]
        return {key: _merged(below.get(key), above.get(key)) for key in keys}
    if isinstance(below, list) and isinstance(above, list):
        items = {_key(item): item for item in below}
        for item in above:
            items[_key(item)] = _merged(items.get(_key(item)), item)
        return list(items.values())
    return below if above is None else above


def _key(item: Any) -> Any:
    return (item.get("id") or item.get("name") or repr(item)) if isinstance(item, dict) else item


def _complete(kind: Any, data: Any) -> Any:
    """Fill in what the model requires: figures from bare numbers, else the emptiest value of the type."""
    if get_origin(kind) in (Union, UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        return None if data is None else _complete(options[0], data)
    if get_origin(kind) is tuple and get_args(kind)[-1] is ...:
        return [_complete(get_args(kind)[0], item) for item in data or ()]
    if kind is Figure and not isinstance(data, dict):
        return {"value": float(data or 0), "unit": "rows", "origin": "assumed", "basis": "the example's"}
    if kind is Span and data is None:
        return {"file": "requirements.md", "line": 1, "end_line": 1}
    if isinstance(kind, type) and issubclass(kind, Part):
        data = {} if data is None else data
        wanted = {n: f for n, f in kind.model_fields.items() if f.is_required() or n in data}
        unknown = set(data) - set(kind.model_fields)
        assert not unknown, f"{kind.__name__} has no {unknown}"
        return {name: _complete(field.annotation, data.get(name)) for name, field in wanted.items()}
    return data if data is not None else _empty(kind)


def _empty(kind: Any) -> Any:
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if hasattr(kind, "__metadata__"):
        return _empty(get_args(kind)[0])
    return {str: "x", int: 1, float: 0.0, bool: True, dict: {}}.get(get_origin(kind) or kind)


def _of_sql(sql: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"tables": [], "views": [], "policies": [], "routines": []}
    indexes: list[Any] = []
    queries: list[Any] = []
    for statement in split_statements(sql, "postgresql"):
        _place(statement, schema, indexes, queries)
    tables = {table["name"]: table for table in schema["tables"]}
    for index in [index for index in indexes if index.pop("unique")]:
        indexes.remove(index)
        columns = [key["expression"] for key in index["keys"]]
        unique = {"name": index["name"], "columns": columns, "where": index.get("where")}
        tables[index["table"]]["uniques"].append(unique)
    found: dict[str, Any] = {"schema": schema, "indexes": {"planned": indexes}}
    return {**found, "workload": {"queries": queries}} if queries else found


def _place(statement: str, schema: dict[str, Any], indexes: list[Any], queries: list[Any]) -> None:
    head = " ".join(statement.split()).lower()
    if match := re.match(r"create policy (\w+) on (\w+).*? using (\(.*\))", head):
        schema["policies"].append({"name": match[1], "table": match[2], "using": match[3]})
    elif match := re.match(r"create (?:or replace )?function (\w+)", head):
        schema["routines"].append({"name": match[1], "create": statement})
    elif match := re.match(r"create (?:constraint )?trigger (\w+) .*? on (\w+) ", head):
        schema["routines"].append({"name": match[1], "table": match[2], "create": statement})
    elif match := re.match(r"create table (\w+) partition of (\w+) (.*)", head):
        parent = next(table for table in schema["tables"] if table["name"] == match[2])
        parent["partitioning"]["partitions"].append({"name": match[1], "bounds": match[3]})
    elif re.match(r"create (temporary )?(table|(unique )?index|view)", head):
        _create(sqlglot.parse_one(statement, read="postgres"), statement, schema, indexes)
    elif not head.startswith(("alter", "comment", "create", "drop", "set")):
        queries.append({"id": f"Q{len(queries) + 1}", "sql": statement, "parameters": _parameters(statement)})


def _parameters(statement: str) -> list[Any]:
    names = dict.fromkeys(re.findall(r"(?<!:):(\w+)", statement))
    return [{"name": name} for name in names]


def _create(tree: exp.Expression, text: str, schema: dict[str, Any], indexes: list[Any]) -> None:
    if tree.kind == "VIEW":
        schema["views"].append({"name": tree.this.name, "query": tree.expression.sql("postgres")})
    elif tree.kind == "INDEX":
        indexes.append(_index(tree))
    else:
        schema["tables"].append(_table(tree))


def _index(tree: exp.Expression) -> dict[str, Any]:
    index = tree.this
    parameters = index.args["params"]
    where = parameters.args.get("where")
    return {
        "name": index.name,
        "table": index.args["table"].name,
        "method": parameters.args["using"].name if parameters.args.get("using") else "btree",
        "keys": [_index_key(item) for item in parameters.args["columns"]],
        "include": [item.name for item in parameters.args.get("include") or ()],
        "where": where.this.sql("postgres") if where else None,
        "unique": bool(tree.args.get("unique")),
    }


def _index_key(item: exp.Expression) -> dict[str, Any]:
    shown = item.this
    operator_class = None
    if isinstance(shown, exp.Opclass):
        shown, operator_class = shown.this, shown.expression.name
    plain = isinstance(shown, exp.Column)
    text = shown.name if plain else f"({shown.sql('postgres')})"
    return {"expression": text, "descending": bool(item.args.get("desc")), "operator_class": operator_class}


def _table(tree: exp.Expression) -> dict[str, Any]:
    name = tree.this.this.name
    table: dict[str, Any] = {"name": name, "columns": [], "uniques": [], "checks": [], "foreign_keys": []}
    for item in tree.this.expressions:
        if isinstance(item, exp.ColumnDef):
            _column(item, table)
        elif isinstance(item, exp.Constraint):
            for kind in item.expressions:
                _constraint(kind, table, item.name)
        else:
            _constraint(item, table, None)
    keys = table["primary_key"]["columns"] if table.get("primary_key") else []
    for column in table["columns"]:
        column["nullable"] = column["nullable"] and column["name"] not in keys
    partitioned = tree.find(exp.PartitionedByProperty)
    if partitioned:
        call = partitioned.this
        columns = [column.name for column in call.find_all(exp.Column)]
        table["partitioning"] = {"method": call.name.lower(), "columns": columns, "partitions": []}
    return table


def _column(item: exp.ColumnDef, table: dict[str, Any]) -> None:
    kinds = [constraint.kind for constraint in item.constraints]
    default = next((kind for kind in kinds if isinstance(kind, exp.DefaultColumnConstraint)), None)
    required = any(isinstance(kind, (exp.NotNullColumnConstraint, exp.PrimaryKeyColumnConstraint)) for kind in kinds)
    table["columns"].append(
        {
            "name": item.name,
            "type": item.kind.sql("postgres").lower(),
            "nullable": not required,
            "default": default.this.sql("postgres") if default else None,
            "identity": any(isinstance(kind, exp.GeneratedAsIdentityColumnConstraint) for kind in kinds),
        }
    )
    for kind in kinds:
        _constraint(kind, table, None, item.name)


def _constraint(kind: exp.Expression, table: dict[str, Any], name: str | None, column: str | None = None) -> None:
    own = [column] if column else [node.name for node in kind.expressions]
    stem = "_".join([table["name"], *own])
    if isinstance(kind, (exp.PrimaryKey, exp.PrimaryKeyColumnConstraint)):
        table["primary_key"] = {"name": name or f"{table['name']}_pkey", "columns": own}
    elif isinstance(kind, exp.UniqueColumnConstraint):
        columns = own if column else [node.name for node in kind.this.expressions]
        stem = "_".join([table["name"], *columns])
        distinct = bool(kind.args.get("nulls"))
        table["uniques"].append({"name": name or f"{stem}_key", "columns": columns, "nulls_not_distinct": distinct})
    elif isinstance(kind, exp.CheckColumnConstraint):
        expression = kind.this.sql("postgres")
        table["checks"].append({"name": name or f"{stem}_check", "expression": expression})
    elif isinstance(kind, (exp.ForeignKey, exp.Reference)):
        table["foreign_keys"].append(_foreign_key(kind, own, name or f"{stem}_fkey"))


def _foreign_key(kind: exp.Expression, columns: list[str], name: str) -> dict[str, Any]:
    reference = kind.args["reference"] if isinstance(kind, exp.ForeignKey) else kind
    options = " ".join(str(option) for option in reference.args.get("options") or ()).lower()
    action = re.search(r"on delete (cascade|set null|set default|restrict|no action)", options)
    target = reference.this
    return {
        "name": name,
        "columns": columns,
        "ref_table": target.this.name,
        "ref_columns": [node.name for node in target.expressions],
        "on_delete": action[1] if action else "no action",
        "deferrable": "deferrable" in options,
    }
