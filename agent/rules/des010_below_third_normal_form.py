"""Below third normal form one fact stands in several rows, which then disagree.

https://en.wikipedia.org/wiki/Third_normal_form
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule


@rule("DES010", "warning", "Below third normal form without a reason", owner="model_entities")
def below_third_normal_form(schema: Schema) -> Iterator[Objection]:
    """Object to tables in first or second normal form whose note gives no reason."""
    for form in schema.normal_forms:
        if form.form in ("1NF", "2NF") and not form.note:
            yield Objection(
                place=form.table,
                message=f"{form.table} is in {form.form} only "
                f"({'; '.join(form.dependencies) or 'no dependency stated'}): one fact stands in several rows, and "
                "an update of one of them makes them disagree.",
                help=f"Move the dependent columns of {form.table} into a table keyed by their determinant, or note "
                "why they stay.",
            )
