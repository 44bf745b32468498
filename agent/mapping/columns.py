"""Attributes become columns, with the checks that their bounds, lengths, values and patterns ask for."""

from __future__ import annotations

from database_specialist.agent.dialects.identifiers import literal, quote
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.expressions import Condition, NotPlaced, place
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.keys import key_attribute, key_type
from database_specialist.agent.mapping.naming import attribute_columns, constraint_name
from database_specialist.agent.mapping.patterns import pattern_check
from database_specialist.agent.mapping.types import (
    default_expression,
    family,
    length_of,
    native_type,
    new_uuid,
    scale_of,
    type_table,
)
from database_specialist.agent.mapping.uniques import LIVE
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import Attribute
from database_specialist.agent.model.relational import Check, Column

_NUMBERS = ("integer", "big_integer", "decimal", "money", "percentage")


def add_key_column(ground: Ground, draft: TableDraft) -> None:
    """Draw the column `id`, unless the key is composed of other columns."""
    entity = draft.entity
    assert entity is not None
    key = ground.keys[entity.name]
    if key.kind == "composite":
        return
    attribute = key_attribute(entity)
    draft.key = ("id",)
    draft.columns.append(
        Column(
            name="id",
            type=key_type(ground, entity.name),
            identity=key.kind == "identity",
            default=new_uuid(ground.engine, ground.major) if key.kind == "uuid" else None,
            comment=attribute.meaning if attribute else f"Identifies one row of {draft.name}.",
            logical_type=attribute.type if attribute and key.kind == "natural" else None,
            attribute=attribute.name if attribute else None,
            sensitivity=attribute.sensitivity if attribute else "internal",
            facts=attribute.facts if attribute else (),
        )
    )
    draft.names[attribute.name if attribute else "id"] = ("id",)
    if attribute and key.kind == "natural":
        _add_conditions(ground, draft, attribute, "id")


def add_attribute_columns(ground: Ground, draft: TableDraft) -> None:
    """Draw the columns of the attributes; one that a foreign key already holds is that column."""
    entity = draft.entity
    assert entity is not None
    for attribute in entity.attributes:
        columns = attribute_columns(entity, attribute, ground.engine)
        draft.names.setdefault(attribute.name, columns)
        if not any(draft.has(name) for name in columns):
            _add_attribute(ground, draft, attribute, columns)


def _add_attribute(ground: Ground, draft: TableDraft, attribute: Attribute, names: tuple[str, ...]) -> None:
    for name in names:
        draft.columns.append(_column(ground, attribute, name))
        _add_conditions(ground, draft, attribute, name)


def _add_conditions(ground: Ground, draft: TableDraft, attribute: Attribute, name: str) -> None:
    conditions = column_conditions(attribute, quote(name, ground.engine), ground.engine)
    if conditions:
        draft.checks.append(
            Check(
                name=constraint_name(draft.name, [name], "check"),
                expression=" AND ".join(conditions),
                why=f"{attribute.name}: {attribute.meaning}",
                facts=attribute.facts,
            )
        )
    if attribute.pattern and pattern_check(attribute.pattern, name, ground.engine) is None:
        ground.ledger.record(
            "constraint",
            f"{draft.name}.{name}",
            "the pattern is left to the application",
            f"{ground.engine} has no regular expressions of its own, and {attribute.pattern} is no GLOB either.",
            alternatives=(("an extension with REGEXP", "each connection would have to load it before it writes"),),
            facts=attribute.facts,
        )


