"""Maintenance that the design itself implies: what is past its retention, what has expired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from database_specialist.agent.designer.queries import writes
from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.predicates import by_key, in_tenant
from database_specialist.agent.designer.queries.statement import Bindings, Draft, Select
from database_specialist.agent.model.relational import Column, Table

_BATCH = 1000
_STOCKS = frozenset({"stock", "stocks", "inventory", "inventories"})
_LEVELS = (
    *("quantity_on_hand", "on_hand", "quantity", "stock_quantity", "stock_level", "level", "stock"),
    *("available_quantity", "quantity_available", "available"),
)


def upkeep(catalog: Catalog) -> Iterator[Draft]:
    """Write the purge of each table that has a retention, the life of tokens and the levels of stock."""
    for table in catalog.schema.tables:
        yield from (replace(draft, facts=table.facts) for draft in (*_token(catalog, table), *_stock(catalog, table)))
        expiry = table.column("expires_at")
        clock = catalog.clock(table)
        if table.kind == "token" and expiry is not None:
            why = f"Deletes expired {table.name.replace('_', ' ')}, a batch at a time: nobody can use them any more."
            yield _purge(catalog, table, expiry, "purge_expired", why, table.facts)
        elif (
            table.retention_days is not None and clock is not None and not table.append_only and not table.partitioning
        ):
            days = table.retention_days
            rows = table.name.replace("_", " ")
            why = f"Deletes {rows} older than {days.value:g} days, a batch at a time: {days.basis}"
            yield _purge(catalog, table, clock, "purge", why, days.facts)


def _token(catalog: Catalog, table: Table) -> Iterator[Draft]:
    """Write how a token is given, found while it is valid, and used once."""
    secret = next((column for column in table.columns if column.logical_type == "secret_hash"), None)
    expiry, used = table.column("expires_at"), table.column("used_at")
    if table.kind != "token" or secret is None or expiry is None or not table.facts:
        return
    word, name = (table.entity or table.name).replace("_", " "), catalog.quoted(table.name)
    yield replace(writes.insert(catalog, table), purpose=f"Gives out a new {word}; only its hash is stored.")
    binds = Bindings(catalog.schema.engine)
    valid = [f"{catalog.qualified(table, secret)} = {binds.of(table, secret)}"]
    valid.append(f"{catalog.qualified(table, expiry)} > {catalog.now(expiry)}")
    valid += [f"{catalog.qualified(table, used)} IS NULL"] if used else []
    found = Select(tuple(catalog.qualified(table, column) for column in catalog.shown(table)), name, where=tuple(valid))
    yield Draft(
        name=f"find_valid_{table.entity or table.name}",
        purpose=f"The {word} with a given hash, while it is valid" + (" and unused." if used else "."),
        intent="lookup" if used else "session",
        table=table.name,
        sql=str(found),
        parameters=binds.parameters,
        returns="one",
    )
    if used is not None:
        yield Draft(
            name=f"use_{table.entity or table.name}",
            purpose=f"Uses up one {word}; of two that try at the same time only one changes the row.",
            intent="transition",
            table=table.name,
            sql=writes.update_statement(catalog, table, [f"{used.name} = {catalog.now(used)}"], valid),
            parameters=binds.parameters,
            returns="nothing",
        )


def _stock(catalog: Catalog, table: Table) -> Iterator[Draft]:
    """Write what adds to a level of stock and what takes from it; the level never falls below zero."""
    level = next((column for name in _LEVELS if (column := table.column(name))), None)
    is_stock = bool(_STOCKS & set(table.name.split("_"))) and table.kind in ("core", "association", "weak")
    if level is None or not is_stock or not table.facts or not catalog.key(table):
        return
    name, word = catalog.quoted(level.name), (table.entity or table.name).replace("_", " ")
    for verb, sign, guarded in (("add_to", "+", False), ("take_from", "-", True)):
        binds = Bindings(catalog.schema.engine)
        amount = binds.bind("amount", level.type, example=1)
        where = [*by_key(catalog, table, binds), *in_tenant(catalog, table, binds)]
        where += [f"{catalog.qualified(table, level)} >= {amount}"] if guarded else []
        changes = [f"{name} = {name} {sign} {amount}", *writes.touched(catalog, table)]
        note = "; no row changes when there is less than asked for, so the level is never negative" if guarded else ""
        yield Draft(
            name=f"{verb}_{table.entity or table.name}",
            purpose=f"{'Takes from' if guarded else 'Adds to'} the {level.name.replace('_', ' ')} of one {word}, "
            f"without reading it first{note}.",
            intent="update",
            table=table.name,
            sql=writes.update_statement(catalog, table, changes, where),
            parameters=binds.parameters,
            returns="nothing",
        )


def expire(catalog: Catalog, table: Table) -> Draft | None:
    """Write the clean-up of rows whose time is over; None where no column says when that is."""
    named = ("expires_at", "expires_on", "reserved_until", "held_until", "valid_until", "expiry_date", "expired_at")
    column = next((found for name in named if (found := table.column(name))), None)
    if column is None or table.append_only:
        return None
    why = f"Deletes {table.name.replace('_', ' ')} whose {column.name} is past, a batch at a time."
    return _purge(catalog, table, column, "purge_expired", why, ())


def _purge(catalog: Catalog, table: Table, column: Column, verb: str, why: str, facts: tuple[str, ...]) -> Draft:
    binds = Bindings(catalog.schema.engine)
    name = catalog.quoted(table.name)
    before = f"{catalog.qualified(table, column)} < {binds.of(table, column, name='before')}"
    batch = binds.bind("batch_size", "bigint" if catalog.schema.engine == "postgresql" else "integer", example=_BATCH)
    order = catalog.qualified(table, column)
    if catalog.schema.engine in ("mysql", "mariadb"):
        sql = f"DELETE FROM {name}\nWHERE {before}\nORDER BY {order}\nLIMIT {batch}"
    else:
        keys = ", ".join(catalog.quoted(key.name) for key in catalog.key(table))
        inner = f"SELECT {keys} FROM {name}\n  WHERE {before}\n  ORDER BY {order}\n  LIMIT {batch}"
        sql = f"DELETE FROM {name}\nWHERE ({keys}) IN (\n  {inner}\n)"
    return Draft(
        name=f"{verb}_{table.name}",
        purpose=why,
        intent="purge",
        table=table.name,
        sql=sql,
        parameters=binds.parameters,
        returns="nothing",
        staleness="fresh",
        role="maintenance job",
        facts=facts,
    )
