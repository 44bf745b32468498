"""A designer's queries in its own short notation, and the Workload that the program makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from database_specialist.agent.answers.workload import ParameterAnswer, QueryAnswer, WorkloadAnswer, WorkloadPatch
from database_specialist.agent.designer.parameters import inferred
from database_specialist.agent.designer.query_figures import frequency, target
from database_specialist.agent.designer.statement_facts import kind_of, misfilled, returns_of, unknown_names
from database_specialist.agent.model.brief import Brief, Fact
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Parameter, Query, Workload
from database_specialist.agent.rules.statements import parsed

_NUMBERED = re.compile(r"Q(\d+)")
_FACT = re.compile(r"F\d+")
_SHOWN = 160


def answered(answer: WorkloadAnswer, brief: Brief, schema: Schema) -> Workload:
    """Return the workload that an answer means: numbered in its order, its parameters read from the SQL."""
    queries = tuple(_query(each, f"Q{number}", brief, schema) for number, each in enumerate(answer.queries, 1))
    return Workload(queries=queries, not_served=answer.not_served)


def mended(previous: Workload, patch: WorkloadPatch, brief: Brief, schema: Schema) -> Workload:
    """Return the earlier workload with the changes: by id, or by name where none is given; new ones at the end."""
    by_id = {query.id: query for query in previous.queries}
    by_name = {query.name: query.id for query in previous.queries}
    free = max((int(found[1]) for each in by_id if (found := _NUMBERED.fullmatch(each))), default=0)
    for each in patch.queries:
        wanted = each.id if each.id in by_id else by_name.get(each.name)
        if wanted is None:
            free += 1
            wanted = f"Q{free}"
        by_id[wanted] = _query(each, wanted, brief, schema)
    gone = set(patch.withdraw)
    kept = tuple(query for query in by_id.values() if not {query.id, query.name} & gone)
    served = {fact for query in kept for fact in query.facts}
    lines = dict.fromkeys((*previous.not_served, *patch.not_served))
    waiting = tuple(line for line in lines if line.partition(":")[0] not in served or line in patch.not_served)
    return Workload(queries=kept, not_served=waiting)


def refitted(previous: Workload, schema: Schema) -> Workload:
    """Return the workload with parameters that suit the schema, which may have changed since they were read."""
    return previous.model_copy(update={"queries": tuple(_refitted(query, schema) for query in previous.queries)})


def _refitted(query: Query, schema: Schema) -> Query:
    tree = parsed(query.sql, schema.engine)
    read = {each.name: each for each in inferred(tree, schema).parameters} if tree is not None else {}
    parameters = tuple(_still(each, read.get(each.name), schema) for each in query.parameters)
    return query.model_copy(update={"parameters": parameters})


def _still(old: Parameter, read: Parameter | None, schema: Schema) -> Parameter:
    table, _, column = (old.source or "").rpartition(".")
    held = schema.table(table)
    stands = old.source is None or (held is not None and held.column(column) is not None)
    return old if read is None or (stands and read.type == old.type) else read


def _query(given: QueryAnswer, query_id: str, brief: Brief, schema: Schema) -> Query:
    sql = given.sql.strip().rstrip(";").rstrip()
    tree = parsed(sql, schema.engine)
    return Query(
        id=query_id,
        name=given.name,
        purpose=_purpose(given, brief),
        kind="write" if tree is None and not sql.lower().startswith("select") else kind_of(tree) if tree else "read",
        sql=sql,
        parameters=_parameters(given, tree, schema),
        returns=returns_of(tree, schema) if tree is not None else "list",
        frequency=frequency(given, tree, brief, schema),
        latency=target(given, brief),
        staleness=given.staleness,
        role=given.role,
        facts=given.facts,
    )


def _purpose(given: QueryAnswer, brief: Brief) -> str:
    """Say what the query is for in the words of the first statement that it serves."""
    words = given.name.replace("_", " ").capitalize()
    fact = next((fact for fact in brief.facts if fact.id in given.facts), None)
    if fact is None:
        return f"{words}."
    text = " ".join((fact.title or fact.text).split())
    return f'{words}, for "{text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(" ", 1)[0] + " ..."}"'


def _parameters(given: QueryAnswer, tree: exp.Expr | None, schema: Schema) -> tuple[Parameter, ...]:
    """Return what the answer states, and for the rest what the SQL tells."""
    stated = {each.name: each for each in given.parameters}
    read = inferred(tree, schema) if tree is not None else None
    names = [*(each.name for each in read.parameters), *read.unknown] if read else list(stated)
    known: Mapping[str, Parameter] = {each.name: each for each in read.parameters} if read else {}
    found = (_stated(stated[name]) if name in stated else known.get(name) for name in names)
    return tuple(each for each in found if each is not None)


def _stated(given: ParameterAnswer) -> Parameter:
    return Parameter(name=given.name, type=given.type, source=given.source, example=given.example)


def shown(workload: Workload, schema: Schema) -> WorkloadAnswer:
    """Return a workload in the notation in which it was answered."""
    return WorkloadAnswer(
        queries=tuple(_shown(query, schema) for query in workload.queries), not_served=workload.not_served
    )


def _shown(query: Query, schema: Schema) -> QueryAnswer:
    tree = parsed(query.sql, schema.engine)
    read = {each.name for each in inferred(tree, schema).parameters} if tree is not None else set()
    lone = tuple(
        ParameterAnswer(name=each.name, type=each.type, source=each.source, example=each.example)
        for each in query.parameters
        if each.name not in read
    )
    return QueryAnswer(
        id=query.id,
        name=query.name,
        sql=query.sql,
        per_day=query.frequency.value,
        basis=query.frequency.basis,
        facts=query.facts,
        role=query.role,
        staleness=query.staleness,
        latency_ms=query.latency.value if query.latency else None,
        parameters=lone,
    )


def misfits(workload: Workload, schema: Schema) -> tuple[Finding, ...]:
    """Return a finding for each query of an earlier round that no longer fits the schema."""
    return tuple(
        Finding(
            code="QRY001",
            severity="error",
            place=query.id,
            message=f"{query.id} ({query.name}) {problem}.",
            help="Write it anew over the schema as it is now, or withdraw it.",
            owner="plan_indexes",
        )
        for query in workload.queries
        for problem in _problems(query.sql, schema)
    )


def _problems(sql: str, schema: Schema) -> Iterator[str]:
    tree = parsed(sql, schema.engine)
    if tree is None:
        return
    names = list(unknown_names(tree, schema))
    if names:
        yield f"names what the schema does not have: {', '.join(names)}"
    yield from misfilled(tree, schema)


def workload_objections(answer: WorkloadAnswer, brief: Brief, schema: Schema) -> list[str]:
    """Say what in an answer is double, without ground, names what does not exist, or cannot be prepared."""
    facts = {fact.id for fact in brief.facts}
    found = list(_doubles([each.name for each in answer.queries]))
    for number, each in enumerate(answer.queries, 1):
        place = each.id or f"Q{number}"
        found += [f"{place} ({each.name}): {problem}" for problem in _faults(each, facts, schema)]
    return found


def unserved_objections(answer: WorkloadAnswer, facts: Sequence[Fact], schema: Schema) -> list[str]:
    """Say which functional statements neither a query nor a table rests on, and the answer is silent about."""
    told = {fact for query in answer.queries for fact in query.facts} | _facts_in(schema.dump())
    told |= {fact for line in answer.not_served for fact in _FACT.findall(line.partition(":")[0])}
    wanted = (fact for fact in facts if fact.kind == "functional" and fact.scope == "in" and fact.priority != "wont")
    return [
        f"{fact.id}: it stands neither in the `facts` of a query nor in `not_served`, and no table rests on it; "
        "name it where it belongs, or write the query that it asks for"
        for fact in wanted
        if fact.id not in told
    ]


def _facts_in(part: object) -> set[str]:
    """Return the statements that a part of the design, as JSON, rests on anywhere."""
    if isinstance(part, list):
        return {fact for each in part for fact in _facts_in(each)}
    if not isinstance(part, dict):
        return set()
    own = part.get("facts")
    return {*(own if isinstance(own, list) else ())} | {fact for each in part.values() for fact in _facts_in(each)}


def _doubles(names: Sequence[str]) -> Iterator[str]:
    yield from (
        f"queries: {name} stands {names.count(name)} times" for name in sorted(set(names)) if names.count(name) > 1
    )


def _faults(given: QueryAnswer, facts: set[str], schema: Schema) -> Iterator[str]:
    yield from (f"there is no statement {fact}" for fact in given.facts if fact not in facts)
    tree = parsed(given.sql.strip().rstrip(";"), schema.engine)
    if tree is None:
        return  # the engine says better than a parser what is wrong
    problems = list(_problems(given.sql.strip().rstrip(";"), schema))
    yield from problems
    if problems:
        return  # what a missing column's parameter takes nobody can tell
    stated = {each.name for each in given.parameters}
    read = inferred(tree, schema)
    for name in read.unknown:
        if name not in stated:
            yield (
                f"its place in the SQL does not tell what :{name} takes; write CAST(:{name} AS type) there, or state "
                f'{{"name":"{name}","type":"...","example":...}} in parameters'
            )
    used = {*read.unknown, *(each.name for each in read.parameters)}
    yield from (f"parameter {name} is not used in the SQL" for name in sorted(stated - used))
    for each in given.parameters:
        table, _, column = (each.source or "").rpartition(".")
        held = schema.table(table)
        if each.source and (held is None or held.column(column) is None):
            yield f"parameter {each.name}: there is no column {each.source}"
