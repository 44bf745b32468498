"""The normal form of each table, tested on its keys and the dependencies that were stated."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.model.relational import NormalForm

Dependency = tuple[frozenset[str], frozenset[str]]
Form = Literal["1NF", "2NF", "3NF", "BCNF"]
_ORDER: tuple[Form, ...] = ("1NF", "2NF", "3NF", "BCNF")


def normal_form(draft: TableDraft) -> NormalForm:
    """Return the form that a table reaches and the dependencies that decided it."""
    stated = _stated(draft)
    keys = candidate_keys(draft)
    everything = frozenset(column.name for column in draft.columns)
    known = [*stated, *((key, everything) for key in keys)]
    forms = {dependency: _form_of(dependency, keys, known, everything) for dependency in stated}
    form: Form = min(forms.values(), key=_ORDER.index, default="BCNF")
    tested = [_text(frozenset(draft.key), everything - frozenset(draft.key), draft)]
    tested += [_text(left, right, draft) for left, right in stated]
    return NormalForm(
        table=draft.name, form=form, dependencies=tuple(filter(None, tested)), note=_note(draft, forms, form)
    )


def candidate_keys(draft: TableDraft) -> list[frozenset[str]]:
    """Return the sets of columns that identify a row: the primary key and each unconditional unique constraint."""
    keys = [frozenset(draft.key)]
    required = {column.name for column in draft.columns if not column.nullable}
    for unique in draft.uniques:
        if unique.where is None and set(unique.columns) <= required:
            keys.append(frozenset(unique.columns))
    return keys


def closure(start: frozenset[str], dependencies: list[Dependency]) -> frozenset[str]:
    """Return all that `start` determines.

    >>> a, b, c = frozenset("a"), frozenset("b"), frozenset("c")
    >>> sorted(closure(a, [(a, b), (b, c)]))
    ['a', 'b', 'c']
    """
    reached = start
    while True:
        more = reached.union(*(right for left, right in dependencies if left <= reached))
        if more == reached:
            return reached
        reached = more


def _stated(draft: TableDraft) -> list[Dependency]:
    dependencies: list[Dependency] = []
    for each in draft.entity.dependencies if draft.entity else ():
        left = frozenset(column for name in each.determinant for column in draft.names.get(name, ()))
        right = frozenset(column for name in each.dependents for column in draft.names.get(name, ()))
        computed = {column.name for column in draft.columns if column.generated}
        right -= left | computed
        if left and right:
            dependencies.append((left, right))
    return dependencies + _through_tenant(draft)


def _through_tenant(draft: TableDraft) -> list[Dependency]:
    # The row referred to has one tenant, so the reference determines it: repeated on purpose, and held equal.
    found = [key for key in draft.foreign_keys if len(key.columns) > 1 and key.columns[-1] != "id"]
    return [(frozenset(key.columns[1:]), frozenset(key.columns[:1])) for key in found]


def _form_of(
    dependency: Dependency, keys: list[frozenset[str]], known: list[Dependency], everything: frozenset[str]
) -> Form:
    left, right = dependency
    if closure(left, known) == everything:
        return "BCNF"
    prime = frozenset[str]().union(*keys)
    if right <= prime:
        return "3NF"
    return "1NF" if any(left < key for key in keys) else "2NF"


def _text(left: frozenset[str], right: frozenset[str], draft: TableDraft) -> str:
    order = [column.name for column in draft.columns]
    if not right:
        return ""
    return f"{', '.join(sorted(left, key=order.index))} -> {', '.join(sorted(right, key=order.index))}"


def _note(draft: TableDraft, forms: dict[Dependency, Form], form: Form) -> str:
    notes = []
    for (left, right), reached in forms.items():
        if reached == "BCNF":
            continue
        held = next((key.name for key in draft.foreign_keys if frozenset(key.columns) == left | right), None)
        if held:
            notes.append(f"{_text(left, right, draft)} is repeated on purpose: {held} holds both sides equal.")
        else:
            notes.append(
                f"{_text(left, right, draft)} holds without {', '.join(sorted(left))} being a key of {draft.name}: "
                f"the value is repeated, and must be changed in every row at once."
            )
    computed = [column.name for column in draft.columns if column.generated and column.attribute]
    if computed:
        notes.append(f"{', '.join(computed)} derived: computed by the database, so it cannot contradict its sources.")
    lists = [column.name for column in draft.columns if column.logical_type in ("json", "text_list")]
    if lists:
        notes.append(f"{', '.join(lists)} taken as one value: read and written whole.")
    return " ".join(notes)
