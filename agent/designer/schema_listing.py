"""The schema in few words, for a reader who writes SQL over it or judges it: exact, one line a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from database_specialist.agent.dialects.dropping import trigger_events
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column, ForeignKey, Routine, Schema, Table

LEGEND = (
    "`?` may be null, `pk` is made by the database, `-> t cascade` refers to t(id) with its delete action (default no "
    "action), `<= 40 chars` and `in (...)` are CHECKs; constraints without a name are called table_column_key, _check, "
    "_fkey."
)
_LENGTH = r"char_length\({0}\) <= (\d+)|length\({0}\) <= (\d+)"
_MOST_TABLES = 4
_LONGEST_WHY = 160


def listing(schema: Schema, *, volumes: bool = False, personal: bool = False) -> str:
    """List tables, then what acts on them: triggers, views, policies."""
    lines = [LEGEND, *(_table(table, volumes=volumes, personal=personal) for table in schema.tables)]
    lines += [f"view {view.name}: {' '.join(view.query.split())}" for view in schema.views]
    lines += [
        f"policy {each.name} on {each.table}: using {each.using}{f' check {each.check}' if each.check else ''}"
        for each in schema.policies
    ]
    return "\n".join([*lines, *_routines(schema.routines, schema.engine)])


def _table(table: Table, *, volumes: bool, personal: bool) -> str:
    inline = {column.name: _inline_checks(column, table) for column in table.columns}
    told = {name for found in inline.values() for name, _ in found}
    columns = [_column(column, table, [text for _, text in inline[column.name]], personal) for column in table.columns]
    body = ", ".join(_joined(columns))
    rest = "; ".join(_constraints(table, told))
    rate = f" -- {table.rows_per_day.value:,.0f} rows/day" if volumes and table.rows_per_day else ""
    return f"{table.name}({body}{f'; {rest}' if rest else ''}){rate}"


def _column(column: Column, table: Table, checks: Iterable[str], personal: bool) -> tuple[str, str]:
    """Return the name of a column and what is said of it."""
    parts = [column.type + ("?" if column.nullable else "")]
    is_key = table.primary_key is not None and table.primary_key.columns == (column.name,)
    if is_key:
        parts.append("pk" if column.identity else "primary key")
    elif column.identity:
        parts.append("identity")
    if column.default is not None:
        parts.append(f"default {column.default}")
    if column.generated:
        parts.append(f"generated as ({column.generated})")
    parts += checks
    parts += ["unique" for each in table.uniques if each.columns == (column.name,) and each.where is None]
    parts += [_target(key) for key in table.foreign_keys if key.columns == (column.name,)]
    if personal and (column.personal or column.sensitivity in ("confidential", "restricted")):
        parts.append(f"[{'personal, ' if column.personal else ''}{column.sensitivity}]")
    return column.name, " ".join(parts)


def _joined(columns: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Write neighbours of which the same is said together."""
    for said, group in groupby(columns, key=lambda each: each[1]):
        yield f"{' '.join(name + ',' for name, _ in group)[:-1]} {said}"


def _inline_checks(column: Column, table: Table) -> list[tuple[str, str]]:
    """Return the checks on this column alone, by name, in short."""
    found = []
    for check in table.checks:
        others = (each.name for each in table.columns if each.name != column.name)
        if check.name != f"{table.name}_{column.name}_check" or any(_mentions(check.expression, o) for o in others):
            continue
        found.append((check.name, _shortened(check.expression, column.name)))
    return found


def _shortened(expression: str, column: str) -> str:
    """Return a condition on one column without what its place says already.

    >>> _shortened("char_length(name) <= 40", "name"), _shortened("status IN ('a', 'b')", "status")
    ('<= 40 chars', "in ('a', 'b')")
    >>> _shortened("rate >= 0 AND rate <= 100", "rate")
    'check (rate >= 0 AND rate <= 100)'
    """
    name = re.escape(column)
    if match := re.fullmatch(_LENGTH.format(name), expression):
        return f"<= {match[1] or match[2]} chars"
    if match := re.fullmatch(rf"{name} IN (\((?:'(?:[^']|'')*'(?:, )?)+\))", expression):
        return f"in {match[1]}"
    if match := re.fullmatch(rf"{name} ((?:>=|<=|>|<) -?[\d.]+)", expression):
        return match[1]
    return f"check ({expression})"


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _constraints(table: Table, told: set[str]) -> Iterator[str]:
    if table.primary_key is not None and len(table.primary_key.columns) > 1:
        yield f"primary key ({', '.join(table.primary_key.columns)})"
    for unique in table.uniques:
        if len(unique.columns) == 1 and unique.where is None and table.column(unique.columns[0]):
            continue
        where = f" where {unique.where}" if unique.where else ""
        yield f"{_name(unique.name, table, unique.columns, 'key')}unique ({', '.join(unique.columns)}){where}"
    for check in table.checks:
        if check.name not in told:
            yield f"{check.name}: check ({check.expression}){f' [{check.rule}]' if check.rule else ''}"
    for key in table.foreign_keys:
        if len(key.columns) > 1 or key.name != f"{table.name}_{key.columns[0]}_fkey":
            yield f"{key.name}: ({', '.join(key.columns)}) {_target(key)}"
    for each in table.exclusions:
        elements = ", ".join(f"{element.expression} with {element.operator}" for element in each.elements)
        where = f" where {each.where}" if each.where else ""
        yield f"{each.name}: exclude ({elements}){where}{f' [{each.rule}]' if each.rule else ''}"
    if table.partitioning is not None:
        every = f", a {table.partitioning.interval} each" if table.partitioning.interval else ""
        yield f"partitioned by {table.partitioning.method} ({', '.join(table.partitioning.columns)}){every}"


def _name(name: str, table: Table, columns: Iterable[str], suffix: str) -> str:
    return "" if name == f"{table.name}_{'_'.join(columns)}_{suffix}" else f"{name}: "


def _target(key: ForeignKey) -> str:
    columns = "" if key.ref_columns == ("id",) else f"({', '.join(key.ref_columns)})"
    action = "" if key.on_delete == "no action" else f" {key.on_delete}"
    return f"-> {key.ref_table}{columns}{action}{' deferrable' if key.deferrable else ''}"


def _rule_routine(routine: Routine, engine: Engine) -> str:
    """Say which changes of which tables a routine watches: that shows a rule held on one side only."""
    events = trigger_events(routine.create, engine)
    watched = "; ".join(f"{table} {', '.join(on)}" for table, on in events.items())
    return f"routine {routine.name} [{routine.rule}] on {watched or routine.table}"


def _routines(routines: Iterable[Routine], engine: Engine) -> Iterator[str]:
    """List routines by name and purpose; those that do the same for several tables together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for routine in routines:
        if routine.rule is not None:
            yield _rule_routine(routine, engine)
            continue
        table = routine.table or ""
        name = routine.name.replace(table, "*", 1) if table else routine.name
        why = re.sub(rf"\b{re.escape(table)}\b", "*", routine.why) if table else routine.why
        groups.setdefault((name, why), []).append(table)
    for (name, why), tables in groups.items():
        about = f" on {', '.join(tables)}" if any(tables) and len(tables) <= _MOST_TABLES else ""
        about = about or (f" on {len(tables)} tables" if len(tables) > 1 else "")
        yield f"routine {name}{about}: {why if len(why) <= _LONGEST_WHY else why[:_LONGEST_WHY] + ' ...'}"