def generate_columns(ground: Ground, draft: TableDraft) -> None:
    """Put the expressions of computed attributes over the columns; one that cannot be written is left to be filled."""
    entity = draft.entity
    assert entity is not None
    for attribute in entity.attributes:
        names = draft.names.get(attribute.name, ())
        if attribute.generated is None or len(names) != 1 or names == ("id",):
            continue
        placed = place(attribute.generated, draft, ground, is_condition=False)
        reason = placed.reason if isinstance(placed, NotPlaced) else _not_generated(draft, placed, names[0])
        if reason or isinstance(placed, NotPlaced):
            _record_not_generated(ground, draft, attribute, str(reason))
            continue
        column = draft.column(names[0])
        # SQLite keeps what comes out, the others round to the column's scale.
        rounded = ground.engine == "sqlite" and column.type == "REAL"
        sql = f"round({placed.sql}, {scale_of(attribute)})" if rounded else placed.sql
        draft.replace(column.model_copy(update={"generated": sql, "default": None}))


def _not_generated(draft: TableDraft, placed: Condition, name: str) -> str | None:
    if placed.reads_clock:
        return "it reads the clock"
    computed = [each for each in placed.columns if each == name or draft.column(each).generated]
    return f"it needs {', '.join(computed)}, which is computed itself" if computed else None


def _record_not_generated(ground: Ground, draft: TableDraft, attribute: Attribute, reason: str) -> None:
    ground.ledger.record(
        "normal_form",
        f"{draft.name}.{attribute.name}",
        "a stored value that the application keeps",
        f"{attribute.name} follows from other values, but {ground.engine} cannot compute it from the row: {reason}.",
        alternatives=(("a generated column", reason),),
        facts=attribute.facts,
    )


def add_soft_delete_column(ground: Ground, draft: TableDraft) -> None:
    """Draw `deleted_at`, where the entity is deleted softly and has no such attribute."""
    entity = draft.entity
    if entity is not None and entity.soft_delete and not draft.has(LIVE):
        attribute = Attribute(
            name=LIVE, meaning="When the row was deleted; null while it lives.", type="timestamp", required=False
        )
        draft.columns.append(_column(ground, attribute, LIVE).model_copy(update={"attribute": None}))


def _column(ground: Ground, attribute: Attribute, name: str) -> Column:
    return Column(
        name=name,
        type=native_type(attribute, ground.engine),
        nullable=not attribute.required,
        default=default_expression(attribute, ground.engine, ground.major),
        comment=attribute.meaning,
        logical_type=attribute.type,
        attribute=attribute.name,
        values=attribute.values,
        minimum=attribute.minimum,
        maximum=attribute.maximum,
        sensitivity=attribute.sensitivity,
        personal=attribute.personal,
        facts=attribute.facts,
    )


def column_conditions(attribute: Attribute, column: str, engine: Engine) -> list[str]:
    """Return the conditions that one column's value must meet; `column` is quoted."""
    row = type_table()[attribute.type]
    own = row.get(f"check_{family(engine)}", row.get("check"))
    conditions = [str(own).format(column=column, scale=scale_of(attribute))] if own else []
    conditions += _bounds(attribute, column)
    conditions += _length(attribute, column, engine)
    if attribute.values:
        members = ", ".join(literal(value, engine) for value in attribute.values)
        conditions.append(f"{column} IN ({members})")
    pattern = attribute.pattern or row.get("pattern")
    check = pattern_check(str(pattern), column, engine) if pattern else None
    return [*conditions, check] if check else conditions


def _bounds(attribute: Attribute, column: str) -> list[str]:
    if attribute.type not in _NUMBERS:
        return []
    conditions = []
    if attribute.minimum is not None:
        sign = ">" if attribute.exclusive_minimum else ">="
        conditions.append(f"{column} {sign} {_number(attribute.minimum)}")
    if attribute.maximum is not None:
        conditions.append(f"{column} <= {_number(attribute.maximum)}")
    return conditions


def _length(attribute: Attribute, column: str, engine: Engine) -> list[str]:
    length = length_of(attribute)
    if length is None or attribute.type in ("vector", "binary") or native_type(attribute, engine).startswith("varchar"):
        return []
    function = "length" if engine == "sqlite" else "char_length"
    return [f"{function}({column}) <= {length}"]


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
