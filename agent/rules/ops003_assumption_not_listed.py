"""What was taken for true where the documents are silent must stand in the list that a person reads.

https://www.iso.org/standard/72089.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.rules.rule import Objection, rule


@rule("OPS003", "warning", "Assumption that is not listed", owner="read_requirements")
def assumption_not_listed(brief: Brief) -> Iterator[Objection]:
    """Object to assumed quantities without an assumption of the same value, and to gaps that name one not there."""
    listed_values = {(a.figure.value, a.figure.unit) for a in brief.assumptions if a.figure is not None}
    texts = " ".join(assumption.text.lower() for assumption in brief.assumptions)
    for quantity in brief.quantities:
        figure = quantity.figure
        known = (figure.value, figure.unit) in listed_values or quantity.subject.lower() in texts
        if figure.origin == "assumed" and not known:
            yield Objection(
                place=quantity.id,
                message=f"{quantity.id} takes {figure.value:g} {figure.unit} for {quantity.subject}, and no "
                "assumption in the list says so.",
                help=f"List the assumption behind {quantity.id}, with its reason.",
            )
    ids = {assumption.id for assumption in brief.assumptions}
    for gap in brief.gaps:
        if gap.assumption is not None and gap.assumption not in ids:
            yield Objection(
                place=gap.id,
                message=f"{gap.id} is closed by the assumption {gap.assumption}, which is not in the list.",
                help=f"List {gap.assumption}, or leave {gap.id} open.",
            )
